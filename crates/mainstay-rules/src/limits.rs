//! Every limit of the trade in one place, named, with its unit and its reason.

/// Characters in a name (account, person, workspace, contract).
pub const NAME_CHARS_MAX: usize = 200;
/// Characters in the id that another system gave to a thing.
pub const EXTERNAL_ID_CHARS_MAX: usize = 100;
/// Characters in an industry, a vertical or a geography.
pub const SEGMENT_CHARS_MAX: usize = 80;
/// Characters in a note.
pub const NOTE_CHARS_MAX: usize = 4_000;
/// Characters in a link.
pub const URL_CHARS_MAX: usize = 2_000;
/// Characters in an e-mail address (RFC 5321 leaves 254 of the path).
pub const EMAIL_CHARS_MAX: usize = 254;
/// Characters before the @ of an e-mail address (RFC 5321).
pub const EMAIL_LOCAL_CHARS_MAX: usize = 64;
/// Fewest characters of a password: length is what makes it hard to guess.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Most characters of a password: hashing a novel would cost everyone time.
pub const PASSWORD_CHARS_MAX: usize = 200;
/// Tokens of one user that work at the same time.
pub const TOKENS_PER_USER_MAX: usize = 50;
/// Browsers in which one person is signed in; one more signs out the one not seen for the longest time.
pub const SESSIONS_PER_IDENTITY_MAX: i64 = 100;

/// Characters of what is to be done; more belongs into the note.
pub const TASK_TITLE_CHARS_MAX: usize = 200;
/// Open tasks of one person: beyond it nobody keeps the promise that a list of work is.
pub const OPEN_TASKS_PER_OWNER_MAX: i64 = 1_000;
/// Tasks that one page shows; the rest is counted and found by the API's list.
pub const TASKS_SHOWN_MAX: i64 = 300;
/// Fields that a workspace gives its accounts, archived ones included.
pub const FIELDS_PER_WORKSPACE_MAX: usize = 60;
/// Choices that one field offers.
pub const CHOICES_PER_FIELD_MAX: usize = 60;
/// Choices of one field, removed ones included: their keys are never used again.
pub const CHOICES_EVER_MAX: usize = 500;
/// Characters of a field's or choice's key.
pub const FIELD_KEY_CHARS_MAX: usize = 40;
/// Characters of a field's name and of a choice's label.
pub const FIELD_NAME_CHARS_MAX: usize = 60;
/// Characters of a text in a field.
pub const FIELD_TEXT_CHARS_MAX: usize = 500;
/// Largest number in a field: with its six decimals it fits an i64.
pub const FIELD_NUMBER_MAX: i64 = 1_000_000_000_000;

/// Views of the report that one person keeps.
pub const VIEWS_PER_USER_MAX: usize = 100;
/// Characters of a view's words.
pub const VIEW_QUERY_CHARS_MAX: usize = 2_000;

/// Cells that one request may change in the progress report.
pub const EDITS_MAX: usize = 500;

/// Accounts that the mobility list compares with a quarter ago, those with the most ARR first.
pub const MOBILITY_ACCOUNTS_MAX: i64 = 2_000;

/// Accounts of which one request changes a field: it is one transaction, behind which others wait.
pub const BULK_ACCOUNTS_MAX: usize = 500;

/// Accounts of one exported file: a workbook is made in memory.
pub const EXPORT_ROWS_MAX: i64 = 50_000;

