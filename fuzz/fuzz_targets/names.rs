//! Feeds GUIDs and user principal names.
//!
//! Must hold: an id has one form, whatever its case and whatever it is an id of; a name is kept as it came but for the
//! blanks around it, within 113 characters, and reads the same again; folding twice is folding once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_base::{AppId, Folded, ObjectId, TenantId};
use mandate_domain::user::Upn;

fuzz_target!(|text: &str| {
    let folded = Folded::of(text);
    assert_eq!(Folded::of(folded.as_str()), folded);

    let id = ObjectId::parse(text);
    assert_eq!(AppId::parse(text), id.map(AppId::from));
    if let Ok(id) = id {
        assert_eq!(id.to_string(), text.to_ascii_lowercase());
        assert_eq!(ObjectId::from_bytes(*id.bytes()), id);
        assert_eq!(TenantId::parse(&id.to_string()), Ok(id.into()));
    }

    let Ok(upn) = Upn::parse(text) else { return };
    assert_eq!(upn.as_str(), text.trim());
    assert_eq!(upn.as_str().matches('@').count(), 1);
    assert!(upn.as_str().chars().count() <= 113);
    assert_eq!(Upn::parse(upn.as_str()).as_ref(), Ok(&upn));
    assert_eq!(upn.folded(), folded);
    let domain = upn.domain();
    assert!(!domain.as_str().is_empty() && folded.as_str().ends_with(domain.as_str()));
});
