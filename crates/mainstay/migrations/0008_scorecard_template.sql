-- The scorecard templates of a workspace. The ones that ship need no row until somebody drafts a change of them.
CREATE TABLE scorecard_template (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  key TEXT NOT NULL,
  -- The newest published version; 0 when there is only a draft.
  version BIGINT NOT NULL,
  is_default {bool} NOT NULL,
  draft TEXT,
  draft_at {time},
  draft_by {uuid},
  created_at {time} NOT NULL,
  UNIQUE (workspace_id, key)
){strict};
-- tenant scorecard_template

-- Every version that was ever published, as the text that it was; never changed.
CREATE TABLE scorecard_version (
  template_id {uuid} NOT NULL REFERENCES scorecard_template (id),
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  version BIGINT NOT NULL,
  text TEXT NOT NULL,
  hash TEXT NOT NULL,
  note TEXT NOT NULL,
  published_at {time} NOT NULL,
  published_by {uuid},
  PRIMARY KEY (template_id, version)
){strict};
-- tenant scorecard_version
