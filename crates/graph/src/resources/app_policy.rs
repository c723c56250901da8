//! Policies that apps are put under: `/policies/tokenLifetimePolicies` and its kin, the organisation's default, and which of
//! them an application or a service principal has (graph-api.md §2.11).

use super::key::{Meant, meant};
use super::policy::{Kept, Shape, edit, settings};
use super::relation::Listed;
use super::{application_write, collection, entity, made, service_principal_write};
use crate::body;
use crate::call::Call;
use crate::dispatch::Object;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::property::{Kind, Property, Selection, column, shown};
use crate::respond;
use http::Method;
use mandate_base::ObjectId;
use mandate_decide::View;
use mandate_domain::app_policies::PolicyKind;
use mandate_domain::properties::Properties;
use mandate_domain::query::Noun;
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, AppEdit, InstanceEdit, PolicyEdit};
use mandate_web::Answer;
use serde_json::{Map, Value};

const COST: u8 = 1;
const READ_ONLY: &[&str] = &["id", "deletedDateTime"];
/// What one policy is given to, in one answer.
const MOST: usize = 999;

pub(super) async fn answer_all(call: &Call<'_>, kind: PolicyKind) -> Result<Answer, Stop> {
    if call.method == Method::POST {
        return create(call, kind).await;
    }
    let permit = call.permit(Op::AppPoliciesList, None)?;
    call.refuse_queries()?;
    let selection = call.selection(&[kind_of(kind)])?;
    let all = settings(call, &permit).await?.app_policies(kind);
    let value = all.iter().map(|policy| told(kind, policy, &selection, permit.view())).collect();
    Ok(collection(call, call.context(kind_of(kind).set, &selection, false), None, value, None, COST))
}

async fn create(call: &Call<'_>, kind: PolicyKind) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let permit = call.permit(Op::AppPoliciesCreate, None)?;
    let properties = body::read_object(call, type_name(kind), READ_ONLY)?.properties;
    let changed = edit(call, &permit, PolicyEdit::AddAppPolicy(kind, properties), "").await?;
    let id = changed.added.ok_or_else(|| Refusal::NoSuchObject(String::new()))?;
    let policy = changed.settings.app_policy(kind, id).ok_or_else(|| Refusal::NoSuchObject(id.to_string()))?;
    let location = format!("{}/{}/{id}", call.root(), kind_of(kind).set);
    Ok(match kind {
        PolicyKind::TokenLifetime => made(call, LIFETIME.set, &Kept::<Lifetime>::whole(&policy), &location, COST),
        PolicyKind::ClaimsMapping => made(call, MAPPING.set, &Kept::<Mapping>::whole(&policy), &location, COST),
        PolicyKind::AppManagement => made(call, MANAGEMENT.set, &Kept::<Management>::whole(&policy), &location, COST),
    })
}

pub(super) async fn answer_one(call: &Call<'_>, kind: PolicyKind, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let id = || parsed(name);
    match call.method {
        Method::PATCH => {
            let permit = call.permit(Op::AppPoliciesUpdate, None)?;
            let change = body::read_change(call, type_name(kind), READ_ONLY, name)?.properties;
            edit(call, &permit, PolicyEdit::ChangeAppPolicy(kind, id()?, change), name).await?;
            Ok(respond::nothing())
        }
        Method::DELETE => {
            let permit = call.permit(Op::AppPoliciesDelete, None)?;
            edit(call, &permit, PolicyEdit::RemoveAppPolicy(kind, id()?), name).await?;
            Ok(respond::nothing())
        }
        _ => {
            let permit = call.permit(Op::AppPoliciesGet, None)?;
            let selection = call.selection(&[kind_of(kind)])?;
            let found = settings(call, &permit).await?.app_policy(kind, id()?);
            let policy = found.ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
            let context = call.context(kind_of(kind).set, &selection, true);
            Ok(entity(call, context, told(kind, &policy, &selection, permit.view()), COST))
        }
    }
}

