//! The client's proof: a secret in the body or in a Basic header, or none (protocol.md §3.10).

use crate::errors::Trouble;
use mandate_base::{AppId, Moment};
use mandate_domain::application::AppCard;
use mandate_domain::token::claims::Proof;
use mandate_usecases::clients::{self, Credential, ProofRefusal};
use mandate_web::{Incoming, Params, base64};

pub struct Presented {
    pub client: AppId,
    /// Several readings of one header, or one secret, or none.
    secrets: Vec<String>,
}

impl Presented {
    pub fn read(request: &Incoming, form: &Params) -> Result<Presented, Trouble> {
        let in_body = form.one("client_id")?;
        let secret = form.one("client_secret")?;
        let assertion = form.one("client_assertion")?.or(form.one("client_assertion_type")?);
        let header = request.header("authorization");
        if usize::from(header.is_some()) + usize::from(secret.is_some()) + usize::from(assertion.is_some()) > 1 {
            return Err(Trouble::malformed("the client proves itself in more than one way"));
        }
        if assertion.is_some() {
            return Err(Trouble::new(90_023, &[("field", "client_assertion")]));
        }
        match header {
            Some(header) => Presented::basic(header, in_body),
            None => Ok(Presented {
                client: client_id(in_body.ok_or_else(|| Trouble::missing("client_id"))?)?,
                secrets: secret.map(str::to_owned).into_iter().collect(),
            }),
        }
    }

    fn basic(header: &str, in_body: Option<&str>) -> Result<Presented, Trouble> {
        let readings = base64::basic(header)
            .ok_or_else(|| Trouble::malformed("the Authorization header is not a well-formed Basic one"))?;
        let client = client_id(&readings[0].0)?;
        if in_body.is_some_and(|other| AppId::parse(other) != Ok(client)) {
            return Err(Trouble::malformed("the client_id of the body is another than that of the header"));
        }
        Ok(Presented { client, secrets: readings.into_iter().map(|(_, secret)| secret).collect() })
    }

    pub fn credentials(&self) -> impl Iterator<Item = Credential<'_>> {
        let none = self.secrets.is_empty().then_some(Credential::None);
        self.secrets.iter().map(|secret| Credential::Secret(secret)).chain(none)
    }
}

fn client_id(text: &str) -> Result<AppId, Trouble> {
    AppId::parse(text).map_err(|_| Trouble::new(700_016, &[("client", text)]))
}

/// For grants of a user: what is proven, if anything; the grant itself says what is needed.
pub fn prove(card: &AppCard, presented: &Presented, now: Moment) -> Result<Proof, Trouble> {
    let mut outcome = Ok(Proof::None);
    for credential in presented.credentials() {
        outcome = clients::prove(card, credential, now);
        if outcome.is_ok() {
            break;
        }
    }
    outcome.map_err(|refusal| {
        let code = match refusal {
            ProofRefusal::WrongSecret => 7_000_215,
            ProofRefusal::ExpiredSecret => 7_000_222,
            ProofRefusal::PublicWithCredential => 700_025,
        };
        Trouble::new(code, &[("client", &card.app_id.to_string())])
    })
}
