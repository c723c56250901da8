//! `$expand`: one relation that comes along with each object (graph-api.md §3.3).
//!
//! It needs what reading the relation itself needs, and holds at most twenty objects.

use super::assignment::Along;
use super::open_extension::{Bearing, come_along};
use super::relation::{Listed, reading, which};
use crate::call::Call;
use crate::dispatch::{Key, Object, Relation, Subject};
use crate::errors::{Refusal, Stop};
use mandate_base::ObjectId;
use mandate_domain::open_extension::EXTENSIONS;
use mandate_domain::query::Noun;
use mandate_odata::Select;
use mandate_usecases::directory;
use serde_json::{Map, Value};

const MOST: usize = 20;

/// What is to come along.
pub(super) struct Expansion {
    noun: Noun,
    what: What,
}

enum What {
    Related(Relation, Listed),
    /// Somebody's manager, theirs, and so on.
    Managers(Listed),
    Assignments(Along),
    /// Open ones, whole.
    Extensions(Bearing),
}

impl Expansion {
    pub fn asked(call: &Call<'_>, noun: Noun) -> Result<Option<Expansion>, Refusal> {
        let expand = match &call.options.expand[..] {
            [] => return Ok(None),
            [only] => only,
            [_, second, ..] => return Err(Refusal::NoExpansion(second.relation.clone())),
        };
        let refused = || Refusal::NoExpansion(expand.relation.clone());
        let is_chain = expand.relation.eq_ignore_ascii_case(Relation::Manager.word()) && noun == Noun::User;
        if expand.all_levels && !is_chain {
            return Err(refused());
        }
        if let Some(bearing) = Bearing::of(noun)
            && expand.relation.eq_ignore_ascii_case(EXTENSIONS)
        {
            return Ok(Some(Expansion { noun, what: What::Extensions(bearing) }));
        }
        let select = expand.select.as_ref().filter(|select| **select != Select::All);
        if let Some(along) = Along::of(noun, &expand.relation, select)? {
            return Ok(Some(Expansion { noun, what: What::Assignments(along) }));
        }
        let relation = Relation::named(&expand.relation).ok_or_else(refused)?;
        reading(&object(noun, String::new()), relation).ok_or_else(refused)?;
        let listed = Listed::selecting(select, &call.extensions)?;
        let what = if expand.all_levels { What::Managers(listed) } else { What::Related(relation, listed) };
        Ok(Some(Expansion { noun, what }))
    }

    pub async fn add(&self, call: &Call<'_>, id: ObjectId, properties: &mut Map<String, Value>) -> Result<(), Stop> {
        let (relation, listed) = match &self.what {
            What::Related(relation, listed) => (*relation, listed),
            What::Managers(listed) => return managers(call, listed, id, properties).await,
            What::Assignments(along) => return along.add(call, self.noun, id, properties).await,
            What::Extensions(bearing) => return come_along(call, *bearing, id, properties).await,
        };
        let object = object(self.noun, id.to_string());
        let op = reading(&object, relation).ok_or_else(|| Refusal::NoExpansion(relation.word().to_owned()))?;
        let permit = call.permit_on(op, Some(id)).await?;
        let found =
            directory::related(call.house, &call.caller, &permit, which(&object, relation, id), None, MOST).await?;
        let mut shown = found.objects.iter().filter_map(|object| listed.show(call, object)).map(Value::Object);
        let value = match relation {
            // Who has no manager has no property for one.
            Relation::Manager => match shown.next() {
                Some(manager) => manager,
                None => return Ok(()),
            },
            _ => shown.collect(),
        };
        properties.insert(relation.word().to_owned(), value);
        Ok(())
    }
}

/// Each one's manager within them (graph-api.md §3.3). Whoever is their own manager at last ends it.
async fn managers(
    call: &Call<'_>,
    listed: &Listed,
    id: ObjectId,
    properties: &mut Map<String, Value>,
) -> Result<(), Stop> {
    let (mut chain, mut seen) = (Vec::new(), vec![id]);
    while chain.len() < MOST_LEVELS {
        let of = seen[seen.len() - 1];
        let person = object(Noun::User, of.to_string());
        let op = reading(&person, Relation::Manager).ok_or_else(|| Refusal::NoExpansion("manager".to_owned()))?;
        let permit = call.permit_on(op, Some(of)).await?;
        let which = which(&person, Relation::Manager, of);
        let found = directory::related(call.house, &call.caller, &permit, which, None, 1).await?;
        let Some(manager) = found.objects.first().filter(|manager| !seen.contains(&manager.id())) else { break };
        seen.push(manager.id());
        chain.extend(listed.show(call, manager));
    }
    let mut above: Option<Map<String, Value>> = None;
    for mut manager in chain.into_iter().rev() {
        manager.extend(above.map(|above| ("manager".to_owned(), Value::Object(above))));
        above = Some(manager);
    }
    properties.extend(above.map(|above| ("manager".to_owned(), Value::Object(above))));
    Ok(())
}

const MOST_LEVELS: usize = 100;

fn object(noun: Noun, id: String) -> Object {
    match noun {
        Noun::User => Object::User(Subject::Named(id)),
        Noun::Group => Object::Group(Key::Id(id)),
        Noun::Application => Object::Application(Key::Id(id)),
        Noun::ServicePrincipal => Object::ServicePrincipal(Key::Id(id)),
        Noun::AdministrativeUnit => Object::Unit(Key::Id(id)),
    }
}
