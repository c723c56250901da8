//! `…/delta`: everything, and then what changed since (graph-api.md §3.8).
//!
//! A round lists a collection whole, or what changed since the round before. Its tokens are sealed and hold the query;
//! they hold no right, each call passes the gate. What changes during a round is told in the next one at the latest.

use super::collection_with;
use super::grant::GRANT;
use super::relation::{self, Listed};
use crate::call::{self, Call};
use crate::dispatch::{Cast, DeltaOf};
use crate::errors::{Refusal, Stop};
use crate::extensions;
use crate::operations::Op;
use crate::property::{Selection, shown};
use mandate_base::{DAY, GrantId, ObjectId};
use mandate_domain::grant::{GrantParties, GrantQuery};
use mandate_domain::group::{LinkRole, MemberKind};
use mandate_domain::query::{Condition, Noun};
use mandate_odata::{Filter, Select};
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, LinkHere, MemberObject};
use mandate_web::Answer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

const COST: u8 = 5;
const PURPOSE: &str = "delta";
/// How long a round's token opens the next one.
const LIFE: i64 = 7 * DAY;
/// Objects of one answer, and members in it.
const PAGE: usize = 100;
const MOST_LINKS: usize = 1000;

/// What a token knows. Its names are short: it travels in addresses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Round {
    #[serde(rename = "t")]
    tenant: ObjectId,
    #[serde(rename = "c")]
    client: ObjectId,
    #[serde(rename = "o")]
    op: String,
    #[serde(rename = "e")]
    era: i64,
    /// When it began, in milliseconds.
    #[serde(rename = "b")]
    begun: i64,
    /// `None`: it lists everything.
    #[serde(rename = "s")]
    since: Option<i64>,
    /// What the next one asks for: changes above this count.
    #[serde(rename = "u")]
    until: i64,
    #[serde(rename = "q")]
    select: Option<String>,
    /// The ids that are asked for, if any.
    #[serde(rename = "i")]
    only: Vec<ObjectId>,
    /// Which kinds of objects, by their places in [`Noun::ALL`].
    #[serde(rename = "k")]
    kinds: Vec<usize>,
    /// `None`: the round is over.
    #[serde(rename = "p")]
    place: Option<Place>,
}

/// How far it has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Place {
    /// Which kind of object is being listed.
    #[serde(rename = "k")]
    kind: usize,
    #[serde(rename = "n")]
    seq: i64,
    /// The last object that was told, or the one whose links are being told.
    #[serde(rename = "a")]
    after: Option<ObjectId>,
    /// Among grants.
    #[serde(rename = "g")]
    grant: Option<String>,
    /// The last link of that object that was told.
    #[serde(rename = "l")]
    link: Option<(usize, Option<ObjectId>)>,
}

pub(super) async fn answer(call: &Call<'_>, of: DeltaOf) -> Result<Answer, Stop> {
    let permit = call.permit(op(of), None)?;
    refuse_others(call)?;
    let now = directory::mark(call.house, &call.caller, &permit).await?;
    let round = match (&call.options.skip_token, &call.options.delta_token) {
        (None, None) => asked(call, of, now)?,
        (None, Some(word)) if word.eq_ignore_ascii_case("latest") => Round { place: None, ..asked(call, of, now)? },
        (Some(token), None) => opened(call, of, token, now.era)?,
        (None, Some(token)) => {
            let before = opened(call, of, token, now.era)?;
            if before.place.is_some() {
                return Err(Refusal::PageToken.into());
            }
            let since = Some(before.until);
            Round { since, place: Some(Place::default()), until: now.count, begun: call.house.now().millis(), ..before }
        }
        (Some(_), Some(_)) => return Err(Refusal::PageToken.into()),
    };
    let view = View::of(call, of, &round).await?;
    let (value, place) = match (&round.place, of) {
        (None, _) => (Vec::new(), None),
        (Some(place), DeltaOf::Grants) => grants(call, &permit, &view, &round, place).await?,
        (Some(place), _) => objects(call, &permit, &view, &round, place).await?,
    };
    let is_over = place.is_none();
    let round = Round { place, ..round };
    let plain = serde_json::to_vec(&round).unwrap_or_default();
    let token = call.house.keys().seal(PURPOSE, &plain);
    let (name, option) = if is_over { ("@odata.deltaLink", "deltatoken") } else { ("@odata.nextLink", "skiptoken") };
    let link = format!("{}/{}/delta?${option}={token}", call.root(), set(of));
    Ok(collection_with(call, view.context(call, of), [(name, Value::from(link))], value, COST))
}