fn parsed(name: &str) -> Result<ObjectId, Refusal> {
    ObjectId::parse(name).map_err(|_| Refusal::NoSuchObject(name.to_owned()))
}

/// Apps and instances that were put under it.
pub(super) async fn applies_to(call: &Call<'_>, kind: PolicyKind, name: &str) -> Result<Answer, Stop> {
    let permit = call.permit(Op::AppPoliciesAppliesTo, None)?;
    call.refuse_queries()?;
    let listed = Listed::of(call, None)?;
    let id = parsed(name)?;
    let found = settings(call, &permit).await?.app_policy(kind, id);
    found.ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
    let under = directory::under_policy(call.house, &call.caller, &permit, id, MOST).await?;
    let value = under.iter().filter_map(|object| listed.show(call, object)).collect();
    Ok(collection(call, listed.context(call), None, value, None, COST))
}

/// There is one in every organisation, turned off at first.
pub(super) async fn default_management(call: &Call<'_>) -> Result<Answer, Stop> {
    if call.method == Method::PATCH {
        let permit = call.permit(Op::AppPoliciesUpdate, None)?;
        let change = body::read_object(call, "tenantAppManagementPolicy", READ_ONLY)?.properties;
        edit(call, &permit, PolicyEdit::DefaultAppManagement(change), DEFAULT_ID).await?;
        return Ok(respond::nothing());
    }
    call.refuse_paging()?;
    let permit = call.permit(Op::AppPoliciesGet, None)?;
    let selection = call.selection(&[&DEFAULT])?;
    let held = settings(call, &permit).await?.default_app_management_policy;
    let policy: Kept<Default> = Kept::of(DEFAULT_ID, &held);
    Ok(entity(call, call.context(DEFAULT.set, &selection, true), shown(&policy, &selection, permit.view()), COST))
}

const DEFAULT_ID: &str = "00000000-0000-0000-0000-000000000000";

/// An application or a service principal, and what its policies need.
struct Under {
    meant: Meant,
    permit: Permit,
    noun: Noun,
}

impl Under {
    async fn of(call: &Call<'_>, object: &Object, writes: bool) -> Result<Under, Stop> {
        let meant = meant(call, object).await?;
        let noun = object.noun().ok_or_else(|| meant.missing())?;
        let op = match (noun, writes) {
            (Noun::Application, false) => Op::ApplicationsPolicies,
            (Noun::Application, true) => Op::ApplicationsPoliciesUpdate,
            (_, false) => Op::ServicePrincipalsPolicies,
            (_, true) => Op::ServicePrincipalsPoliciesUpdate,
        };
        let permit = call.permit_on(op, meant.id).await?;
        Ok(Under { meant, permit, noun })
    }

    async fn put(&self, call: &Call<'_>, kind: PolicyKind, id: ObjectId, put: bool) -> Result<(), Stop> {
        let (own, name) = (self.meant.known()?, &self.meant.name);
        match self.noun {
            Noun::Application => {
                let change = AppEdit::Policy { kind, id, put };
                application_write::edit(call, &self.permit, own, name, change).await.map(drop)
            }
            _ => {
                let change = InstanceEdit::Policy { kind, id, put };
                service_principal_write::edit(call, &self.permit, own, name, change).await.map(drop)
            }
        }
    }
}

pub(super) async fn of_app(call: &Call<'_>, object: &Object, kind: PolicyKind) -> Result<Answer, Stop> {
    let under = Under::of(call, object, false).await?;
    call.refuse_queries()?;
    let selection = call.selection(&[kind_of(kind)])?;
    let value = policies(call, &under, kind).await?;
    let value = value.iter().map(|policy| told(kind, policy, &selection, under.permit.view())).collect();
    Ok(collection(call, call.context(kind_of(kind).set, &selection, false), None, value, None, COST))
}

/// Those that are there still: an instance may be of an app that another organisation put under its own.
async fn policies(call: &Call<'_>, under: &Under, kind: PolicyKind) -> Result<Vec<Properties>, Stop> {
    let id = under.meant.known()?;
    let ids = directory::policies_of(call.house, &call.caller, &under.permit, under.noun, id, kind).await?;
    let ids = ids.ok_or_else(|| under.meant.missing())?;
    let settings = settings(call, &under.permit).await?;
    Ok(ids.into_iter().filter_map(|id| settings.app_policy(kind, id)).collect())
}

