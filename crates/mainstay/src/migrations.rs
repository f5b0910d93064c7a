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
    "0009_scorecard_template",
    "0010_signal_data_point",
    "0011_job",
    "0012_portfolio_details",
    "0015_task",
    "0016_import_large",
    "0017_import_mapping",
    "0020_account_field",
    "0021_portfolio_view"
];
