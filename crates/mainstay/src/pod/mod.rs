//! Pods: who of our people is about which client, and in which duty. Client pods now; sales pods come later.

pub mod api;
pub mod pages;
pub mod store;
