//! The harness of the end-to-end tests: a whole house in one process, with people, browsers, clients and a clock.
//!
//! Never: a port, a real clock, an expectation about one feature; those stand in `tests/e2e`. Next: `world` for the
//! house, `browser` for a person at it, `client` for an app, `graph` for an API call, `deeds` for an administrator.
#![forbid(unsafe_code)]

pub mod app;
pub mod backend;
pub mod browser;
pub mod chance;
pub mod client;
pub mod deeds;
pub mod golden;
pub mod graph;
pub mod log;
pub mod page;
pub mod people;
pub mod shapes;
pub mod signer;
pub mod tags;
pub mod tokens;
pub mod wire;
pub mod world;

pub use app::App;
pub use browser::{Answered, Browser, Mode, Outcome};
pub use client::{Client, TokenReply};
pub use page::Page;
pub use wire::{Ask, Pairs, Reply};
pub use world::{LOGIN, NOON, SAMPLE, World, days, hours, minutes, seconds};
