//! The keys of foreign issuers (OpenID Connect Discovery §4): fetched when first needed, kept for an hour.
//!
//! What is fetched, and from where, is decided by whoever registered the issuer; how far a request may reach is decided
//! by the [`Fetch`] that the server gives. Never: a fetch that a stranger can trigger at will: refusals are kept, too.

use mandate_base::{HOUR, MINUTE, Moment};
use mandate_jose::ForeignKey;
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// The way out: gets a document by its URL, posts to one, or asks the DNS, within the limits of the deployment: https, no
/// redirect, no private address, a size and a time.
pub trait Fetch: Send + Sync {
    fn get(&self, url: String) -> Fetched<'_, Vec<u8>>;

    /// What is answered, where it was a success.
    fn post(&self, url: String, kind: &'static str, body: String) -> Fetched<'_, Vec<u8>>;

    /// The TXT records of a name; none, where there is no such name.
    fn texts(&self, name: String) -> Fetched<'_, Vec<String>>;
}

pub type Fetched<'f, T> = Pin<Box<dyn Future<Output = Result<T, FetchRefusal>> + Send + 'f>>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchRefusal {
    /// Not https, or no URL.
    BadUrl,
    /// The name leads to an address that this house does not call.
    PrivateAddress,
    Redirected,
    TooLarge,
    TooSlow,
    /// An HTTP status, or no answer at all.
    Failed(String),
    /// What came is not what was asked for.
    Malformed(&'static str),
}

impl fmt::Display for FetchRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FetchRefusal::BadUrl => f.write_str("not an https URL"),
            FetchRefusal::PrivateAddress => f.write_str("it leads to a private address"),
            FetchRefusal::Redirected => f.write_str("it redirects"),
            FetchRefusal::TooLarge => f.write_str("the document is too large"),
            FetchRefusal::TooSlow => f.write_str("it took too long"),
            FetchRefusal::Failed(why) => write!(f, "it failed: {why}"),
            FetchRefusal::Malformed(why) => f.write_str(why),
        }
    }
}

/// A house without a way out.
pub struct NoFetch;

impl Fetch for NoFetch {
    fn get(&self, _: String) -> Fetched<'_, Vec<u8>> {
        Box::pin(std::future::ready(Err(nobody())))
    }

    fn post(&self, _: String, _: &'static str, _: String) -> Fetched<'_, Vec<u8>> {
        Box::pin(std::future::ready(Err(nobody())))
    }

    fn texts(&self, _: String) -> Fetched<'_, Vec<String>> {
        Box::pin(std::future::ready(Err(nobody())))
    }
}

fn nobody() -> FetchRefusal {
    FetchRefusal::Failed("this process calls nobody".to_owned())
}

pub(crate) struct Issuers {
    fetch: Arc<dyn Fetch>,
    known: Mutex<HashMap<String, Arc<Issuer>>>,
}

/// One at a time: a crowd with one unknown issuer asks it once.
#[derive(Default)]
struct Issuer(tokio::sync::Mutex<Option<Kept>>);

struct Kept {
    at: Moment,
    outcome: Result<Arc<KeySet>, FetchRefusal>,
}

#[derive(Default)]
pub(crate) struct KeySet {
    keys: Vec<(Option<String>, ForeignKey)>,
}

const KEPT: i64 = HOUR;
/// An unknown `kid` may mean that the issuer has a new key, but it is asked no more often than this.
const AGAIN: i64 = 5 * MINUTE;
const REFUSAL_KEPT: i64 = MINUTE;
const MOST_ISSUERS: usize = 1000;
/// protocol.md §3.10.
const MOST_KEYS: usize = 100;

impl Issuers {
    pub fn new(fetch: Arc<dyn Fetch>) -> Issuers {
        Issuers { fetch, known: Mutex::default() }
    }

    /// The keys that may have signed: those of this `kid`, or all when the token names none.
    pub async fn keys(&self, issuer: &str, kid: Option<&str>, now: Moment) -> Result<Vec<ForeignKey>, FetchRefusal> {
        let entry = self.entry(issuer);
        let mut kept = entry.0.lock().await;
        let stale = kept.as_ref().is_none_or(|kept| {
            let age = now - kept.at;
            match &kept.outcome {
                Ok(set) => !(0..=KEPT).contains(&age) || (age > AGAIN && set.of(kid).is_empty()),
                Err(_) => !(0..=REFUSAL_KEPT).contains(&age),
            }
        });
        if stale {
            let outcome = self.load(issuer).await.map(Arc::new);
            *kept = Some(Kept { at: now, outcome });
        }
        match kept.as_ref().map(|kept| &kept.outcome) {
            Some(Ok(set)) => Ok(set.of(kid)),
            Some(Err(refusal)) => Err(refusal.clone()),
            None => Err(FetchRefusal::Malformed("nothing was kept")),
        }
    }

