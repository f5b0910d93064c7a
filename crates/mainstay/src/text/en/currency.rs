//! Words of the settings page of currencies.

use mainstay_rules::currency::Currency;

use crate::text::texts;

texts! {
    rates = "Exchange rates";
    currency = "Currency";
    fiscal_year = "Fiscal year";
    set = "Set a rate";
    save = "Save rate";
    currency_hint = "Its three letters, for example USD.";
    year_hint = "The calendar year in which it ends.";
    rate_hint = "As 0.92. Empty takes the rate back.";
    closed = "Administrators set the rates.";
}

pub fn what(home: Currency) -> String {
    format!(
        "Reports count in {home}. One rate holds for a whole fiscal year, so that exchange rates never look like growth or churn; a year without one takes the rate of the year before."
    )
}

pub fn worth(home: Currency) -> String {
    format!("One unit in {home}")
}

pub fn none_title(home: Currency) -> String {
    format!("Every contract is in {home}")
}

pub fn none_what(home: Currency) -> String {
    format!("Before you add a contract in another currency, say here what one unit of it is worth in {home}.")
}
