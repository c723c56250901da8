//! `/servicePrincipals`: the instances of apps in this tenant. What an app publishes is shown as its registration has it,
//! wherever that lives.

use super::credential::{certificate, secret};
use super::expand::Expansion;
use super::key::by_key;
use super::{entity, list};
use crate::call::Call;
use crate::dispatch::Key;
use crate::errors::Stop;
use crate::operations::Op;
use crate::property::{Entity, Kind, Property, column, many, more, shown};
use mandate_base::ObjectId;
use mandate_domain::application::AppCard;
use mandate_domain::catalogue::PermKind;
use mandate_domain::permission_text::{Tongue, text};
use mandate_domain::query::{Condition, Noun, Query};
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::time;
use mandate_domain::well_known::well_known;
use mandate_usecases::access::{Caller, Permit};
use mandate_usecases::{Fault, House, directory};
use mandate_web::Answer;
use serde::Serialize;
use serde_json::{Map, Value};

const COST: u8 = 2;

pub(super) async fn show(call: &Call<'_>, key: &Key) -> Result<Answer, Stop> {
    let meant = by_key(call, Noun::ServicePrincipal, key).await?;
    let permit = call.permit_on(Op::ServicePrincipalsGet, meant.id).await?;
    let selection = call.selection(&[&SERVICE_PRINCIPAL])?;
    let condition = Condition::Id(vec![meant.known()?]);
    let found = directory::service_principal(call.house, &call.caller, &permit, condition).await?;
    let sp = found.ok_or_else(|| meant.missing())?;
    let card = directory::card(call.house, &permit, sp.app_id).await?;
    let instance = Instance::of(&sp, card.as_deref());
    let context = call.context(SERVICE_PRINCIPAL.set, &selection, true);
    let mut properties = shown(&instance, &selection, permit.view());
    if let Some(expansion) = Expansion::asked(call, Noun::ServicePrincipal)? {
        expansion.add(call, instance.id(), &mut properties).await?;
    }
    Ok(entity(call, context, properties, COST))
}

/// An instance as Graph shows it.
pub(super) struct Instance {
    id: ObjectId,
    name: String,
    properties: Map<String, Value>,
}

impl Instance {
    pub fn of(sp: &ServicePrincipal, card: Option<&AppCard>) -> Instance {
        let mut properties = Map::new();
        let mut put = |name: &str, value: Value| {
            properties.insert(name.to_owned(), value);
        };
        put("id", Value::from(sp.id.to_string()));
        put("accountEnabled", Value::from(sp.account_enabled));
        put("appId", Value::from(sp.app_id.to_string()));
        put("appOwnerOrganizationId", Value::from(sp.home.to_string()));
        put("appRoleAssignmentRequired", Value::from(sp.app_role_assignment_required));
        put("createdDateTime", Value::from(time::iso(sp.created)));
        put("displayName", Value::from(sp.display_name.as_str()));
        put("servicePrincipalNames", Value::from(sp.more.service_principal_names.clone()));
        put("servicePrincipalType", Value::from(sp.kind()));
        put("tags", Value::from(sp.more.tags.clone()));
        put("notes", Value::from(sp.more.notes.as_deref()));
        put("passwordCredentials", sp.more.secrets.iter().map(|held| Value::Object(secret(held))).collect());
        put("keyCredentials", sp.more.certificates.iter().map(|held| Value::Object(certificate(held))).collect());
        if let Some(card) = card {
            published(card, &mut put);
        }
        // What was set here wins over what the app publishes.
        for (name, value) in &sp.more.other {
            put(name, value.clone());
        }
        Instance { id: sp.id.into(), name: sp.display_name.clone(), properties }
    }
}

