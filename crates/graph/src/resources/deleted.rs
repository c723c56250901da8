//! `/directory/deletedItems`, and the deletions that fill it (graph-api.md §2.4).

use super::application::Application;
use super::key::Meant;
use super::service_principal::Instance;
use super::{collection, entity, relation};
use crate::call::{Call, refuse};
use crate::dispatch::Cast;
use crate::errors::{Refusal, Stop};
use crate::operations::{Op, operation};
use crate::paging::Pages;
use crate::property::{Kind, Selection, shown};
use crate::queries::question;
use crate::respond;
use http::Method;
use mandate_base::ObjectId;
use mandate_decide::{Target, View};
use mandate_domain::deleted::{Deleted, DeletedObject};
use mandate_domain::group::LinkRole;
use mandate_domain::properties::{Broken, Rule};
use mandate_domain::query::{Condition, Noun, OWNERS, Place, compared, compared_moment};
use mandate_domain::time;
use mandate_usecases::access::{self, Permit};
use mandate_usecases::directory::{self, DeletedQuery, Purge, RemovalRefusal, Remove, Restore};
use mandate_usecases::{explain, settle};
use mandate_web::Answer;
use serde_json::{Map, Value};

const COST: u8 = 1;

/// Deletes what can be deleted so.
pub(super) async fn remove(call: &Call<'_>, op: Op, noun: Noun, meant: &Meant) -> Result<Answer, Stop> {
    let permit = call.permit_on(op, meant.id).await?;
    remove_permitted(call, &permit, noun, meant).await
}

pub(super) async fn remove_permitted(
    call: &Call<'_>,
    permit: &Permit,
    noun: Noun,
    meant: &Meant,
) -> Result<Answer, Stop> {
    let object = meant.known()?;
    let deed = Remove { permit, noun, object, correlation: call.correlation };
    settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, &meant.name))?;
    Ok(respond::nothing())
}

pub(super) async fn list(call: &Call<'_>, noun: Noun) -> Result<Answer, Stop> {
    let permit = call.permit(ops(noun).list, None)?;
    refuse([("$search", call.options.search.is_some())])?;
    let kind = kind_of(noun);
    let selection = call.selection(&[kind])?;
    // Looked through one by one, whatever is asked: no header is needed for that.
    let condition = condition(call, noun, kind)?;
    kind.may_ask(condition.as_ref(), permit.view())?;
    let path = format!("/directory/deletedItems/{}", kind.name);
    let pages = Pages::of(call, ops(noun).list, &path);
    let last = pages.place()?;
    let after = last.as_ref().map(|place| place.id);
    let query = DeletedQuery { noun, condition: condition.as_ref(), after, most: pages.most() };
    let counted = call.counts();
    let count = match counted {
        true => Some(directory::deleted_count(call.house, &call.caller, &permit, query).await?),
        false => None,
    };
    if let Some(order) = order(noun, call)? {
        let all = directory::deleted_whole(call.house, &call.caller, &permit, query).await?;
        let all = all.ok_or(Refusal::NoQuery("$orderby"))?;
        let (page, next) = sorted(all, &order, last, pages.most());
        let value = page.iter().map(|deleted| properties(deleted, &selection, permit.view())).collect();
        let next = next.map(|last| pages.next_place(&last));
        return Ok(collection(call, call.context(kind.set, &selection, false), count, value, next, COST));
    }
    let found = directory::deleted_items(call.house, &call.caller, &permit, query).await?;
    let next = found.next.map(|last| pages.next(last));
    let value = found.objects.iter().map(|deleted| properties(deleted, &selection, permit.view())).collect();
    Ok(collection(call, call.context(kind.set, &selection, false), count, value, next, COST))
}

/// What is asked of them, in whatever order.
fn condition(call: &Call<'_>, noun: Noun, kind: &Kind) -> Result<Option<Condition>, Refusal> {
    let mut unordered = call.options.clone();
    unordered.order_by.clear();
    let condition = question(noun, kind.name, &unordered, &call.extensions)?.condition;
    match condition.as_ref().and_then(|condition| condition.properties().find(|property| *property == OWNERS)) {
        Some(owners) => Err(Refusal::Unfilterable { property: owners.to_owned(), kind: kind.name }),
        None => Ok(condition),
    }
}

/// By what they are put in order, and which way.
struct Sorted {
    key: fn(&Deleted) -> String,
    descending: bool,
}

