//! Thousands and millions, as cells and headers name them.

use super::text::fold;
use crate::money::Currency;

/// The power of ten of a suffix such as `k`, `M` or `Mio`.
pub(super) fn magnitude(text: &str) -> (&str, i32) {
    const SUFFIXES: [(&str, i32); 14] = [
        ("thousand", 3),
        ("tsd.", 3),
        ("tsd", 3),
        ("k", 3),
        ("million", 6),
        ("mio.", 6),
        ("mio", 6),
        ("mln", 6),
        ("mm", 6),
        ("mn", 6),
        ("m", 6),
        ("billion", 9),
        ("mrd", 9),
        ("bn", 9),
    ];
    for (suffix, power) in SUFFIXES {
        let split = text.len().checked_sub(suffix.len()).and_then(|at| text.split_at_checked(at));
        if let Some((rest, end)) = split
            && end.eq_ignore_ascii_case(suffix)
        {
            return (rest.trim_end(), power);
        }
    }
    (text, 0)
}

/// The power of ten in which a column counts by its header: 3 for "ARR (k€)" or "ARR in thousands".
///
/// Without it the amounts of such a sheet would all be a thousand times too small.
pub fn header_power(header: &str) -> i32 {
    fold(header).split(' ').map(unit_power).max().unwrap_or(0)
}

/// The same for one folded word of a header; 0 for a word that is no unit.
pub(super) fn unit_power(word: &str) -> i32 {
    let is_code = |code: &str| Currency::parse(code).is_ok();
    let unit = match word.split_at_checked(1) {
        Some((unit @ ("k" | "t" | "m"), code)) if is_code(code) => unit,
        _ => match word.len().checked_sub(1).and_then(|at| word.split_at_checked(at)) {
            Some((code, unit @ ("k" | "t" | "m"))) if is_code(code) => unit,
            _ => word,
        },
    };
    match unit {
        "k" | "tsd" | "thousand" | "thousands" | "000" | "000s" => 3,
        // TEUR is the German way to say thousands; a lonely T is no unit.
        "t" if word != "t" => 3,
        "m" | "mio" | "mln" | "mn" | "million" | "millions" => 6,
        _ => 0,
    }
}
