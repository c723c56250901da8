//! `/policies/permissionGrantPolicies`: who may allow what to which apps, in sets of conditions (graph-api.md §2.11).

use super::policy::{Kept, Shape, edit, settings};
use super::{collection, entity, made_of};
use crate::body;
use crate::call::Call;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::property::{Kind, Property, Selection, column, shown};
use crate::respond;
use http::Method;
use mandate_base::ObjectId;
use mandate_decide::View;
use mandate_domain::consent::policy::{GrantPolicy, all_built_in};
use mandate_domain::tenant::Settings;
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{PolicyEdit, Sets};
use mandate_web::Answer;
use serde_json::Value;

const COST: u8 = 1;
const NO_LISTS: &[&str] = &["deletedDateTime", "includes", "excludes"];

pub(super) async fn answer_all(call: &Call<'_>) -> Result<Answer, Stop> {
    if call.method == Method::POST {
        return create(call).await;
    }
    let permit = call.permit(Op::PermissionGrantPoliciesList, None)?;
    call.refuse_queries()?;
    let selection = call.selection(&[&POLICY])?;
    let settings = settings(call, &permit).await?;
    let all = all_built_in().iter().chain(&settings.permission_grant_policies);
    let value = all.map(|policy| shown(&of_policy(policy), &selection, permit.view())).collect();
    Ok(collection(call, call.context(POLICY.set, &selection, false), None, value, None, COST))
}

async fn create(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::PermissionGrantPoliciesCreate, None)?;
    let properties = body::read_object(call, "permissionGrantPolicy", NO_LISTS)?.properties;
    let id = properties.get("id").and_then(Value::as_str).unwrap_or("").to_owned();
    let changed = edit(call, &permit, PolicyEdit::AddGrantPolicy(properties), &id).await?;
    let made = changed.settings.grant_policy(&id).ok_or_else(|| Refusal::NoSuchObject(id.clone()))?;
    let location = format!("{}/{}/{id}", call.root(), POLICY.set);
    Ok(respond::created(made_of(call, POLICY.set, &of_policy(made)), &location, call.metadata, COST))
}

pub(super) async fn answer_one(call: &Call<'_>, id: &str) -> Result<Answer, Stop> {
    call.refuse_queries()?;
    let change = match call.method {
        Method::PATCH => {
            let permit = call.permit(Op::PermissionGrantPoliciesUpdate, None)?;
            let change = body::read_object(call, "permissionGrantPolicy", NO_LISTS)?.properties;
            (permit, PolicyEdit::ChangeGrantPolicy(id.to_owned(), change))
        }
        Method::DELETE => {
            let permit = call.permit(Op::PermissionGrantPoliciesDelete, None)?;
            (permit, PolicyEdit::RemoveGrantPolicy(id.to_owned()))
        }
        _ => return show(call, id).await,
    };
    edit(call, &change.0, change.1, id).await?;
    Ok(respond::nothing())
}

async fn show(call: &Call<'_>, id: &str) -> Result<Answer, Stop> {
    let permit = call.permit(Op::PermissionGrantPoliciesGet, None)?;
    let selection = call.selection(&[&POLICY])?;
    let policy = of_policy(&found(&settings(call, &permit).await?, id)?);
    let context = call.context(POLICY.set, &selection, true);
    Ok(entity(call, context, shown(&policy, &selection, permit.view()), COST))
}

/// `…/includes` and `…/excludes`
pub(super) async fn answer_sets(call: &Call<'_>, id: &str, sets: Sets) -> Result<Answer, Stop> {
    call.refuse_queries()?;
    let set = format!("{}('{id}')/{}", POLICY.set, word(sets));
    if call.method == Method::POST {
        let permit = call.permit(Op::PermissionGrantPoliciesConditionsCreate, None)?;
        let properties = body::read_object(call, "permissionGrantConditionSet", &["id"])?.properties;
        let added = PolicyEdit::AddConditions(id.to_owned(), sets, properties);
        let made = edit(call, &permit, added, id).await?.conditions.unwrap_or_default();
        let name = made.id.clone().unwrap_or_default();
        let location = format!("{}/{}/{id}/{}/{name}", call.root(), POLICY.set, word(sets));
        let made: Kept<Conditions> = Kept::of(&name, &made);
        return Ok(respond::created(made_of(call, &set, &made), &location, call.metadata, COST));
    }
    let permit = call.permit(Op::PermissionGrantPoliciesConditionsList, None)?;
    let selection = call.selection(&[&CONDITIONS])?;
    let value = held(call, &permit, id, sets).await?.iter().map(|set| shown(set, &selection, permit.view())).collect();
    Ok(collection(call, call.context(&set, &selection, false), None, value, None, COST))
}

