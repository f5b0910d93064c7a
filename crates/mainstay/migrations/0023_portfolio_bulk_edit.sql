-- A field of many accounts that was changed at once, with what each had before: what an undo needs.
CREATE TABLE bulk_edit (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at {time} NOT NULL,
  created_by {uuid} NOT NULL REFERENCES workspace_user (id),
  undone_at {time},
  undone_by {uuid}
){strict};
CREATE INDEX bulk_edit_workspace ON bulk_edit (workspace_id, created_at DESC);
-- tenant bulk_edit

CREATE TABLE bulk_edit_row (
  bulk_edit_id {uuid} NOT NULL REFERENCES bulk_edit (id),
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL,
  before_value TEXT NOT NULL,
  before_words TEXT NOT NULL,
  version BIGINT NOT NULL,
  undone {bool} NOT NULL,
  PRIMARY KEY (bulk_edit_id, account_id)
){strict};
CREATE INDEX bulk_edit_row_workspace ON bulk_edit_row (workspace_id);
-- tenant bulk_edit_row
