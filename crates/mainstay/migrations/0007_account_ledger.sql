-- Contracts in other currencies, with notice; an amendment may be a change of price alone.
ALTER TABLE contract ADD COLUMN notice_days BIGINT;
ALTER TABLE contract ADD COLUMN auto_renew {bool} NOT NULL DEFAULT FALSE;
ALTER TABLE contract_amendment ADD COLUMN is_price {bool} NOT NULL DEFAULT FALSE;

-- Subsidiaries point to their parent; what is judged by client is judged by the topmost of them.
ALTER TABLE account ADD COLUMN parent_id {uuid} REFERENCES account (id);
CREATE INDEX account_parent ON account (workspace_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX account_confidential ON account (workspace_id) WHERE confidential;

-- Millionths of the workspace's currency for one whole unit of the other, for all of a fiscal year.
CREATE TABLE exchange_rate (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  fiscal_year BIGINT NOT NULL,
  currency TEXT NOT NULL,
  rate_millionths BIGINT NOT NULL CHECK (rate_millionths > 0),
  PRIMARY KEY (workspace_id, fiscal_year, currency)
){strict};
-- tenant exchange_rate

-- What somebody decided about the kind of a movement; its amount follows from the contracts alone.
CREATE TABLE movement_kind (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  contract_id {uuid} NOT NULL REFERENCES contract (id),
  moved_on {date} NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided_at {time} NOT NULL,
  decided_by {uuid},
  PRIMARY KEY (contract_id, moved_on)
){strict};
CREATE INDEX movement_kind_account ON movement_kind (account_id);
-- tenant movement_kind

-- Read model: how the ARR of each contract moved, written in the transaction of whatever changed the contracts.
CREATE TABLE arr_movement (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  contract_id {uuid} NOT NULL REFERENCES contract (id),
  moved_on {date} NOT NULL,
  kind TEXT NOT NULL,
  derived_kind TEXT NOT NULL,
  currency TEXT NOT NULL,
  before_minor BIGINT NOT NULL,
  after_minor BIGINT NOT NULL,
  PRIMARY KEY (contract_id, moved_on)
){strict};
CREATE INDEX arr_movement_account ON arr_movement (workspace_id, account_id, moved_on, currency, kind, before_minor, after_minor);
CREATE INDEX arr_movement_day ON arr_movement (workspace_id, moved_on DESC, contract_id);
-- tenant arr_movement

-- What was used in a month beyond or within the contracts; never part of ARR.
CREATE TABLE usage_revenue (
  workspace_id {uuid} NOT NULL REFERENCES workspace (id),
  account_id {uuid} NOT NULL REFERENCES account (id),
  month {date} NOT NULL,
  minor BIGINT NOT NULL CHECK (minor >= 0),
  currency TEXT NOT NULL,
  PRIMARY KEY (account_id, month)
){strict};
-- tenant usage_revenue

-- Every line is written anew by the next server, and the movements with it.
UPDATE portfolio_line SET next_change_on = '1990-01-01';
