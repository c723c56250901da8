//! The client's proof: a secret in the body or in a Basic header, a signed assertion, or none (protocol.md §3.10).

use crate::cx::Cx;
use crate::errors::Trouble;
use mandate_base::AppId;
use mandate_domain::application::AppCard;
use mandate_domain::signin::ask::Authority;
use mandate_domain::token::claims::Proof;
use mandate_usecases::clients::{
    self, Assertion, AssertionRefusal, Credential, ProofRefusal, named_by, read_assertion,
};
use mandate_web::{Incoming, Params, base64};

pub struct Presented {
    pub client: AppId,
    proof: Shown,
}

enum Shown {
    Nothing,
    /// Several readings of one header, or one secret.
    Secrets(Vec<String>),
    Assertion(Box<Assertion>),
}

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl Presented {
    pub fn read(request: &Incoming, form: &Params) -> Result<Presented, Trouble> {
        let in_body = form.one("client_id")?;
        let secret = form.one("client_secret")?;
        let assertion = form.one("client_assertion")?;
        let header = request.header("authorization");
        if usize::from(header.is_some()) + usize::from(secret.is_some()) + usize::from(assertion.is_some()) > 1 {
            return Err(Trouble::malformed("the client proves itself in more than one way"));
        }
        if let Some(header) = header {
            return Presented::basic(header, in_body);
        }
        let proof = match (secret, assertion) {
            (Some(secret), _) => Shown::Secrets(vec![secret.to_owned()]),
            (None, Some(assertion)) => Shown::Assertion(Box::new(read(form, assertion)?)),
            (None, None) => Shown::Nothing,
        };
        let client = match (in_body, &proof) {
            (Some(text), _) => client_id(text)?,
            // The assertion names the client as well (RFC 7523 §3).
            (None, Shown::Assertion(assertion)) => named_by(assertion).ok_or_else(|| Trouble::missing("client_id"))?,
            (None, _) => return Err(Trouble::missing("client_id")),
        };
        Ok(Presented { client, proof })
    }

    fn basic(header: &str, in_body: Option<&str>) -> Result<Presented, Trouble> {
        let readings = base64::basic(header)
            .ok_or_else(|| Trouble::malformed("the Authorization header is not a well-formed Basic one"))?;
        let client = client_id(&readings[0].0)?;
        if in_body.is_some_and(|other| AppId::parse(other) != Ok(client)) {
            return Err(Trouble::malformed("the client_id of the body is another than that of the header"));
        }
        let secrets = readings.into_iter().map(|(_, secret)| secret).collect();
        Ok(Presented { client, proof: Shown::Secrets(secrets) })
    }

    /// At least one; of several readings the first that fits counts.
    pub fn credentials(&self) -> Vec<Credential<'_>> {
        match &self.proof {
            Shown::Nothing => vec![Credential::None],
            Shown::Secrets(secrets) => secrets.iter().map(|secret| Credential::Secret(secret)).collect(),
            Shown::Assertion(assertion) => vec![Credential::Assertion(assertion)],
        }
    }
}

fn read(form: &Params, assertion: &str) -> Result<Assertion, Trouble> {
    match form.one("client_assertion_type")? {
        Some(JWT_BEARER) => {}
        Some(_) => return Err(Trouble::new(90_023, &[("field", "client_assertion_type")])),
        None => return Err(Trouble::missing("client_assertion_type")),
    }
    read_assertion(assertion)
        .map_err(|refusal| Trouble::new(refusal.code(), &[("detail", detail(refusal))]).because(refusal))
}

fn client_id(text: &str) -> Result<AppId, Trouble> {
    AppId::parse(text).map_err(|_| Trouble::new(700_016, &[("client", text)]))
}

/// For grants of a user: what is proven, if anything; the grant itself says what is needed.
pub async fn prove(cx: Cx<'_>, card: &AppCard, presented: &Presented, at: Authority) -> Result<Proof, Trouble> {
    let mut outcome = Ok(Proof::None);
    for credential in presented.credentials() {
        outcome = clients::prove(cx.house, card, credential, at).await?;
        if outcome.is_ok() {
            break;
        }
    }
    outcome.map_err(|refusal| trouble(refusal, card))
}

pub fn trouble(refusal: ProofRefusal, card: &AppCard) -> Trouble {
    let client = card.app_id.to_string();
    let detail = if let ProofRefusal::Assertion(refusal) = refusal { detail(refusal) } else { "" };
    Trouble::new(refusal.code(), &[("client", &client), ("detail", detail)]).because(refusal)
}

/// What the number alone does not tell.
const fn detail(refusal: AssertionRefusal) -> &'static str {
    match refusal {
        AssertionRefusal::Algorithm => "It is signed with another algorithm than RS256 and PS256.",
        AssertionRefusal::UnknownCertificate => "No certificate of the application fits it.",
        AssertionRefusal::BadSignature => "The signature does not fit the certificate or key that its header names.",
        AssertionRefusal::CertificateNotInUse => "The certificate is not valid yet, or not any more.",
        AssertionRefusal::Expired => "It has expired.",
        AssertionRefusal::NotYet => "It is not valid yet.",
        AssertionRefusal::TooLong => "It is valid for too long; more than a day is not taken.",
        _ => "",
    }
}
