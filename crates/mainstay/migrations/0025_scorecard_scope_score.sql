-- Every score ever recorded on a scope; value NULL means that it was withdrawn. The account's own follow in score.
CREATE TABLE scope_score (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  scope_id {uuid} NOT NULL REFERENCES scope (id),
  metric TEXT NOT NULL,
  value BIGINT CHECK (value BETWEEN 0 AND 1000),
  note TEXT NOT NULL,
  evidence_url TEXT NOT NULL,
  effective_at {time} NOT NULL,
  recorded_at {time} NOT NULL,
  recorded_by {uuid},
  template TEXT NOT NULL,
  template_version BIGINT NOT NULL
){strict};
CREATE INDEX scope_score_history ON scope_score (scope_id, metric, effective_at DESC);
CREATE INDEX scope_score_account ON scope_score (account_id, metric, effective_at);
-- tenant scope_score

-- The newest of each, so that a projector never reads a history.
CREATE TABLE scope_score_latest (
  scope_id {uuid} NOT NULL REFERENCES scope (id),
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  metric TEXT NOT NULL,
  score_id {uuid} NOT NULL,
  value BIGINT,
  effective_at {time} NOT NULL,
  PRIMARY KEY (scope_id, metric)
){strict};
CREATE INDEX scope_score_latest_account ON scope_score_latest (account_id, metric);
-- tenant scope_score_latest
