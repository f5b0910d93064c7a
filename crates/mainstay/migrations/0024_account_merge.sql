-- An account that was merged leads to another one; its history stays with it.
ALTER TABLE account ADD COLUMN merged_into {uuid} REFERENCES account (id);
CREATE INDEX account_merged_into ON account (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE account_merge (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  source_id {uuid} NOT NULL REFERENCES account (id),
  target_id {uuid} NOT NULL REFERENCES account (id),
  reason TEXT NOT NULL,
  merged_at {time} NOT NULL,
  merged_by {uuid}
){strict};
CREATE INDEX account_merge_source ON account_merge (source_id);
CREATE INDEX account_merge_target ON account_merge (target_id);
-- tenant account_merge