/// Bytes of an uploaded file.
pub const IMPORT_BYTES_MAX: usize = 200 * 1024 * 1024;
/// Rows of an imported file, the header not counted.
pub const IMPORT_ROWS_MAX: usize = 1_000_000;
/// Rows of a file that is applied in one transaction; a larger one is applied in the background.
pub const IMPORT_ROWS_AT_ONCE_MAX: usize = 2_000;
/// Rows of one account in a file of contracts: as many amendments as an account may have.
pub const IMPORT_CONTRACTS_PER_ACCOUNT_MAX: usize = AMENDMENTS_PER_ACCOUNT_MAX;
/// Rows of one account in a file of scores: the account is written in one transaction.
pub const IMPORT_SCORES_PER_ACCOUNT_MAX: usize = 20_000;
/// Saved mappings of a workspace.
pub const IMPORT_MAPPINGS_MAX: i64 = 200;
/// Columns of an imported sheet.
pub const IMPORT_COLUMNS_MAX: usize = 200;
/// Characters of a column's header that are kept; every problem repeats them.
pub const IMPORT_HEADER_CHARS_MAX: usize = 100;
/// Bytes that a workbook may unpack to; a larger one is a zip bomb or no report.
pub const IMPORT_UNPACKED_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of a workbook as it is uploaded; larger ones come as CSV.
pub const IMPORT_WORKBOOK_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Files inside of a workbook.
pub const IMPORT_PARTS_MAX: usize = 1_000;
/// Bytes of one cell of the file, mapped or not.
pub const IMPORT_CELL_BYTES_MAX: usize = 64 * 1024;
/// Seconds that reading a file may take.
pub const IMPORT_READ_SECONDS_MAX: u64 = 60;
/// Days that a file which was never applied waits.
pub const IMPORT_STAGED_DAYS_MAX: i64 = 30;
/// Characters of one imported cell.
pub const IMPORT_CELL_CHARS_MAX: usize = 4_000;
/// Values that an import changes and its preview lists; the account that goes beyond is listed whole.
pub const IMPORT_CHANGES_SHOWN_MAX: usize = 200;
/// Problems that a preview shows; the rest is counted.
pub const IMPORT_PROBLEMS_SHOWN_MAX: usize = 200;

/// Rows of a list when the caller names no number.
pub const LIST_LIMIT_DEFAULT: i64 = 50;
/// Most rows of a list.
pub const LIST_LIMIT_MAX: i64 = 200;
/// Characters of an Idempotency-Key.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;

/// Largest amount in minor units: 100,000 accounts of it still add up in an i64.
pub const MONEY_MINOR_MAX: i64 = 90_000_000_000_000;
/// Earliest year of any date: before it, a typing error is likelier than a contract.
pub const YEAR_MIN: i16 = 1990;
/// Latest year of any date; an open end is "none", never a far date.
pub const YEAR_MAX: i16 = 2200;

/// Bytes of a scorecard template.
pub const TEMPLATE_BYTES_MAX: usize = 64 * 1024;
/// Sub-metrics of one step; the seed speaks of three to five.
pub const METRICS_PER_STEP_MAX: usize = 20;
/// Largest weight of a sub-metric.
pub const METRIC_WEIGHT_MAX: i64 = 1_000;
/// Characters of a step's or sub-metric's key.
pub const METRIC_KEY_CHARS_MAX: usize = 80;
/// Characters of a sub-metric's help text.
pub const METRIC_HELP_CHARS_MAX: usize = 500;
/// Characters of a formula.
pub const FORMULA_CHARS_MAX: usize = 500;
/// Numbers, data points, operators and calls of a formula: what it costs to work out.
pub const FORMULA_PARTS_MAX: usize = 200;
/// How deep a formula is nested: what it needs of the stack to read.
pub const FORMULA_DEPTH_MAX: u16 = 32;
/// Bands of one sub-metric.
pub const BANDS_MAX: usize = 20;
/// Activities of one step.
pub const ACTIVITIES_PER_STEP_MAX: usize = 20;
/// Days after which a score is stale, at most: two years.
pub const REFRESH_DAYS_MAX: i64 = 730;
/// Types and segments that one template names.
pub const APPLIES_TO_MAX: usize = 100;
/// Templates of one workspace: the choice among them is made with every change of an account.
pub const TEMPLATES_MAX: usize = 20;
/// Bytes of a JSON request body: 500 edits of portfolio cells fit many times.
pub const JSON_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a form, except the upload of an import.
pub const FORM_BYTES_MAX: usize = 256 * 1024;
/// Contract amendments of one account, withdrawn ones included: its ledger is read whole with every change.
pub const AMENDMENTS_PER_ACCOUNT_MAX: usize = 500;
/// Days of notice of a contract: more than three years is a typing error.
pub const NOTICE_DAYS_MAX: i64 = 1_100;
/// Exchange rates of one workspace: a dozen currencies for decades.
pub const EXCHANGE_RATES_MAX: i64 = 2_000;
/// Largest exchange rate in millionths: 1,000,000 units for one.
pub const RATE_MILLIONTHS_MAX: i64 = 1_000_000_000_000;
/// Subsidiaries under subsidiaries: how many levels a parent may stand above.
pub const PARENT_LEVELS_MAX: usize = 10;
/// Accounts that the hierarchy shows, those that bring most.
pub const HIERARCHY_ACCOUNTS_MAX: i64 = 2_000;
/// Divided accounts whose scopes the hierarchy shows; of the others it shows the account.
pub const HIERARCHY_DIVIDED_MAX: usize = 50;
/// Months of usage revenue kept for one account.
pub const USAGE_MONTHS_MAX: i64 = 600;

