//! The directory's deeds: reading its objects, taking access away, bringing a tenant in.
//!
//! Every one takes the [`Permit`](crate::access::Permit) that the gate gave.

mod applications;
mod assignments;
mod changes;
mod consent;
mod credentials;
mod delegated;
mod domains;
mod extensions;
mod grants;
mod groups;
mod import;
mod instances;
mod links;
mod logs;
mod open_extensions;
mod photos;
mod policies;
mod principals;
mod read;
mod related;
mod related_query;
mod removal;
mod revoke;
mod roles;
mod schema_extensions;
mod settings;
mod units;
mod users;

pub use applications::{AppEdit, AppRefusal, ChangeApplication, NewApplication, WrittenApp};
pub use assignments::{AssignRefusal, AssignRole};
pub use changes::{ChangedHere, GrantHere, LinkHere, Mark, changed, changed_grants, links, mark, whole};
pub use consent::{ByHandRefusal, GrantByHand, Wanted};
pub use credentials::{CertificateAsked, NewSecret, SecretAsked};
pub use delegated::{ChangeGrant, GrantRefusal, NewGrant};
pub use domains::{DomainEdit, DomainRefusal, EditDomain, NotShown, domain_proof, domain_references, is_shown};
pub use extensions::{ExtensionHere, extension, extensions_here, here};
pub(crate) use grants::{Between, ConsentPath, GrantWriter, joined, removal, sp_of};
pub use groups::{ChangeGroup, GroupRefusal, NewGroup};
pub use import::{ImportRefusal, NewTenant};
pub use instances::{ChangeInstance, InstanceEdit, InstanceRefusal, NewInstance, WrittenInstance};
pub use links::{AddLink, LinkRefusal, Linked, RemoveLink};
pub use logs::{AppNamed, app_names, audits, sign_ins};
pub use open_extensions::{Bearer, EditOpenExtensions, OpenExtensionRefusal, open_extensions};
pub use photos::{ChangePhoto, PhotoRefusal, photo};
pub use policies::{ChangePolicy, Changed, PolicyEdit, PolicyRefusal, Sets, policies_of, under_policy};
pub use read::{
    DeletedQuery, NamedAssignment, application, applications, assignment, assignments, assignments_count, card, count,
    deleted_count, deleted_item, deleted_items, deleted_whole, grant, grants, grants_count, group, groups, logo,
    logo_of, organization, role_assignment, role_assignments, service_principal, service_principals, unit, units, user,
    user_by_name, users,
};
pub use related::{
    DirectoryRole, GroupShape, MemberObject, ObjectKind, Page, Related, by_ids, count_related, groups_around,
    holders_around, id_by, is_in_unit, is_restricted, noun_of, one_related, related, shape_of_group,
};
pub use related_query::{RelatedPage, RelatedQuery, Told, related_where};
pub use removal::{Purge, RemovalRefusal, Remove, Restore};
pub use revoke::{Revocation, Revoke, RevokeRefusal};
pub use roles::{EditRoles, GiveRole, RoleEdit, RoleRefusal, RoleScope, TakeRole};
pub use schema_extensions::{
    ChangeSchemaExtension, NewSchemaExtension, SchemaRefusal, schema_extension, schema_extensions,
};
pub use settings::{ChangeOrganization, OrganizationRefusal, SetApplication, SetTenantSettings, SettingRefusal};
pub use units::{ChangeUnit, NewUnit, UnitRefusal};
pub use users::{ChangeUser, NewUser, UserRefusal, WrittenPassword, stands_above};
