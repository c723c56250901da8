//! Feeds `Cookie` headers, one a line, to the search for our own.
//!
//! Must hold: it does not matter how a browser spreads its cookies over headers; what is found stands there under
//! exactly that name, and ends before the next cookie.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_web::cookies::{FLOW, SESSION, STAY, find};

fuzz_target!(|text: &str| {
    let headers: Vec<&str> = text.lines().collect();
    let joined = headers.join(";");
    for name in [SESSION, STAY, FLOW] {
        let found = find(headers.iter().copied(), name);
        assert_eq!(find([joined.as_str()].into_iter(), name), found);
        if let Some(value) = found {
            assert!(!value.contains(';'));
            assert!(joined.contains(&format!("{name}={value}")));
        }
    }
});
