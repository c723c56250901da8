//! A few things to store. Every kind of id has digits of its own, so that two columns that were swapped show.

use mandate_base::{
    AdministrativeUnitId, AppId, AppRoleId, ApplicationId, AssignmentId, ConsentRequestId, CorrelationId, DAY,
    FamilyId, Folded, GrantId, GroupId, HOUR, Moment, ObjectId, RoleTemplateId, ServicePrincipalId, SessionId,
    SubscriptionId, TenantId, UserId,
};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::application::{
    AccessKind, AppCard, Audience, ClientCertificate, ClientSecret, FederatedCredential, RedirectUris, Registration,
    Web,
};
use mandate_domain::audit::{Activity, Actor, AuditEntry, Doer, SignIn, SignInKind};
use mandate_domain::consent::Permission;
use mandate_domain::consent::request::{AskedFor, ConsentRequest, Pending};
use mandate_domain::extension::{DataType, SchemaProperty};
use mandate_domain::grant::{AppRoleAssignment, Grant};
use mandate_domain::group::{Group, Link, LinkRole, MemberKind};
use mandate_domain::photo::Photo;
use mandate_domain::record::{Change, Record, Trace};
use mandate_domain::role::RoleAssignment;
use mandate_domain::schema_extension::{SchemaExtension, Status};
use mandate_domain::service_principal::{ServicePrincipal, SpMore};
use mandate_domain::signin::ask::Authority;
use mandate_domain::signin::code::{Bound, CODE_LIFE, Code};
use mandate_domain::signin::device::{DEVICE_LIFE, DeviceAsked, DeviceCode};
use mandate_domain::signin::redirect::Platform;
use mandate_domain::signin::session::Session;
use mandate_domain::subscription::{ChangeType, Progress, Said, Subscription, Watched};
use mandate_domain::tenant::{Settings, Tenant, TenantProfile, VerifiedDomain};
use mandate_domain::token::claims_ask::ClaimsAsk;
use mandate_domain::token::refresh::{Family, RefreshToken};
use mandate_domain::user::{Upn, User, UserKind};
use mandate_store::{Committed, Store};
use serde_json::Map;
use std::sync::atomic::{AtomicU64, Ordering};

pub const WATERKANT: TenantId = TenantId::from_u128(0x11111111_1111_4111_8111_111111111111);
pub const ZONNEBEL: TenantId = TenantId::from_u128(0x22222222_2222_4222_8222_222222222222);
pub const NOON: Moment = Moment::from_secs(1_795_435_200);
pub const LATER: Moment = Moment::from_millis(NOON.millis() + HOUR);

macro_rules! numbered {
    ($($name:ident: $kind:ident = $digits:literal),+ $(,)?) => {
        $(pub const fn $name(number: u128) -> $kind {
            let digits: u128 = $digits;
            $kind::from_u128((digits << 96) + number)
        })+
    };
}

numbered! {
    user_id: UserId = 0xaaaa_aaaa,
    group_id: GroupId = 0xbbbb_bbbb,
    unit_id: AdministrativeUnitId = 0xbcbc_bcbc,
    application_id: ApplicationId = 0xcccc_cccc,
    app_id: AppId = 0xc100_0000,
    app_role_id: AppRoleId = 0xeeee_eeee,
    sp_id: ServicePrincipalId = 0xffff_ffff,
    grant_id: GrantId = 0x6666_6666,
    assignment_id: AssignmentId = 0x7777_7777,
    role_id: RoleTemplateId = 0x8888_8888,
    session_id: SessionId = 0x9999_9999,
    family_id: FamilyId = 0xdddd_dddd,
    correlation_id: CorrelationId = 0x5555_5555,
    request_id: ConsentRequestId = 0x4444_4444,
    subscription_id: SubscriptionId = 0x3333_3333,
}

pub fn tenant(id: TenantId, name: &str, domains: &[&str]) -> Tenant {
    let verified = |(place, name): (usize, &&str)| VerifiedDomain {
        name: (*name).to_owned(),
        is_default: place == 0,
        ..VerifiedDomain::default()
    };
    Tenant {
        id,
        created: NOON,
        profile: TenantProfile {
            display_name: name.to_owned(),
            verified_domains: domains.iter().enumerate().map(verified).collect(),
            ..TenantProfile::default()
        },
        settings: Settings::default(),
        version: 1,
    }
}

pub fn user(number: u128, name: &str) -> User {
    User {
        id: user_id(number),
        upn: upn(&format!("{name}@waterkant.example")),
        display_name: name.to_owned(),
        mail: None,
        account_enabled: true,
        kind: UserKind::Member,
        created: NOON,
        sessions_valid_from: Moment::EPOCH,
        password: None,
        more: Map::new(),
        version: 1,
    }
}

pub fn upn(text: &str) -> Upn {
    Upn::parse(text).expect("a name, an at sign and a domain")
}

pub fn group(number: u128, name: &str) -> Group {
    Group {
        id: group_id(number),
        display_name: name.to_owned(),
        security_enabled: true,
        mail_enabled: false,
        created: NOON,
        more: Map::new(),
        version: 1,
    }
}

