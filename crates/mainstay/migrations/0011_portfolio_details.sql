-- What a line shows beside its columns, as JSON: values that no statement sorts or filters by.
ALTER TABLE portfolio_line ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
