CREATE TABLE import (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  file_name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('staged', 'applied', 'undone')),
  headers {json} NOT NULL,
  settings {json} NOT NULL,
  row_count BIGINT NOT NULL,
  summary {json} NOT NULL,
  created_at {time} NOT NULL,
  created_by {uuid},
  applied_at {time},
  undone_at {time},
  version BIGINT NOT NULL
){strict};
CREATE INDEX import_newest ON import (workspace_id, created_at DESC);
-- tenant import

-- The rows as they stood in the file; after applying, what each did and what it found before, for undo.
CREATE TABLE import_row (
  import_id {uuid} NOT NULL REFERENCES import (id),
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  number BIGINT NOT NULL,
  cells {json} NOT NULL,
  account_id {uuid},
  outcome TEXT,
  before {json},
  account_version BIGINT,
  PRIMARY KEY (import_id, number)
){strict};
-- tenant import_row