/// Of whoever sees the basic set: names, and when it was deleted.
fn order(noun: Noun, call: &Call<'_>) -> Result<Option<Sorted>, Refusal> {
    let asked = match &call.options.order_by[..] {
        [] => return Ok(None),
        [only] => only,
        [first, ..] => return Err(Refusal::Unsortable(first.property.clone())),
    };
    let key: fn(&Deleted) -> String = match asked.property.to_ascii_lowercase().as_str() {
        "deleteddatetime" => |deleted| compared_moment(deleted.at),
        "displayname" => |deleted| compared(deleted.object.display_name()),
        "userprincipalname" if noun == Noun::User => |deleted| match &deleted.object {
            DeletedObject::User(user) => compared(user.upn.as_str()),
            _ => String::new(),
        },
        _ => return Err(Refusal::Unsortable(asked.property.clone())),
    };
    Ok(Some(Sorted { key, descending: asked.descending }))
}

/// One page, and the place of its last one where another follows.
fn sorted(all: Vec<Deleted>, order: &Sorted, after: Option<Place>, most: usize) -> (Vec<Deleted>, Option<Place>) {
    let key = |deleted: &Deleted| ((order.key)(deleted), deleted.id());
    let after = after.map(|place| (place.name, place.id));
    let is_behind = |deleted: &Deleted| match &after {
        None => true,
        Some(after) if order.descending => key(deleted) < *after,
        Some(after) => key(deleted) > *after,
    };
    let mut page: Vec<Deleted> = all.into_iter().filter(is_behind).collect();
    page.sort_by_cached_key(key);
    if order.descending {
        page.reverse();
    }
    let more = page.len() > most;
    page.truncate(most);
    let next = page.last().filter(|_| more).map(|last| Place { id: last.id(), name: (order.key)(last) });
    (page, next)
}

/// `…/$count`: a number and nothing else.
pub(super) async fn count(call: &Call<'_>, noun: Noun) -> Result<Answer, Stop> {
    let permit = call.permit(ops(noun).list, None)?;
    if !call.eventual {
        return Err(Refusal::NoCountSegment.into());
    }
    call.refuse_paging()?;
    let query = DeletedQuery { noun, condition: None, after: None, most: 0 };
    let count = directory::deleted_count(call.house, &call.caller, &permit, query).await?;
    Ok(respond::number(count, call.cost(COST)))
}

/// Which operation it is depends on what was deleted; of what is not there, none is told.
pub(super) async fn answer_one(call: &Call<'_>, name: &str, kind: Option<Noun>) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let deleted = found(call, name).await?;
    let deleted = deleted.filter(|deleted| kind.is_none_or(|kind| deleted.object.noun() == kind));
    let Some(deleted) = deleted else { return Err(absent(call, name)) };
    let noun = deleted.object.noun();
    if call.method == Method::DELETE {
        let permit = permit(call, ops(noun).delete, &deleted)?;
        let deed = Purge { permit: &permit, object: deleted.id(), correlation: call.correlation };
        settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, name))?;
        return Ok(respond::nothing());
    }
    let permit = permit(call, ops(noun).get, &deleted)?;
    let selection = call.selection(&[kind_of(noun)])?;
    let mut shown = properties(&deleted, &selection, permit.view());
    call.metadata.say(&mut shown, "@odata.type", format!("#{}", kind_of(noun).name));
    Ok(entity(call, call.context("directoryObjects", &selection, true), shown, COST))
}

pub(super) async fn restore(call: &Call<'_>, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let deleted = found(call, name).await?;
    let Some(deleted) = deleted else { return Err(absent(call, name)) };
    let noun = deleted.object.noun();
    let permit = permit(call, ops(noun).restore, &deleted)?;
    let deed = Restore { permit: &permit, object: deleted.id(), correlation: call.correlation };
    let object = settle(call.house, call.caller.tenant, &deed).await?.map_err(|refusal| told(refusal, name))?;
    let restored = Deleted { object, ..deleted };
    let mut shown = of(&restored.object, &Selection::Default, View::Full);
    call.metadata.say(&mut shown, "@odata.type", format!("#{}", kind_of(noun).name));
    Ok(entity(call, call.context("directoryObjects", &Selection::Default, true), shown, COST))
}

