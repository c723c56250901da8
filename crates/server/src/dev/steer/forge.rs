//! Tokens of any content, signed with the house's own key or with one that nobody knows: for tests of whoever validates
//! tokens.

use mandate_jose::{Header, SigningKey, random_bytes};
use mandate_usecases::House;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Order {
    /// Every member as it is; those that a token always has are put in where they are absent. `null` leaves one out.
    pub claims: Map<String, Value>,
    /// The tenant, for the issuer.
    pub tenant: Option<String>,
    /// 1 or 2.
    pub version: Option<u8>,
    /// It ended an hour ago.
    pub expired: bool,
    /// It begins in an hour.
    pub not_yet_valid: bool,
    /// Signed with a key that is not in the key set, under the name of one that is.
    pub wrong_signature: bool,
    /// Signed with a key whose name is not in the key set.
    pub unknown_key: bool,
}

const HOUR: i64 = 3600;

pub fn forge(house: &House, order: &Order) -> Result<String, String> {
    let now = house.now().secs();
    let (from, until) = match (order.expired, order.not_yet_valid) {
        (true, _) => (now - 2 * HOUR, now - HOUR),
        (_, true) => (now + HOUR, now + 2 * HOUR),
        _ => (now, now + HOUR),
    };
    let version = order.version.unwrap_or(2);
    let mut claims = Map::new();
    if let Some(tenant) = &order.tenant {
        let id = mandate_base::TenantId::parse(tenant).map_err(|_| "tenant is a GUID".to_owned())?;
        claims.insert("iss".to_owned(), json!(house.origins.issuer(id, version)));
        claims.insert("tid".to_owned(), json!(tenant));
    }
    claims.insert("ver".to_owned(), json!(if version == 1 { "1.0" } else { "2.0" }));
    claims.insert("uti".to_owned(), json!(mandate_jose::b64url_encode(&random_bytes::<16>())));
    for (name, value) in [("iat", from), ("nbf", from), ("exp", until)] {
        claims.insert(name.to_owned(), json!(value));
    }
    for (name, value) in &order.claims {
        match value {
            Value::Null => drop(claims.remove(name)),
            value => drop(claims.insert(name.clone(), value.clone())),
        }
    }
    let text = Value::Object(claims).to_string();
    let header = if version == 1 { Header::WithX5t } else { Header::Plain };
    let real = house.keys().signing.sign_jwt(header, text.as_bytes());
    if order.unknown_key {
        return Ok(stranger().sign_jwt(header, text.as_bytes()));
    }
    if order.wrong_signature {
        let forged = stranger().sign_jwt(header, text.as_bytes());
        let signature = forged.rsplit('.').next().unwrap_or("");
        let signed = real.rsplit_once('.').map_or("", |(signed, _)| signed);
        return Ok(format!("{signed}.{signature}"));
    }
    Ok(real)
}

/// Nobody's key.
fn stranger() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| {
        let made = SigningKey::generate("nobody", 0, i64::from(u32::MAX));
        made.map(|(key, _)| key).expect("the dates are in order")
    })
}