pub(super) async fn references(call: &Call<'_>, object: &Object, kind: PolicyKind) -> Result<Answer, Stop> {
    if call.method == Method::GET {
        let under = Under::of(call, object, false).await?;
        call.refuse_queries()?;
        let held = policies(call, &under, kind).await?;
        let ids = held.iter().map(|policy| policy.get("id").and_then(Value::as_str).unwrap_or(""));
        let all = ids.map(|id| format!("{}/{}/{id}", call.root(), kind_of(kind).set));
        return Ok(super::addresses(call, all, None, COST));
    }
    let under = Under::of(call, object, true).await?;
    let id = body::read_reference(call).await?;
    under.put(call, kind, id, true).await?;
    Ok(respond::nothing())
}

pub(super) async fn remove(call: &Call<'_>, object: &Object, kind: PolicyKind, name: &str) -> Result<Answer, Stop> {
    let under = Under::of(call, object, true).await?;
    under.put(call, kind, parsed(name)?, false).await?;
    Ok(respond::nothing())
}

fn told(kind: PolicyKind, policy: &Properties, selection: &Selection, view: View) -> Map<String, Value> {
    match kind {
        PolicyKind::TokenLifetime => shown(&Kept::<Lifetime>::whole(policy), selection, view),
        PolicyKind::ClaimsMapping => shown(&Kept::<Mapping>::whole(policy), selection, view),
        PolicyKind::AppManagement => shown(&Kept::<Management>::whole(policy), selection, view),
    }
}

fn type_name(kind: PolicyKind) -> &'static str {
    kind_of(kind).name.trim_start_matches("microsoft.graph.")
}

const fn kind_of(kind: PolicyKind) -> &'static Kind {
    match kind {
        PolicyKind::TokenLifetime => &LIFETIME,
        PolicyKind::ClaimsMapping => &MAPPING,
        PolicyKind::AppManagement => &MANAGEMENT,
    }
}

struct Lifetime;
struct Mapping;
struct Management;
struct Default;

impl Shape for Lifetime {
    const KIND: &'static Kind = &LIFETIME;
}

impl Shape for Mapping {
    const KIND: &'static Kind = &MAPPING;
}

impl Shape for Management {
    const KIND: &'static Kind = &MANAGEMENT;
}

impl Shape for Default {
    const KIND: &'static Kind = &DEFAULT;
}

static LIFETIME: Kind = Kind {
    name: "microsoft.graph.tokenLifetimePolicy",
    set: "policies/tokenLifetimePolicies",
    properties: STS_PROPERTIES,
};

static MAPPING: Kind = Kind {
    name: "microsoft.graph.claimsMappingPolicy",
    set: "policies/claimsMappingPolicies",
    properties: STS_PROPERTIES,
};

const STS_PROPERTIES: &[Property] = &[
    column("id").default(),
    column("deletedDateTime").default(),
    column("definition").default(),
    column("description").default(),
    column("displayName").default(),
    column("isOrganizationDefault").default(),
];

static MANAGEMENT: Kind = Kind {
    name: "microsoft.graph.appManagementPolicy",
    set: "policies/appManagementPolicies",
    properties: &[
        column("id").default(),
        column("deletedDateTime").default(),
        column("description").default(),
        column("displayName").default(),
        column("isEnabled").default(),
        column("restrictions").default(),
    ],
};

static DEFAULT: Kind = Kind {
    name: "microsoft.graph.tenantAppManagementPolicy",
    set: "policies/defaultAppManagementPolicy",
    properties: &[
        column("id").default(),
        column("deletedDateTime").default(),
        column("applicationRestrictions").default(),
        column("description").default(),
        column("displayName").default(),
        column("isEnabled").default(),
        column("servicePrincipalRestrictions").default(),
    ],
};
