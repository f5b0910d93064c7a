//! Words of data points.

use crate::text::texts;

texts! {
    title = "Data points";
    what = "Numbers that were measured of this account. Sub-metrics that are worked out follow them at once.";
    back = "Back to the scorecard";
    none_yet = "Nothing was measured of this account yet.";
    missing = "never recorded, and the scorecard asks for it";
    series = "Every value of";
    record_head = "Record a data point";
    record = "Record data point";
    not_recorded = "It was not recorded. See below.";
    name = "Name";
    name_hint = "As the scorecard calls it, for example seats_used.";
    value = "Value";
    day = "Day";
    by = "By";
    source = "Source";
    source_hint = "Where the number comes from, in a few words.";
}
