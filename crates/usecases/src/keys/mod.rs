//! The keys of the house: those for signing (one in use, the next already published, the last one kept until its tokens
//! are dead), and the house's own secret.
//!
//! At rest each is sealed under the key-encryption key. Parsed once, here, and kept. Next: `rotation` for how the next
//! one comes into use.

mod rotation;

pub use rotation::{KeyState, RotateRefusal, SigningKeyInfo, list, reload, reload_if_changed, reseal, rotate};

use crate::Fault;
use crate::documents::Document;
use mandate_base::{DAY, Draw, Moment, Secret};
use mandate_jose::{KeyMaterial, KeyRing, Sealer, SigningKey, derive, hash, jwks_json};
use mandate_store::{KeyChange, KeyRow, KeyUse, Store};
use std::sync::{Arc, PoisonError, RwLock};

pub struct Keys {
    /// What tokens are signed with.
    pub signing: Arc<SigningKey>,
    pub ring: KeyRing,
    /// Pre-rendered, since they are asked for more often than anything else.
    pub jwks_v1: Document,
    pub jwks_v2: Document,
    pairwise: [u8; 32],
    sealer: Sealer,
    /// What it was opened from.
    published: Vec<String>,
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

/// The keys as they are now; what holds one of these sees no change.
pub struct KeyKeeper {
    kek: Kek,
    login: String,
    current: RwLock<Arc<Keys>>,
}

impl KeyKeeper {
    pub fn current(&self) -> Arc<Keys> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes over what the store holds.
    fn take(&self, rows: &[KeyRow], now: Moment) -> Result<(), Fault> {
        let keys = Arc::new(open(rows, &self.kek, &self.login, now)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }
}

/// Reads the keys of the store. Into a new store go the spare ones, if any, and else fresh ones.
pub async fn load_or_make(
    store: &Store,
    kek: Kek,
    login: &str,
    now: Moment,
    spare: Vec<KeyRow>,
    draw: &mut (dyn Draw + Send),
) -> Result<(KeyKeeper, Vec<KeyRow>), Fault> {
    let mut rows = store.global().keys().await?;
    if rows.is_empty() {
        let fresh = if spare.is_empty() { make(&kek, now, draw)? } else { spare };
        let added: Vec<KeyChange> = fresh.into_iter().map(KeyChange::Add).collect();
        // Somebody else may have been faster: then theirs are the keys.
        store.global().keys_change(&added).await?;
        rows = store.global().keys().await?;
    }
    let current = RwLock::new(Arc::new(open(&rows, &kek, login, now)?));
    Ok((KeyKeeper { kek, login: login.to_owned(), current }, rows))
}

/// Two signing keys are made side by side: each is a search for primes.
fn make(kek: &Kek, now: Moment, draw: &mut dyn Draw) -> Result<Vec<KeyRow>, Fault> {
    let generate = || generate(now);
    let made = std::thread::scope(|scope| {
        let searches: Vec<_> = (0..PUBLISHED).map(|_| scope.spawn(generate)).collect();
        searches.into_iter().map(|search| search.join()).collect::<Vec<_>>()
    });
    let sealer = kek.sealer();
    let mut rows = Vec::new();
    for (place, outcome) in made.into_iter().enumerate() {
        let outcome = outcome.map_err(|_| Fault::new("making a signing key", "the search panicked"))?;
        let (key, material) = outcome?;
        let active_from = if place == 0 { now } else { KeyRow::NOT_YET };
        rows.push(signing_row(&sealer, &key, &material, now + place as i64, active_from));
    }
    let (name, material) = ("house".to_owned(), sealer.seal("house", &draw.bytes::<32>()));
    rows.push(KeyRow { name, purpose: KeyUse::House, material, created: now, active_from: now });
    Ok(rows)
}

/// A search for primes: a tenth of a second of one core.
fn generate(now: Moment) -> Result<(SigningKey, KeyMaterial), Fault> {
    SigningKey::generate("Mandate token signing", now.secs() - 60, (now + CERTIFICATE_LIFE).secs())
        .map_err(Fault::while_doing("making a signing key"))
}

fn signing_row(
    sealer: &Sealer,
    key: &SigningKey,
    material: &KeyMaterial,
    created: Moment,
    active_from: Moment,
) -> KeyRow {
    let name = key.kid().to_owned();
    let material = sealer.seal(&name, &pack(material));
    KeyRow { name, purpose: KeyUse::Signing, material, created, active_from }
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

fn unsealed(row: &KeyRow, sealer: &Sealer) -> Result<Vec<u8>, Fault> {
    let plain = sealer.open(&row.name, &row.material);
    plain.ok_or_else(|| Fault::new("opening the keys", "the key-encryption key is another"))
}

fn open(rows: &[KeyRow], kek: &Kek, login: &str, now: Moment) -> Result<Keys, Fault> {
    let sealer = kek.sealer();
    let (mut signing, mut house) = (Vec::new(), None);
    let in_use = rotation::in_use(rows, now).map(|row| row.name.clone());
    for row in rows {
        let plain = unsealed(row, &sealer)?;
        match row.purpose {
            KeyUse::Signing => {
                let material = unpack(&plain).ok_or_else(|| Fault::new("opening the keys", "a key is cut short"))?;
                signing.push(SigningKey::from_material(&material).map_err(Fault::while_doing("opening the keys"))?);
            }
            KeyUse::House => house = <[u8; 32]>::try_from(plain.as_slice()).ok(),
        }
    }
    let house = house.ok_or_else(|| Fault::new("opening the keys", "the house's own secret is missing"))?;
    let in_use = signing.iter().position(|key| Some(key.kid()) == in_use.as_deref());
    let in_use = in_use.ok_or_else(|| Fault::new("opening the keys", "no signing key"))?;
    let public: Vec<_> = signing.iter().map(SigningKey::public).collect();
    let (jwks_v1, jwks_v2) =
        (jwks_json(&public, None), jwks_json(&public, Some(&format!("{login}/{{tenantid}}/v2.0"))));
    let ring = KeyRing::new(signing.iter().map(SigningKey::verifier));
    Ok(Keys {
        signing: Arc::new(signing.swap_remove(in_use)),
        ring,
        jwks_v1: Document::of(jwks_v1),
        jwks_v2: Document::of(jwks_v2),
        published: names(rows),
        pairwise: derive(&house, "pairwise subjects"),
        sealer: Sealer::new(derive(&house, "sealed forms")),
    })
}

/// The signing keys of these rows.
fn names(rows: &[KeyRow]) -> Vec<String> {
    rows.iter().filter(|row| row.purpose == KeyUse::Signing).map(|row| row.name.clone()).collect()
}

impl Keys {
    fn is_of(&self, rows: &[KeyRow], now: Moment) -> bool {
        let in_use = rotation::in_use(rows, now).map(|row| row.name.as_str());
        self.published == names(rows) && in_use == Some(self.signing.kid())
    }

    /// One subject per user and app, so that two apps cannot compare notes (protocol.md §4.3).
    pub fn pairwise(&self, tenant: &[u8; 16], user: &[u8; 16], app: &[u8; 16]) -> String {
        mandate_jose::b64url_encode(&hash::hmac_sha256(&self.pairwise, &[tenant, user, app]))
    }

    /// What a name's DNS is to show for one tenant. The same each time, and nobody's to choose: whoever could make a name fit
    /// a record that is there already would need no DNS of that name.
    pub fn domain_proof(&self, tenant: &[u8; 16], name: &str) -> String {
        let code = hash::hmac_sha256(&self.pairwise, &[b"domain", tenant, name.as_bytes()]);
        let hex: String = code[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("MS=ms{hex}")
    }

    /// Seals what a form carries through the browser. `purpose` keeps one kind of seal from passing for another.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> String {
        self.sealer.seal_text(purpose, plain)
    }

    pub fn unseal(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        self.sealer.open_text(purpose, sealed)
    }
}
