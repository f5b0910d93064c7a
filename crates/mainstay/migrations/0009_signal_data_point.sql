-- What another system or a person measured of an account: series of exact numbers, in millionths.
CREATE TABLE data_point (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  at {time} NOT NULL,
  value BIGINT NOT NULL,
  source TEXT NOT NULL,
  recorded_at {time} NOT NULL,
  recorded_by {uuid}
){strict};
CREATE INDEX data_point_series ON data_point (account_id, name, at DESC, recorded_at DESC, id DESC);
-- tenant data_point
