//! The one way in which this crate rounds: half away from zero, on exact integers.

/// `numerator / denominator`, rounded half away from zero; the denominator must be positive.
pub(crate) fn half_away(numerator: i128, denominator: i128) -> i128 {
    debug_assert!(denominator > 0);
    let whole = numerator / denominator;
    let rest = (numerator % denominator).abs();
    if rest >= denominator - rest { whole + numerator.signum() } else { whole }
}

/// An i128 as an i64; what does not fit becomes the nearest end of the range.
pub(crate) fn saturate(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}
