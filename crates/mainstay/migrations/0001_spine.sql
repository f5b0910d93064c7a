-- The spine: every account's version, the events, and how far each consumer has read.

CREATE TABLE stream (
    workspace_id {uuid} NOT NULL,
    account_id {uuid} NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, account_id)
){strict};
-- tenant stream

-- (x, seq) is the order of reading. x is the transaction on PostgreSQL, so that a reader can stop before the oldest
-- one that still runs, and 0 on SQLite, where seq is the order of commits already.
CREATE TABLE event (
    seq {serial},
    x {xid},
    id {uuid} NOT NULL,
    workspace_id {uuid} NOT NULL,
    account_id {uuid},
    account_version BIGINT,
    kind TEXT NOT NULL,
    v BIGINT NOT NULL,
    effective_at {time} NOT NULL,
    recorded_at {time} NOT NULL,
    actor_id {uuid},
    cause_id {uuid},
    subject_kind TEXT NOT NULL,
    subject_id {uuid} NOT NULL,
    data {json} NOT NULL,
    CONSTRAINT event_account_versioned CHECK ((account_id IS NULL) = (account_version IS NULL))
){strict};
-- tenant event
CREATE UNIQUE INDEX event_id ON event (id);
CREATE UNIQUE INDEX event_account_id_account_version ON event (account_id, account_version);
CREATE INDEX event_order ON event (x, seq);
CREATE INDEX event_workspace_order ON event (workspace_id, x, seq);
CREATE INDEX event_account_order ON event (account_id, x, seq);

CREATE TABLE event_consumer (
    name TEXT NOT NULL,
    workspace_id {uuid} NOT NULL,
    x BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    problem TEXT,
    PRIMARY KEY (name, workspace_id)
){strict};
-- tenant event_consumer

-- Events that a consumer could not handle after its attempts. They wait here for a person.
CREATE TABLE event_parked (
    consumer TEXT NOT NULL,
    workspace_id {uuid} NOT NULL,
    event_id {uuid} NOT NULL,
    x BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    problem TEXT NOT NULL,
    parked_at {time} NOT NULL,
    PRIMARY KEY (consumer, workspace_id, event_id)
){strict};
-- tenant event_parked
