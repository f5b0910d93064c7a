//! The house tested by its front doors: HTTP and the command line, on both databases. One binary.

mod access_coverage;
mod account;
mod arr;
mod cli;
mod crash;
mod demo;
mod disk;
mod explain;
mod export;
mod gate;
mod harness;
mod import;
mod instances;
mod job;
mod live;
mod openapi;
mod people;
mod pod;
mod portfolio;
mod scorecard;
mod scorecard_template;
mod statements;
mod task;
mod timeline;
mod workbook;
