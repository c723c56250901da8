//! Consent: what an app asks for, what already stands, who may grant the rest, and why not.
//!
//! Rules only; pages show them, and `usecases/signin` writes what was granted. Next: `policy` for who may consent.

pub mod policy;
pub mod request;
mod survey;

pub use survey::{
    Asked, Item, Permission, ResourceFacts, ScopeRefusal, Standing, Survey, SurveyFacts, Wants, Why, may_assign,
    may_give, standing_scopes, survey,
};

#[cfg(test)]
mod policy_tests;
#[cfg(test)]
mod survey_tests;
