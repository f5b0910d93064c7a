-- Saved views of the report: a name for the words of an address.
CREATE TABLE portfolio_view (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  owner_id {uuid} NOT NULL REFERENCES workspace_user (id),
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  shared {bool} NOT NULL,
  position BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at {time} NOT NULL
){strict};
CREATE INDEX portfolio_view_workspace ON portfolio_view (workspace_id, position);
CREATE INDEX portfolio_view_owner ON portfolio_view (owner_id);
-- tenant portfolio_view
