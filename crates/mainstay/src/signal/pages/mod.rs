//! Pages of signals: the data points of an account, and the settings of what arrives and which levels are watched.

mod listed;
mod one;
mod point;
mod threshold;

pub use listed::list;
pub use one::{change, show};
pub use point::{list as points, record};
pub use threshold::{add_threshold, remove_threshold};
