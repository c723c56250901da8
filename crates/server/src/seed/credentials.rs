//! What apps prove themselves with: secrets, certificates, and foreign issuers they trust.

use super::SeedSecret;
use super::graph;
use super::node::Node;
use super::problems::{Once, Problems, Shown};
use super::read::Reading;
use super::shape::{Fields, items};
use mandate_base::{AppId, DAY, Folded, MINUTE, Moment, ObjectId, Secret};
use mandate_domain::application::{ClientCertificate, FederatedCredential, TOKEN_EXCHANGE};
use mandate_jose::{Certificate, b64url_encode};

/// How long a secret lasts that does not say: two years, as the portal offers at most.
const SECRET_LIFE: i64 = 2 * 365 * DAY;
/// consent-and-governance.md and protocol.md §3.10.
const MOST_FEDERATED: usize = 20;
const LONGEST_FEDERATED: usize = 600;

/// An exported credential has no `secretText`: nobody can use it, so it is left out.
pub(super) fn secrets(node: &Node, app_id: AppId, reading: &Reading<'_>) -> Vec<SeedSecret> {
    let Reading { problems, now, .. } = reading;
    let mut ids = Once::default();
    let mut secrets = Vec::new();
    for (place, node) in items(node, "passwordCredentials", problems).iter().enumerate() {
        let mut fields = Fields::read(node, graph::PASSWORD_CREDENTIAL, problems);
        let Some(secret) = fields.text("secretText") else { continue };
        if secret.is_empty() {
            problems.add(fields.at("secretText"), "is empty");
        }
        let key_id = fields.id("keyId");
        let key_id = key_id.unwrap_or_else(|| ObjectId::named(app_id.bytes(), &format!("secret:{place}")));
        ids.claim(key_id, format_args!("`{key_id}`"), fields.at("keyId"), problems);
        let (start, end) = lifetime(&mut fields, *now, problems);
        let display_name = fields.text("displayName");
        secrets.push(SeedSecret { key_id, display_name, secret: Secret::new(secret), start, end });
    }
    secrets
}

/// From a minute ago, so that a clock a little behind this one takes the secret too.
fn lifetime(fields: &mut Fields<'_>, now: Moment, problems: &Problems<'_>) -> (Moment, Moment) {
    let start = fields.when("startDateTime").unwrap_or(now - MINUTE);
    let end = fields.when("endDateTime").unwrap_or(now + SECRET_LIFE);
    if end <= start {
        problems.add(fields.at("endDateTime"), "ends before it starts");
    }
    (start, end)
}

/// An exported certificate may come without its `key`: then nothing can be checked with it, and it is left out.
pub(super) fn certificates(node: &Node, app_id: AppId, reading: &Reading<'_>) -> Vec<ClientCertificate> {
    let problems = &reading.problems;
    let mut ids = Once::default();
    let mut found = Vec::new();
    for (place, node) in items(node, "keyCredentials", problems).iter().enumerate() {
        let mut fields = Fields::read(node, graph::KEY_CREDENTIAL, problems);
        let (Some(key), usage) = (fields.text("key"), fields.text("usage")) else { continue };
        if usage.is_some_and(|usage| usage != "Verify") {
            continue;
        }
        let certificate = match Certificate::read(&key) {
            Ok(certificate) => certificate,
            Err(refusal) => {
                problems.add(fields.at("key"), refusal.0);
                continue;
            }
        };
        let key_id = fields.id("keyId");
        let key_id = key_id.unwrap_or_else(|| ObjectId::named(app_id.bytes(), &format!("certificate:{place}")));
        ids.claim(key_id, format_args!("`{key_id}`"), fields.at("keyId"), problems);
        // Its own dates bound what the registration says.
        let (from, until) = (Moment::from_secs(certificate.not_before), Moment::from_secs(certificate.not_after));
        let start = fields.when("startDateTime").map_or(from, |start| start.max(from));
        let end = fields.when("endDateTime").map_or(until, |end| end.min(until));
        found.push(ClientCertificate {
            key_id,
            display_name: fields.text("displayName").or(Some(certificate.subject)),
            sha1: certificate.sha1,
            sha256: certificate.sha256,
            certificate: mandate_web::base64::standard(&certificate.der),
            public: b64url_encode(&certificate.rsa_public),
            start,
            end,
        });
    }
    found
}

pub(super) fn federated(node: &Node, app_id: AppId, reading: &Reading<'_>) -> Vec<FederatedCredential> {
    let problems = &reading.problems;
    let (mut names, mut pairs) = (Once::default(), Once::default());
    let mut found = Vec::new();
    for node in items(node, "federatedIdentityCredentials", problems) {
        let mut fields = Fields::read(node, graph::FEDERATED_CREDENTIAL, problems);
        let Some(name) = fields.need_text("name", problems) else { continue };
        let (issuer, subject) = (fields.need_text("issuer", problems), fields.need_text("subject", problems));
        let (Some(issuer), Some(subject)) = (issuer, subject) else { continue };
        names.claim(Folded::of(&name), Shown(&name), fields.at("name"), problems);
        pairs.claim((issuer.clone(), subject.clone()), Shown(&subject), fields.at("subject"), problems);
        if !issuer.starts_with("https://") {
            problems.add(fields.at("issuer"), "an issuer is an https URL");
        }
        let mut audiences = fields.texts("audiences");
        if audiences.is_empty() {
            audiences.push(TOKEN_EXCHANGE.to_owned());
        }
        if audiences.len() > 1 {
            problems.add(fields.at("audiences"), "exactly one audience is allowed");
        }
        for (key, text) in [("issuer", &issuer), ("subject", &subject)] {
            if text.len() > LONGEST_FEDERATED {
                problems.add(fields.at(key), format_args!("longer than {LONGEST_FEDERATED} characters"));
            }
        }
        let id = fields.id("id").unwrap_or_else(|| ObjectId::named(app_id.bytes(), &format!("federated:{name}")));
        let description = fields.text("description");
        found.push(FederatedCredential { id, name, issuer, subject, audiences, description });
    }
    if found.len() > MOST_FEDERATED {
        problems.add(node, format_args!("more than {MOST_FEDERATED} federated identity credentials"));
    }
    found
}
