//! `/oauth2PermissionGrants`: what clients may do in people's names (graph-api.md §2.8).
//!
//! A grant's id is made of its parties' ids, as Graph makes it: whoever knows them knows it.

use super::key::{exists, meant_instance};
use super::{collection, entity, made};
use crate::body;
use crate::call::Call;
use crate::dispatch::{GrantsOf, Subject};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::paging::Pages;
use crate::property::{Entity, Kind, Property, Selection, column, shown};
use crate::resources::user;
use crate::respond;
use http::Method;
use mandate_base::{GrantId, ObjectId, ServicePrincipalId, UserId};
use mandate_decide::View;
use mandate_domain::grant::{Grant, GrantParties, GrantQuery, Whose};
use mandate_domain::properties::Properties;
use mandate_domain::query::Noun;
use mandate_odata::{Compare, Filter, Literal};
use mandate_usecases::directory::{self, ChangeGrant, GrantRefusal, NewGrant, Revocation, Revoke};
use mandate_usecases::settle;
use mandate_web::Answer;
use serde::Deserialize;
use serde_json::Value;

const COST: u8 = 1;
const SET: &str = "oauth2PermissionGrants";
/// Characters of the scopes of one grant.
const LONGEST_SCOPE: usize = 3850;

pub(super) async fn answer_all(call: &Call<'_>, of: &GrantsOf) -> Result<Answer, Stop> {
    if call.method == Method::POST { create(call).await } else { list(call, of).await }
}

pub(super) async fn answer_one(call: &Call<'_>, id: &str) -> Result<Answer, Stop> {
    match call.method {
        Method::PATCH => change(call, id).await,
        Method::DELETE => remove(call, id).await,
        _ => show(call, id).await,
    }
}

async fn list(call: &Call<'_>, of: &GrantsOf) -> Result<Answer, Stop> {
    let (op, query, path) = asked(call, of).await?;
    let permit = call.permit(op, path.object.map(|(_, id)| id))?;
    let selection = call.selection(&[&GRANT])?;
    call.refuse_order()?;
    if let Some((noun, id)) = path.object {
        exists(call, noun, id).await?;
    }
    let query = filtered(query, call.options.filter.as_ref())?;
    let count = match call.counts() {
        true => Some(directory::grants_count(call.house, &call.caller, &permit, &query).await?),
        false => None,
    };
    let pages = Pages::of(call, op, &path.text);
    let after = pages.after()?.map(GrantId::from);
    let (grants, more) = directory::grants(call.house, &call.caller, &permit, &query, after, pages.most()).await?;
    let next = grants.last().filter(|_| more).map(|last| pages.next(last.id.into()));
    let value = grants.iter().map(|grant| shown(grant, &selection, permit.view())).collect();
    Ok(collection(call, call.context(SET, &selection, false), count, value, next, COST))
}

/// `…/$count`: a number and nothing else.
pub(super) async fn count(call: &Call<'_>, of: &GrantsOf) -> Result<Answer, Stop> {
    let (op, query, path) = asked(call, of).await?;
    let permit = call.permit(op, path.object.map(|(_, id)| id))?;
    call.refuse_page_of_count()?;
    call.refuse_order()?;
    if let Some((noun, id)) = path.object {
        exists(call, noun, id).await?;
    }
    let query = filtered(query, call.options.filter.as_ref())?;
    let count = directory::grants_count(call.house, &call.caller, &permit, &query).await?;
    Ok(respond::number(count, call.cost(COST)))
}

/// A list of grants: its path with ids in the place of names, and whose object it belongs to.
struct At {
    text: String,
    object: Option<(Noun, ObjectId)>,
}

async fn asked(call: &Call<'_>, of: &GrantsOf) -> Result<(Op, GrantQuery, At), Stop> {
    Ok(match of {
        GrantsOf::All => (Op::GrantsList, GrantQuery::default(), At { text: format!("/{SET}"), object: None }),
        GrantsOf::Client(key) => {
            let id = ServicePrincipalId::from(meant_instance(call, key).await?);
            let at = At {
                text: format!("/servicePrincipals/{id}/{SET}"),
                object: Some((Noun::ServicePrincipal, id.into())),
            };
            (Op::ServicePrincipalsGrants, GrantQuery { client: Some(id), ..GrantQuery::default() }, at)
        }
        GrantsOf::Person(subject) => {
            let target = user::target(call, subject).await?;
            let id = target.id.ok_or(Refusal::NoSuchObject(target.name))?;
            let mine = *subject == Subject::Me;
            let op = if mine { Op::MeGrants } else { Op::UsersGrants };
            let whose = if mine { "/me".to_owned() } else { format!("/users/{id}") };
            let at = At { text: format!("{whose}/{SET}"), object: Some((Noun::User, id.into())) };
            (op, GrantQuery { whose: Whose::Of(id), ..GrantQuery::default() }, at)
        }
    })
}

