//! Pictures of people and groups.

use crate::access::{Caller, Permit};
use crate::settle::{Facing, UseCase};
use crate::{Fault, House};
use mandate_base::{CorrelationId, Draw, Moment, ObjectId};
use mandate_domain::audit::Activity;
use mandate_domain::photo::Photo;
use mandate_domain::query::Noun;
use mandate_domain::record::{Change, Plan, Record};

/// Set, or taken away.
pub struct ChangePhoto<'a> {
    pub permit: &'a Permit,
    pub object: ObjectId,
    pub noun: Noun,
    /// `None`: there is to be none.
    pub photo: Option<Photo>,
    pub correlation: CorrelationId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoRefusal {
    NoSuchObject,
    NoPhoto,
}

pub struct PhotoFacts {
    name: Option<String>,
    has_one: bool,
}

impl UseCase for ChangePhoto<'_> {
    type Facts = PhotoFacts;
    type Reply = ();
    type Refusal = PhotoRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<PhotoFacts, Fault> {
        let view = facing.view;
        let name = match self.noun {
            Noun::User => view.user_by_id(self.object.into()).await?.map(|user| user.upn.as_str().to_owned()),
            Noun::Group => view.group_by_id(self.object.into()).await?.map(|group| group.display_name),
            _ => None,
        };
        Ok(PhotoFacts { name, has_one: view.photo(self.object).await?.is_some() })
    }

    fn plan(&self, facts: PhotoFacts, _: Moment, _: &mut dyn Draw) -> Plan<(), PhotoRefusal> {
        let Some(name) = facts.name else { return Plan::refuse(PhotoRefusal::NoSuchObject) };
        let (object, noun) = (self.object, self.noun);
        let change = match &self.photo {
            Some(photo) => Change::PhotoSet { object, noun, photo: photo.clone() },
            None if facts.has_one => Change::PhotoRemoved { object, noun },
            None => return Plan::refuse(PhotoRefusal::NoPhoto),
        };
        let activity = if noun == Noun::User { Activity::UpdateUser } else { Activity::UpdateGroup };
        let size = self.photo.as_ref().map(Photo::name);
        let entry = self.permit.doer(self.correlation).entry(activity).target(object, noun.word(), &name);
        let mut record = Record::default();
        record.change(change, entry.changed("photo", None, size));
        Plan::answer((), record)
    }
}

pub async fn photo(house: &House, caller: &Caller, _: &Permit, object: ObjectId) -> Result<Option<Photo>, Fault> {
    let found = house.store.tenant(caller.tenant).photo(object).await?;
    Ok(found.and_then(|image| Photo::of(&image).ok()))
}
