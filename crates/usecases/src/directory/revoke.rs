//! Takes access away. It holds at the next request: of a token, and of a call with a token that is already out.

use crate::Fault;
use crate::access::Permit;
use crate::settle::{Facing, UseCase};
use mandate_base::{
    AssignmentId, CorrelationId, Draw, GrantId, Moment, ObjectId, ServicePrincipalId, SessionId, UserId,
};
use mandate_domain::audit::Activity;
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

impl UseCase for Revoke<'_> {
    /// The name to show in the audit, where the object is there.
    type Facts = Option<String>;
    type Reply = ();
    type Refusal = RevokeRefusal;

    async fn load(&self, facing: Facing<'_>) -> Result<Option<String>, Fault> {
        let view = facing.view;
        Ok(match self.what {
            Revocation::Grant(id) => view.grant_by_id(id).await?.map(|grant| grant.scope_text()),
            // Assignments and sessions have no name; the guarded statement tells whether they were there.
            Revocation::AppRole(_) => Some(String::new()),
            Revocation::Session(id) => view.session_by_id(id).await?.map(|_| String::new()),
            Revocation::ServicePrincipalDisabled(id) | Revocation::ServicePrincipalRemoved(id) => {
                view.sp_by_id(id).await?.map(|sp| sp.display_name)
            }
            Revocation::UserDisabled(id) | Revocation::UserRemoved(id) | Revocation::UserSessions(id) => {
                view.user_by_id(id).await?.map(|user| user.upn.as_str().to_owned())
            }
        })
    }

    fn plan(&self, name: Option<String>, now: Moment, _: &mut dyn Draw) -> Plan<(), RevokeRefusal> {
        let Some(name) = name else { return Plan::refuse(RevokeRefusal::NoSuchObject) };
        let (change, activity, id, kind) = self.change(now);
        let entry = self.permit.doer(self.correlation).entry(activity).target(id, kind, &name);
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
