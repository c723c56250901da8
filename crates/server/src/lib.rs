//! The process: command line, configuration, listeners, dev mode. The only room that reads clocks, chance and the
//! environment, and hands them in.
#![forbid(unsafe_code)]

pub mod chance;
pub mod clock;
pub mod command;
pub mod dev;
pub mod import;
pub mod listen;
pub mod manager;
pub mod operate;
pub mod outside;
pub mod seed;
pub mod site;
pub mod tls;
