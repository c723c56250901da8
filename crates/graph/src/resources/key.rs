//! Which object a path means, before anybody may know whether it is there.

use crate::call::Call;
use crate::dispatch::{Key, Object, Subject};
use crate::errors::{Refusal, Stop};
use mandate_base::ObjectId;
use mandate_domain::query::{Condition, Noun, Test, compared};
use mandate_usecases::directory;

/// An object as a path names it.
pub(super) struct Meant {
    /// `None`: nothing is called so.
    pub id: Option<ObjectId>,
    /// As the caller spelled it.
    pub name: String,
}

impl Meant {
    /// It has to be there.
    pub fn known(&self) -> Result<ObjectId, Refusal> {
        self.id.ok_or_else(|| self.missing())
    }

    /// Its id as text; nothing, where there is none.
    pub fn own(&self) -> String {
        self.id.map(|id| id.to_string()).unwrap_or_default()
    }

    pub fn missing(&self) -> Refusal {
        Refusal::NoSuchObject(self.name.clone())
    }
}

pub(super) async fn meant(call: &Call<'_>, object: &Object) -> Result<Meant, Stop> {
    match object {
        Object::User(Subject::Me) => {
            let user = call.caller.user().ok_or(Refusal::NobodyIsMe)?;
            Ok(Meant { id: Some(user.id.into()), name: user.id.to_string() })
        }
        Object::User(Subject::Named(name)) => {
            let id = directory::user_by_name(call.house, &call.caller, name).await?;
            Ok(Meant { id: id.map(ObjectId::from), name: name.clone() })
        }
        Object::Group(key) => by_key(call, Noun::Group, key).await,
        Object::Application(key) => by_key(call, Noun::Application, key).await,
        Object::ServicePrincipal(key) => by_key(call, Noun::ServicePrincipal, key).await,
        Object::Unit(key) => by_key(call, Noun::AdministrativeUnit, key).await,
        Object::Any(name) => Ok(Meant { id: ObjectId::parse(name).ok(), name: name.clone() }),
    }
}

pub(super) async fn by_key(call: &Call<'_>, noun: Noun, key: &Key) -> Result<Meant, Stop> {
    let (property, name) = match key {
        Key::Id(name) => return Ok(Meant { id: ObjectId::parse(name).ok(), name: name.clone() }),
        Key::AppId(name) => ("appId", name),
        Key::UniqueName(name) => ("uniqueName", name),
    };
    let condition = Condition::is(property, Test::Equal(compared(name)));
    let id = directory::id_by(call.house, &call.caller, noun, condition).await?;
    Ok(Meant { id, name: name.clone() })
}

/// A service principal whose parts are meant. Whether it is there is told behind the gate: until then it is nobody.
pub(super) async fn meant_instance(call: &Call<'_>, key: &Key) -> Result<ObjectId, Stop> {
    let meant = by_key(call, Noun::ServicePrincipal, key).await?;
    match key {
        Key::Id(_) => Ok(meant.known()?),
        _ => Ok(meant.id.unwrap_or(ObjectId::from_u128(0))),
    }
}

/// What hangs on an object is told of objects that are there.
pub(super) async fn exists(call: &Call<'_>, noun: Noun, id: ObjectId) -> Result<(), Stop> {
    let found = directory::id_by(call.house, &call.caller, noun, Condition::Id(vec![id])).await?;
    Ok(found.map(drop).ok_or_else(|| Refusal::NoSuchObject(id.to_string()))?)
}
