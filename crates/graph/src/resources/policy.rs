//! `/policies/authorizationPolicy` and `/policies/adminConsentRequestPolicy`: one of each (graph-api.md §2.11).

use super::{collection, entity};
use crate::body;
use crate::call::Call;
use crate::dispatch::Version;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::property::{Entity, Kind, Property, column, shown};
use crate::respond;
use http::Method;
use mandate_base::ObjectId;
use mandate_domain::policies::GUEST_ROLES;
use mandate_domain::tenant::Settings;
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, ChangePolicy, Changed, PolicyEdit, PolicyRefusal};
use mandate_usecases::settle;
use mandate_web::Answer;
use serde::Serialize;
use serde_json::{Map, Value};
use std::marker::PhantomData;

const COST: u8 = 1;

/// `/beta` has it in a collection, by its name as a key.
pub(super) async fn authorization(call: &Call<'_>, by_key: bool) -> Result<Answer, Stop> {
    if call.method == Method::PATCH {
        let permit = call.permit(Op::AuthorizationPolicyUpdate, None)?;
        let change = body::read_object(call, "authorizationPolicy", &["id", "deletedDateTime"])?.properties;
        edit(call, &permit, PolicyEdit::Authorization(change), "authorizationPolicy").await?;
        return Ok(respond::nothing());
    }
    call.refuse_queries()?;
    let permit = call.permit(Op::AuthorizationPolicyGet, None)?;
    let selection = call.selection(&[&AUTHORIZATION])?;
    let held = settings(call, &permit).await?.authorization_policy;
    let guests = held.guest_user_role_id.clone().unwrap_or_else(|| GUEST_ROLES[1].to_owned());
    let policy: Kept<Authorization> = Kept::of("authorizationPolicy", &held).with("guestUserRoleId", guests.into());
    let properties = shown(&policy, &selection, permit.view());
    let in_collection = call.version == Version::Beta && !by_key;
    let context = call.context(AUTHORIZATION.set, &selection, !in_collection);
    if in_collection {
        return Ok(collection(call, context, None, vec![properties], None, COST));
    }
    Ok(entity(call, context, properties, COST))
}

pub(super) async fn admin_consent_requests(call: &Call<'_>) -> Result<Answer, Stop> {
    if call.method == Method::PUT {
        let permit = call.permit(Op::AdminConsentRequestPolicyUpdate, None)?;
        // What a client read is what it puts back: the number of the version is ours to count.
        let mut properties = body::read_object(call, "adminConsentRequestPolicy", &[])?.properties;
        properties.remove("id");
        properties.remove("version");
        edit(call, &permit, PolicyEdit::AdminConsentRequests(properties), "adminConsentRequestPolicy").await?;
        return Ok(respond::nothing());
    }
    call.refuse_queries()?;
    let permit = call.permit(Op::AdminConsentRequestPolicyGet, None)?;
    let selection = call.selection(&[&REQUESTS])?;
    let held = settings(call, &permit).await?.admin_consent_request_policy;
    let policy: Kept<Requests> = Kept::of("adminConsentRequestPolicy", &held);
    let properties = shown(&policy, &selection, permit.view());
    Ok(entity(call, call.context(REQUESTS.set, &selection, true), properties, COST))
}

pub(super) async fn settings(call: &Call<'_>, permit: &Permit) -> Result<Settings, Stop> {
    let tenant = directory::organization(call.house, &call.caller, permit).await?;
    Ok(tenant.map(|tenant| tenant.settings.clone()).unwrap_or_default())
}

/// What was changed, or in Graph's words why not.
pub(super) async fn edit(call: &Call<'_>, permit: &Permit, edit: PolicyEdit, name: &str) -> Result<Changed, Stop> {
    let deed = ChangePolicy { permit, edit, correlation: call.correlation };
    let changed = settle(call.house, call.caller.tenant, &deed).await?;
    Ok(changed.map_err(|refusal| match refusal {
        PolicyRefusal::NoSuchTenant | PolicyRefusal::NoSuchPolicy | PolicyRefusal::NoSuchConditions => {
            Refusal::NoSuchObject(name.to_owned())
        }
        PolicyRefusal::BuiltIn => Refusal::Invalid("A built-in policy cannot be changed or deleted.".to_owned()),
        PolicyRefusal::InUse => {
            Refusal::Invalid("A policy that is assigned to users, or to an app, cannot be deleted.".to_owned())
        }
        PolicyRefusal::Broken(broken) => Refusal::Broken(broken),
    })?)
}

/// What is shown by the names that it is kept under.
pub(super) struct Kept<S> {
    properties: Map<String, Value>,
    shape: PhantomData<S>,
}

pub(super) trait Shape {
    const KIND: &'static Kind;
}

impl<S: Shape> Kept<S> {
    pub fn of(id: &str, held: &impl Serialize) -> Kept<S> {
        let mut properties = match serde_json::to_value(held) {
            Ok(Value::Object(properties)) => properties,
            _ => Map::new(),
        };
        properties.insert("id".to_owned(), Value::from(id));
        Kept { properties, shape: PhantomData }
    }

    /// Its id is among its properties.
    pub fn whole(properties: &Map<String, Value>) -> Kept<S> {
        Kept { properties: properties.clone(), shape: PhantomData }
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.properties.get(name).and_then(Value::as_str)
    }

    pub fn with(mut self, name: &str, value: Value) -> Kept<S> {
        self.properties.insert(name.to_owned(), value);
        self
    }
}

impl<S: Shape> Entity for Kept<S> {
    const KIND: &'static Kind = S::KIND;

    /// A policy goes by its name.
    fn id(&self) -> ObjectId {
        ObjectId::from_u128(0)
    }

    fn column(&self, name: &str) -> Value {
        self.properties.get(name).cloned().unwrap_or(Value::Null)
    }

    fn more(&self, name: &str) -> Option<&Value> {
        self.properties.get(name)
    }
}

struct Authorization;
struct Requests;

impl Shape for Authorization {
    const KIND: &'static Kind = &AUTHORIZATION;
}

impl Shape for Requests {
    const KIND: &'static Kind = &REQUESTS;
}

static AUTHORIZATION: Kind = Kind {
    name: "microsoft.graph.authorizationPolicy",
    set: "policies/authorizationPolicy",
    properties: AUTHORIZATION_PROPERTIES,
};

const AUTHORIZATION_PROPERTIES: &[Property] = &[
    column("id").default(),
    column("deletedDateTime").default(),
    column("description").default(),
    column("displayName").default(),
    column("allowInvitesFrom").default(),
    column("allowedToSignUpEmailBasedSubscriptions").default(),
    column("allowedToUseSSPR").default(),
    column("allowEmailVerifiedUsersToJoinOrganization").default(),
    column("allowUserConsentForRiskyApps").default(),
    column("blockMsolPowerShell").default(),
    column("defaultUserRolePermissions").default(),
    column("guestUserRoleId").default(),
];

static REQUESTS: Kind = Kind {
    name: "microsoft.graph.adminConsentRequestPolicy",
    set: "policies/adminConsentRequestPolicy",
    properties: REQUESTS_PROPERTIES,
};

const REQUESTS_PROPERTIES: &[Property] = &[
    column("id"),
    column("isEnabled").default(),
    column("notifyReviewers").default(),
    column("remindersEnabled").default(),
    column("requestDurationInDays").default(),
    column("reviewers").default(),
    column("version").default(),
];
