//! Tokens as a stranger reads them: checked by another implementation, with nothing but our published keys.

use crate::world::World;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

/// What a token says, once its signature was checked against the key set of this tenant.
pub async fn claims(world: &World, tenant: &str, token: &str) -> Value {
    let kid = header(token)["kid"].as_str().expect("the header names its key").to_owned();
    let keys = world.get(&format!("/{tenant}/discovery/v2.0/keys")).await.json();
    let keys = keys["keys"].as_array().expect("a key set").clone();
    let key = keys.iter().find(|key| key["kid"] == kid.as_str()).expect("the key is published");
    let part = |name: &str| key[name].as_str().expect("a part of an RSA key").to_owned();
    let key = DecodingKey::from_rsa_components(&part("n"), &part("e")).expect("an RSA key");
    let mut checks = Validation::new(Algorithm::RS256);
    // Its own clock is not the test's; times and names are the test's to judge.
    checks.required_spec_claims.clear();
    checks.validate_exp = false;
    checks.validate_aud = false;
    decode::<Value>(token, &key, &checks).expect("signed by that key").claims
}

/// The protected header.
pub fn header(token: &str) -> Value {
    let first = token.split('.').next().expect("a token has parts");
    let bytes = mandate_jose::b64url_decode(first).expect("base64url without padding");
    // A second reader of the same header, to be sure that strict ones take it.
    assert_eq!(decode_header(token).expect("a well-formed header").alg, Algorithm::RS256);
    serde_json::from_slice(&bytes).expect("a JSON object")
}

/// The words of `scp`, in order of name.
pub fn scp(claims: &Value) -> Vec<&str> {
    let mut scopes: Vec<&str> = claims["scp"].as_str().expect("a user's token").split(' ').collect();
    scopes.sort_unstable();
    scopes
}

/// The name of a member of the claims, which must not be there.
pub fn lacks(claims: &Value, names: &[&str]) -> bool {
    names.iter().all(|name| claims.get(name).is_none())
}
