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
        Ok(Some(Expansion { noun, what: What::Related(relation, listed) }))
    }

    pub async fn add(&self, call: &Call<'_>, id: ObjectId, properties: &mut Map<String, Value>) -> Result<(), Stop> {
        let (relation, listed) = match &self.what {
            What::Related(relation, listed) => (*relation, listed),
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

fn object(noun: Noun, id: String) -> Object {
    match noun {
        Noun::User => Object::User(Subject::Named(id)),
        Noun::Group => Object::Group(Key::Id(id)),
        Noun::Application => Object::Application(Key::Id(id)),
        Noun::ServicePrincipal => Object::ServicePrincipal(Key::Id(id)),
        Noun::AdministrativeUnit => Object::Unit(Key::Id(id)),
    }
}
