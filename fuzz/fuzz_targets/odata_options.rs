//! Feeds the query of a Graph call to the system query options.
//!
//! Must hold: what the next page repeats is read as the same options; a name counts with its `$` as without it; a page
//! has 1 to 999 rows, and a selection has names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_odata::{MOST_IN_PAGE, Options, Select};
use mandate_web::Params;

fuzz_target!(|text: &str| {
    let Ok(params) = Params::parse(text) else { return };
    let Ok(options) = Options::parse(params.pairs()) else { return };
    assert!(options.top.is_none_or(|top| (1..=MOST_IN_PAGE).contains(&top)));
    if let Some(Select::Names(names)) = &options.select {
        assert!((1..=200).contains(&names.len()) && names.iter().all(|name| !name.is_empty() && !name.contains(',')));
    }
    let bare = params.pairs().map(|(name, value)| (name.strip_prefix('$').unwrap_or(name), value));
    assert_eq!(Options::parse(bare).as_ref(), Ok(&options));
    let repeated = options.repeated();
    let again = Options::parse(repeated.iter().map(|(name, value)| (*name, value.as_str())));
    let mut expected = options;
    expected.skip_token = None;
    assert_eq!(again, Ok(expected));
});
