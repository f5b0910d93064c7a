-- What people said about a file's columns, kept under a name and recognised by the headers.
CREATE TABLE import_mapping (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  headers {json} NOT NULL,
  settings {json} NOT NULL,
  created_at {time} NOT NULL,
  created_by {uuid},
  UNIQUE (workspace_id, name)
){strict};
-- tenant import_mapping
