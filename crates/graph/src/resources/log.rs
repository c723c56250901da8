//! `/auditLogs/directoryAudits` and `/auditLogs/signIns`: who changed what, who signed in where (graph-api.md §2.13).
//!
//! Both are kept by time and answer newest first.

use super::{collection, entity};
use crate::call::Call;
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::paging::Pages;
use crate::property::{Entity, Kind, Property, Selection, column, many, shown};
use crate::queries::log_question;
use mandate_base::{AppId, ObjectId, UserId};
use mandate_domain::audit::{Actor, AuditTarget, Audited, LOGGED_BY, SignIn, SignInKind};
use mandate_domain::query::{Condition, LogQuery, Source, Test};
use mandate_domain::time;
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, AppNamed, MemberObject};
use mandate_web::Answer;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

const COST: u8 = 1;

pub(super) async fn audits(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::DirectoryAuditsList, None)?;
    let selection = call.selection(&[&AUDIT])?;
    let pages = Pages::of(call, Op::DirectoryAuditsList, "/auditLogs/directoryAudits");
    let query = page_of(call, &pages, Source::Audits, &AUDIT, "activityDateTime")?;
    let (found, more) = directory::audits(call.house, &call.caller, &permit, query).await?;
    let next = found.last().filter(|_| more).map(|last| pages.next(last.id));
    let value = told_audits(call, &permit, found, &selection).await?;
    Ok(collection(call, call.context(AUDIT.set, &selection, false), None, value, next, COST))
}

pub(super) async fn audit(call: &Call<'_>, id: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let permit = call.permit(Op::DirectoryAuditsGet, None)?;
    let selection = call.selection(&[&AUDIT])?;
    let (found, _) = directory::audits(call.house, &call.caller, &permit, one(id)?).await?;
    let value = told_audits(call, &permit, found, &selection).await?;
    let properties = value.into_iter().next().ok_or_else(|| Refusal::NoSuchObject(id.to_owned()))?;
    Ok(entity(call, call.context(AUDIT.set, &selection, true), properties, COST))
}

pub(super) async fn sign_ins(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::SignInsList, None)?;
    let selection = call.selection(&[&SIGN_IN])?;
    let pages = Pages::of(call, Op::SignInsList, "/auditLogs/signIns");
    let query = page_of(call, &pages, Source::SignIns, &SIGN_IN, "createdDateTime")?;
    let query = LogQuery { condition: Some(of_people(query.condition)), ..query };
    let (found, more) = directory::sign_ins(call.house, &call.caller, &permit, query).await?;
    let next = found.last().filter(|_| more).map(|last| pages.next(last.id));
    let value = told_sign_ins(call, &permit, found, &selection).await?;
    Ok(collection(call, call.context(SIGN_IN.set, &selection, false), None, value, next, COST))
}

pub(super) async fn sign_in(call: &Call<'_>, id: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let permit = call.permit(Op::SignInsGet, None)?;
    let selection = call.selection(&[&SIGN_IN])?;
    let (found, _) = directory::sign_ins(call.house, &call.caller, &permit, one(id)?).await?;
    let value = told_sign_ins(call, &permit, found, &selection).await?;
    let properties = value.into_iter().next().ok_or_else(|| Refusal::NoSuchObject(id.to_owned()))?;
    Ok(entity(call, call.context(SIGN_IN.set, &selection, true), properties, COST))
}

fn page_of(
    call: &Call<'_>,
    pages: &Pages<'_>,
    source: Source,
    kind: &'static Kind,
    time: &str,
) -> Result<LogQuery, Refusal> {
    if call.eventual && call.options.count == Some(true) {
        return Err(Refusal::NoQuery("$count"));
    }
    let (condition, newest_first) = log_question(source, kind.name, time, &call.options)?;
    Ok(LogQuery { condition, newest_first, after: pages.after()?, most: pages.most() as i64 })
}

fn one(id: &str) -> Result<LogQuery, Refusal> {
    let id = ObjectId::parse(id).map_err(|_| Refusal::NoSuchObject(id.to_owned()))?;
    Ok(LogQuery { condition: Some(Condition::Id(vec![id])), ..LogQuery::newest(1) })
}

const EVENT_TYPES: &str = "signInEventTypes";

/// Where the kind is not asked for, it is people at a page.
fn of_people(condition: Option<Condition>) -> Condition {
    let interactive = || Condition::is(EVENT_TYPES, Test::Equal(SignInKind::Interactive.word().to_ascii_lowercase()));
    match condition {
        None => interactive(),
        Some(condition) if asks_for_kind(&condition) => condition,
        Some(condition) => Condition::All(vec![interactive(), condition]),
    }
}

fn asks_for_kind(condition: &Condition) -> bool {
    condition.properties().any(|property| property == EVENT_TYPES)
}

