//! Tests of the data layer, each on both databases where both have the matter.
#![expect(clippy::disallowed_methods, reason = "tests are outside the house: they read the clock and the environment")]

mod consumers;
mod cursor;
mod disk_full;
mod durability;
mod group_commit;
mod home;
mod isolation;
mod migrations;
mod postgres_only;
mod spine;
mod transactions;
mod values;
