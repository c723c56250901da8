//! Feeds the `scope` parameter, a `resource` of v1.0, and what was kept with a code.
//!
//! Must hold: what is kept is restored as it was; blanks between scopes do not matter; names, their number and their
//! characters have limits; `.default` stands alone; no resource and no value stands twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_domain::signin::scopes::ScopeAsk;

fuzz_target!(|text: &str| {
    let _ = ScopeAsk::restore(text);
    if let Ok(ask) = ScopeAsk::parse(text) {
        check(&ask);
        assert!(!ask.v1 && !ask.unasked);
        assert_eq!(ScopeAsk::restore(&ask.kept(text)), ask);
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        assert_eq!(ScopeAsk::parse(&words.join(" ")).as_ref(), Ok(&ask));
        let unasked = ask.unasked();
        assert_eq!(ScopeAsk::restore(&unasked.kept(text)), unasked);
        assert_eq!(unasked.oidc().count(), 0);
    }
    for openid in [false, true] {
        let Ok(ask) = ScopeAsk::of_v1(text, openid) else { continue };
        check(&ask);
        assert!(ask.v1 && ask.unasked && ask.openid == openid);
        assert_eq!(ScopeAsk::restore(&ask.kept("")), ask);
    }
});

fn check(ask: &ScopeAsk) {
    let resources = &ask.resources;
    assert!(resources.len() <= 20);
    let defaults = resources.iter().filter(|resource| resource.default).count();
    assert!(defaults == 0 || (defaults == 1 && resources.iter().all(|resource| resource.values.is_empty())));
    for (place, resource) in resources.iter().enumerate() {
        let folded = |name: &Option<String>| name.as_deref().map(str::to_ascii_lowercase);
        assert!(resources[..place].iter().all(|other| folded(&other.name) != folded(&resource.name)));
        let legal = |text: &String| text.len() <= 512 && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        assert!(resource.name.iter().chain(&resource.values).all(legal));
        let mut values: Vec<String> = resource.values.iter().map(|value| value.to_ascii_lowercase()).collect();
        values.sort_unstable();
        values.dedup();
        assert_eq!(values.len(), resource.values.len());
    }
}
