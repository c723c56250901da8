//! What a plan leaves behind: changes, each with its audit entry, and the traces of sign-in.
//!
//! A record commits whatever the verdict is: a replayed code is refused *and* ends its family.

use crate::administrative_unit::AdministrativeUnit;
use crate::application::AppCard;
use crate::audit::{AuditEntry, SignIn};
use crate::consent::request::{ConsentRequest, Decision};
use crate::deleted::{Attached, Deleted};
use crate::grant::{AppRoleAssignment, Grant};
use crate::group::{Group, Link};
use crate::logo::Logo;
use crate::photo::Photo;
use crate::query::Noun;
use crate::role::RoleAssignment;
use crate::schema_extension::SchemaExtension;
use crate::service_principal::ServicePrincipal;
use crate::signin::code::Code;
use crate::signin::device::{DeviceAnswer, DeviceCode};
use crate::signin::session::{Ended, Session};
use crate::subscription::{Progress, Subscription};
use crate::tenant::Tenant;
use crate::token::refresh::{Family, RefreshToken};
use crate::user::User;
use mandate_base::{
    AdministrativeUnitId, AppId, ApplicationId, AssignmentId, ConsentRequestId, FamilyId, Folded, GrantId, GroupId,
    Moment, ObjectId, Secret, ServicePrincipalId, SessionId, SubscriptionId, UserId,
};
use serde_json::{Map, Value};

/// A change of the directory. There is no way to record one without telling the audit.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    TenantAdded(Box<Tenant>),
    TenantSettings(Box<Tenant>),
    /// A name leads to the tenant from now on. Guarded: of two tenants that prove it, one is `Raced`.
    DomainAdded(Folded),
    DomainRemoved(Folded),
    UserAdded(Box<User>),
    /// All of it but its password. Guarded by the version that was read, as every update of a whole object is.
    UserUpdated(Box<User>),
    UserEnabled {
        user: UserId,
        enabled: bool,
    },
    UserRemoved(UserId),
    /// Tokens and sessions from before are dead.
    UserSessionsRevoked {
        user: UserId,
        at: Moment,
    },
    GroupAdded(Box<Group>),
    GroupUpdated(Box<Group>),
    GroupRemoved(GroupId),
    AdministrativeUnitAdded(Box<AdministrativeUnit>),
    AdministrativeUnitUpdated(Box<AdministrativeUnit>),
    AdministrativeUnitRemoved(AdministrativeUnitId),
    /// Of a person or a group.
    PhotoSet {
        object: ObjectId,
        noun: Noun,
        photo: Photo,
    },
    /// Guarded: there must be one.
    PhotoRemoved {
        object: ObjectId,
        noun: Noun,
    },
    LinkAdded(Link),
    /// Guarded: somebody may have removed it meanwhile.
    LinkRemoved(Link),
    ApplicationAdded(Box<AppCard>),
    ApplicationUpdated(Box<AppCard>),
    /// Goes with the app, and stays as long as it can be brought back.
    ApplicationLogo {
        app: AppId,
        logo: Logo,
    },
    ApplicationRemoved {
        application: ApplicationId,
        app: AppId,
    },
    ServicePrincipalAdded(Box<ServicePrincipal>),
    ServicePrincipalUpdated(Box<ServicePrincipal>),
    ServicePrincipalEnabled {
        sp: ServicePrincipalId,
        enabled: bool,
    },
    ServicePrincipalRemoved(ServicePrincipalId),
    GrantAdded(Grant),
    /// Guarded by the version that was read.
    GrantScopes {
        grant: GrantId,
        scopes: Vec<String>,
        version: i64,
    },
    GrantRemoved(GrantId),
    /// What can be brought back for a while. What was removed is told by a change of its own.
    Kept(Box<Deleted>),
    /// What hung on an object hangs on it again.
    AttachedAgain(Box<Attached>),
    /// It was brought back, or is gone for good. Guarded.
    KeptNoLonger(ObjectId),
    AppRoleAssigned(AppRoleAssignment),
    AppRoleUnassigned(AssignmentId),
    RoleAssigned(RoleAssignment),
    RoleUnassigned(AssignmentId),
    ConsentRequested(Box<ConsentRequest>),
    /// Guarded: of two decisions the first counts, the other is `Raced`.
    ConsentRequestDecided {
        request: ConsentRequestId,
        decision: Decision,
    },
    SchemaExtensionAdded(Box<SchemaExtension>),
    /// Guarded by the version that was read, and by its home.
    SchemaExtensionUpdated(Box<SchemaExtension>),
    SchemaExtensionRemoved {
        name: String,
        version: i64,
    },
    SessionRevoked {
        session: SessionId,
        at: Moment,
    },
    /// A new password. Other sessions end, and tokens of clients that have nothing but their token (protocol.md §1.11).
    UserPassword {
        user: UserId,
        password: Secret<String>,
        more: Map<String, Value>,
        at: Moment,
        /// The session that changed it goes on.
        keep: Option<SessionId>,
    },
}