type Apps = HashMap<AppId, AppNamed>;

async fn told_audits(
    call: &Call<'_>,
    permit: &Permit,
    found: Vec<Audited>,
    selection: &Selection,
) -> Result<Vec<Map<String, Value>>, Stop> {
    let actors: Vec<AppId> = found
        .iter()
        .filter_map(|audited| match audited.entry.actor {
            Actor::App { id } => Some(id),
            _ => None,
        })
        .collect();
    let apps = directory::app_names(call.house, &call.caller, permit, &actors).await?;
    let told = found.into_iter().map(|audited| shown(&ToldAudit { audited, apps: &apps }, selection, permit.view()));
    Ok(told.collect())
}

async fn told_sign_ins(
    call: &Call<'_>,
    permit: &Permit,
    found: Vec<SignIn>,
    selection: &Selection,
) -> Result<Vec<Map<String, Value>>, Stop> {
    let named: Vec<AppId> = found.iter().flat_map(|sign_in| [sign_in.client, sign_in.resource]).flatten().collect();
    let apps = directory::app_names(call.house, &call.caller, permit, &named).await?;
    let mut people: Vec<ObjectId> = found.iter().filter_map(|sign_in| sign_in.user).map(ObjectId::from).collect();
    people.sort_unstable();
    people.dedup();
    let people = directory::by_ids(call.house, &call.caller, permit, &people).await?;
    let people: HashMap<UserId, String> = people
        .into_iter()
        .filter_map(|object| match object {
            MemberObject::User(user) => Some((user.id, user.display_name)),
            _ => None,
        })
        .collect();
    let tenant = call.caller.tenant.to_string();
    let told = found.into_iter().map(|sign_in| {
        shown(&ToldSignIn { sign_in, apps: &apps, people: &people, tenant: &tenant }, selection, permit.view())
    });
    Ok(told.collect())
}

/// An entry, and the names of apps in it.
struct ToldAudit<'a> {
    audited: Audited,
    apps: &'a Apps,
}

impl ToldAudit<'_> {
    fn initiator(&self) -> Value {
        match &self.audited.entry.actor {
            Actor::User { id, upn } => json!({ "app": null, "user": {
                "id": id.to_string(), "displayName": null, "userPrincipalName": upn, "ipAddress": null,
            } }),
            Actor::App { id } => {
                let named = self.apps.get(id);
                let instance = named.and_then(|named| named.instance).map(|sp| sp.to_string());
                json!({ "user": null, "app": {
                    "appId": id.to_string(),
                    "displayName": named.map(|named| named.name.as_str()),
                    "servicePrincipalId": instance,
                    "servicePrincipalName": null,
                } })
            }
            // The house itself: what it was about is its name.
            Actor::System { reason } => json!({ "user": null, "app": {
                "appId": null, "displayName": reason, "servicePrincipalId": null, "servicePrincipalName": null,
            } }),
        }
    }

    /// What was changed belongs to the first of them, as it is the one that was changed.
    fn targets(&self) -> Value {
        let entry = &self.audited.entry;
        let changed: Vec<Value> = entry
            .changed
            .iter()
            .map(|one| json!({ "displayName": one.name, "oldValue": one.old_value, "newValue": one.new_value }))
            .collect();
        let target = |(place, target): (usize, &AuditTarget)| {
            let modified = if place == 0 { changed.clone() } else { Vec::new() };
            json!({
                "id": target.id.to_string(),
                "type": target.kind,
                "displayName": target.name,
                // A person is noted by their name.
                "userPrincipalName": (target.kind == "User").then_some(&target.name),
                "groupType": null,
                "modifiedProperties": modified,
            })
        };
        if entry.targets.is_empty() && !changed.is_empty() {
            let all = json!({
                "id": null, "type": "Other", "displayName": null, "userPrincipalName": null, "groupType": null,
                "modifiedProperties": changed,
            });
            return Value::Array(vec![all]);
        }
        entry.targets.iter().enumerate().map(target).collect()
    }
}

