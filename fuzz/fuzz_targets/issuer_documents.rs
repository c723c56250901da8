//! Feeds what a foreign issuer publishes: its metadata (first line) and its key set. A job of that issuer then asks for
//! the token of the app that trusts it. `{n}` in the key set is the modulus of the key that signs.
//!
//! Must hold: no fault of ours; a token is given only when the metadata names the issuer to the letter and the key set
//! holds that key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_fuzz::{CI, JOB, asserting, judge, on_stage};
use mandate_tests::app::EXPORT;
use mandate_tests::signer::another;
use serde_json::{Value, json};

fuzz_target!(|text: &str| {
    let (metadata, keys) = text.split_once('\n').unwrap_or((text, ""));
    let published: Value = serde_json::from_str(&another().jwks()).expect("a key set");
    let modulus = published["keys"][0]["n"].as_str().expect("of an RSA key");
    let keys = keys.replace("{n}", modulus);
    on_stage(|stage| {
        let elsewhere = &stage.world.elsewhere;
        elsewhere.put(&format!("{CI}/.well-known/openid-configuration"), metadata);
        elsewhere.put(&format!("{CI}/keys"), &keys);
        let claims = json!({
            "iss": CI, "sub": JOB, "aud": "api://AzureADTokenExchange", "exp": stage.world.now().secs() + 600,
        });
        let form = asserting(&another().sign_padded(&claims));
        let reply = stage.post(&format!("/{}/oauth2/v2.0/token", EXPORT.tenant), &form);
        judge(&reply);
        if reply.status == 200 {
            let metadata: Value = serde_json::from_str(metadata).expect("it was read before");
            assert_eq!(metadata["issuer"], CI);
            assert!(keys.contains(modulus));
        }
    });
});