/// What the registration says to everybody.
fn published(card: &AppCard, put: &mut impl FnMut(&str, Value)) {
    let registration = &card.registration;
    put("appDisplayName", Value::from(registration.display_name.as_str()));
    put("appDescription", Value::from(registration.description.as_deref()));
    put("homepage", Value::from(registration.web.home_page_url.as_deref()));
    put("logoutUrl", Value::from(registration.web.logout_url.as_deref()));
    put("signInAudience", Value::from(registration.sign_in_audience.word()));
    let uris =
        [&registration.web.redirect_uris, &registration.spa.redirect_uris, &registration.public_client.redirect_uris];
    put("replyUrls", uris.into_iter().flatten().map(|uri| Value::from(uri.as_str())).collect());
    match well_known(card.app_id) {
        Some(built_in) => described(built_in, put),
        None => {
            put("appRoles", json(&registration.app_roles));
            put("oauth2PermissionScopes", json(&registration.api.oauth2_permission_scopes));
        }
    }
    put("info", json(&registration.info));
    put("verifiedPublisher", json(&registration.verified_publisher));
}

/// A built-in API's permissions, in our own words: its tables have none.
fn described(card: &AppCard, put: &mut impl FnMut(&str, Value)) {
    let mut registration = card.registration.clone();
    for scope in &mut registration.api.oauth2_permission_scopes {
        let said = text(PermKind::Delegated, &scope.value, Tongue::En);
        scope.admin_consent_display_name.get_or_insert_with(|| said.title.clone());
        scope.admin_consent_description.get_or_insert_with(|| said.gives.clone());
        scope.user_consent_display_name.get_or_insert(said.title);
        scope.user_consent_description.get_or_insert(said.gives);
    }
    for role in &mut registration.app_roles {
        let said = text(PermKind::Application, role.value.as_deref().unwrap_or(""), Tongue::En);
        role.display_name = said.title;
        role.description.get_or_insert(said.gives);
    }
    put("appRoles", json(&registration.app_roles));
    put("oauth2PermissionScopes", json(&registration.api.oauth2_permission_scopes));
}

/// Plain data of ours, in which nothing can fail.
fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

impl Entity for Instance {
    const KIND: &'static Kind = &SERVICE_PRINCIPAL;

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

impl list::Listed for Instance {
    const NOUN: Noun = Noun::ServicePrincipal;
    const LIST: Op = Op::ServicePrincipalsList;
    const COUNT: Op = Op::ServicePrincipalsCount;

    fn name(&self) -> &str {
        &self.name
    }

    async fn find(house: &House, caller: &Caller, permit: &Permit, query: Query) -> Result<(Vec<Self>, bool), Fault> {
        let (found, more) = directory::service_principals(house, caller, permit, query).await?;
        let mut instances = Vec::with_capacity(found.len());
        for sp in &found {
            let card = directory::card(house, permit, sp.app_id).await?;
            instances.push(Instance::of(sp, card.as_deref()));
        }
        Ok((instances, more))
    }
}

pub(super) static SERVICE_PRINCIPAL: Kind =
    Kind { name: "microsoft.graph.servicePrincipal", set: "servicePrincipals", properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("id").default().basic(),
    more("deletedDateTime").default(),
    column("accountEnabled").default(),
    many("alternativeNames").default(),
    more("appDescription").default(),
    more("appDisplayName").default(),
    column("appId").default(),
    more("applicationTemplateId").default(),
    column("appOwnerOrganizationId").default(),
    column("appRoleAssignmentRequired").default(),
    // Not of the documented schema, so only for who asks for it.
    column("createdDateTime"),
    more("description").default(),
    more("disabledByMicrosoftStatus").default(),
    column("displayName").default(),
    more("homepage").default(),
    more("loginUrl").default(),
    more("logoutUrl").default(),
    more("notes").default(),
    many("notificationEmailAddresses").default(),
    more("preferredSingleSignOnMode").default(),
    more("preferredTokenSigningKeyThumbprint").default(),
    many("replyUrls").default(),
    many("servicePrincipalNames").default(),
    column("servicePrincipalType").default(),
    more("signInAudience").default(),
    many("tags").default(),
    more("tokenEncryptionKeyId").default(),
    // Terraform asks `/beta` for it (graph-api.md §5.2).
    more("samlMetadataUrl"),
    more("samlSingleSignOnSettings").default(),
    many("addIns").default(),
    many("appRoles").default(),
    more("info").default(),
    many("keyCredentials").default(),
    many("oauth2PermissionScopes").default(),
    many("passwordCredentials").default(),
    many("resourceSpecificApplicationPermissions").default(),
    more("verifiedPublisher").default(),
];