pub fn user_in(group: u128, user: u128) -> Link {
    Link { of: group_id(group).into(), member: user_id(user).into(), kind: MemberKind::User, role: LinkRole::Member }
}

pub fn unit(number: u128, name: &str) -> AdministrativeUnit {
    let (id, display_name) = (unit_id(number), name.to_owned());
    AdministrativeUnit { id, display_name, restricted: false, more: Map::new(), version: 1 }
}

/// Nobody's yet but its home's.
pub fn schema_extension(home: TenantId, name: &str, app: u128) -> SchemaExtension {
    SchemaExtension {
        id: name.to_owned(),
        home,
        owner: app_id(app),
        description: Some(name.to_owned()),
        status: Status::InDevelopment,
        target_types: vec!["User".to_owned()],
        properties: vec![SchemaProperty { name: "title".to_owned(), of: DataType::String }],
        version: 1,
    }
}

/// Another one for each name.
pub fn photo(name: &str) -> Photo {
    Photo::of(&[b"GIF89a\x40\x01\xf0\0", name.as_bytes()].concat()).expect("a picture")
}

pub fn user_in_unit(unit: u128, user: u128) -> Link {
    Link { of: unit_id(unit).into(), role: LinkRole::Unit, ..user_in(1, user) }
}

pub fn group_in(group: u128, inner: u128) -> Link {
    Link { of: group_id(group).into(), member: group_id(inner).into(), kind: MemberKind::Group, role: LinkRole::Member }
}

pub fn owner_of(group: u128, user: u128) -> Link {
    Link { role: LinkRole::Owner, ..user_in(group, user) }
}

pub fn card(number: u128, home: TenantId, name: &str) -> AppCard {
    AppCard {
        app_id: app_id(number),
        application: application_id(number),
        home,
        created: NOON,
        registration: Registration {
            display_name: name.to_owned(),
            sign_in_audience: Audience::MultipleOrgs,
            web: Web { redirect_uris: vec!["https://intranet.waterkant.example/signin-oidc".into()], ..Web::default() },
            ..Registration::default()
        },
        secrets: vec![ClientSecret {
            key_id: ObjectId::from_u128(number),
            display_name: Some("dev".into()),
            hint: "int".into(),
            digest: "a digest".into(),
            start: NOON,
            end: NOON + 90 * DAY,
        }],
        certificates: vec![ClientCertificate {
            key_id: ObjectId::from_u128(number + 1),
            display_name: None,
            sha1: "a thumbprint".into(),
            sha256: "a longer one".into(),
            certificate: "DER in base64".into(),
            public: "a key".into(),
            start: NOON,
            end: NOON + 90 * DAY,
        }],
        federated: vec![FederatedCredential {
            id: ObjectId::from_u128(number + 2),
            name: "pipeline".into(),
            issuer: "https://ci.example".into(),
            subject: "repo:waterkant/intranet".into(),
            audiences: vec!["api://AzureADTokenExchange".into()],
            description: None,
        }],
        version: 1,
    }
}

/// An app whose page runs at this origin.
pub fn page_at(number: u128, origin: &str) -> AppCard {
    let mut card = card(number, WATERKANT, "Waterkant Planner");
    card.registration.web = Web::default();
    card.registration.spa = RedirectUris { redirect_uris: vec![origin.to_owned()] };
    card
}

pub fn sp(number: u128, app: u128, name: &str) -> ServicePrincipal {
    ServicePrincipal {
        id: sp_id(number),
        app_id: app_id(app),
        home: WATERKANT,
        display_name: name.to_owned(),
        account_enabled: true,
        app_role_assignment_required: false,
        created: NOON,
        more: SpMore { service_principal_names: vec![app_id(app).to_string()], ..SpMore::default() },
        version: 1,
    }
}

/// Scopes of service principal 2 that service principal 1 may use.
pub fn grant(number: u128, principal: Option<UserId>, scopes: &[&str]) -> Grant {
    Grant {
        id: grant_id(number),
        client: sp_id(1),
        resource: sp_id(2),
        principal,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        created: NOON,
        version: 1,
    }
}

/// An app role of service principal 2.
pub fn assigned(number: u128, principal: impl Into<ObjectId>, kind: MemberKind) -> AppRoleAssignment {
    AppRoleAssignment {
        id: assignment_id(number),
        principal: principal.into(),
        kind,
        resource: sp_id(2),
        role: app_role_id(number),
        created: NOON,
    }
}

pub fn subscription(number: u128, name: &str) -> Subscription {
    let said = Said {
        resource: "/groups".to_owned(),
        watched: Watched::Groups,
        changes: vec![ChangeType::Updated],
        notification_url: "https://hooks.example/changed".to_owned(),
        lifecycle_notification_url: None,
        client_state: Some(name.to_owned()),
        latest_supported_tls_version: None,
    };
    Subscription {
        id: subscription_id(number),
        client: app_id(1),
        user: Some(user_id(1)),
        said,
        expires: NOON + DAY,
        progress: Progress::beginning(1, NOON),
    }
}

