//! What all rooms share: who is calling, what they may do, how answers and faults look, and the source of time.

pub mod access;
pub mod answer;
pub mod caller;
pub mod fault;
pub mod frame;
pub mod frame_chip;
pub mod frame_docs;
pub mod frame_form;
pub mod health;
pub mod list;
pub mod live;
pub mod log;
pub mod request;
pub mod security;
pub mod source;
pub mod store;
pub mod verb;
