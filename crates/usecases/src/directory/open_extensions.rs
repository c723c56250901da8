//! Open extensions of people, groups and the organisation itself.

use crate::access::{Caller, Permit};
use crate::settle::{Facing, UseCase};
use crate::{Fault, House};
use mandate_base::{CorrelationId, Draw, Moment, ObjectId};
use mandate_domain::audit::{Activity, AuditEntry};
use mandate_domain::group::Group;
use mandate_domain::open_extension::{EXTENSIONS, OpenEdit, OpenRefusal, edited, of};
use mandate_domain::properties::{Broken, Properties};
use mandate_domain::record::{Change, Plan, Record};
use mandate_domain::tenant::Tenant;
use mandate_domain::user::User;
use serde_json::{Map, Value};

/// Whose they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer {
    User(ObjectId),
    Group(ObjectId),
    Organization,
}

pub struct EditOpenExtensions<'a> {
    pub permit: &'a Permit,
    pub bearer: Bearer,
    pub edit: OpenEdit,
    pub correlation: CorrelationId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenExtensionRefusal {
    NoSuchObject,
    NoSuchExtension,
    Broken(Broken),
}

impl From<OpenRefusal> for OpenExtensionRefusal {
    fn from(refusal: OpenRefusal) -> OpenExtensionRefusal {
        match refusal {
            OpenRefusal::NoSuchExtension => OpenExtensionRefusal::NoSuchExtension,
            OpenRefusal::Broken(broken) => OpenExtensionRefusal::Broken(broken),
        }
    }
}

/// One that bears extensions.
pub enum Borne {
    User(User),
    Group(Group),
    Organization(Box<Tenant>),
}

/// `None`: there is no such object here.
pub async fn open_extensions(
    house: &House,
    caller: &Caller,
    _: &Permit,
    bearer: Bearer,
) -> Result<Option<Vec<Properties>>, Fault> {
    let found = bearer.find(house.facing(caller.tenant)).await?;
    Ok(found.map(|found| of(found.more()).into_iter().cloned().collect()))
}

impl Bearer {
    async fn find(self, facing: Facing<'_>) -> Result<Option<Borne>, Fault> {
        Ok(match self {
            Bearer::User(id) => facing.view.user_by_id(id.into()).await?.map(Borne::User),
            Bearer::Group(id) => facing.view.group_by_id(id.into()).await?.map(Borne::Group),
            Bearer::Organization => {
                facing.global.tenant_by_id(facing.view.tenant_id()).await?.map(Box::new).map(Borne::Organization)
            }
        })
    }
}

impl Borne {
    fn more(&self) -> &Map<String, Value> {
        match self {
            Borne::User(user) => &user.more,
            Borne::Group(group) => &group.more,
            Borne::Organization(tenant) => &tenant.profile.more,
        }
    }
}

impl UseCase for EditOpenExtensions<'_> {
    type Facts = Option<Borne>;
    /// The one that was added or changed, or taken away.
    type Reply = Properties;
    type Refusal = OpenExtensionRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Option<Borne>, Fault> {
        self.bearer.find(facing).await
    }

    fn plan(&self, facts: Option<Borne>, _: Moment, _: &mut dyn Draw) -> Plan<Properties, OpenExtensionRefusal> {
        let Some(before) = facts else { return Plan::refuse(OpenExtensionRefusal::NoSuchObject) };
        let (more, written) = match edited(before.more(), &self.edit) {
            Ok(edited) => edited,
            Err(refusal) => return Plan::refuse(refusal.into()),
        };
        let mut record = Record::default();
        if more != *before.more() {
            let (change, entry) = self.change(before, more);
            record.change(change, entry);
        }
        Plan::answer(written, record)
    }
}

impl EditOpenExtensions<'_> {
    fn change(&self, before: Borne, more: Map<String, Value>) -> (Change, AuditEntry) {
        let doer = self.permit.doer(self.correlation);
        let only = |more: &Map<String, Value>| -> Properties {
            more.iter()
                .filter(|(name, _)| *name == EXTENSIONS)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let (old, new) = (only(before.more()), only(&more));
        match before {
            Borne::User(user) => {
                let entry = doer.entry(Activity::UpdateUser).target(user.id, "User", user.upn.as_str());
                (Change::UserUpdated(Box::new(User { more, ..user })), entry.differences(&old, &new))
            }
            Borne::Group(group) => {
                let entry = doer.entry(Activity::UpdateGroup).target(group.id, "Group", &group.display_name);
                (Change::GroupUpdated(Box::new(Group { more, ..group })), entry.differences(&old, &new))
            }
            Borne::Organization(tenant) => {
                let name = tenant.profile.display_name.clone();
                let entry = doer.entry(Activity::SetCompanyInformation).target(tenant.id, "Company", &name);
                let mut changed = tenant;
                changed.profile.more = more;
                (Change::TenantSettings(changed), entry.differences(&old, &new))
            }
        }
    }
}
