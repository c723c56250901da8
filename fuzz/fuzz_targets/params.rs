//! Feeds a query or a form body to `Params`, and any text to the percent coder.
//!
//! Must hold: encoded text decodes to itself, in forms and in paths; what was read is written so that it reads the
//! same; at most 200 pairs, none with a NUL; `one` refuses what stands twice, and else agrees with `any`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_web::percent::{decode_form, decode_path, encode};
use mandate_web::{ParamRefusal, Params};

fuzz_target!(|text: &str| {
    let encoded = encode(text);
    assert!(encoded.is_ascii());
    assert_eq!(decode_form(&encoded).as_deref(), Some(text));
    assert_eq!(decode_path(&encoded).as_deref(), Some(text));

    let Ok(params) = Params::parse(text) else { return };
    let pairs: Vec<(&str, &str)> = params.pairs().collect();
    assert!(pairs.len() <= 200);
    assert!(pairs.iter().all(|(name, value)| !name.contains('\0') && !value.contains('\0')));
    assert_eq!(Params::parse(&params.text()).as_ref(), Ok(&params));
    for name in ["a", "state", "scope"] {
        let times = pairs.iter().filter(|(known, _)| *known == name).count();
        match params.one(name) {
            Ok(found) => assert!(times <= 1 && found == params.any(name)),
            Err(refusal) => assert!(times > 1 && refusal == ParamRefusal::Repeated(name)),
        }
    }
});
