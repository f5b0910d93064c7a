-- Machine work. A job of a schedule has its cut-off day as its key, a timer the word of whoever set it: so nothing is
-- there twice. The token ascends with every hand-over; whoever holds an older one may not finish.
CREATE TABLE job (
  id {uuid} PRIMARY KEY,
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  due_on {date} NOT NULL,
  due_at {time} NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('due', 'running', 'done', 'failed', 'parked')),
  attempts BIGINT NOT NULL,
  next_try_at {time} NOT NULL,
  lease_until {time},
  token BIGINT NOT NULL,
  problem TEXT,
  payload {json} NOT NULL,
  created_at {time} NOT NULL,
  finished_at {time},
  CONSTRAINT job_running_leased CHECK ((state = 'running') = (lease_until IS NOT NULL)),
  UNIQUE (workspace_id, kind, key)
){strict};
CREATE INDEX job_waiting ON job (workspace_id, next_try_at, id) WHERE state IN ('due', 'failed');
CREATE INDEX job_next ON job (next_try_at) WHERE state IN ('due', 'failed');
CREATE INDEX job_leased ON job (lease_until) WHERE state = 'running';
CREATE INDEX job_newest ON job (workspace_id, due_at, id);
CREATE INDEX job_finished ON job (workspace_id, finished_at) WHERE state = 'done';
-- tenant job

-- planned_until: the newest time whose job was made. next_at: when to look again; at once when the calendar changed.
CREATE TABLE job_schedule (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  kind TEXT NOT NULL,
  schedule {json} NOT NULL,
  enabled {bool} NOT NULL,
  since {time} NOT NULL,
  planned_until {time} NOT NULL,
  next_at {time} NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, kind)
){strict};
CREATE INDEX job_schedule_next ON job_schedule (next_at);
-- tenant job_schedule

CREATE TABLE holiday (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  day {date} NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (workspace_id, day)
){strict};
-- tenant holiday