    pub fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn entry(&self, issuer: &str) -> Arc<Issuer> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_ISSUERS && !known.contains_key(issuer) {
            known.clear();
        }
        known.entry(issuer.to_owned()).or_default().clone()
    }

    async fn load(&self, issuer: &str) -> Result<KeySet, FetchRefusal> {
        let bare = issuer.trim_end_matches('/');
        let document = self.fetch.get(format!("{bare}/.well-known/openid-configuration")).await?;
        let metadata: Metadata = serde_json::from_slice(&document)
            .map_err(|_| FetchRefusal::Malformed("the metadata is not as it should be"))?;
        // OpenID Connect Discovery §4.3: another issuer's document proves nothing about this one.
        if metadata.issuer != issuer {
            return Err(FetchRefusal::Malformed("the metadata is another issuer's"));
        }
        let keys = self.fetch.get(metadata.jwks_uri).await?;
        let published: Published =
            serde_json::from_slice(&keys).map_err(|_| FetchRefusal::Malformed("the key set is not as it should be"))?;
        Ok(KeySet { keys: published.keys.iter().take(MOST_KEYS).filter_map(Jwk::signing).collect() })
    }
}

impl KeySet {
    fn of(&self, kid: Option<&str>) -> Vec<ForeignKey> {
        let fits = |held: &Option<String>| kid.is_none() || held.as_deref() == kid;
        self.keys.iter().filter(|(held, _)| fits(held)).map(|(_, key)| key.clone()).collect()
    }
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Jwk {
    fn signing(&self) -> Option<(Option<String>, ForeignKey)> {
        let signs = self.kty == "RSA" && self.usage.as_deref().is_none_or(|usage| usage == "sig");
        let key = ForeignKey::of_jwk(self.n.as_deref()?, self.e.as_deref()?).filter(|_| signs)?;
        Some((self.kid.clone(), key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Told {
        documents: HashMap<String, String>,
        asked: AtomicUsize,
    }

    impl Fetch for Told {
        fn post(&self, _: String, _: &'static str, _: String) -> Fetched<'_, Vec<u8>> {
            Box::pin(std::future::ready(Err(nobody())))
        }

        fn texts(&self, _: String) -> Fetched<'_, Vec<String>> {
            Box::pin(std::future::ready(Err(nobody())))
        }

        fn get(&self, url: String) -> Fetched<'_, Vec<u8>> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let found = self.documents.get(&url).map(|text| text.clone().into_bytes());
            Box::pin(std::future::ready(found.ok_or(FetchRefusal::Failed("404".to_owned()))))
        }
    }

    const NOON: Moment = Moment::from_secs(1_000_000);

    fn issuer_of(issuer: &str, keys: &str) -> Arc<Told> {
        let document = format!(r#"{{"issuer":"{issuer}","jwks_uri":"https://ci.example/keys"}}"#);
        let documents = [
            ("https://ci.example/.well-known/openid-configuration".to_owned(), document),
            ("https://ci.example/keys".to_owned(), keys.to_owned()),
        ];
        Arc::new(Told { documents: documents.into(), asked: AtomicUsize::new(0) })
    }

    fn keys(kid: &str) -> String {
        format!(r#"{{"keys":[{{"kty":"RSA","kid":"{kid}","n":"{}w","e":"AQAB"}},{{"kty":"EC"}}]}}"#, "u".repeat(341))
    }

    #[tokio::test]
    async fn keys_are_fetched_once_and_again_for_a_new_kid_or_after_an_hour() {
        let told = issuer_of("https://ci.example", &keys("a"));
        let issuers = Issuers::new(told.clone());
        let ask = async |kid, now| issuers.keys("https://ci.example", kid, now).await.expect("keys").len();
        assert_eq!(ask(Some("a"), NOON).await, 1);
        assert_eq!(ask(None, NOON).await, 1);
        assert_eq!(ask(Some("b"), NOON + AGAIN).await, 0);
        assert_eq!(told.asked.load(Ordering::SeqCst), 2);
        assert_eq!(ask(Some("b"), NOON + AGAIN + 1).await, 0);
        assert_eq!(told.asked.load(Ordering::SeqCst), 4);
        assert_eq!(ask(Some("a"), NOON + 2 * HOUR).await, 1);
        assert_eq!(told.asked.load(Ordering::SeqCst), 6);
    }

    #[tokio::test]
    async fn a_refusal_is_kept_for_a_minute_and_another_issuers_document_is_one() {
        let told = issuer_of("https://evil.example", &keys("a"));
        let issuers = Issuers::new(told.clone());
        for _ in 0..5 {
            assert!(issuers.keys("https://ci.example", None, NOON).await.is_err());
        }
        assert_eq!(told.asked.load(Ordering::SeqCst), 1);
        assert!(issuers.keys("https://ci.example", None, NOON + REFUSAL_KEPT + 1).await.is_err());
        assert_eq!(told.asked.load(Ordering::SeqCst), 2);
    }
}
