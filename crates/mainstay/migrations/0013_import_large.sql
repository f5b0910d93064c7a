-- What a file is about, what is being done with it in the background, and how far that is.
ALTER TABLE import ADD COLUMN kind TEXT NOT NULL DEFAULT 'accounts';
ALTER TABLE import ADD COLUMN work TEXT;
ALTER TABLE import ADD COLUMN job {json} NOT NULL DEFAULT '{}';
CREATE INDEX import_work ON import (work);

-- The rows of a large file as they stood, some hundred to a chunk: a million small rows would cost a minute by themselves.
CREATE TABLE import_chunk (
  import_id {uuid} NOT NULL REFERENCES import (id),
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  number BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (import_id, number)
){strict};
-- tenant import_chunk

-- What the rows of a file say of one account, ready to be written; gone once the import is done.
CREATE TABLE import_fact (
  import_id {uuid} NOT NULL REFERENCES import (id),
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL,
  part BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  facts TEXT NOT NULL,
  PRIMARY KEY (import_id, account_id, part)
){strict};
-- tenant import_fact

-- What an import did to one account, and what undoing it needs.
CREATE TABLE import_account (
  import_id {uuid} NOT NULL REFERENCES import (id),
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL,
  account_version BIGINT NOT NULL,
  trace TEXT NOT NULL,
  PRIMARY KEY (import_id, account_id)
){strict};
-- tenant import_account

-- The import that brought a score, so that it can be taken back.
ALTER TABLE score ADD COLUMN import_id {uuid};
