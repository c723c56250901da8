//! OData as Graph speaks it: the path and the system query options, text ↔ values.
//!
//! Never: which options an operation takes, what a property is called, an English sentence; the Graph wire says those.
//! Next: `path` for `/users('id')/memberOf`, `options` for `$select`, `$top` and the rest, `filter`, `search` and
//! `expand` for what those hold.
#![forbid(unsafe_code)]

mod expand;
mod filter;
mod options;
mod path;
mod search;

pub use expand::Expand;
pub use filter::{Compare, Filter, FilterError, Literal, Member, Quantifier, TextTest};
pub use options::{MOST_IN_PAGE, OptionError, Options, OrderBy, Select};
pub use path::{Path, PathError, Step};
pub use search::{Search, SearchError};

/// What an error repeats of a stranger's text: enough to recognise it, not enough to fill a log.
fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}
