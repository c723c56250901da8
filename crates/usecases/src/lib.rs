//! The deeds of the house: load facts, plan (pure, in `domain`), commit.
//!
//! One file per deed. Never: HTTP, SQL text, clocks; times and chance come from the [`House`], which the server makes.
//! Next: `settle` for the road every deed takes, `access` for the one gate, `signin` and `tokens` for the wire's deeds.
#![forbid(unsafe_code)]

pub mod access;
pub mod authority;
mod bounded;
pub mod clients;
pub mod directory;
pub mod documents;
pub mod explain;
mod house;
pub mod issuers;
pub mod keys;
mod known;
pub mod passwords;
pub mod people;
pub mod pool;
pub mod resources;
mod settle;
pub mod signin;
pub mod subscriptions;
pub mod tickets;
pub mod tokens;

pub use house::{House, Origins, Settings};
pub use mandate_store::Fault;
pub use settle::{Facing, UseCase, settle};
