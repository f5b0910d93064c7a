-- Fields that a workspace gives its accounts. A key is never used again, so that an old file, filter or formula never
-- means something else: archived fields and removed choices stay.
CREATE TABLE account_field (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  key TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('text', 'number', 'date', 'choice', 'person', 'money')),
  name TEXT NOT NULL,
  help TEXT NOT NULL,
  position BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at {time} NOT NULL,
  archived_at {time},
  UNIQUE (workspace_id, key)
){strict};
-- tenant account_field

CREATE TABLE account_field_choice (
  field_id {uuid} NOT NULL REFERENCES account_field (id),
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  key TEXT NOT NULL,
  label TEXT NOT NULL,
  position BIGINT NOT NULL,
  removed_at {time},
  PRIMARY KEY (field_id, key)
){strict};
CREATE INDEX account_field_choice_workspace ON account_field_choice (workspace_id);
-- tenant account_field_choice

-- One of the five columns has the value, by the field's kind: number holds millionths, or minor units of money.
CREATE TABLE account_field_value (
  account_id {uuid} NOT NULL REFERENCES account (id),
  field_id {uuid} NOT NULL REFERENCES account_field (id),
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  words TEXT,
  number BIGINT,
  day {date},
  choice TEXT,
  person_id {uuid} REFERENCES workspace_user (id),
  recorded_at {time} NOT NULL,
  recorded_by {uuid},
  PRIMARY KEY (account_id, field_id)
){strict};
CREATE INDEX account_field_value_field ON account_field_value (field_id);
CREATE INDEX account_field_value_person ON account_field_value (person_id);
-- tenant account_field_value

-- What a line is filtered, ordered and grouped by beside its columns, as one flat JSON object.
ALTER TABLE portfolio_line ADD COLUMN facets {json} NOT NULL DEFAULT '{}';
UPDATE portfolio_line SET next_change_on = '1990-01-01';
