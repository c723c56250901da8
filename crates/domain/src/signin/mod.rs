//! Signing in: what a request asks, where its answer may go, and the next step on the way to a code.
//!
//! Rules only. Next: `ask` for the request, `steps` for the order of the steps, `usecases/signin` for the facts.

pub mod ask;
pub mod code;
pub mod device;
pub mod lockout;
pub mod pkce;
pub mod redirect;
pub mod scopes;
pub mod session;
pub mod steps;

#[cfg(test)]
mod steps_tests;