/// Business days between two times of a schedule: a year of them.
pub const BUSINESS_DAYS_MAX: i64 = 260;
/// Characters in the name of a time zone.
pub const ZONE_CHARS_MAX: usize = 80;
/// Holidays of one workspace.
pub const HOLIDAYS_MAX: i64 = 1_000;
/// Missed periods of one schedule that are caught up, the newest ones: a year of days.
pub const JOBS_CAUGHT_UP_MAX: usize = 366;
/// Seconds until a failed job is tried again for the first time.
pub const JOB_RETRY_SECONDS_FIRST: i64 = 15;
/// Seconds between two tries of a job that keeps failing.
pub const JOB_RETRY_SECONDS_MAX: i64 = 3_600;
/// Characters of a job's last problem that are kept.
pub const JOB_PROBLEM_CHARS_MAX: usize = 500;
/// Characters of the word by which a timer is set, moved and cancelled.
pub const JOB_KEY_CHARS_MAX: usize = 200;
/// Days that a finished job is kept to be looked at.
pub const JOB_KEPT_DAYS: i64 = 90;
/// Scopes of one account, archived ones included: its page shows the whole tree.
pub const SCOPES_PER_ACCOUNT_MAX: usize = 200;
/// Levels of scopes under an account: division, region, product line and site, and one more.
pub const SCOPE_DEPTH_MAX: usize = 5;
/// Expected users or sites of one scope: more people than there are is a typing error.
pub const EXPECTED_USERS_MAX: i64 = 10_000_000_000;

/// Points of one JSON body, and of one commit: what other writers wait behind. A stream of lines takes any number.
pub const SIGNALS_AT_ONCE_MAX: usize = 1_000;
/// Characters of the id that a sender gives to a point, and of the name of who it came from.
pub const SIGNAL_ID_CHARS_MAX: usize = 200;
/// Bytes of a stream of lines.
pub const SIGNAL_STREAM_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of one line of a stream.
pub const SIGNAL_LINE_BYTES_MAX: usize = 32 * 1024;
/// Refused points that one answer names; the others are counted.
pub const SIGNAL_ERRORS_MAX: usize = 100;
/// Numbers among the traits of one group call that are taken.
pub const SIGNAL_TRAITS_MAX: usize = 50;
/// Groups of other systems that no account is known by and that are kept to be shown.
pub const SIGNAL_UNMATCHED_MAX: i64 = 1_000;
/// Days after its last call for which such a group is shown.
pub const SIGNAL_UNMATCHED_DAYS: i64 = 30;
/// Signals of one workspace: each is a name that somebody must know.
pub const SIGNALS_PER_WORKSPACE_MAX: usize = 500;
/// Characters of a signal's unit.
pub const SIGNAL_UNIT_CHARS_MAX: usize = 20;
/// Millionths at which a day's sum stops: two of them still add up in an i64.
pub const SIGNAL_SUM_MAX: i64 = 4_000_000_000_000_000_000;
/// Days for which every single point is kept; of older days the last point and the roll-up stay.
pub const SIGNAL_RAW_DAYS: i64 = 90;
/// Days for which is known who a day's points came from.
pub const SIGNAL_ACTOR_DAYS: i64 = 400;
/// Minutes that a sender's clock may be ahead of ours; what is further off is refused.
pub const SIGNAL_AHEAD_MINUTES_MAX: i64 = 5;
/// Days over which a measure of a signal looks back.
pub const SIGNAL_WINDOW_DAYS_MAX: i64 = 400;
/// Thresholds of one workspace.
pub const THRESHOLDS_MAX: usize = 100;
/// Days after which a threshold is armed again, unless it is told otherwise.
pub const THRESHOLD_REST_DAYS: i64 = 30;
/// Days between two crossings that may be asked for.
pub const THRESHOLD_REST_DAYS_MAX: i64 = 730;