impl Entity for ToldAudit<'_> {
    const KIND: &'static Kind = &AUDIT;

    fn id(&self) -> ObjectId {
        self.audited.id
    }

    fn column(&self, name: &str) -> Value {
        let Audited { id, at, entry } = &self.audited;
        match name {
            "id" => Value::from(id.to_string()),
            "activityDateTime" => Value::from(time::iso(*at)),
            "activityDisplayName" => Value::from(entry.activity.name()),
            "category" => Value::from(entry.activity.category()),
            "correlationId" => Value::from(entry.correlation.to_string()),
            "initiatedBy" => self.initiator(),
            "loggedByService" => Value::from(LOGGED_BY),
            "operationType" => Value::from(entry.activity.operation()),
            // What was refused changed nothing, and is in no audit.
            "result" => Value::from("success"),
            "resultReason" => Value::from(""),
            "targetResources" => self.targets(),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

/// A sign-in, and the names of apps and people in it.
struct ToldSignIn<'a> {
    sign_in: SignIn,
    apps: &'a Apps,
    people: &'a HashMap<UserId, String>,
    tenant: &'a str,
}

impl ToldSignIn<'_> {
    fn app_name(&self, app: Option<AppId>) -> Value {
        Value::from(app.and_then(|app| self.apps.get(&app)).map(|named| named.name.as_str()))
    }

    fn instance(&self, app: Option<AppId>) -> Value {
        let instance = app.and_then(|app| self.apps.get(&app)).and_then(|named| named.instance);
        Value::from(instance.map(|sp| sp.to_string()))
    }

    /// An app that signs in for itself is the one that signs in.
    fn is_of_app(&self) -> bool {
        self.sign_in.kind == SignInKind::ServicePrincipal
    }
}

impl Entity for ToldSignIn<'_> {
    const KIND: &'static Kind = &SIGN_IN;

    fn id(&self) -> ObjectId {
        self.sign_in.id
    }

    fn column(&self, name: &str) -> Value {
        let sign_in = &self.sign_in;
        match name {
            "id" => Value::from(sign_in.id.to_string()),
            "createdDateTime" => Value::from(time::iso(sign_in.at)),
            "appId" => Value::from(sign_in.client.map(|app| app.to_string())),
            "appDisplayName" => self.app_name(sign_in.client),
            "conditionalAccessStatus" => Value::from("notApplied"),
            "correlationId" => Value::from(sign_in.correlation.to_string()),
            "isInteractive" => Value::from(sign_in.kind == SignInKind::Interactive),
            "resourceId" => Value::from(sign_in.resource.map(|app| app.to_string())),
            "resourceDisplayName" => self.app_name(sign_in.resource),
            "resourceTenantId" | "homeTenantId" => Value::from(self.tenant),
            "servicePrincipalId" if self.is_of_app() => self.instance(sign_in.client),
            "servicePrincipalName" if self.is_of_app() => self.app_name(sign_in.client),
            EVENT_TYPES => json!([sign_in.kind.word()]),
            "status" => {
                let failure = (sign_in.code != 0).then_some(&sign_in.reason);
                json!({ "errorCode": sign_in.code, "failureReason": failure, "additionalDetails": sign_in.reason })
            }
            "userId" => Value::from(sign_in.user.map(|user| user.to_string())),
            "userDisplayName" => Value::from(sign_in.user.and_then(|user| self.people.get(&user)).map(String::as_str)),
            "userPrincipalName" if !self.is_of_app() => Value::from(sign_in.name.as_str()),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

static AUDIT: Kind =
    Kind { name: "microsoft.graph.directoryAudit", set: "auditLogs/directoryAudits", properties: AUDIT_PROPERTIES };
static SIGN_IN: Kind =
    Kind { name: "microsoft.graph.signIn", set: "auditLogs/signIns", properties: SIGN_IN_PROPERTIES };

const AUDIT_PROPERTIES: &[Property] = &[
    column("id").default(),
    column("activityDateTime").default(),
    column("activityDisplayName").default(),
    many("additionalDetails").default(),
    column("category").default(),
    column("correlationId").default(),
    column("initiatedBy").default(),
    column("loggedByService").default(),
    column("operationType").default(),
    column("result").default(),
    column("resultReason").default(),
    column("targetResources").default(),
];

/// What is not known here (a device, a place, a risk) is null.
const SIGN_IN_PROPERTIES: &[Property] = &[
    column("id").default(),
    column("createdDateTime").default(),
    column("appDisplayName").default(),
    column("appId").default(),
    many("appliedConditionalAccessPolicies"),
    column("authenticationAppDeviceDetails"),
    column("clientAppUsed").default(),
    column("conditionalAccessStatus").default(),
    column("correlationId").default(),
    column("deviceDetail").default(),
    column("homeTenantId"),
    column("ipAddress").default(),
    column("isInteractive").default(),
    column("location").default(),
    column("resourceDisplayName").default(),
    column("resourceId").default(),
    column("resourceTenantId"),
    column("riskDetail"),
    many("riskEventTypes"),
    many("riskEventTypes_v2"),
    column("riskLevelAggregated"),
    column("riskLevelDuringSignIn"),
    column("riskState"),
    column("servicePrincipalId"),
    column("servicePrincipalName"),
    column(EVENT_TYPES),
    column("status").default(),
    column("userAgent"),
    column("userDisplayName").default(),
    column("userId").default(),
    column("userPrincipalName").default(),
];
