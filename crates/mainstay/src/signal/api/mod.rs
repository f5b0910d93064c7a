//! Signals over the wire: single data points, what programs send in quantities, roll-ups, and thresholds.

mod point;
pub mod segment;
pub mod sent;
pub mod series;
pub mod stream;
pub mod threshold;

pub use point::{__path_list, __path_record, __path_series as __path_point_series};
pub use point::{DataPointPut, PointOut, list, point_name, record, series as point_series};
