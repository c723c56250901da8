//! `/applications`: registrations of this tenant. Secrets are shown by their hint, certificates without their key.

use super::credential::{certificate, secret};
use super::expand::Expansion;
use super::key::{Meant, by_key};
use super::{entity, list};
use crate::call::Call;
use crate::dispatch::Key;
use crate::errors::Stop;
use crate::operations::Op;
use crate::property::{Entity, Kind, Property, column, many, more, shown};
use mandate_base::ObjectId;
use mandate_domain::application::AppCard;
use mandate_domain::query::{Condition, Noun, Query};
use mandate_domain::time;
use mandate_usecases::access::{Caller, Permit};
use mandate_usecases::{Fault, House, directory};
use mandate_web::Answer;
use serde_json::{Map, Value};

const COST: u8 = 2;

pub(super) async fn show(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::Application, key).await?;
    let permit = call.permit_on(Op::ApplicationsGet, meant.id).await?;
    let selection = call.selection(&[&APPLICATION])?;
    let app = Application::of(&card(call, &permit, &meant).await?);
    let context = call.context(APPLICATION.set, &selection, true);
    let mut properties = shown(&app, &selection, permit.view());
    if let Some(expansion) = Expansion::asked(call, Noun::Application)? {
        expansion.add(call, app.id(), &mut properties).await?;
    }
    Ok(entity(call, context, properties, COST))
}

/// What is kept of it.
pub(super) async fn card(call: &Call<'_>, permit: &Permit, meant: &Meant) -> Result<AppCard, Stop> {
    let condition = Condition::Id(vec![meant.known()?]);
    let found = directory::application(call.house, &call.caller, permit, condition).await?;
    Ok(found.ok_or_else(|| meant.missing())?)
}

/// A collection that hangs on one, as its context names it.
pub(super) fn part_of(meant: &Meant, set: &str) -> String {
    format!("applications('{}')/{set}", meant.own())
}

/// A registration as Graph shows it.
pub(super) struct Application {
    id: ObjectId,
    name: String,
    properties: Map<String, Value>,
}

impl Application {
    pub fn of(card: &AppCard) -> Application {
        let mut properties = match serde_json::to_value(&card.registration) {
            Ok(Value::Object(properties)) => properties,
            _ => Map::new(),
        };
        let id = card.application.into();
        properties.insert("id".to_owned(), Value::from(card.application.to_string()));
        properties.insert("appId".to_owned(), Value::from(card.app_id.to_string()));
        properties.insert("createdDateTime".to_owned(), Value::from(time::iso(card.created)));
        properties.insert(
            "passwordCredentials".to_owned(),
            card.secrets.iter().map(|held| Value::Object(secret(held))).collect(),
        );
        properties.insert(
            "keyCredentials".to_owned(),
            card.certificates.iter().map(|held| Value::Object(certificate(held))).collect(),
        );
        Application { id, name: card.registration.display_name.clone(), properties }
    }
}

impl Entity for Application {
    const KIND: &'static Kind = &APPLICATION;

    fn id(&self) -> ObjectId {
        self.id
    }

    fn column(&self, name: &str) -> Value {
        self.properties.get(name).cloned().unwrap_or(Value::Null)
    }

    fn more(&self, name: &str) -> Option<&Value> {
        self.properties.get(name)
    }
}

impl list::Listed for Application {
    const NOUN: Noun = Noun::Application;
    const LIST: Op = Op::ApplicationsList;
    const COUNT: Op = Op::ApplicationsCount;

    fn name(&self) -> &str {
        &self.name
    }

    async fn find(house: &House, caller: &Caller, permit: &Permit, query: Query) -> Result<(Vec<Self>, bool), Fault> {
        let (found, more) = directory::applications(house, caller, permit, query).await?;
        Ok((found.iter().map(Application::of).collect(), more))
    }
}

pub(super) static APPLICATION: Kind =
    Kind { name: "microsoft.graph.application", set: "applications", properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    more("deletedDateTime").default(),
    column("appId").default(),
    more("applicationTemplateId").default(),
    more("authenticationBehaviors"),
    more("createdByAppId"),
    many("managerApplications"),
    more("oauth2RequirePostResponse"),
    more("disabledByMicrosoftStatus").default(),
    column("createdDateTime").default(),
    column("displayName").default(),
    more("description").default(),
    more("groupMembershipClaims").default(),
    many("identifierUris").default(),
    more("isDeviceOnlyAuthSupported").default(),
    more("isDisabled"),
    more("isFallbackPublicClient").default(),
    more("nativeAuthenticationApisEnabled"),
    more("notes").default(),
    more("optionalClaims").default(),
    more("publisherDomain").default(),
    more("samlMetadataUrl").default(),
    more("serviceManagementReference").default(),
    column("signInAudience").default(),
    many("tags").default(),
    more("tokenEncryptionKeyId").default(),
    more("uniqueName").default(),
    many("addIns").default(),
    column("api").default(),
    many("appRoles").default(),
    more("certification").default(),
    more("defaultRedirectUri").default(),
    column("info").default(),
    many("keyCredentials").default(),
    more("parentalControlSettings").default(),
    many("passwordCredentials").default(),
    column("publicClient").default(),
    many("requiredResourceAccess").default(),
    more("requestSignatureVerification").default(),
    more("servicePrincipalLockConfiguration").default(),
    column("spa").default(),
    more("verifiedPublisher").default(),
    column("web").default(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use mandate_base::{AppId, ApplicationId, Moment, TenantId};
    use mandate_domain::application::{ClientCertificate, ClientSecret, Registration};

    #[test]
    fn what_proves_an_app_is_not_shown() {
        let held = ClientSecret {
            key_id: ObjectId::from_u128(5),
            display_name: Some("ci".to_owned()),
            hint: "abc".to_owned(),
            digest: "the digest".to_owned(),
            start: Moment::from_secs(0),
            end: Moment::from_secs(60),
        };
        let certificate = ClientCertificate {
            key_id: ObjectId::from_u128(6),
            display_name: None,
            sha1: "-_-_-_-_-_-_-_-_-_-_-_-_-_8".to_owned(),
            sha256: "x".to_owned(),
            certificate: "the certificate".to_owned(),
            public: "the key".to_owned(),
            start: Moment::from_secs(0),
            end: Moment::from_secs(60),
        };
        let card = AppCard {
            app_id: AppId::from_u128(1),
            application: ApplicationId::from_u128(2),
            home: TenantId::from_u128(3),
            created: Moment::from_secs(0),
            registration: Registration::default(),
            secrets: vec![held],
            certificates: vec![certificate],
            federated: Vec::new(),
            version: 1,
        };
        let shown = Value::Object(Application::of(&card).properties);
        assert_eq!(shown["passwordCredentials"][0]["hint"], "abc");
        assert_eq!(shown["passwordCredentials"][0]["secretText"], Value::Null);
        assert_eq!(shown["keyCredentials"][0]["customKeyIdentifier"], "+/+/+/+/+/+/+/+/+/+/+/+/+/8=");
        for secret in ["the digest", "the certificate", "the key"] {
            assert!(!shown.to_string().contains(secret), "{secret}");
        }
    }
}
