-- From which day a version governs, so that a past day is measured by the scorecard of its time. What was published
-- before this was kept is taken to have governed since the beginning.
ALTER TABLE scorecard_version ADD COLUMN governs_from {date} NOT NULL DEFAULT '1990-01-01';
-- The version whose publishing made its template the workspace's default.
ALTER TABLE scorecard_version ADD COLUMN made_default {bool} NOT NULL DEFAULT FALSE;
UPDATE scorecard_version SET made_default = TRUE
WHERE EXISTS (SELECT 1 FROM scorecard_template t
  WHERE t.id = scorecard_version.template_id AND t.version = scorecard_version.version AND t.is_default);
