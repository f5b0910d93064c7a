-- The currency of a contract is asked before each of its amendments.
CREATE INDEX contract_amendment_contract ON contract_amendment (contract_id);