/// The directory's deltas take a selection, and ids to filter by.
fn refuse_others(call: &Call<'_>) -> Result<(), Refusal> {
    let options = &call.options;
    call::refuse([
        ("$top", options.top.is_some()),
        ("$count", options.count.is_some()),
        ("$search", options.search.is_some()),
        ("$orderby", !options.order_by.is_empty()),
    ])
}

/// The first round of what the options ask.
fn asked(call: &Call<'_>, of: DeltaOf, now: directory::Mark) -> Result<Round, Refusal> {
    let (only, kinds) = match of {
        DeltaOf::Objects(noun) => {
            (only(call, noun)?, Noun::ALL.iter().position(|known| *known == noun).into_iter().collect())
        }
        DeltaOf::Any => (Vec::new(), kinds(call)?),
        DeltaOf::Grants if call.options.filter.is_some() => return Err(Refusal::NoQuery("$filter")),
        DeltaOf::Grants => (Vec::new(), Vec::new()),
    };
    Ok(Round {
        tenant: call.caller.tenant.into(),
        client: call.caller.client.into(),
        op: op(of).name().to_owned(),
        era: now.era,
        begun: call.house.now().millis(),
        since: None,
        until: now.count,
        select: call.options.select.as_ref().map(Select::to_string),
        only,
        kinds,
        place: Some(Place::default()),
    })
}

/// `id eq '…' or id eq '…'`
fn only(call: &Call<'_>, noun: Noun) -> Result<Vec<ObjectId>, Refusal> {
    let terms = match call.question(noun, relation::kind_of(Cast::to(noun)))?.condition {
        None => return Ok(Vec::new()),
        Some(Condition::Any(terms)) => terms,
        Some(term) => vec![term],
    };
    let ids = terms.into_iter().map(|term| match term {
        Condition::Id(ids) => Ok(ids),
        _ => Err(Refusal::NoQuery("$filter")),
    });
    Ok(ids.collect::<Result<Vec<_>, _>>()?.concat())
}

/// `isof('microsoft.graph.user') or isof('…')`
fn kinds(call: &Call<'_>) -> Result<Vec<usize>, Refusal> {
    let terms = match &call.options.filter {
        None => return Ok((0..Noun::ALL.len()).collect()),
        Some(Filter::Any(terms)) => &terms[..],
        Some(term) => std::slice::from_ref(term),
    };
    let kinds = terms.iter().map(|term| match term {
        Filter::IsOf(name) => {
            let is_named = |noun: &Noun| relation::kind_of(Cast::to(*noun)).name.eq_ignore_ascii_case(name);
            Noun::ALL.iter().position(is_named).ok_or(Refusal::NoQuery("$filter"))
        }
        _ => Err(Refusal::NoQuery("$filter")),
    });
    kinds.collect()
}

/// Altered, or another's: it is no token. Of another time: everything must be read anew.
fn opened(call: &Call<'_>, of: DeltaOf, token: &str, era: i64) -> Result<Round, Refusal> {
    let plain = call.house.keys().unseal(PURPOSE, token).ok_or(Refusal::PageToken)?;
    let round: Round = serde_json::from_slice(&plain).map_err(|_| Refusal::PageToken)?;
    let is_own = round.tenant == call.caller.tenant.into()
        && round.client == call.caller.client.into()
        && round.op == op(of).name();
    if !is_own {
        return Err(Refusal::PageToken);
    }
    if round.era != era || call.house.now().millis() - round.begun > LIFE {
        return Err(Refusal::ReadAnew(format!("{}/{}/delta", call.root(), set(of))));
    }
    Ok(round)
}

