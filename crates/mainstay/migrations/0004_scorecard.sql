-- Every score ever recorded; value NULL means that the score was withdrawn.
CREATE TABLE score (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
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
CREATE INDEX score_history ON score (account_id, metric, effective_at DESC);
-- tenant score

-- The newest score of each metric, so that recording one never reads a history.
CREATE TABLE score_latest (
  account_id {uuid} NOT NULL REFERENCES account (id),
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  metric TEXT NOT NULL,
  score_id {uuid} NOT NULL,
  value BIGINT,
  effective_at {time} NOT NULL,
  PRIMARY KEY (account_id, metric)
){strict};
-- tenant score_latest
