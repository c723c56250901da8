//! Feeds a request's redirect URI (first line) and a registration's (`web …`, `spa …`, `public …`, one a line).
//!
//! Must hold: the answer goes to the URI as asked, to no fragment and nothing with blanks; where it is not registered
//! to the letter, a browser reads the same scheme and host as in one that is, or in our own origin.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_domain::application::{RedirectUris, Registration, Web};
use mandate_domain::signin::redirect::{Platform, find, is_spa_origin, origin_of};
use url::Url;

const OWN: &str = "https://mandate.test";

fuzz_target!(|text: &str| {
    let asked = text.lines().next().unwrap_or("");
    let of = |kind: &str| -> Vec<String> {
        text.lines().skip(1).filter_map(|line| line.strip_prefix(kind)).map(str::to_owned).collect()
    };
    let app = Registration {
        web: Web { redirect_uris: of("web "), ..Web::default() },
        spa: RedirectUris { redirect_uris: of("spa ") },
        public_client: RedirectUris { redirect_uris: of("public ") },
        ..Registration::default()
    };
    if let Ok((uri, platform)) = find(&app, Some(asked), OWN) {
        assert_eq!(uri, asked);
        assert!(uri.len() <= 2048 && !uri.contains('#'));
        assert!(!uri.chars().any(|c| c.is_control() || c.is_whitespace()));
        let list = match platform {
            Platform::Web => &app.web.redirect_uris,
            Platform::Spa => &app.spa.redirect_uris,
            Platform::Public => &app.public_client.redirect_uris,
        };
        let mut known = list.iter().map(String::as_str).chain([OWN]);
        assert!(list.contains(&uri) || known.any(|known| same_host(known, asked)), "{asked}");
    }
    if is_spa_origin(&app, asked) {
        assert!(app.spa.redirect_uris.iter().any(|known| same_host(known, asked)), "{asked}");
    }
    if let Some(origin) = origin_of(asked) {
        assert_eq!(origin_of(&origin), Some(origin.clone()));
    }
});

fn same_host(known: &str, asked: &str) -> bool {
    // What a browser cannot read, it does not go to.
    let (Ok(known), Ok(asked)) = (Url::parse(known), Url::parse(asked)) else { return true };
    let plain = asked.username().is_empty() && asked.password().is_none();
    plain && known.scheme() == asked.scheme() && known.host() == asked.host()
}