/// How what is found is shown.
struct View {
    listed: Listed,
    selection: Selection,
    /// Relations that come along, under their names.
    links: Vec<(LinkRole, &'static str)>,
}

impl View {
    async fn of(call: &Call<'_>, of: DeltaOf, round: &Round) -> Result<View, Stop> {
        let names: Option<Vec<&str>> = round.select.as_deref().map(|names| names.split(',').collect());
        // A later page names them in its token alone.
        let named: Vec<String> = names.iter().flatten().map(|name| (*name).to_owned()).collect();
        let added = extensions::of(call.house, call.caller.tenant, named).await?;
        let relations: &[(LinkRole, &str, &'static str)] = match of {
            DeltaOf::Objects(Noun::Group) => {
                &[(LinkRole::Member, "members", "members@delta"), (LinkRole::Owner, "owners", "owners@delta")]
            }
            DeltaOf::Objects(Noun::User) => &[(LinkRole::Manager, "manager", "manager@delta")],
            DeltaOf::Objects(Noun::AdministrativeUnit) => &[(LinkRole::Unit, "members", "members@delta")],
            _ => &[],
        };
        let is = |name: &str, asked: &str| name.eq_ignore_ascii_case(asked);
        let comes = |name: &str| match &names {
            // Of a group or a unit they come unless others are selected; a manager comes when asked for.
            None => matches!(of, DeltaOf::Objects(Noun::Group | Noun::AdministrativeUnit)),
            Some(names) => names.iter().any(|asked| is(name, asked)),
        };
        let links = relations.iter().filter(|(_, name, _)| comes(name)).map(|(role, _, told)| (*role, *told));
        let own = names.as_ref().map(|names| {
            let own = names.iter().filter(|asked| !relations.iter().any(|(_, name, _)| is(name, asked)));
            // What is told of an object is never less than its id.
            own.map(|name| (*name).to_owned()).chain(["id".to_owned()]).collect()
        });
        let select = match own {
            Some(names) if names == ["*", "id"] => Some(Select::All),
            own => own.map(Select::Names),
        };
        let listed = match of {
            DeltaOf::Objects(noun) => Listed::cast(Cast::to(noun), select.as_ref(), &added)?,
            DeltaOf::Any => Listed::selecting(select.as_ref(), &added)?,
            DeltaOf::Grants => Listed::selecting(None, &added)?,
        };
        let selection = match of {
            DeltaOf::Grants => Selection::of(select.as_ref(), &[&GRANT], &[])?,
            _ => Selection::Default,
        };
        Ok(View { listed, selection, links: links.collect() })
    }

    fn context(&self, call: &Call<'_>, of: DeltaOf) -> String {
        match of {
            DeltaOf::Grants => call.context(set(of), &self.selection, false),
            _ => self.listed.context(call),
        }
    }
}

impl Round {
    fn nouns(&self) -> Vec<Noun> {
        self.kinds.iter().filter_map(|kind| Noun::ALL.get(*kind)).copied().collect()
    }
}

type Told = (Vec<Map<String, Value>>, Option<Place>);

/// One page of the round, and where the next one begins.
async fn objects(call: &Call<'_>, permit: &Permit, view: &View, round: &Round, place: &Place) -> Result<Told, Stop> {
    let (found, more) = match round.since {
        None => listed(call, permit, round, place).await?,
        Some(since) => changed(call, permit, round, since, place).await?,
    };
    let mut value = Vec::with_capacity(found.len());
    let mut budget = MOST_LINKS;
    for one in &found {
        let Some(object) = &one.object else {
            value.extend(one.removed(call, view));
            continue;
        };
        let Some(mut properties) = view.listed.show(call, object) else { continue };
        // Where the page before stopped inside an object, that one is the first of this page.
        let from = place.link.filter(|_| one.is_at(place)).unwrap_or_default();
        let stopped = add_links(call, permit, view, round, object, from, &mut budget, &mut properties).await?;
        value.push(properties);
        if let Some(link) = stopped {
            return Ok((value, Some(Place { link: Some(link), ..one.place.clone() })));
        }
    }
    let next = found.last().map_or_else(|| place.clone(), |last| Place { link: None, ..last.place.clone() });
    Ok((value, more.then_some(next).or_else(|| next_kind(round, place))))
}

/// One object of a page, and the place behind it.
struct Found {
    object: Option<MemberObject>,
    /// What it was, where it is gone: kind, id, and whether it can be brought back.
    gone: Option<(Noun, ObjectId, &'static str)>,
    place: Place,
}

impl Found {
    fn is_at(&self, place: &Place) -> bool {
        (self.place.after, self.place.seq) == (place.after, place.seq)
    }

