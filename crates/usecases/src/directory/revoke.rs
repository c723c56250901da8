//! Takes access away. It holds at the next request: of a token, and of a call with a token that is already out.

use super::grants::removal;
use crate::Fault;
use crate::access::Permit;
use crate::settle::{Facing, UseCase};
use mandate_base::{
    AssignmentId, CorrelationId, Draw, GrantId, Moment, ObjectId, ServicePrincipalId, SessionId, UserId,
};
use mandate_domain::audit::Activity;
use mandate_domain::grant::{AppRoleAssignment, Grant};
use mandate_domain::record::{Change, Plan, Record};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    Grant(GrantId),
    AppRole(AssignmentId),
    ServicePrincipalDisabled(ServicePrincipalId),
    ServicePrincipalRemoved(ServicePrincipalId),
    UserDisabled(UserId),
    UserRemoved(UserId),
    /// All of a user's sessions and tokens, up to now.
    UserSessions(UserId),
    Session(SessionId),
}

pub struct Revoke<'p> {
    pub permit: &'p Permit,
    pub what: Revocation,
    pub correlation: CorrelationId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokeRefusal {
    NoSuchObject,
}

/// What is there, as far as the audit tells of it.
pub enum Found {
    Grant { grant: Grant, client: String, api: String },
    Assignment(AppRoleAssignment, String),
    Named(String),
}

impl UseCase for Revoke<'_> {
    type Facts = Option<Found>;
    type Reply = ();
    type Refusal = RevokeRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Option<Found>, Fault> {
        let view = facing.view;
        let name_of = async |sp: ServicePrincipalId| -> Result<String, Fault> {
            Ok(view.sp_by_id(sp).await?.map(|sp| sp.display_name).unwrap_or_default())
        };
        Ok(match self.what {
            Revocation::Grant(id) => match view.grant_by_id(id).await? {
                Some(grant) => {
                    let (client, api) = (name_of(grant.client).await?, name_of(grant.resource).await?);
                    Some(Found::Grant { grant, client, api })
                }
                None => None,
            },
            Revocation::AppRole(id) => match view.assignment_by_id(id).await? {
                Some(assignment) => Some(Found::Assignment(assignment, name_of(assignment.resource).await?)),
                None => None,
            },
            // A session has no name.
            Revocation::Session(id) => view.session_by_id(id).await?.map(|_| Found::Named(String::new())),
            Revocation::ServicePrincipalDisabled(id) | Revocation::ServicePrincipalRemoved(id) => {
                view.sp_by_id(id).await?.map(|sp| Found::Named(sp.display_name))
            }
            Revocation::UserDisabled(id) | Revocation::UserRemoved(id) | Revocation::UserSessions(id) => {
                view.user_by_id(id).await?.map(|user| Found::Named(user.upn.as_str().to_owned()))
            }
        })
    }

    fn plan(&self, found: Option<Found>, now: Moment, _: &mut dyn Draw) -> Plan<(), RevokeRefusal> {
        let Some(found) = found else { return Plan::refuse(RevokeRefusal::NoSuchObject) };
        let (change, activity, id, kind) = self.change(now);
        let doer = self.permit.doer(self.correlation);
        let entry = match found {
            Found::Grant { grant, client, api } => removal(&doer, &grant, &client, &api),
            Found::Assignment(assignment, api) => doer
                .entry(activity)
                .target(assignment.principal, assignment.kind.word(), "")
                .target(assignment.resource, "ServicePrincipal", &api)
                .changed("AppRole.Id", Some(assignment.role.to_string()), None),
            Found::Named(name) => doer.entry(activity).target(id, kind, &name),
        };
        let mut record = Record::default();
        record.change(change, entry);
        Plan::answer((), record)
    }
}

impl Revoke<'_> {
    fn change(&self, now: Moment) -> (Change, Activity, ObjectId, &'static str) {
        match self.what {
            Revocation::Grant(id) => (
                Change::GrantRemoved(id),
                Activity::RemoveDelegatedPermissionGrant,
                id.into(),
                "DelegatedPermissionGrant",
            ),
            Revocation::AppRole(id) => {
                (Change::AppRoleUnassigned(id), Activity::RemoveAppRoleAssignment, id.into(), "AppRoleAssignment")
            }
            Revocation::ServicePrincipalDisabled(sp) => (
                Change::ServicePrincipalEnabled { sp, enabled: false },
                Activity::UpdateServicePrincipal,
                sp.into(),
                "ServicePrincipal",
            ),
            Revocation::ServicePrincipalRemoved(sp) => {
                (Change::ServicePrincipalRemoved(sp), Activity::RemoveServicePrincipal, sp.into(), "ServicePrincipal")
            }
            Revocation::UserDisabled(user) => {
                (Change::UserEnabled { user, enabled: false }, Activity::DisableAccount, user.into(), "User")
            }
            Revocation::UserRemoved(user) => (Change::UserRemoved(user), Activity::DeleteUser, user.into(), "User"),
            Revocation::UserSessions(user) => {
                (Change::UserSessionsRevoked { user, at: now }, Activity::RevokeSignInSessions, user.into(), "User")
            }
            Revocation::Session(session) => {
                (Change::SessionRevoked { session, at: now }, Activity::RevokeSession, session.into(), "Session")
            }
        }
    }
}
