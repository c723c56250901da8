//! The keys of the house: two for signing (one in use, the next already published), and the house's own secret.
//!
//! At rest each is sealed under the key-encryption key. Parsed once, here, and kept.

use crate::Fault;
use mandate_base::{DAY, Draw, Moment, Secret};
use mandate_jose::{KeyMaterial, KeyRing, Sealer, SigningKey, derive, hash, jwks_json};
use mandate_store::{KeyRow, KeyUse, Store};
use std::sync::Arc;

pub struct Keys {
    /// What tokens are signed with.
    pub signing: Arc<SigningKey>,
    pub ring: KeyRing,
    /// Pre-rendered, since they are asked for more often than anything else.
    pub jwks_v1: String,
    pub jwks_v2: String,
    pairwise: [u8; 32],
    sealer: Sealer,
}

/// The key-encryption key of a deployment.
pub struct Kek(Secret<[u8; 32]>);

/// Validators cache a key set for a day; a certificate in it must outlive every cache.
const CERTIFICATE_LIFE: i64 = 5 * 365 * DAY;
const PUBLISHED: usize = 2;

impl Kek {
    pub fn new(key: [u8; 32]) -> Kek {
        Kek(Secret::new(key))
    }

    fn sealer(&self) -> Sealer {
        Sealer::new(derive(self.0.expose(), "mandate keys at rest"))
    }
}

/// Reads the keys of the store. Into a new store go the spare ones, if any, and else fresh ones.
pub async fn load_or_make(
    store: &Store,
    kek: &Kek,
    login: &str,
    now: Moment,
    spare: Vec<KeyRow>,
    draw: &mut (dyn Draw + Send),
) -> Result<(Keys, Vec<KeyRow>), Fault> {
    let mut rows = store.global().keys().await?;
    if rows.is_empty() {
        let fresh = if spare.is_empty() { make(kek, now, draw)? } else { spare };
        for row in &fresh {
            store.global().key_add(row).await?;
        }
        rows = store.global().keys().await?;
    }
    Ok((open(&rows, kek, login)?, rows))
}

/// Two signing keys are made side by side: each is a search for primes.
fn make(kek: &Kek, now: Moment, draw: &mut dyn Draw) -> Result<Vec<KeyRow>, Fault> {
    let generate = || SigningKey::generate("Mandate token signing", now.secs() - 60, (now + CERTIFICATE_LIFE).secs());
    let made = std::thread::scope(|scope| {
        let searches: Vec<_> = (0..PUBLISHED).map(|_| scope.spawn(generate)).collect();
        searches.into_iter().map(|search| search.join()).collect::<Vec<_>>()
    });
    let sealer = kek.sealer();
    let mut rows = Vec::new();
    for (place, outcome) in made.into_iter().enumerate() {
        let outcome = outcome.map_err(|_| Fault::new("making a signing key", "the search panicked"))?;
        let (key, material) = outcome.map_err(Fault::while_doing("making a signing key"))?;
        // The order of creation says which is in use: the oldest.
        rows.push(row(&sealer, key.kid(), KeyUse::Signing, &pack(&material), now + place as i64));
    }
    rows.push(row(&sealer, "house", KeyUse::House, &draw.bytes::<32>(), now));
    Ok(rows)
}

fn row(sealer: &Sealer, name: &str, purpose: KeyUse, plain: &[u8], created: Moment) -> KeyRow {
    KeyRow { name: name.to_owned(), purpose, material: sealer.seal(name, plain), created }
}

/// Length of the private half, the private half, the certificate.
fn pack(material: &KeyMaterial) -> Vec<u8> {
    let length = u32::try_from(material.pkcs8.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&length, material.pkcs8.as_slice(), &material.cert_der].concat()
}

fn unpack(packed: &[u8]) -> Option<KeyMaterial> {
    let (length, rest) = packed.split_first_chunk::<4>()?;
    let (pkcs8, cert) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    Some(KeyMaterial { pkcs8: pkcs8.to_vec().into(), cert_der: cert.to_vec() })
}

fn open(rows: &[KeyRow], kek: &Kek, login: &str) -> Result<Keys, Fault> {
    let sealer = kek.sealer();
    let (mut signing, mut house) = (Vec::new(), None);
    for row in rows {
        let plain = sealer.open(&row.name, &row.material);
        let plain = plain.ok_or_else(|| Fault::new("opening the keys", "the key-encryption key is another"))?;
        match row.purpose {
            KeyUse::Signing => {
                let material = unpack(&plain).ok_or_else(|| Fault::new("opening the keys", "a key is cut short"))?;
                signing.push(SigningKey::from_material(&material).map_err(Fault::while_doing("opening the keys"))?);
            }
            KeyUse::House => house = <[u8; 32]>::try_from(plain.as_slice()).ok(),
        }
    }
    let house = house.ok_or_else(|| Fault::new("opening the keys", "the house's own secret is missing"))?;
    if signing.is_empty() {
        return Err(Fault::new("opening the keys", "no signing key"));
    }
    let public: Vec<_> = signing.iter().map(SigningKey::public).collect();
    let (jwks_v1, jwks_v2) =
        (jwks_json(&public, None), jwks_json(&public, Some(&format!("{login}/{{tenantid}}/v2.0"))));
    let ring = KeyRing::new(signing.iter().map(SigningKey::verifier));
    Ok(Keys {
        signing: Arc::new(signing.swap_remove(0)),
        ring,
        jwks_v1,
        jwks_v2,
        pairwise: derive(&house, "pairwise subjects"),
        sealer: Sealer::new(derive(&house, "sealed forms")),
    })
}

impl Keys {
    /// One subject per user and app, so that two apps cannot compare notes (protocol.md §4.3).
    pub fn pairwise(&self, tenant: &[u8; 16], user: &[u8; 16], app: &[u8; 16]) -> String {
        mandate_jose::b64url_encode(&hash::hmac_sha256(&self.pairwise, &[tenant, user, app]))
    }

    /// Seals what a form carries through the browser. `purpose` keeps one kind of seal from passing for another.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> String {
        self.sealer.seal_text(purpose, plain)
    }

    pub fn unseal(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        self.sealer.open_text(purpose, sealed)
    }
}
