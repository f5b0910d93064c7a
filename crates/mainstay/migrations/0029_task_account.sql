-- With the workspace in it, as SQLite would rather read an index that begins with the workspace and goes through all.
DROP INDEX task_account;
CREATE INDEX task_account ON task (account_id, workspace_id, status, due_on);
