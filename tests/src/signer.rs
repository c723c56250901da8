//! Keys of other people: clients that sign assertions, and foreign issuers. Signed by another implementation than ours.

use crate::world::NOON;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use mandate_jose::{Certificate, SigningKey};
use mandate_usecases::issuers::{Fetch, FetchRefusal, Fetched};
use mandate_web::base64;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

pub struct Signer {
    key: EncodingKey,
    public: Value,
    pub certificate: Certificate,
}

/// Making a key is a search for primes: two for the process are enough.
pub fn one() -> &'static Signer {
    static SIGNER: OnceLock<Signer> = OnceLock::new();
    SIGNER.get_or_init(|| Signer::new("client.waterkant.example"))
}

pub fn another() -> &'static Signer {
    static SIGNER: OnceLock<Signer> = OnceLock::new();
    SIGNER.get_or_init(|| Signer::new("ci.example"))
}

impl Signer {
    fn new(subject: &str) -> Signer {
        let (from, until) = (NOON - crate::days(30), NOON + crate::days(60));
        let (key, material) = SigningKey::generate(subject, from.secs(), until.secs()).expect("the dates are in order");
        let lines: Vec<String> = base64::standard(&material.pkcs8)
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
        Signer {
            key: EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key in PEM"),
            public: serde_json::to_value(key.public()).expect("a key set's member"),
            certificate: Certificate::from_der(&material.cert_der).expect("our own certificate"),
        }
    }

    /// As a seed lists it.
    pub fn key_credential(&self) -> Value {
        json!({ "key": base64::standard(&self.certificate.der), "type": "AsymmetricX509Cert", "usage": "Verify" })
    }

    pub fn jwks(&self) -> String {
        json!({ "keys": [self.public] }).to_string()
    }

    /// A token of these claims, with whatever the test puts into the header.
    pub fn sign(&self, algorithm: Algorithm, claims: &Value, header: impl FnOnce(&mut Header)) -> String {
        let mut head = Header::new(algorithm);
        header(&mut head);
        encode(&head, claims, &self.key).expect("claims are plain JSON")
    }

    /// The same, with the padding that some libraries leave on their segments.
    pub fn sign_padded(&self, claims: &Value) -> String {
        let part = |value: Value| padded(&base64::url(value.to_string().as_bytes()));
        let text =
            format!("{}.{}", part(json!({ "alg": "RS256", "x5t": self.certificate.sha1 })), part(claims.clone()));
        let signature = jsonwebtoken::crypto::sign(text.as_bytes(), &self.key, Algorithm::RS256);
        format!("{text}.{}", padded(&signature.expect("a key that signs")))
    }

    pub fn kid(&self) -> String {
        self.public["kid"].as_str().expect("a name").to_owned()
    }
}

fn padded(part: &str) -> String {
    format!("{part}{}", "=".repeat((4 - part.len() % 4) % 4))
}

/// The rest of the world, as far as the house may call it: documents by their URLs.
#[derive(Default)]
pub struct Elsewhere {
    documents: Mutex<HashMap<String, String>>,
    /// TXT records by their names.
    texts: Mutex<HashMap<String, Vec<String>>>,
    posted: Mutex<Vec<(String, String)>>,
    /// What answers nothing good.
    deaf: Mutex<Vec<String>>,
}

impl Elsewhere {
    pub fn put(&self, url: &str, document: &str) {
        self.documents.lock().expect("no test holds it").insert(url.to_owned(), document.to_owned());
    }

    /// Whatever is posted there fails, or is taken again.
    pub fn deafen(&self, address: &str, is_deaf: bool) {
        let mut deaf = self.deaf.lock().expect("no test holds it");
        deaf.retain(|known| known != address);
        deaf.extend(is_deaf.then(|| address.to_owned()));
    }

    /// The TXT record of a name.
    pub fn says(&self, name: &str, text: &str) {
        self.texts.lock().expect("no test holds it").entry(name.to_owned()).or_default().push(text.to_owned());
    }

    /// What the house posted so far: where, and the body.
    pub fn posted(&self) -> Vec<(String, String)> {
        self.posted.lock().expect("no test holds it").clone()
    }

    /// An issuer with its metadata and keys.
    pub fn issuer(&self, issuer: &str, signer: &Signer) {
        let metadata = json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") });
        self.put(&format!("{issuer}/.well-known/openid-configuration"), &metadata.to_string());
        self.put(&format!("{issuer}/keys"), &signer.jwks());
    }
}

/// What a receiver of notifications says to prove that it is one.
fn validation_of(url: &str) -> Vec<u8> {
    let parsed = url::Url::parse(url).expect("the house posts to URLs");
    let token = parsed.query_pairs().find(|(name, _)| name == "validationToken");
    token.map(|(_, token)| token.into_owned().into_bytes()).unwrap_or_default()
}

impl Fetch for Elsewhere {
    fn post(&self, url: String, _: &'static str, body: String) -> Fetched<'_, Vec<u8>> {
        let address = url.split('?').next().unwrap_or("").to_owned();
        let deaf = self.deaf.lock().expect("no test holds it").contains(&address);
        self.posted.lock().expect("no test holds it").push((url.clone(), body));
        let failed = || FetchRefusal::Failed("HTTP 503".to_owned());
        let answer = if deaf { Err(failed()) } else { Ok(validation_of(&url)) };
        Box::pin(std::future::ready(answer))
    }

    fn texts(&self, name: String) -> Fetched<'_, Vec<String>> {
        let found = self.texts.lock().expect("no test holds it").get(&name).cloned();
        Box::pin(std::future::ready(Ok(found.unwrap_or_default())))
    }

    fn get(&self, url: String) -> Fetched<'_, Vec<u8>> {
        let found = self.documents.lock().expect("no test holds it").get(&url).map(|text| text.clone().into_bytes());
        Box::pin(std::future::ready(found.ok_or(FetchRefusal::Failed("HTTP 404".to_owned()))))
    }
}
