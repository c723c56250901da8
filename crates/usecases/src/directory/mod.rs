//! The directory's deeds: reading its objects, taking access away, bringing a tenant in.
//!
//! Every one takes the [`Permit`](crate::access::Permit) that the gate gave.

mod assignments;
mod consent;
mod delegated;
mod grants;
mod import;
mod read;
mod revoke;
mod settings;

pub use assignments::{AssignRefusal, AssignRole};
pub use consent::{ByHandRefusal, GrantByHand, Wanted};
pub use delegated::{ChangeGrant, GrantRefusal, NewGrant};
pub(crate) use grants::{Between, GrantWriter, joined, sp_of};
pub use import::{ImportRefusal, NewTenant};
pub use read::{
    MemberObject, NamedAssignment, application, applications, assignment, assignments, card, count, grant, grants,
    group, group_members, groups, member_of, organization, service_principal, service_principals, user, user_by_name,
    users,
};
pub use revoke::{Revocation, Revoke, RevokeRefusal};
pub use settings::{SetApplication, SetTenantSettings, SettingRefusal};