/// The state of sign-in: sessions, codes, refresh tokens. Each comes with a sign-in entry, or with the request that
/// made it. And who wants to be told of changes, and how far they were.
#[derive(Clone, Debug, PartialEq)]
pub enum Trace {
    SessionBegun(Session),
    SessionEnded {
        session: SessionId,
        ended: Ended,
    },
    /// It is in use: its idle time begins anew.
    SessionExtended {
        session: SessionId,
        expires: Moment,
    },
    /// An app learned who the session's person is.
    SessionUsed {
        session: SessionId,
        client: AppId,
    },
    CodeIssued(Box<Code>),
    DeviceAsked(Box<DeviceCode>),
    /// Guarded: of two answers the first counts, the other is `Raced`.
    DeviceAnswered {
        hash: [u8; 32],
        answer: DeviceAnswer,
    },
    /// Guarded, as `CodeUsed`.
    DeviceUsed {
        hash: [u8; 32],
        at: Moment,
    },
    /// Guarded: a code that was used meanwhile is `Raced`.
    CodeUsed {
        hash: [u8; 32],
        at: Moment,
    },
    FamilyBegun(Box<Family>),
    FamilyRevoked {
        family: FamilyId,
        at: Moment,
    },
    RefreshIssued(RefreshToken),
    RefreshReplaced {
        hash: [u8; 32],
        at: Moment,
    },
    SubscriptionMade(Box<Subscription>),
    /// All but how far it was told.
    SubscriptionRenewed(Box<Subscription>),
    /// Guarded: of two that want to tell it, one is `Raced`.
    SubscriptionHeld {
        subscription: SubscriptionId,
        until: Moment,
        was: Moment,
    },
    /// By whoever holds it until `held`; nothing, if that is over.
    SubscriptionTold {
        subscription: SubscriptionId,
        progress: Progress,
        held: Moment,
    },
    SubscriptionEnded(SubscriptionId),
}

/// See the module's text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    changes: Vec<(Change, Option<AuditEntry>)>,
    audits: Vec<AuditEntry>,
    traces: Vec<Trace>,
    sign_ins: Vec<SignIn>,
}

impl Record {
    pub fn change(&mut self, change: Change, audit: AuditEntry) {
        self.changes.push((change, Some(audit)));
    }

    /// A part of the change before it, whose entry tells of both.
    pub fn and(&mut self, change: Change) {
        debug_assert!(!self.changes.is_empty(), "what is told of comes first");
        self.changes.push((change, None));
    }

    /// An audit entry that sums several changes up ("Consent to application").
    pub fn note(&mut self, audit: AuditEntry) {
        self.audits.push(audit);
    }

    pub fn trace(&mut self, trace: Trace) {
        self.traces.push(trace);
    }

    pub fn sign_in(&mut self, sign_in: SignIn) {
        self.sign_ins.push(sign_in);
    }

    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().map(|(change, _)| change)
    }

    pub fn audits(&self) -> impl Iterator<Item = &AuditEntry> {
        self.changes.iter().filter_map(|(_, audit)| audit.as_ref()).chain(&self.audits)
    }

    pub fn traces(&self) -> &[Trace] {
        &self.traces
    }

    pub fn sign_ins(&self) -> &[SignIn] {
        &self.sign_ins
    }

    pub fn is_nothing(&self) -> bool {
        *self == Record::default()
    }
}

/// A verdict, and the record that commits with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan<T, R> {
    pub verdict: Result<T, R>,
    pub record: Record,
}

impl<T, R> Plan<T, R> {
    pub fn refuse(refusal: R) -> Plan<T, R> {
        Plan { verdict: Err(refusal), record: Record::default() }
    }

    pub fn answer(reply: T, record: Record) -> Plan<T, R> {
        Plan { verdict: Ok(reply), record }
    }
}