/// Equalities, joined by `and`: nothing else is asked of grants.
fn filtered(query: GrantQuery, filter: Option<&Filter>) -> Result<GrantQuery, Refusal> {
    match filter {
        None => Ok(query),
        Some(Filter::All(terms)) => terms.iter().try_fold(query, |query, term| filtered(query, Some(term))),
        Some(Filter::Compare { member, op: Compare::Equal, value }) => equal(query, &member.path.join("/"), value),
        Some(_) => Err(unfilterable("")),
    }
}

fn equal(mut query: GrantQuery, property: &str, value: &Literal) -> Result<GrantQuery, Refusal> {
    let (Literal::Text(text) | Literal::Bare(text)) = value else { return Err(unfilterable(property)) };
    // An id that is none is nobody's: it finds nothing, and is no mistake.
    let id = ObjectId::parse(text).unwrap_or(ObjectId::from_u128(0));
    match property.to_ascii_lowercase().as_str() {
        "clientid" => query.client = Some(query.client.map_or(id.into(), |held| same(held, id))),
        "resourceid" => query.resource = Some(query.resource.map_or(id.into(), |held| same(held, id))),
        "principalid" => query.whose = query.whose.and(Whose::Of(id.into())),
        "consenttype" if text.eq_ignore_ascii_case("AllPrincipals") => query.whose = query.whose.and(Whose::Everybodys),
        "consenttype" if text.eq_ignore_ascii_case("Principal") => query.whose = query.whose.and(Whose::Peoples),
        "consenttype" => query.whose = Whose::Nobodys,
        _ => return Err(unfilterable(property)),
    }
    Ok(query)
}

/// Two clients at once are none.
fn same(held: ServicePrincipalId, id: ObjectId) -> ServicePrincipalId {
    if held == id.into() { held } else { ServicePrincipalId::from_u128(0) }
}

fn unfilterable(property: &str) -> Refusal {
    Refusal::Unfilterable { property: property.chars().take(64).collect(), kind: GRANT.name }
}

async fn show(call: &Call<'_>, id: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let permit = call.permit(Op::GrantsGet, None)?;
    let selection = call.selection(&[&GRANT])?;
    let grant = match GrantParties::parse(id) {
        Some(parties) => directory::grant(call.house, &call.caller, &permit, parties).await?,
        None => None,
    };
    let grant = grant.ok_or_else(|| Refusal::NoSuchObject(id.to_owned()))?;
    Ok(entity(call, call.context(SET, &selection, true), shown(&grant, &selection, permit.view()), COST))
}

/// Two legacy members are read and dropped, as Graph drops them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    client_id: ServicePrincipalId,
    consent_type: ConsentType,
    #[serde(default)]
    principal_id: Option<UserId>,
    resource_id: ServicePrincipalId,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default, rename = "startTime")]
    _start: Value,
    #[serde(default, rename = "expiryTime")]
    _expiry: Value,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
enum ConsentType {
    AllPrincipals,
    Principal,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Change {
    scope: Option<String>,
    // What the grant is between stays; clients send it back as they read it.
    #[serde(default)]
    id: Value,
    #[serde(default)]
    client_id: Value,
    #[serde(default)]
    consent_type: Value,
    #[serde(default)]
    principal_id: Value,
    #[serde(default)]
    resource_id: Value,
}

impl Change {
    fn fixed(&self) -> Properties {
        let all = [
            ("id", &self.id),
            ("clientId", &self.client_id),
            ("consentType", &self.consent_type),
            ("principalId", &self.principal_id),
            ("resourceId", &self.resource_id),
        ];
        let sent = all.into_iter().filter(|(_, value)| !value.is_null());
        sent.map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }
}

async fn create(call: &Call<'_>) -> Result<Answer, Stop> {
    let permit = call.permit(Op::GrantsCreate, None)?;
    let wanted: Wanted = body::read(call)?;
    let principal = match (wanted.consent_type, wanted.principal_id) {
        (ConsentType::AllPrincipals, None) => None,
        (ConsentType::Principal, Some(user)) => Some(user),
        (ConsentType::AllPrincipals, Some(_)) => {
            return Err(Refusal::Invalid("principalId must be null when consentType is AllPrincipals.".into()).into());
        }
        (ConsentType::Principal, None) => return Err(Refusal::Missing("principalId".to_owned()).into()),
    };
    let parties = GrantParties { client: wanted.client_id, resource: wanted.resource_id, principal };
    let scopes = scopes(wanted.scope.as_deref().unwrap_or(""))?;
    let deed = NewGrant { permit: &permit, caller: &call.caller, parties, scopes, correlation: call.correlation };
    let grant = settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(&refusal, parties, ""))?;
    let location = format!("{}/{SET}/{}", call.root(), parties.id_text());
    Ok(made(call, SET, &grant, &location, COST))
}

