-- A part of an account with an owner of its own; parent_id NULL stands directly under the account.
CREATE TABLE scope (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  parent_id {uuid} REFERENCES scope (id),
  kind TEXT NOT NULL CHECK (kind IN ('division', 'region', 'product_line', 'site')),
  name TEXT NOT NULL,
  owner_id {uuid} REFERENCES workspace_user (id),
  expected_users BIGINT CHECK (expected_users >= 0),
  version BIGINT NOT NULL,
  created_at {time} NOT NULL,
  archived_at {time}
){strict};
CREATE INDEX scope_account ON scope (account_id);
CREATE INDEX scope_parent ON scope (parent_id);
CREATE INDEX scope_owner ON scope (owner_id);
-- tenant scope

ALTER TABLE contract ADD COLUMN scope_id {uuid} REFERENCES scope (id);
CREATE INDEX contract_scope ON contract (scope_id);
