-- Signals: named series of data points that programs send. A point of a program has an id made of what it says, so that
-- one which is sent again is known; what it is about is the account itself, a scope of it or a contract.
ALTER TABLE data_point ADD COLUMN subject_kind TEXT;
ALTER TABLE data_point ADD COLUMN subject_id {uuid};
ALTER TABLE data_point ADD COLUMN actor {uuid};
ALTER TABLE data_point ADD COLUMN sent {bool};

CREATE TABLE signal (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  unit TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('higher_is_better', 'lower_is_better', 'neither')),
  version BIGINT NOT NULL,
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, name)
){strict};
-- tenant signal
INSERT INTO signal (workspace_id, name, title, unit, direction, version, created_at)
  SELECT workspace_id, name, '', '', 'neither', 1, MIN(recorded_at) FROM data_point GROUP BY workspace_id, name;

-- What the points of one day of the workspace's zone add up to; kept when the points themselves are thinned out.
CREATE TABLE signal_day (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  subject_id {uuid} NOT NULL,
  name TEXT NOT NULL,
  day {date} NOT NULL,
  points BIGINT NOT NULL,
  total BIGINT NOT NULL,
  least BIGINT NOT NULL,
  most BIGINT NOT NULL,
  last BIGINT NOT NULL,
  last_at {time} NOT NULL,
  thinned {bool} NOT NULL,
  PRIMARY KEY (account_id, name, subject_id, day)
){strict};
CREATE INDEX signal_day_whole ON signal_day (workspace_id, day) WHERE NOT thinned;
-- tenant signal_day

-- Who the points of a day came from, as digests: only their number is of interest.
CREATE TABLE signal_actor (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  subject_id {uuid} NOT NULL,
  name TEXT NOT NULL,
  day {date} NOT NULL,
  actor {uuid} NOT NULL,
  PRIMARY KEY (account_id, name, subject_id, day, actor)
){strict};
CREATE INDEX signal_actor_day ON signal_actor (workspace_id, day);
-- tenant signal_actor

CREATE TABLE signal_threshold (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  signal TEXT NOT NULL,
  measure TEXT NOT NULL CHECK (measure IN ('last', 'sum', 'mean', 'count', 'distinct', 'change')),
  days BIGINT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('at_least', 'at_most')),
  level BIGINT NOT NULL,
  back_by BIGINT NOT NULL,
  rest_days BIGINT NOT NULL,
  account_types BIGINT NOT NULL,
  enabled {bool} NOT NULL,
  version BIGINT NOT NULL,
  created_at {time} NOT NULL,
  created_by {uuid},
  removed_at {time}
){strict};
CREATE INDEX signal_threshold_signal ON signal_threshold (workspace_id, signal);
-- tenant signal_threshold

-- Where an account stands to a threshold; without a row it is armed.
CREATE TABLE signal_standing (
  threshold_id {uuid} NOT NULL REFERENCES signal_threshold (id),
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  armed {bool} NOT NULL,
  fired_on {date},
  PRIMARY KEY (threshold_id, account_id)
){strict};
CREATE INDEX signal_standing_account ON signal_standing (account_id);
-- tenant signal_standing

-- Accounts of which something arrived that a reader after the commit is to look at: thresholds, or scores.
CREATE TABLE signal_due (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  reader TEXT NOT NULL CHECK (reader IN ('threshold', 'score')),
  since {time} NOT NULL,
  PRIMARY KEY (account_id, reader)
){strict};
CREATE INDEX signal_due_workspace ON signal_due (workspace_id, reader, account_id);
-- tenant signal_due

-- People of other systems, as digests, and the account that they were last seen to work for.
CREATE TABLE signal_person (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  person {uuid} NOT NULL,
  account_id {uuid} NOT NULL REFERENCES account (id),
  seen_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, person)
){strict};
CREATE INDEX signal_person_account ON signal_person (account_id);
-- tenant signal_person

-- Groups of other systems that no account is known by: what they sent was dropped, and somebody should know.
CREATE TABLE signal_unmatched (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  group_id TEXT NOT NULL,
  calls BIGINT NOT NULL,
  first_at {time} NOT NULL,
  last_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, group_id)
){strict};
-- tenant signal_unmatched
