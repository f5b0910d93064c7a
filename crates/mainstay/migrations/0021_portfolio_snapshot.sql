-- The progress report as we knew it then. Rows are never changed, but for who may see them: that is today's question,
-- so confidential follows the account, and is set for an account that is gone.
CREATE TABLE snapshot (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  kind TEXT NOT NULL CHECK (kind IN ('weekly', 'monthly', 'manual')),
  as_of {date} NOT NULL,
  taken_at {time} NOT NULL,
  taken_by_id {uuid},
  taken_by TEXT NOT NULL,
  note TEXT NOT NULL,
  accounts BIGINT NOT NULL,
  heads {json} NOT NULL
){strict};
CREATE INDEX snapshot_day ON snapshot (workspace_id, as_of DESC, taken_at DESC, id DESC);
-- tenant snapshot

CREATE TABLE snapshot_line (
  snapshot_id {uuid} NOT NULL REFERENCES snapshot (id),
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  external_id TEXT,
  type BIGINT NOT NULL,
  associate_id {uuid},
  associate TEXT NOT NULL,
  industry TEXT,
  vertical TEXT,
  geography TEXT,
  end_on {date},
  confidential {bool} NOT NULL,
  archived {bool} NOT NULL,
  step_1 BIGINT,
  step_2 BIGINT,
  step_3 BIGINT,
  step_4 BIGINT,
  step_5 BIGINT,
  steps TEXT NOT NULL,
  overall BIGINT NOT NULL,
  scored_steps BIGINT NOT NULL,
  ranked {bool} NOT NULL,
  gap_step BIGINT,
  gap_metric TEXT,
  fiscal_year BIGINT NOT NULL,
  arr_last_year BIGINT NOT NULL,
  arr_delta_target BIGINT,
  arr_now BIGINT NOT NULL,
  details TEXT NOT NULL,
  facets {json} NOT NULL,
  PRIMARY KEY (snapshot_id, account_id)
){strict};
CREATE INDEX snapshot_line_name ON snapshot_line (workspace_id, snapshot_id, archived, name_key, account_id);
CREATE INDEX snapshot_line_account ON snapshot_line (account_id);
-- tenant snapshot_line
