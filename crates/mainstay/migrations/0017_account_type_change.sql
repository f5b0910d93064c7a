-- How the type of an account changed, and why; the event has the numbers, the words can be erased here.
CREATE TABLE account_type_change (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  type_before BIGINT NOT NULL CHECK (type_before BETWEEN 1 AND 4),
  type_after BIGINT NOT NULL CHECK (type_after BETWEEN 1 AND 4),
  reason TEXT NOT NULL,
  changed_at {time} NOT NULL,
  changed_by {uuid}
){strict};
CREATE INDEX account_type_change_account ON account_type_change (account_id, changed_at DESC);
-- tenant account_type_change
