-- Activities of a step that were done on an account, by their words; done_at NULL: the tick was taken back.
CREATE TABLE step_activity (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  step TEXT NOT NULL,
  activity TEXT NOT NULL,
  done_at {time},
  done_by {uuid},
  UNIQUE (account_id, step, activity)
){strict};
-- tenant step_activity
