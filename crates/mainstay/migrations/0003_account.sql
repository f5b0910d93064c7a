CREATE TABLE account (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  name TEXT NOT NULL,
  external_id TEXT,
  type BIGINT NOT NULL CHECK (type BETWEEN 1 AND 4),
  associate_id {uuid} REFERENCES workspace_user (id),
  industry TEXT,
  vertical TEXT,
  geography TEXT,
  end_on {date},
  confidential {bool} NOT NULL,
  archived_at {time},
  created_at {time} NOT NULL,
  UNIQUE (workspace_id, external_id)
){strict};
CREATE INDEX account_name ON account (workspace_id, lower(name));
CREATE INDEX account_associate ON account (workspace_id, associate_id);
-- tenant account

CREATE TABLE contract (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  external_id TEXT,
  created_at {time} NOT NULL,
  UNIQUE (workspace_id, external_id)
){strict};
CREATE INDEX contract_account ON contract (account_id);
-- tenant contract

-- From start_on until the day before end_on (or for good), the contract is worth arr_minor a year.
CREATE TABLE contract_amendment (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  contract_id {uuid} NOT NULL REFERENCES contract (id),
  start_on {date} NOT NULL,
  end_on {date},
  arr_minor BIGINT NOT NULL CHECK (arr_minor >= 0),
  currency TEXT NOT NULL,
  note TEXT NOT NULL,
  recorded_at {time} NOT NULL,
  recorded_by {uuid},
  withdrawn_at {time},
  CHECK (end_on IS NULL OR end_on > start_on)
){strict};
CREATE INDEX contract_amendment_account ON contract_amendment (account_id);
-- tenant contract_amendment

CREATE TABLE arr_target (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  fiscal_year BIGINT NOT NULL,
  delta_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  PRIMARY KEY (account_id, fiscal_year)
){strict};
-- tenant arr_target

-- A client pod is about one account, a sales pod about several; both links are dated.
CREATE TABLE pod (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  kind TEXT NOT NULL CHECK (kind IN ('client', 'sales')),
  name TEXT NOT NULL,
  created_at {time} NOT NULL
){strict};
-- tenant pod

CREATE TABLE pod_account (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  pod_id {uuid} NOT NULL REFERENCES pod (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  since {date} NOT NULL,
  until {date},
  PRIMARY KEY (pod_id, account_id, since)
){strict};
CREATE INDEX pod_account_account ON pod_account (account_id);
-- tenant pod_account

CREATE TABLE pod_member (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  pod_id {uuid} NOT NULL REFERENCES pod (id),
  user_id {uuid} NOT NULL REFERENCES workspace_user (id),
  role TEXT NOT NULL CHECK (role IN ('owner', 'team', 'observer')),
  function TEXT NOT NULL,
  since {date} NOT NULL,
  until {date}
){strict};
CREATE INDEX pod_member_pod ON pod_member (pod_id, user_id);
CREATE INDEX pod_member_user ON pod_member (user_id);
-- tenant pod_member