pub(super) async fn answer_set(call: &Call<'_>, id: &str, sets: Sets, name: &str) -> Result<Answer, Stop> {
    call.refuse_queries()?;
    if call.method == Method::DELETE {
        let permit = call.permit(Op::PermissionGrantPoliciesConditionsDelete, None)?;
        let removed = PolicyEdit::RemoveConditions(id.to_owned(), sets, name.to_owned());
        edit(call, &permit, removed, name).await?;
        return Ok(respond::nothing());
    }
    let permit = call.permit(Op::PermissionGrantPoliciesConditionsList, None)?;
    let selection = call.selection(&[&CONDITIONS])?;
    let held = held(call, &permit, id, sets).await?;
    let found = held.iter().find(|set| set.is_named(name)).ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
    let context = call.context(&format!("{}('{id}')/{}", POLICY.set, word(sets)), &selection, true);
    Ok(entity(call, context, shown(found, &selection, permit.view()), COST))
}

async fn held(call: &Call<'_>, permit: &Permit, id: &str, sets: Sets) -> Result<Vec<Kept<Conditions>>, Stop> {
    Ok(of_sets(&found(&settings(call, permit).await?, id)?, sets))
}

fn found(settings: &Settings, id: &str) -> Result<GrantPolicy, Refusal> {
    let mut all = all_built_in().iter().chain(&settings.permission_grant_policies);
    let found = all.find(|policy| policy.id.eq_ignore_ascii_case(id));
    found.cloned().ok_or_else(|| Refusal::NoSuchObject(id.to_owned()))
}

/// Its lists always come along.
fn of_policy(policy: &GrantPolicy) -> Kept<Policy> {
    let list = |sets| {
        let sets = of_sets(policy, sets);
        sets.iter().map(|set| Value::Object(shown(set, &Selection::Default, View::Full))).collect::<Value>()
    };
    Kept::of(&policy.id, policy).with("includes", list(Sets::Includes)).with("excludes", list(Sets::Excludes))
}

/// A set that is built in has no id of its own, and always the same one.
fn of_sets(policy: &GrantPolicy, sets: Sets) -> Vec<Kept<Conditions>> {
    let all = sets.of(policy).iter().enumerate();
    all.map(|(place, set)| {
        let name = || ObjectId::named(&[0; 16], &format!("{}/{}/{place}", policy.id, word(sets))).to_string();
        let id = set.id.clone().unwrap_or_else(name);
        Kept::of(&id, set)
    })
    .collect()
}

const fn word(sets: Sets) -> &'static str {
    match sets {
        Sets::Includes => "includes",
        Sets::Excludes => "excludes",
    }
}

impl Kept<Conditions> {
    fn is_named(&self, name: &str) -> bool {
        self.text("id").is_some_and(|id| id.eq_ignore_ascii_case(name))
    }
}

struct Policy;
struct Conditions;

impl Shape for Policy {
    const KIND: &'static Kind = &POLICY;
}

impl Shape for Conditions {
    const KIND: &'static Kind = &CONDITIONS;
}

static POLICY: Kind = Kind {
    name: "microsoft.graph.permissionGrantPolicy",
    set: "policies/permissionGrantPolicies",
    properties: POLICY_PROPERTIES,
};

const POLICY_PROPERTIES: &[Property] = &[
    column("id").default(),
    column("deletedDateTime").default(),
    column("description").default(),
    column("displayName").default(),
    column("includes").default(),
    column("excludes").default(),
];

static CONDITIONS: Kind = Kind {
    name: "microsoft.graph.permissionGrantConditionSet",
    set: "permissionGrantConditionSets",
    properties: CONDITION_PROPERTIES,
};

const CONDITION_PROPERTIES: &[Property] = &[
    column("id").default(),
    column("permissionClassification").default(),
    column("permissionType").default(),
    column("resourceApplication").default(),
    column("permissions").default(),
    column("clientApplicationIds").default(),
    column("clientApplicationTenantIds").default(),
    column("clientApplicationPublisherIds").default(),
    column("clientApplicationsFromVerifiedPublisherOnly").default(),
];
