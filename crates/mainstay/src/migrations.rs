//! The one set of migrations for both databases, in order; a file that was released is never edited.

use mainstay_db::Migration;

macro_rules! set {
    ($($name:literal),* $(,)?) => {
        pub const SET: &[Migration] = &[
            $(Migration { name: $name, sql: include_str!(concat!("../migrations/", $name, ".sql")) }),*
        ];
    };
}

set![
    "0001_spine",
    "0002_people",
    "0003_account",
    "0004_scorecard",
    "0005_portfolio",
    "0006_import",
    "0007_account_ledger",
    "0008_scorecard_template",
    "0009_signal_data_point",
    "0010_job",
    "0011_portfolio_details",
    "0012_task",
    "0013_import_large",
    "0014_import_mapping",
    "0015_account_field",
    "0016_portfolio_view",
    "0017_account_type_change",
    "0018_account_scope",
    "0019_scorecard_governs",
    "0020_portfolio_history",
    "0021_portfolio_snapshot",
    "0022_scorecard_activity",
    "0023_portfolio_bulk_edit",
    "0024_account_merge",
    "0025_scorecard_scope_score",
    "0026_portfolio_notice",
    "0027_account_amendment",
    "0028_portfolio_indexes",
    "0029_task_account",
    "0030_signal_series"
];
