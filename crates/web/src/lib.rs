//! The HTTP kit: requests taken apart with limits, answers with the headers they must have, cookies, pages, words.
//!
//! Never: a rule of the directory, a token, the store. Next: `incoming` for requests, `answer` for answers, `pages` for
//! what people see.
#![forbid(unsafe_code)]

pub mod answer;
pub mod assets;
pub mod base64;
pub mod cookies;
mod incoming;
pub mod pages;
mod params;
pub mod percent;
pub mod words;

pub use answer::Answer;
pub use incoming::Incoming;
pub use params::{ParamRefusal, Params};