async fn change(call: &Call<'_>, id: &str) -> Result<Answer, Stop> {
    let permit = call.permit(Op::GrantsUpdate, None)?;
    let change: Change = body::read(call)?;
    let parties = GrantParties::parse(id).ok_or_else(|| Refusal::NoSuchObject(id.to_owned()))?;
    if let Some(held) = directory::grant(call.house, &call.caller, &permit, parties).await? {
        body::is_as_it_was(&change.fixed(), &shown(&held, &Selection::All, View::Full))?;
    }
    let scopes = scopes(change.scope.as_deref().unwrap_or(""))?;
    let deed = ChangeGrant { permit: &permit, caller: &call.caller, parties, scopes, correlation: call.correlation };
    settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(&refusal, parties, id))?;
    Ok(respond::nothing())
}

async fn remove(call: &Call<'_>, id: &str) -> Result<Answer, Stop> {
    let permit = call.permit(Op::GrantsDelete, None)?;
    let missing = || Refusal::NoSuchObject(id.to_owned());
    let parties = GrantParties::parse(id).ok_or_else(missing)?;
    let grant = directory::grant(call.house, &call.caller, &permit, parties).await?.ok_or_else(missing)?;
    let what = Revocation::Grant(grant.id);
    let deed = Revoke { permit: &permit, what, correlation: call.correlation };
    settle(call.house, call.caller.tenant, &deed).await?.map_err(|_| missing())?;
    Ok(respond::nothing())
}

/// Blanks between, and before the first if one likes.
fn scopes(text: &str) -> Result<Vec<String>, Refusal> {
    if text.chars().count() > LONGEST_SCOPE {
        return Err(Refusal::Invalid(format!("scope is longer than {LONGEST_SCOPE} characters.")));
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::Invalid("scope holds a control character.".to_owned()));
    }
    Ok(Grant::scopes_of(text))
}

fn told(refusal: &GrantRefusal, parties: GrantParties, id: &str) -> Refusal {
    match refusal {
        GrantRefusal::NoSuchClient => Refusal::NoSuchReference(parties.client.to_string()),
        GrantRefusal::NoSuchResource => Refusal::NoSuchReference(parties.resource.to_string()),
        GrantRefusal::NoSuchPerson => {
            Refusal::NoSuchReference(parties.principal.map(|user| user.to_string()).unwrap_or_default())
        }
        GrantRefusal::AlreadyThere => Refusal::AlreadyThere("Permission entry already exists."),
        GrantRefusal::NoSuchGrant => Refusal::NoSuchObject(id.to_owned()),
        GrantRefusal::BeyondPolicy => Refusal::BeyondPolicy,
    }
}

impl Entity for Grant {
    const KIND: &'static Kind = &GRANT;

    fn id(&self) -> ObjectId {
        self.id.into()
    }

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => Value::from(self.parties().id_text()),
            "clientId" => Value::from(self.client.to_string()),
            "consentType" => Value::from(if self.principal.is_some() { "Principal" } else { "AllPrincipals" }),
            "principalId" => Value::from(self.principal.map(|user| user.to_string())),
            "resourceId" => Value::from(self.resource.to_string()),
            "scope" => Value::from(self.scope_text()),
            _ => Value::Null,
        }
    }

    fn more(&self, _: &str) -> Option<&Value> {
        None
    }
}

pub(super) static GRANT: Kind =
    Kind { name: "microsoft.graph.oAuth2PermissionGrant", set: SET, properties: PROPERTIES };

const PROPERTIES: &[Property] = &[
    column("clientId").default(),
    column("consentType").default(),
    column("id").default().basic(),
    column("principalId").default(),
    column("resourceId").default(),
    column("scope").default(),
];

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: ServicePrincipalId = ServicePrincipalId::from_u128(0x00112233_4455_6677_8899_aabbccddeeff);

    #[test]
    fn filters_are_equalities() {
        let asked = |text: &str| filtered(GrantQuery::default(), Some(&Filter::parse(text).expect("a filter")));
        let found = asked(&format!("clientId eq '{CLIENT}' and consentType eq 'AllPrincipals'"));
        let expected = GrantQuery { client: Some(CLIENT), whose: Whose::Everybodys, ..GrantQuery::default() };
        assert_eq!(found, Ok(expected));
        let user = UserId::from_u128(2);
        let found = asked(&format!("principalId eq '{user}' and consentType eq 'Principal'"));
        assert_eq!(found, Ok(GrantQuery { whose: Whose::Of(user), ..GrantQuery::default() }));
        let found = asked(&format!("principalId eq '{user}' and consentType eq 'AllPrincipals'"));
        assert_eq!(found.map(|query| query.whose), Ok(Whose::Nobodys));
        for bad in ["clientId ne 'x'", "scope eq 'x'", "startswith(clientId,'x')", "clientId eq 'a' or clientId eq 'b'"]
        {
            assert!(asked(bad).is_err(), "{bad}");
        }
    }
}
