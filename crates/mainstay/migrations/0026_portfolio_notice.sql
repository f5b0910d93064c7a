-- Lines know the last day of notice as a facet, which the weekly call is ordered by: they and their history are written
-- anew by the first start.
UPDATE portfolio_line SET next_change_on = '1990-01-01', history_from = '1990-01-01';

-- How the Overall of an account went, read off the index alone: the weekly call asks it of every line, the trend of a page.
CREATE INDEX portfolio_history_course ON portfolio_history (account_id, from_on, until_on, overall, scored_steps,
  workspace_id);
