-- The progress report as of any day: one row for each stretch of days in which an account's line was the same.
-- A stretch ends with its month at the latest, so that a row belongs to one month: the report as of a day reads the
-- rows of that month, in the order of an index, and leaves out the stretches that begin later or have ended.
-- confidential is today's, because rights are; everything else is as it was.
CREATE TABLE portfolio_history (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  month {date} NOT NULL,
  from_on {date} NOT NULL,
  until_on {date} NOT NULL,
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
  PRIMARY KEY (account_id, from_on)
){strict};
CREATE INDEX portfolio_history_name ON portfolio_history (workspace_id, month, archived, name_key, account_id,
  from_on, until_on);
CREATE INDEX portfolio_history_worst ON portfolio_history (workspace_id, month, archived, overall, name_key, account_id,
  from_on, until_on);
CREATE INDEX portfolio_history_best ON portfolio_history (workspace_id, month, archived, overall DESC, name_key,
  account_id, from_on, until_on);
CREATE INDEX portfolio_history_small ON portfolio_history (workspace_id, month, archived, arr_now, name_key, account_id,
  from_on, until_on);
CREATE INDEX portfolio_history_large ON portfolio_history (workspace_id, month, archived, arr_now DESC, name_key,
  account_id, from_on, until_on);
CREATE INDEX portfolio_history_totals ON portfolio_history (workspace_id, month, archived, confidential, from_on,
  until_on, gap_step, arr_last_year, arr_delta_target, arr_now, overall, step_1, step_2, step_3, step_4, step_5, type,
  associate, name_key, account_id);
-- tenant portfolio_history

-- The day from which the history is to be written anew once it is there: the next month's first when nothing waits, as
-- every stretch ends with its month. Lines that were there before have all of theirs written by the first start.
ALTER TABLE portfolio_line ADD COLUMN history_from {date} NOT NULL DEFAULT '1990-01-01';
CREATE INDEX portfolio_line_waiting ON portfolio_line (workspace_id, history_from);
