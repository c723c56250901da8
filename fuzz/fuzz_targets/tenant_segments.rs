//! Feeds the first segment of a path to the search for a tenant, on a house with the sample in it.
//!
//! Must hold: the store never fails on it; its case does not matter; what is found is found again by its id or its
//! alias, and nothing is found that is not in the sample.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_domain::signin::ask::Authority;
use mandate_fuzz::{Stage, on_stage};
use mandate_tests::people::{WATERKANT_ID, ZONNEBEL_ID};
use mandate_usecases::authority::{AuthorityRefusal, authority};

fuzz_target!(|text: &str| {
    on_stage(|stage| {
        let found = ask(stage, text);
        assert_eq!(ask(stage, &text.to_ascii_uppercase()), found);
        let Ok(found) = found else { return };
        let again = match found {
            Authority::Tenant(id) => id.to_string(),
            other => other.alias().expect("an alias, where there is no tenant").to_owned(),
        };
        assert_eq!(ask(stage, &again), Ok(found));
        if let Authority::Tenant(id) = found {
            let folded = text.to_lowercase();
            let named = folded == id.to_string() || folded.contains("waterkant") || folded.contains("zonnebel");
            assert!(named && [WATERKANT_ID, ZONNEBEL_ID].contains(&id), "{text}");
        }
    });
});

fn ask(stage: &Stage, segment: &str) -> Result<Authority, AuthorityRefusal> {
    stage.wait(authority(stage.world.house(), segment)).expect("the store answers")
}
