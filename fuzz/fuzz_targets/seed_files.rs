//! Feeds a seed file, YAML or JSON.
//!
//! Must hold: it reads the same twice, and behind a byte order mark; names of people are unique, and each redirect URI
//! that the file may hold is one that the sign-in wire finds; of what is wrong at most fifty sentences are told, each
//! with its place and without a control character.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_base::Moment;
use mandate_domain::signin::redirect::find;
use mandate_server::seed::{Seed, read};
use std::collections::HashSet;

const NOW: Moment = Moment::from_secs(1_795_435_200);

fuzz_target!(|text: &str| {
    let told = read(text, NOW);
    if !text.starts_with('\u{feff}') {
        assert_eq!(read(&format!("\u{feff}{text}"), NOW), told);
    }
    match told {
        Ok(seed) => check(&seed),
        Err(errors) => {
            assert!((1..=50).contains(&errors.len()));
            // Without a place, the text of a library is told.
            let placed = errors.iter().filter(|error| !error.path.is_empty());
            for error in placed {
                assert!(!error.problem.is_empty() && !error.to_string().chars().any(char::is_control), "{error:?}");
            }
        }
    }
});

fn check(seed: &Seed) {
    for tenant in &seed.tenants {
        let mut names = HashSet::new();
        assert!(tenant.users.iter().all(|user| names.insert(user.user.upn.folded())));
        for app in &tenant.applications {
            let registration = &app.card.registration;
            let web = registration.web.redirect_uris.iter();
            let uris = web.chain(&registration.spa.redirect_uris).chain(&registration.public_client.redirect_uris);
            for uri in uris {
                assert!(find(registration, Some(uri.as_str()), "https://mandate.test").is_ok(), "{uri}");
            }
        }
    }
}
