-- Whatever the report is grouped by is in the index that its totals are added up from, so that groups look no line up.
-- Not on PostgreSQL: a row of an index there has at most 2,704 bytes, and own fields can be longer.
-- only sqlite
DROP INDEX portfolio_line_totals;
CREATE INDEX portfolio_line_totals ON portfolio_line (workspace_id, archived, confidential, gap_step, arr_last_year,
  arr_delta_target, arr_now, overall, step_1, step_2, step_3, step_4, step_5, type, associate, industry, vertical,
  geography, end_on, facets, name_key, account_id);
-- end

-- With the workspace in it, as SQLite would rather read an index that begins with the workspace and goes through all.
DROP INDEX snapshot_line_account;
CREATE INDEX snapshot_line_account ON snapshot_line (account_id, workspace_id);
