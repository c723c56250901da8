//! OData as Graph speaks it: the path and the system query options, text ↔ values.
//!
//! Never: which options an operation takes, what a property is called, an English sentence; the Graph wire says those.
//! Next: `path` for `/users('id')/memberOf`, `options` for `$select`, `$top` and the rest.
#![forbid(unsafe_code)]

mod options;
mod path;

pub use options::{MOST_IN_PAGE, OptionError, Options, Select};
pub use path::{Path, PathError, Step};

/// What an error repeats of a stranger's text: enough to recognise it, not enough to fill a log.
fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}
