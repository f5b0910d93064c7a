//! The instant of a civil time in a zone, with summer time decided.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// When this time of day comes on this day: the first of two, or the first moment after a gap.
/// None when the zone left the whole day out.
pub fn instant(day: Date, at: Time, zone: &TimeZone) -> Option<Timestamp> {
    let exists = day.to_zoned(zone.clone()).is_ok_and(|start| start.date() == day);
    if !exists {
        return None;
    }
    let wanted = day.to_datetime(at);
    let moment = zone.to_ambiguous_timestamp(wanted);
    let AmbiguousOffset::Gap { after, .. } = moment.offset() else {
        return moment.earlier().ok();
    };
    // By the clock after the leap the wanted time was before the leap, so the leap is the next change.
    let before_the_leap = after.to_timestamp(wanted).ok()?;
    zone.following(before_the_leap).find(|change| change.offset() == after).map(|change| change.timestamp())
}