pub fn role(number: u128, principal: impl Into<ObjectId>, role: u128) -> RoleAssignment {
    RoleAssignment {
        id: assignment_id(number),
        principal: principal.into(),
        role: role_id(role),
        within: None,
        created: NOON,
    }
}

/// User 1 asks that app 1 may read all mail.
pub fn request(number: u128) -> ConsentRequest {
    let permission = Permission { id: ObjectId::from_u128(3), value: "Mail.Read.All".into(), kind: AccessKind::Scope };
    ConsentRequest {
        id: request_id(number),
        client: app_id(1),
        user: user_id(1),
        asked: AskedFor {
            scope: Some("openid Mail.Read.All".into()),
            permissions: vec![Pending { resource: app_id(2), permission }],
        },
        reason: "for the fleet plan".into(),
        created: NOON,
        expires: NOON + 30 * DAY,
        decision: None,
    }
}

pub fn session(number: u8, user: u128) -> Session {
    Session {
        id: session_id(number.into()),
        hash: [number; 32],
        user: user_id(user),
        signed_in: NOON,
        expires: NOON + DAY,
        persistent: false,
        ended: None,
    }
}

pub fn code(number: u8) -> Code {
    Code {
        hash: [number; 32],
        expires: NOON + CODE_LIFE,
        used: None,
        family: family_id(number.into()),
        bound: Bound {
            client: app_id(1),
            redirect: "https://intranet.waterkant.example/signin-oidc".into(),
            redirect_named: true,
            for_page: false,
            platform: Platform::Web,
            user: user_id(1),
            session: session_id(1),
            signed_in: NOON,
            scope: "openid User.Read".into(),
            nonce: None,
            challenge: None,
            max_age: false,
            claims: ClaimsAsk { capable: true, ..ClaimsAsk::default() },
        },
    }
}

pub fn device(number: u8) -> DeviceCode {
    DeviceCode {
        hash: [number; 32],
        user_hash: [number + 100; 32],
        expires: NOON + DEVICE_LIFE,
        asked: DeviceAsked {
            client: app_id(1),
            authority: Authority::Tenant(WATERKANT),
            scope: "openid User.Read".into(),
            claims: ClaimsAsk::default(),
            at: NOON,
            from: "192.0.2.10".into(),
        },
        answer: None,
        used: None,
    }
}

pub fn family(number: u128) -> Family {
    Family {
        id: family_id(number),
        user: user_id(1),
        client: app_id(1),
        session: session_id(1),
        platform: Platform::Web,
        signed_in: NOON,
        scope: "openid User.Read".into(),
        ends: None,
        revoked: None,
    }
}

pub fn refresh(number: u8, family: u128) -> RefreshToken {
    RefreshToken { hash: [number; 32], family: family_id(family), issued: NOON, replaced: None }
}

pub fn sign_in(at: Moment, name: &str) -> SignIn {
    // Time first, as in life; the count keeps two of one moment apart.
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let place = u128::from(COUNT.fetch_add(1, Ordering::Relaxed));
    SignIn {
        id: ObjectId::from_u128((at.millis() as u128) << 80 | place),
        at,
        kind: SignInKind::Interactive,
        client: Some(app_id(1)),
        user: None,
        name: name.to_owned(),
        code: 50126,
        reason: "wrong password".into(),
        resource: None,
        correlation: correlation_id(1),
    }
}

/// Who did it does not matter to most tests.
pub fn entry(activity: Activity) -> AuditEntry {
    Doer { actor: Actor::System { reason: "a test".into() }, correlation: correlation_id(1) }.entry(activity)
}

pub fn changes(list: impl IntoIterator<Item = Change>) -> Record {
    let mut record = Record::default();
    for change in list {
        record.change(change, entry(Activity::UpdateApplication));
    }
    record
}

pub fn traces(list: impl IntoIterator<Item = Trace>) -> Record {
    let mut record = Record::default();
    for trace in list {
        record.trace(trace);
    }
    record
}

pub fn users(list: impl IntoIterator<Item = User>) -> Record {
    changes(list.into_iter().map(|user| Change::UserAdded(Box::new(user))))
}

/// Commits in Waterkant.
pub async fn commit(store: &Store, record: Record) -> Committed {
    store.commit(WATERKANT, &record, NOON).await.expect("a store that works")
}

/// Commits in Waterkant what must not be raced.
pub async fn done(store: &Store, record: Record) {
    let committed = store.commit(WATERKANT, &record, NOON).await.expect("a store that works");
    assert_eq!(committed, Committed::Done, "{record:?}");
}

pub async fn refresh_token(store: &Store, hash: &[u8; 32]) -> Option<RefreshToken> {
    store.tenant(WATERKANT).refresh_by_hash(hash).await.expect("reads").map(|(token, _)| token)
}

pub fn folded(text: &str) -> Folded {
    Folded::of(text)
}
