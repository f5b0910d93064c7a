-- A piece of work with an owner and perhaps a date, whatever made it.
CREATE TABLE task (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} REFERENCES account (id),
  title TEXT NOT NULL,
  note TEXT NOT NULL,
  owner_id {uuid} NOT NULL REFERENCES workspace_user (id),
  due_on {date},
  status TEXT NOT NULL CHECK (status IN ('open', 'done', 'dropped')),
  source TEXT NOT NULL CHECK (source IN ('manual', 'gap', 'weekly_call')),
  source_step TEXT,
  source_metric TEXT,
  source_score BIGINT,
  moved {bool},
  version BIGINT NOT NULL,
  created_at {time} NOT NULL,
  created_by {uuid},
  closed_at {time},
  closed_by {uuid},
  CHECK ((status = 'open') = (closed_at IS NULL)),
  CHECK (source <> 'gap' OR (account_id IS NOT NULL AND source_step IS NOT NULL))
){strict};
-- Somebody's day is read off this index, an account's work off the second, a call's look back off the third.
CREATE INDEX task_owner ON task (workspace_id, owner_id, status, due_on);
CREATE INDEX task_account ON task (account_id, status, due_on);
CREATE INDEX task_closed ON task (workspace_id, status, closed_at);
-- tenant task
