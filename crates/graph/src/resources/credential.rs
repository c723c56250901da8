//! Secrets and certificates, of applications and of service principals: `addPassword` and its kin (graph-api.md §2.5).

use super::key::{Meant, meant};
use super::{application_write, entity, service_principal_write};
use crate::body;
use crate::call::Call;
use crate::dispatch::{Action, Object};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::respond;
use mandate_base::{Moment, ObjectId};
use mandate_domain::application::{ClientCertificate, ClientSecret};
use mandate_domain::query::Noun;
use mandate_domain::time;
use mandate_usecases::access::Permit;
use mandate_usecases::clients::{PossessionRefusal, prove_possession};
use mandate_usecases::directory::{AppEdit, CertificateAsked, InstanceEdit, NewSecret, SecretAsked};
use mandate_web::Answer;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const COST: u8 = 1;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PasswordWanted {
    #[serde(default)]
    password_credential: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Removed {
    key_id: ObjectId,
    #[serde(default)]
    proof: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyWanted {
    key_credential: Value,
    #[serde(default, rename = "passwordCredential")]
    _password: Value,
    proof: String,
}

pub(super) async fn act(call: &Call<'_>, object: &Object, action: Action) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let meant = meant(call, object).await?;
    let noun = object.noun().unwrap_or(Noun::Application);
    let op = if noun == Noun::Application { Op::ApplicationsCredentials } else { Op::ServicePrincipalsCredentials };
    let permit = call.permit_on(op, meant.id).await?;
    let at = At { call, permit, meant, noun };
    match action {
        Action::AddPassword => at.add_password().await,
        Action::RemovePassword => at.remove_password().await,
        Action::AddKey => at.add_key().await,
        _ => at.remove_key().await,
    }
}

/// The object that proves itself with them.
struct At<'c, 'h> {
    call: &'c Call<'h>,
    permit: Permit,
    meant: Meant,
    noun: Noun,
}

impl At<'_, '_> {
    async fn add_password(&self) -> Result<Answer, Stop> {
        let wanted: PasswordWanted = if self.call.body.is_empty() {
            PasswordWanted { password_credential: None }
        } else {
            body::read(self.call)?
        };
        let asked = password_of(wanted.password_credential.unwrap_or(Value::Null))?;
        let made = if self.noun == Noun::Application {
            self.app(AppEdit::AddSecret(asked)).await?.secrets.into_iter().next()
        } else {
            self.instance(InstanceEdit::AddSecret(asked)).await?.secret
        };
        let Some(made) = made else { return Err(self.meant.missing().into()) };
        let mut shown = secret(&made.held);
        shown.insert("secretText".to_owned(), Value::from(made.text.expose().as_str()));
        Ok(entity(self.call, self.context("microsoft.graph.passwordCredential"), shown, COST))
    }

    async fn remove_password(&self) -> Result<Answer, Stop> {
        let Removed { key_id, .. } = body::read(self.call)?;
        if self.noun == Noun::Application {
            self.app(AppEdit::RemoveSecret(key_id)).await.map_err(|stop| no_password(stop, key_id))?;
        } else {
            self.instance(InstanceEdit::RemoveSecret(key_id)).await.map_err(|stop| no_password(stop, key_id))?;
        }
        Ok(respond::nothing())
    }

    async fn add_key(&self) -> Result<Answer, Stop> {
        let wanted: KeyWanted = body::read(self.call)?;
        self.prove(&wanted.proof).await?;
        let asked = certificate_of(&wanted.key_credential)?;
        let part = if self.noun == Noun::Application {
            let written = self.app(AppEdit::AddCertificate(asked)).await?;
            written.card.certificates.into_iter().find(|held| Some(held.key_id) == written.part)
        } else {
            let written = self.instance(InstanceEdit::AddCertificate(asked)).await?;
            written.instance.more.certificates.into_iter().find(|held| Some(held.key_id) == written.part)
        };
        let Some(held) = part else { return Err(self.meant.missing().into()) };
        let context = self.context("microsoft.graph.keyCredential");
        Ok(entity(self.call, context, certificate(&held), COST))
    }

    async fn remove_key(&self) -> Result<Answer, Stop> {
        let Removed { key_id, proof } = body::read(self.call)?;
        let proof = proof.ok_or_else(|| Refusal::Missing("proof".to_owned()))?;
        self.prove(&proof).await?;
        if self.noun == Noun::Application {
            self.app(AppEdit::RemoveCertificate(key_id)).await?;
        } else {
            self.instance(InstanceEdit::RemoveCertificate(key_id)).await?;
        }
        Ok(respond::nothing())
    }

    /// Signed with a key that the object has already.
    async fn prove(&self, proof: &str) -> Result<(), Stop> {
        let id = self.meant.known()?;
        let proven = prove_possession(self.call.house, self.call.caller.tenant, self.noun, id, proof).await?;
        Ok(proven.map_err(|refusal| match refusal {
            PossessionRefusal::NoSuchObject => self.meant.missing(),
            PossessionRefusal::NotProven => Refusal::NotProven,
        })?)
    }

    async fn app(&self, edit: AppEdit) -> Result<mandate_usecases::directory::WrittenApp, Stop> {
        application_write::edit(self.call, &self.permit, self.meant.known()?, &self.meant.name, edit).await
    }

    async fn instance(&self, edit: InstanceEdit) -> Result<mandate_usecases::directory::WrittenInstance, Stop> {
        service_principal_write::edit(self.call, &self.permit, self.meant.known()?, &self.meant.name, edit).await
    }

    fn context(&self, kind: &str) -> String {
        format!("{}/$metadata#{kind}", self.call.root())
    }
}

/// Clients look for the words (graph-api.md §5.1).
fn no_password(stop: Stop, key_id: ObjectId) -> Stop {
    match stop {
        Stop::Refused(Refusal::NoSuchObject(name)) if name == key_id.to_string() => {
            Refusal::Invalid(format!("No password credential found with keyId {key_id}.")).into()
        }
        stop => stop,
    }
}

pub(super) fn secret(held: &ClientSecret) -> Map<String, Value> {
    object(json!({
        "customKeyIdentifier": null,
        "displayName": held.display_name,
        "endDateTime": time::iso(held.end),
        "hint": held.hint,
        "keyId": held.key_id.to_string(),
        "secretText": null,
        "startDateTime": time::iso(held.start),
    }))
}

/// `customKeyIdentifier` is the thumbprint in base64, as every binary is.
pub(super) fn certificate(held: &ClientCertificate) -> Map<String, Value> {
    let mut thumbprint = held.sha1.replace('-', "+").replace('_', "/");
    while !thumbprint.len().is_multiple_of(4) {
        thumbprint.push('=');
    }
    object(json!({
        "customKeyIdentifier": thumbprint,
        "displayName": held.display_name,
        "endDateTime": time::iso(held.end),
        "key": null,
        "keyId": held.key_id.to_string(),
        "startDateTime": time::iso(held.start),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The texts of secrets that were just made, put among those that are shown: the only time that anybody sees them.
pub(super) fn with_secrets(properties: &mut Map<String, Value>, made: &[NewSecret]) {
    let Some(Value::Array(shown)) = properties.get_mut("passwordCredentials") else { return };
    for made in made {
        let id = Value::from(made.held.key_id.to_string());
        let own = shown.iter_mut().find(|shown| shown.get("keyId") == Some(&id));
        if let Some(Value::Object(own)) = own {
            own.insert("secretText".to_owned(), Value::from(made.text.expose().as_str()));
        }
    }
}

pub(super) fn passwords_of(value: Option<Value>) -> Result<Vec<SecretAsked>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(values)) => values.into_iter().map(password_of).collect(),
        Some(_) => Err(Refusal::MistypedMember("passwordCredentials".to_owned())),
    }
}

fn password_of(value: Value) -> Result<SecretAsked, Refusal> {
    let value = match value {
        Value::Null => return Ok(SecretAsked::default()),
        Value::Object(members) => members,
        _ => return Err(Refusal::MistypedMember("passwordCredential".to_owned())),
    };
    if value.get("secretText").is_some_and(|text| !text.is_null()) {
        // Nobody chooses a secret: what people choose can be guessed.
        return Err(Refusal::ReadOnly("passwordCredential/secretText".to_owned()));
    }
    Ok(SecretAsked {
        display_name: value.get("displayName").and_then(Value::as_str).map(str::to_owned),
        start: moment(&value, "startDateTime")?,
        end: moment(&value, "endDateTime")?,
    })
}

pub(super) fn certificates_of(value: Option<Value>) -> Result<Option<Vec<CertificateAsked>>, Refusal> {
    match value {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Vec::new())),
        Some(Value::Array(values)) => values.iter().map(certificate_of).collect::<Result<_, _>>().map(Some),
        Some(_) => Err(Refusal::MistypedMember("keyCredentials".to_owned())),
    }
}

fn certificate_of(value: &Value) -> Result<CertificateAsked, Refusal> {
    let Value::Object(value) = value else { return Err(Refusal::MistypedMember("keyCredential".to_owned())) };
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let kind = text("type").unwrap_or_else(|| "AsymmetricX509Cert".to_owned());
    let usage = text("usage").unwrap_or_else(|| "Verify".to_owned());
    if kind != "AsymmetricX509Cert" || usage != "Verify" {
        return Err(Refusal::NotOffered("A key credential that is no certificate to verify with"));
    }
    let key_id = text("keyId").map(|id| ObjectId::parse(&id));
    Ok(CertificateAsked {
        key_id: key_id.transpose().map_err(|_| Refusal::MistypedMember("keyCredential/keyId".to_owned()))?,
        display_name: text("displayName"),
        key: text("key"),
        start: moment(value, "startDateTime")?,
        end: moment(value, "endDateTime")?,
    })
}

fn moment(value: &Map<String, Value>, name: &str) -> Result<Option<Moment>, Refusal> {
    match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let read = value.as_str().and_then(time::parse);
            read.map(Some).ok_or_else(|| Refusal::MistypedMember(name.to_owned()))
        }
    }
}
