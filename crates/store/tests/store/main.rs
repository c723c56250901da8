//! The store's suites: what all backends do alike, what tenants never see of each other, what outlives the process.
//!
//! Never: the directory's rules; `usecases` tests those. Next: `backend` for what the suites run on, `sample` for what
//! they store.

#[macro_use]
mod backend;
mod access;
mod applications;
mod audits;
mod changed;
mod connections;
mod consent_requests;
mod durable;
mod groups;
mod guards;
mod memo;
mod migrations;
mod plans;
mod queries;
mod removals;
mod sample;
mod signin;
mod snapshot;
mod subscriptions;
mod tenants;
mod two_tenants;
mod users;
