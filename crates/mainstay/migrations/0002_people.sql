-- Identities are global; a user is an identity's membership in one workspace and the actor of its events.
CREATE TABLE identity (
  id {uuid} PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  password_hash TEXT,
  created_at {time} NOT NULL
){strict};
-- system identity

CREATE TABLE session (
  hash TEXT PRIMARY KEY,
  identity_id {uuid} NOT NULL REFERENCES identity (id),
  csrf TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  created_at {time} NOT NULL,
  seen_at {time} NOT NULL,
  expires_at {time} NOT NULL
){strict};
CREATE INDEX session_identity ON session (identity_id);
-- system session

CREATE TABLE sign_in_attempt (
  key TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  first_at {time} NOT NULL
){strict};
-- system sign_in_attempt

CREATE TABLE workspace (
  id {uuid} PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  currency TEXT NOT NULL,
  zone TEXT NOT NULL,
  fiscal_year_start_month BIGINT NOT NULL CHECK (fiscal_year_start_month BETWEEN 1 AND 12),
  version BIGINT NOT NULL,
  created_at {time} NOT NULL
){strict};
-- tenant workspace by id

CREATE TABLE workspace_user (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  identity_id {uuid} REFERENCES identity (id),
  name TEXT NOT NULL,
  email TEXT,
  role TEXT NOT NULL CHECK (role IN ('admin', 'leader', 'member')),
  function TEXT NOT NULL,
  active {bool} NOT NULL,
  version BIGINT NOT NULL,
  created_at {time} NOT NULL,
  UNIQUE (workspace_id, identity_id),
  UNIQUE (workspace_id, email)
){strict};
CREATE INDEX workspace_user_identity ON workspace_user (identity_id);
-- tenant workspace_user

CREATE TABLE token (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  user_id {uuid} NOT NULL REFERENCES workspace_user (id),
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  created_at {time} NOT NULL,
  last_used_at {time},
  revoked_at {time}
){strict};
CREATE INDEX token_user ON token (workspace_id, user_id);
-- tenant token

-- One table for links that work once: first set-up (no workspace yet) and invitations.
CREATE TABLE one_time_link (
  hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('setup', 'invitation')),
  workspace_id {uuid} REFERENCES workspace (id),
  user_id {uuid} REFERENCES workspace_user (id),
  created_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  used_at {time}
){strict};
-- system one_time_link

-- The answer of a write, kept with the write itself, for requests that are sent again.
CREATE TABLE idempotency (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  answer TEXT,
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, caller, key)
){strict};
CREATE INDEX idempotency_age ON idempotency (created_at);
-- tenant idempotency
