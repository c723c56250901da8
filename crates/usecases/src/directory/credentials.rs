//! Secrets and certificates of apps and their instances: made, taken in, and taken away.
//!
//! A secret's text exists once, in the answer that made it; what is kept is its digest.

use mandate_base::{DAY, Draw, Moment, ObjectId, Secret};
use mandate_domain::app_policies::AppRules;
use mandate_domain::application::{ClientCertificate, ClientSecret};
use mandate_domain::properties::{Broken, Rule};
use mandate_jose::{Certificate, SecretDigest, b64url_encode};

/// What a caller says of a secret that is to be made.
#[derive(Clone, Debug, Default)]
pub struct SecretAsked {
    pub display_name: Option<String>,
    pub start: Option<Moment>,
    pub end: Option<Moment>,
}

/// A secret that was just made, with the only copy of its text.
#[derive(Clone, Debug)]
pub struct NewSecret {
    pub held: ClientSecret,
    pub text: Secret<String>,
}

/// A certificate as a caller writes it. Without its key it means one that is held already.
#[derive(Clone, Debug, Default)]
pub struct CertificateAsked {
    pub key_id: Option<ObjectId>,
    pub display_name: Option<String>,
    pub key: Option<String>,
    pub start: Option<Moment>,
    pub end: Option<Moment>,
}

/// Two years, when nobody says (graph-api.md §2.5).
const SECRET_LIFE: i64 = 2 * 365 * DAY;
const HINT: usize = 3;
const LONGEST_NAME: usize = 120;
const SECRETS: &str = "passwordCredentials";
const CERTIFICATES: &str = "keyCredentials";
/// Of one object.
const MOST: usize = 100;

pub fn make_secret(
    asked: &SecretAsked,
    rules: &AppRules<'_>,
    now: Moment,
    draw: &mut dyn Draw,
) -> Result<NewSecret, Broken> {
    check_name(SECRETS, asked.display_name.as_deref())?;
    let start = asked.start.unwrap_or(now);
    let end = asked.end.unwrap_or(start + SECRET_LIFE);
    check_span(SECRETS, start, end)?;
    rules.check_secret(start, end)?;
    // 240 bits: more than anybody searches, so a fast digest is enough.
    let text = b64url_encode(&draw.bytes::<30>());
    let held = ClientSecret {
        key_id: draw.id(),
        display_name: asked.display_name.clone(),
        hint: text.chars().take(HINT).collect(),
        digest: SecretDigest::make(&text, draw.bytes::<16>()),
        start,
        end,
    };
    Ok(NewSecret { held, text: Secret::new(text) })
}

pub fn check_count(secrets: &[ClientSecret], certificates: &[ClientCertificate]) -> Result<(), Broken> {
    for (name, count) in [(SECRETS, secrets.len()), (CERTIFICATES, certificates.len())] {
        if count > MOST {
            return Err(Broken::new(name, Rule::TooMany(MOST)));
        }
    }
    Ok(())
}

/// The list as it is to be: new ones read, and those that came without a key kept as they are.
pub fn certificates(
    held: &[ClientCertificate],
    asked: &[CertificateAsked],
    rules: &AppRules<'_>,
    draw: &mut dyn Draw,
) -> Result<Vec<ClientCertificate>, Broken> {
    let mut all: Vec<ClientCertificate> = Vec::with_capacity(asked.len());
    for asked in asked {
        let certificate = match &asked.key {
            Some(_) => certificate(asked, rules, draw)?,
            None => {
                let known = held.iter().find(|held| Some(held.key_id) == asked.key_id);
                let known = known.ok_or_else(|| Broken::new("keyCredentials/key", Rule::Required))?;
                ClientCertificate {
                    display_name: asked.display_name.clone().or(known.display_name.clone()),
                    ..known.clone()
                }
            }
        };
        if all.iter().any(|known| known.key_id == certificate.key_id) {
            return Err(Broken::new("keyCredentials/keyId", Rule::Repeated(certificate.key_id.to_string())));
        }
        all.push(certificate);
    }
    Ok(all)
}

/// Its own dates bound what the registration says.
pub fn certificate(
    asked: &CertificateAsked,
    rules: &AppRules<'_>,
    draw: &mut dyn Draw,
) -> Result<ClientCertificate, Broken> {
    check_name(CERTIFICATES, asked.display_name.as_deref())?;
    let key = asked.key.as_deref().unwrap_or("");
    let bad = |sentence| Broken::new("keyCredentials/key", Rule::Bad(sentence));
    let certificate = Certificate::read(key).map_err(|refusal| bad(refusal.0))?;
    let (from, until) = (Moment::from_secs(certificate.not_before), Moment::from_secs(certificate.not_after));
    let start = asked.start.map_or(from, |start| start.max(from));
    let end = asked.end.map_or(until, |end| end.min(until));
    check_span(CERTIFICATES, start, end)?;
    rules.check_certificate(start, end)?;
    Ok(ClientCertificate {
        key_id: asked.key_id.unwrap_or_else(|| draw.id()),
        display_name: asked.display_name.clone().or_else(|| Some(certificate.subject.clone())),
        certificate: certificate.base64(),
        public: b64url_encode(&certificate.rsa_public),
        sha1: certificate.sha1,
        sha256: certificate.sha256,
        start,
        end,
    })
}

fn check_name(property: &str, name: Option<&str>) -> Result<(), Broken> {
    match name {
        Some(name) if name.chars().nth(LONGEST_NAME).is_some() => {
            Err(Broken::new(format!("{property}/displayName"), Rule::TooLong(LONGEST_NAME)))
        }
        _ => Ok(()),
    }
}

fn check_span(property: &str, start: Moment, end: Moment) -> Result<(), Broken> {
    if end > start {
        return Ok(());
    }
    Err(Broken::new(format!("{property}/endDateTime"), Rule::Bad("lies after startDateTime")))
}
