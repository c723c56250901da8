//! The sign-in wire: discovery, authorize and its pages, token, logout. Entra's paths, parameters and numbers.
//!
//! Never: a rule, a statement, a permission decision. Next: `routes` for what answers where, `errors` for the numbers.
#![forbid(unsafe_code)]

mod authorize;
mod browser;
mod cx;
mod device;
mod discovery;
mod errors;
mod logout;
mod my;
mod plain;
mod routes;
mod show;
mod token;

pub use routes::{answer, too_large};