async fn found(call: &Call<'_>, name: &str) -> Result<Option<Deleted>, Stop> {
    let Ok(id) = ObjectId::parse(name) else { return Ok(None) };
    Ok(directory::deleted_item(call.house, &call.caller, id).await?)
}

/// Who may see no deleted object at all learns nothing of which there are.
fn absent(call: &Call<'_>, name: &str) -> Stop {
    let any = Noun::ALL;
    match any.into_iter().map(|noun| call.permit(ops(noun).get, None)).find(Result::is_ok) {
        Some(_) => Refusal::NoSuchObject(name.to_owned()).into(),
        None => match call.permit(Op::DeletedUsersGet, None) {
            Err(refusal) => refusal.into(),
            Ok(_) => Refusal::NoSuchObject(name.to_owned()).into(),
        },
    }
}

/// Its owners are among what went with it.
fn permit(call: &Call<'_>, op: Op, deleted: &Deleted) -> Result<Permit, Refusal> {
    let caller = call.caller.object();
    let owned = deleted
        .attached
        .links
        .iter()
        .any(|link| link.of == deleted.id() && link.role == LinkRole::Owner && link.member == caller);
    let target = Target { object: Some(deleted.id()), owned, ..Target::default() };
    access::permit(&call.caller, operation(op), &target).map_err(|denial| {
        let explanation = Box::new(explain::denial(&call.caller, &denial));
        Refusal::Denied { operation: op.name(), explanation }
    })
}

fn told(refusal: RemovalRefusal, name: &str) -> Refusal {
    match refusal {
        RemovalRefusal::NoSuchObject => Refusal::NoSuchObject(name.to_owned()),
        RemovalRefusal::BuiltIn => {
            Refusal::Invalid("The service principal of a built-in application cannot be deleted.".to_owned())
        }
        RemovalRefusal::Lost(broken) => Refusal::Broken(broken),
        RemovalRefusal::Taken(property) => Refusal::Broken(Broken::new(property, Rule::Taken)),
    }
}

fn properties(deleted: &Deleted, selection: &Selection, view: View) -> Map<String, Value> {
    let mut properties = of(&deleted.object, selection, view);
    if let Some(when) = properties.get_mut("deletedDateTime") {
        *when = Value::from(time::iso(deleted.at));
    } else if matches!(selection, Selection::Default | Selection::All) {
        properties.insert("deletedDateTime".to_owned(), Value::from(time::iso(deleted.at)));
    }
    properties
}

fn of(object: &DeletedObject, selection: &Selection, view: View) -> Map<String, Value> {
    match object {
        DeletedObject::User(user) => shown(user, selection, view),
        DeletedObject::Group(group) => shown(group, selection, view),
        DeletedObject::Application(card) => shown(&Application::of(card), selection, view),
        DeletedObject::ServicePrincipal(sp) => shown(&Instance::of(sp, None), selection, view),
        DeletedObject::AdministrativeUnit(unit) => shown(unit, selection, view),
    }
}

struct Ops {
    list: Op,
    get: Op,
    restore: Op,
    delete: Op,
}

const fn ops(noun: Noun) -> Ops {
    match noun {
        Noun::User => Ops {
            list: Op::DeletedUsersList,
            get: Op::DeletedUsersGet,
            restore: Op::DeletedUsersRestore,
            delete: Op::DeletedUsersDelete,
        },
        Noun::Group => Ops {
            list: Op::DeletedGroupsList,
            get: Op::DeletedGroupsGet,
            restore: Op::DeletedGroupsRestore,
            delete: Op::DeletedGroupsDelete,
        },
        Noun::Application => Ops {
            list: Op::DeletedApplicationsList,
            get: Op::DeletedApplicationsGet,
            restore: Op::DeletedApplicationsRestore,
            delete: Op::DeletedApplicationsDelete,
        },
        Noun::ServicePrincipal => Ops {
            list: Op::DeletedServicePrincipalsList,
            get: Op::DeletedServicePrincipalsGet,
            restore: Op::DeletedServicePrincipalsRestore,
            delete: Op::DeletedServicePrincipalsDelete,
        },
        Noun::AdministrativeUnit => Ops {
            list: Op::DeletedUnitsList,
            get: Op::DeletedUnitsGet,
            restore: Op::DeletedUnitsRestore,
            delete: Op::DeletedUnitsDelete,
        },
    }
}

fn kind_of(noun: Noun) -> &'static Kind {
    relation::kind_of(Cast::to(noun))
}
