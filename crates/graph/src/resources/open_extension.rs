//! `…/extensions`: what apps keep with a person, a group or the organisation in members of their own (graph-api.md §2.2).

use super::key::meant;
use super::{collection, entity, group_write};
use crate::body;
use crate::call::Call;
use crate::dispatch::{Bears, Object, Subject};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::respond;
use http::Method;
use mandate_base::{ObjectId, TenantId};
use mandate_domain::open_extension::{EXTENSIONS, NAME, OpenEdit, is_named, name_of};
use mandate_domain::properties::Properties;
use mandate_domain::query::Noun;
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{self, Bearer, EditOpenExtensions, OpenExtensionRefusal};
use mandate_usecases::settle;
use mandate_web::Answer;
use serde_json::{Map, Value};

const COST: u8 = 1;
const KIND: &str = "#microsoft.graph.openTypeExtension";

/// Whose extensions a path means: `None` where nobody has that name.
struct Meant {
    bearer: Option<Bearer>,
    id: Option<ObjectId>,
    name: String,
    set: &'static str,
    reading: Op,
    writing: Op,
}

pub(super) async fn answer_all(call: &Call<'_>, bears: &Bears) -> Result<Answer, Stop> {
    let whose = whose(call, bears).await?;
    if call.method == Method::POST {
        return add(call, &whose).await;
    }
    let permit = call.permit_on(whose.reading, whose.id).await?;
    call.refuse_queries()?;
    let held = held(call, &permit, &whose).await?;
    let value = held.iter().map(|extension| told(call, extension)).collect();
    Ok(collection(call, whose.context(call, false), None, value, None, COST))
}

pub(super) async fn answer_one(call: &Call<'_>, bears: &Bears, name: &str) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let whose = whose(call, bears).await?;
    if call.method == Method::GET {
        let permit = call.permit_on(whose.reading, whose.id).await?;
        let held = held(call, &permit, &whose).await?;
        let found = held.iter().find(|held| is_named(held, name));
        let found = found.ok_or_else(|| Refusal::NoSuchObject(name.to_owned()))?;
        return Ok(entity(call, whose.context(call, true), told(call, found), COST));
    }
    let permit = call.permit_on(whose.writing, whose.id).await?;
    if call.method == Method::DELETE {
        write(call, &permit, &whose, OpenEdit::Remove(name.to_owned()), name).await?;
        return Ok(respond::nothing());
    }
    let change = OpenEdit::Change(name.to_owned(), body::read_open(call)?);
    let changed = write(call, &permit, &whose, change, name).await?;
    // A change has always been answered with what it came to (graph-response-codes.tsv).
    Ok(entity(call, whose.context(call, true), told(call, &changed), COST))
}

async fn add(call: &Call<'_>, whose: &Meant) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let permit = call.permit_on(whose.writing, whose.id).await?;
    let made = write(call, &permit, whose, OpenEdit::Add(body::read_open(call)?), "").await?;
    let mut body = told(call, &made);
    call.metadata.say(&mut body, "@odata.context", whose.context(call, true));
    let location = format!("{}/{}/{}/extensions/{}", call.root(), whose.set, whose.name, name_of(&made));
    Ok(respond::created(body, &location, call.metadata, COST))
}

async fn write(
    call: &Call<'_>,
    permit: &Permit,
    whose: &Meant,
    edit: OpenEdit,
    name: &str,
) -> Result<Properties, Stop> {
    let bearer = whose.bearer.ok_or_else(|| whose.missing())?;
    let deed = EditOpenExtensions { permit, bearer, edit, correlation: call.correlation };
    let settled = settle(call.house, call.caller.tenant, &deed).await?;
    Ok(settled.map_err(|refusal| match refusal {
        OpenExtensionRefusal::NoSuchObject => whose.missing(),
        OpenExtensionRefusal::NoSuchExtension => Refusal::NoSuchObject(name.to_owned()),
        OpenExtensionRefusal::Broken(broken) => Refusal::Broken(broken),
    })?)
}

async fn held(call: &Call<'_>, permit: &Permit, whose: &Meant) -> Result<Vec<Properties>, Stop> {
    let bearer = whose.bearer.ok_or_else(|| whose.missing())?;
    let held = directory::open_extensions(call.house, &call.caller, permit, bearer).await?;
    Ok(held.ok_or_else(|| whose.missing())?)
}

async fn whose(call: &Call<'_>, bears: &Bears) -> Result<Meant, Stop> {
    let object = match bears {
        Bears::Organization(name) => return Ok(organization(call, name)),
        Bears::Object(object) => object,
    };
    let found = meant(call, object).await?;
    let (set, reading, writing) = match object {
        Object::Group(_) => {
            let shape = group_write::shape(call, &found).await?;
            ("groups", Op::GroupsExtensions, group_write::updating(shape))
        }
        Object::User(Subject::Me) => ("users", Op::MeExtensions, Op::MeExtensionsUpdate),
        _ => ("users", Op::UsersExtensions, Op::UsersExtensionsUpdate),
    };
    let bearer = if set == "groups" { Bearer::Group } else { Bearer::User };
    Ok(Meant { bearer: found.id.map(bearer), id: found.id, name: found.name, set, reading, writing })
}

fn organization(call: &Call<'_>, name: &str) -> Meant {
    let id = TenantId::parse(name).ok();
    let own = id.filter(|id| *id == call.caller.tenant);
    Meant {
        bearer: own.map(|_| Bearer::Organization),
        id: id.map(ObjectId::from),
        name: name.to_owned(),
        set: "organization",
        reading: Op::OrganizationExtensions,
        writing: Op::OrganizationUpdate,
    }
}

impl Meant {
    fn missing(&self) -> Refusal {
        Refusal::NoSuchObject(self.name.clone())
    }

    fn context(&self, call: &Call<'_>, single: bool) -> String {
        let id = self.id.map(|id| id.to_string()).unwrap_or_default();
        let entity = if single { "/$entity" } else { "" };
        format!("{}/$metadata#{}('{id}')/extensions{entity}", call.root(), self.set)
    }
}

/// How the objects of a kind bear extensions.
#[derive(Clone, Copy)]
pub(super) struct Bearing {
    reading: Op,
    bearer: fn(ObjectId) -> Bearer,
}

impl Bearing {
    /// `None`: they bear none.
    pub fn of(noun: Noun) -> Option<Bearing> {
        match noun {
            Noun::User => Some(Bearing { reading: Op::UsersExtensions, bearer: Bearer::User }),
            Noun::Group => Some(Bearing { reading: Op::GroupsExtensions, bearer: Bearer::Group }),
            _ => None,
        }
    }
}

/// All that an object has, beside its properties.
pub(super) async fn come_along(
    call: &Call<'_>,
    Bearing { reading, bearer }: Bearing,
    id: ObjectId,
    properties: &mut Map<String, Value>,
) -> Result<(), Stop> {
    let permit = call.permit_on(reading, Some(id)).await?;
    let held = directory::open_extensions(call.house, &call.caller, &permit, bearer(id)).await?.unwrap_or_default();
    let told = held.iter().map(|extension| Value::Object(told(call, extension))).collect();
    properties.insert(EXTENSIONS.to_owned(), told);
    Ok(())
}

/// It goes by its name.
fn told(call: &Call<'_>, extension: &Properties) -> Map<String, Value> {
    let mut body = Map::new();
    call.metadata.say(&mut body, "@odata.type", KIND.to_owned());
    body.insert("id".to_owned(), extension.get(NAME).cloned().unwrap_or_default());
    body.extend(extension.clone());
    body
}