    fn removed(&self, call: &Call<'_>, view: &View) -> Option<Map<String, Value>> {
        let (noun, id, reason) = self.gone?;
        let mut told = Map::new();
        if view.listed.is_of_all_kinds() {
            call.metadata.say(&mut told, "@odata.type", type_of(Cast::to(noun)));
        }
        told.extend(removed(&id.to_string(), reason));
        Some(told)
    }
}

/// By id. With a link in the place, its object comes once more.
async fn listed(call: &Call<'_>, permit: &Permit, round: &Round, place: &Place) -> Result<(Vec<Found>, bool), Stop> {
    let Some(noun) = round.nouns().get(place.kind).copied() else { return Ok((Vec::new(), false)) };
    let after = if place.link.is_some() { place.after.and_then(ObjectId::before) } else { place.after };
    let (page, more) = directory::whole(call.house, &call.caller, permit, noun, &round.only, after, PAGE).await?;
    let found = page.into_iter().map(|object| {
        let place = Place { after: Some(object.id()), link: None, ..place.clone() };
        Found { object: Some(object), gone: None, place }
    });
    Ok((found.collect(), more))
}

/// In the order of the changes.
async fn changed(
    call: &Call<'_>,
    permit: &Permit,
    round: &Round,
    since: i64,
    place: &Place,
) -> Result<(Vec<Found>, bool), Stop> {
    let last = ObjectId::from_bytes([0xff; 16]);
    let after = match (place.after, place.link) {
        (None, _) => (since, last),
        (Some(object), Some(_)) => (place.seq, object.before().unwrap_or(object)),
        (Some(object), None) => (place.seq, object),
    };
    let (page, more) = directory::changed(call.house, &call.caller, permit, &round.nouns(), after, PAGE).await?;
    let found = page.into_iter().map(|one| {
        let change = one.change;
        let asked = round.only.is_empty() || round.only.contains(&change.object);
        let gone = change.gone.reason().filter(|_| asked).map(|reason| (change.noun, change.object, reason));
        let place = Place { seq: change.seq, after: Some(change.object), link: None, ..Place::default() };
        Found { object: one.object.filter(|_| asked), gone, place }
    });
    Ok((found.collect(), more))
}

/// A list of all kinds goes on with the next one.
fn next_kind(round: &Round, place: &Place) -> Option<Place> {
    let follows = round.since.is_none() && place.kind + 1 < round.kinds.len();
    follows.then(|| Place { kind: place.kind + 1, ..Place::default() })
}

/// `Some`: the budget ended there.
#[expect(clippy::too_many_arguments, reason = "one object of a page, and what the page has left")]
async fn add_links(
    call: &Call<'_>,
    permit: &Permit,
    view: &View,
    round: &Round,
    object: &MemberObject,
    from: (usize, Option<ObjectId>),
    budget: &mut usize,
    properties: &mut Map<String, Value>,
) -> Result<Option<(usize, Option<ObjectId>)>, Stop> {
    if !relation::shows_members(call, object) {
        return Ok(None);
    }
    let (first, mut after) = from;
    for (turn, (role, name)) in view.links.iter().enumerate().skip(first) {
        if *budget == 0 {
            return Ok(Some((turn, after)));
        }
        let of = (object.id(), *role);
        let (links, more) = directory::links(call.house, &call.caller, permit, of, round.since, after, *budget).await?;
        *budget -= links.len().min(*budget);
        let last = links.last().map(|link| link.member);
        if !links.is_empty() {
            let told: Vec<Value> = links.iter().map(|link| told_link(call, link)).collect();
            properties.insert((*name).to_owned(), Value::Array(told));
        }
        if more {
            return Ok(Some((turn, last)));
        }
        after = None;
    }
    Ok(None)
}

fn told_link(call: &Call<'_>, link: &LinkHere) -> Value {
    let cast = match link.kind {
        MemberKind::User => Cast::User,
        MemberKind::Group => Cast::Group,
        MemberKind::ServicePrincipal => Cast::ServicePrincipal,
    };
    let mut told = Map::new();
    call.metadata.say(&mut told, "@odata.type", type_of(cast));
    let id = link.member.to_string();
    match link.is_there {
        true => drop(told.insert("id".to_owned(), Value::from(id))),
        false => told.extend(removed(&id, "deleted")),
    }
    Value::Object(told)
}

async fn grants(call: &Call<'_>, permit: &Permit, view: &View, round: &Round, place: &Place) -> Result<Told, Stop> {
    let Some(since) = round.since else {
        let after = place.after.map(GrantId::from);
        let all = GrantQuery::default();
        let (found, more) = directory::grants(call.house, &call.caller, permit, &all, after, PAGE).await?;
        let value = found.iter().map(|grant| shown(grant, &view.selection, permit.view())).collect();
        let last = found.last().filter(|_| more).map(|last| last.id.into());
        return Ok((value, last.map(|after| Place { after: Some(after), ..Place::default() })));
    };
    let after = match place.grant.as_deref().and_then(GrantParties::parse) {
        Some(grant) => (place.seq, Some(grant)),
        None => (since + 1, None),
    };
    let (found, more) = directory::changed_grants(call.house, &call.caller, permit, after, PAGE).await?;
    let value = found.iter().map(|one| match &one.grant {
        Some(grant) => shown(grant, &view.selection, permit.view()),
        None => removed(&one.parties.id_text(), "deleted"),
    });
    let next = found.last().filter(|_| more).map(|last| Place {
        seq: last.seq,
        grant: Some(last.parties.id_text()),
        ..Place::default()
    });
    Ok((value.collect(), next))
}

/// All that is told of what is not there any more.
fn removed(id: &str, reason: &str) -> Map<String, Value> {
    let removed = ("@removed".to_owned(), json!({ "reason": reason }));
    [("id".to_owned(), Value::from(id)), removed].into_iter().collect()
}

fn type_of(cast: Cast) -> String {
    format!("#{}", relation::kind_of(cast).name)
}

fn op(of: DeltaOf) -> Op {
    match of {
        DeltaOf::Objects(Noun::User) => Op::UsersDelta,
        DeltaOf::Objects(Noun::Group) => Op::GroupsDelta,
        DeltaOf::Objects(Noun::Application) => Op::ApplicationsDelta,
        DeltaOf::Objects(Noun::ServicePrincipal) => Op::ServicePrincipalsDelta,
        DeltaOf::Objects(Noun::AdministrativeUnit) => Op::AdministrativeUnitsDelta,
        DeltaOf::Any => Op::DirectoryObjectsDelta,
        DeltaOf::Grants => Op::GrantsDelta,
    }
}

fn set(of: DeltaOf) -> &'static str {
    match of {
        DeltaOf::Objects(noun) => relation::kind_of(Cast::to(noun)).set,
        DeltaOf::Any => "directoryObjects",
        DeltaOf::Grants => GRANT.set,
    }
}
