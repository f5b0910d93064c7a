-- The progress report, one line per account, written in the transaction of whatever changed it.
-- Scores are millionths so that every output rounds once; shares of totals are computed when read.
CREATE TABLE portfolio_line (
  account_id {uuid} PRIMARY KEY REFERENCES account (id),
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  version BIGINT NOT NULL,
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
  computed_on {date} NOT NULL,
  next_change_on {date} NOT NULL
){strict};
CREATE INDEX portfolio_line_name ON portfolio_line (workspace_id, archived, name_key, account_id);
-- The usual orders, each with its ties by name, whichever way it goes: a page is read off, never sorted.
CREATE INDEX portfolio_line_worst ON portfolio_line (workspace_id, archived, overall, name_key, account_id);
CREATE INDEX portfolio_line_best ON portfolio_line (workspace_id, archived, overall DESC, name_key, account_id);
CREATE INDEX portfolio_line_small ON portfolio_line (workspace_id, archived, arr_now, name_key, account_id);
CREATE INDEX portfolio_line_large ON portfolio_line (workspace_id, archived, arr_now DESC, name_key, account_id);
-- The totals of the report are added up from this index alone.
CREATE INDEX portfolio_line_totals ON portfolio_line (workspace_id, archived, confidential, gap_step, arr_last_year,
  arr_delta_target, arr_now, overall, step_1, step_2, step_3, step_4, step_5, type, associate, name_key, account_id);
CREATE INDEX portfolio_line_due ON portfolio_line (next_change_on);
-- tenant portfolio_line
