//! Which account answers a request, whether it is let in, and when a consent page is due (protocol.md §2.2, §5).

use super::ask::{Ask, Authority, Prompt, Redirect, ResponseMode, ResponseType, Version};
use super::redirect::Platform;
use super::scopes::ScopeAsk;
use super::session::{SESSION, Session};
use super::steps::*;
use crate::application::{AccessKind, AppCard, Audience, Registration};
use crate::catalogue::GRAPH;
use crate::consent::{Item, Permission, Standing, Survey, Why};
use crate::service_principal::{ServicePrincipal, SpMore};
use crate::token::claims_ask::ClaimsAsk;
use crate::user::{Upn, User, UserKind};
use mandate_base::{
    AppId, ApplicationId, CorrelationId, Moment, ObjectId, SECOND, ServicePrincipalId, SessionId, TenantId, UserId,
};

const NOON: Moment = Moment::from_secs(1_795_428_000);
const WATERKANT: TenantId = TenantId::from_u128(0x11111111_1111_4111_8111_111111111111);
const ZONNEBEL: TenantId = TenantId::from_u128(0x22222222_2222_4222_8222_222222222222);
const INTRANET: AppId = AppId::from_u128(0xc1000000_0000_4000_8000_000000000001);

const SANNE: &str = "sanne.devries@waterkant.example";
const JORIS: &str = "joris.bakker@waterkant.example";
const ANNEKE: &str = "anneke.jansen@waterkant.example";
const KATRIN: &str = "katrin.weber@zonnebel.example";

const NOBODY_HERE: AccountStep = AccountStep::SignIn(SignInWhy::NobodyHere);
const AGAIN: AccountStep = AccountStep::SignIn(SignInWhy::Again);
const PICK: AccountStep = AccountStep::PickAccount;
const LOGIN_REQUIRED: AccountStep = AccountStep::Silent(SilentRefusal::LoginRequired);
const SEVERAL: AccountStep = AccountStep::Silent(SilentRefusal::SeveralAccounts);
const FIRST: AccountStep = AccountStep::Use(0);
const SECOND_ONE: AccountStep = AccountStep::Use(1);

const NOTHING_DONE: Done = Done { chosen: None, fresh: false, consented: false };
const PROMPTS: [Prompt; 5] = [Prompt::Unset, Prompt::None, Prompt::Login, Prompt::SelectAccount, Prompt::Consent];

fn ask(prompt: Prompt, login_hint: Option<&str>) -> Ask {
    Ask {
        version: Version::V2,
        claims: ClaimsAsk::default(),
        authority: Authority::Tenant(WATERKANT),
        client: INTRANET,
        redirect: Redirect {
            uri: "https://intranet.waterkant.example/signin-oidc".to_owned(),
            platform: Platform::Web,
            mode: ResponseMode::Query,
        },
        response: ResponseType { code: true, ..ResponseType::default() },
        scopes: ScopeAsk::default(),
        state: None,
        nonce: None,
        prompt,
        hint: None,
        login_hint: login_hint.map(str::to_owned),
        realm: None,
        max_age: None,
        challenge: None,
        client_info: false,
        correlation: CorrelationId::from_u128(1),
    }
}

fn session_of(upn: &str) -> SessionId {
    SessionId::named(&[0; 16], upn)
}

/// Signed in a minute before noon.
fn signed_in(tenant: TenantId, upn: &str) -> SignedIn {
    let (id, signed_in) = (UserId::named(tenant.bytes(), upn), NOON - 60 * SECOND);
    SignedIn {
        tenant,
        session: Session {
            id: session_of(upn),
            hash: [0; 32],
            user: id,
            signed_in,
            expires: signed_in + SESSION,
            persistent: false,
            ended: None,
        },
        user: User {
            id,
            upn: Upn::parse(upn).expect("a name and a domain"),
            display_name: upn.to_owned(),
            mail: None,
            account_enabled: true,
            kind: UserKind::Member,
            created: Moment::EPOCH,
            sessions_valid_from: Moment::EPOCH,
            password: None,
            more: serde_json::Map::new(),
            version: 1,
        },
    }
}

/// Sanne, then Joris.
fn here(count: usize) -> Vec<SignedIn> {
    [SANNE, JORIS].into_iter().take(count).map(|upn| signed_in(WATERKANT, upn)).collect()
}

/// Rows: nobody, Sanne, Sanne and Joris are signed in. Columns: no hint, a hint at the last of them, a hint at Anneke.
type Grid = [[AccountStep; 3]; 3];

/// protocol.md §2.2.
fn grid(prompt: Prompt) -> Grid {
    match prompt {
        Prompt::Unset | Prompt::Consent | Prompt::AdminConsent => {
            [[NOBODY_HERE, NOBODY_HERE, NOBODY_HERE], [FIRST, FIRST, NOBODY_HERE], [PICK, SECOND_ONE, NOBODY_HERE]]
        }
        Prompt::None => [
            [LOGIN_REQUIRED, LOGIN_REQUIRED, LOGIN_REQUIRED],
            [FIRST, FIRST, LOGIN_REQUIRED],
            [SEVERAL, SECOND_ONE, LOGIN_REQUIRED],
        ],
        Prompt::Login => [[AGAIN, AGAIN, AGAIN], [AGAIN, AGAIN, AGAIN], [AGAIN, AGAIN, AGAIN]],
        // With a hint as well: clients send both, and the picker wins.
        Prompt::SelectAccount => [[NOBODY_HERE, NOBODY_HERE, NOBODY_HERE], [PICK, PICK, PICK], [PICK, PICK, PICK]],
    }
}

/// Every case of the grids: what is asked, who is here, what follows.
fn cases() -> Vec<(Ask, Vec<SignedIn>, AccountStep)> {
    let mut cases = Vec::new();
    for prompt in PROMPTS {
        for (count, row) in grid(prompt).into_iter().enumerate() {
            let last = if count == 2 { JORIS } else { SANNE };
            for (hint, step) in [None, Some(last), Some(ANNEKE)].into_iter().zip(row) {
                cases.push((ask(prompt, hint), here(count), step));
            }
        }
    }
    cases
}

fn told(ask: &Ask, here: &[SignedIn]) -> String {
    format!("prompt {:?}, hint {:?}, {} signed in", ask.prompt, ask.login_hint, here.len())
}

// Which account (protocol.md §2.1, §2.2).

#[test]
fn prompt_hint_and_sessions_decide_which_account_answers() {
    for (ask, here, expected) in cases() {
        assert_eq!(account_step(&ask, &here, &NOTHING_DONE, NOON), expected, "{}", told(&ask, &here));
    }
}

#[test]
fn a_sign_in_as_old_as_max_age_still_counts() {
    for (mut ask, here, expected) in cases() {
        ask.max_age = Some(60);
        assert_eq!(account_step(&ask, &here, &NOTHING_DONE, NOON), expected, "{}", told(&ask, &here));
    }
}

#[test]
fn a_sign_in_older_than_max_age_is_repeated_or_refused_silently() {
    for (mut ask, here, expected) in cases() {
        let expected = match (expected, ask.prompt) {
            (AccountStep::Use(_), Prompt::None) => LOGIN_REQUIRED,
            (AccountStep::Use(_), _) => AGAIN,
            (other, _) => other,
        };
        for max_age in [0, 59] {
            ask.max_age = Some(max_age);
            let step = account_step(&ask, &here, &NOTHING_DONE, NOON);
            assert_eq!(step, expected, "{}, max_age {max_age}", told(&ask, &here));
        }
    }
}

#[test]
fn an_enormous_max_age_asks_for_nothing() {
    let ask = Ask { max_age: Some(i64::MAX), ..ask(Prompt::Unset, None) };
    assert_eq!(account_step(&ask, &here(1), &NOTHING_DONE, NOON), FIRST);
}

#[test]
fn prompt_none_never_shows_a_page() {
    for (ask, here, _) in cases().into_iter().filter(|(ask, ..)| ask.prompt == Prompt::None) {
        for max_age in [None, Some(0), Some(60)] {
            let ask = Ask { max_age, ..ask.clone() };
            let step = account_step(&ask, &here, &NOTHING_DONE, NOON);
            assert!(matches!(step, AccountStep::Use(_) | AccountStep::Silent(_)), "{}", told(&ask, &here));
        }
    }
}

#[test]
fn what_was_chosen_for_this_request_is_used() {
    let done = Done { chosen: Some(session_of(JORIS)), ..NOTHING_DONE };
    for prompt in [Prompt::Unset, Prompt::SelectAccount, Prompt::Consent] {
        for hint in [None, Some(SANNE), Some(ANNEKE)] {
            let ask = ask(prompt, hint);
            assert_eq!(account_step(&ask, &here(2), &done, NOON), SECOND_ONE, "{}", told(&ask, &here(2)));
        }
    }
}

#[test]
fn choosing_an_account_does_not_replace_the_password_that_was_asked_for() {
    let done = Done { chosen: Some(session_of(JORIS)), ..NOTHING_DONE };
    assert_eq!(account_step(&ask(Prompt::Login, None), &here(2), &done, NOON), AGAIN);
    for prompt in [Prompt::Unset, Prompt::SelectAccount, Prompt::Consent] {
        let ask = Ask { max_age: Some(59), ..ask(prompt, None) };
        assert_eq!(account_step(&ask, &here(2), &done, NOON), AGAIN, "{prompt:?}");
    }
}

#[test]
fn a_password_given_for_this_request_is_not_asked_twice() {
    let done = Done { chosen: Some(session_of(JORIS)), fresh: true, consented: false };
    for prompt in [Prompt::Unset, Prompt::Login, Prompt::SelectAccount, Prompt::Consent] {
        for max_age in [None, Some(0), Some(60)] {
            let ask = Ask { max_age, ..ask(prompt, None) };
            assert_eq!(account_step(&ask, &here(2), &done, NOON), SECOND_ONE, "{prompt:?}, max_age {max_age:?}");
        }
    }
}

#[test]
fn a_chosen_session_that_has_gone_decides_nothing() {
    let done = Done { chosen: Some(session_of(ANNEKE)), fresh: true, consented: false };
    for (ask, here, expected) in cases() {
        assert_eq!(account_step(&ask, &here, &done, NOON), expected, "{}", told(&ask, &here));
    }
}

#[test]
fn accounts_of_another_tenant_do_not_answer_for_this_one() {
    let everybody = [signed_in(ZONNEBEL, KATRIN), signed_in(WATERKANT, JORIS)];
    let chosen_elsewhere = Done { chosen: Some(session_of(KATRIN)), fresh: true, consented: false };
    assert_eq!(account_step(&ask(Prompt::Unset, None), &everybody, &NOTHING_DONE, NOON), SECOND_ONE);
    assert_eq!(account_step(&ask(Prompt::Unset, None), &everybody, &chosen_elsewhere, NOON), SECOND_ONE);
    assert_eq!(account_step(&ask(Prompt::Unset, Some(KATRIN)), &everybody, &NOTHING_DONE, NOON), NOBODY_HERE);
    let foreign = &everybody[..1];
    assert_eq!(account_step(&ask(Prompt::Unset, None), foreign, &NOTHING_DONE, NOON), NOBODY_HERE);
    assert_eq!(account_step(&ask(Prompt::SelectAccount, None), foreign, &NOTHING_DONE, NOON), NOBODY_HERE);
    assert_eq!(account_step(&ask(Prompt::None, None), foreign, &NOTHING_DONE, NOON), LOGIN_REQUIRED);
}

#[test]
fn an_authority_of_many_tenants_takes_accounts_of_each() {
    let everybody = [signed_in(ZONNEBEL, KATRIN), signed_in(WATERKANT, JORIS)];
    for authority in [Authority::Common, Authority::Organizations] {
        let with = |prompt, hint| Ask { authority, ..ask(prompt, hint) };
        assert_eq!(account_step(&with(Prompt::Unset, None), &everybody, &NOTHING_DONE, NOON), PICK);
        assert_eq!(account_step(&with(Prompt::None, None), &everybody, &NOTHING_DONE, NOON), SEVERAL);
        assert_eq!(account_step(&with(Prompt::Unset, Some(KATRIN)), &everybody, &NOTHING_DONE, NOON), FIRST);
        assert_eq!(account_step(&with(Prompt::None, None), &everybody[..1], &NOTHING_DONE, NOON), FIRST);
    }
}

#[test]
fn a_realm_chooses_among_accounts_and_makes_none() {
    let everybody = [signed_in(ZONNEBEL, KATRIN), signed_in(WATERKANT, JORIS)];
    let with = |prompt, realm| Ask { authority: Authority::Common, realm, ..ask(prompt, None) };
    for (prompt, nobody) in [(Prompt::Unset, NOBODY_HERE), (Prompt::None, LOGIN_REQUIRED)] {
        assert_eq!(account_step(&with(prompt, Some(ZONNEBEL)), &everybody, &NOTHING_DONE, NOON), FIRST);
        assert_eq!(account_step(&with(prompt, Some(WATERKANT)), &everybody, &NOTHING_DONE, NOON), SECOND_ONE);
        assert_eq!(account_step(&with(prompt, Some(WATERKANT)), &everybody[..1], &NOTHING_DONE, NOON), nobody);
    }
    // Whoever is named, by the client or by the person, is named.
    let named = Ask { login_hint: Some(KATRIN.to_owned()), ..with(Prompt::Unset, Some(WATERKANT)) };
    assert_eq!(account_step(&named, &everybody, &NOTHING_DONE, NOON), FIRST);
    let chosen = Done { chosen: Some(session_of(KATRIN)), ..NOTHING_DONE };
    assert_eq!(account_step(&with(Prompt::Unset, Some(WATERKANT)), &everybody, &chosen, NOON), FIRST);
}

#[test]
fn a_hint_is_a_name_and_names_have_no_case() {
    let shouted = JORIS.to_uppercase();
    assert_eq!(account_step(&ask(Prompt::Unset, Some(&shouted)), &here(2), &NOTHING_DONE, NOON), SECOND_ONE);
}

// Whether the app lets this person in (protocol.md §1.2, §5.4; consent-and-governance.md §10, §12).

fn app(audience: Audience) -> AppCard {
    AppCard {
        app_id: INTRANET,
        application: ApplicationId::from_u128(1),
        home: WATERKANT,
        created: Moment::EPOCH,
        registration: Registration { sign_in_audience: audience, ..Registration::default() },
        secrets: Vec::new(),
        certificates: Vec::new(),
        federated: Vec::new(),
        version: 1,
    }
}

fn sp() -> ServicePrincipal {
    ServicePrincipal {
        id: ServicePrincipalId::from_u128(1),
        app_id: INTRANET,
        home: WATERKANT,
        display_name: "Waterkant Intranet".to_owned(),
        account_enabled: true,
        app_role_assignment_required: false,
        created: Moment::EPOCH,
        more: SpMore::default(),
        version: 1,
    }
}

#[test]
fn an_app_that_is_switched_off_lets_nobody_in() {
    let on = app(Audience::MyOrg);
    let mut off = app(Audience::MyOrg);
    off.registration.is_disabled = Some(true);
    let mut said_to_be_on = app(Audience::MyOrg);
    said_to_be_on.registration.is_disabled = Some(false);
    let (known, stopped) = (sp(), ServicePrincipal { account_enabled: false, ..sp() });
    let cases = [
        (&on, Some(&known), Ok(())),
        (&on, None, Ok(())),
        (&said_to_be_on, Some(&known), Ok(())),
        (&on, Some(&stopped), Err(NotLetIn::AppDisabled)),
        (&off, Some(&known), Err(NotLetIn::AppDisabled)),
        (&off, None, Err(NotLetIn::AppDisabled)),
    ];
    for (client, client_sp, expected) in cases {
        let meeting = Meeting { client, client_sp, tenant: WATERKANT, assigned: true };
        assert_eq!(let_in(&meeting), expected, "{meeting:?}");
    }
}

#[test]
fn the_audience_says_whose_accounts_may_sign_in() {
    let cases = [
        (Audience::MyOrg, WATERKANT, Ok(())),
        (Audience::MyOrg, ZONNEBEL, Err(NotLetIn::OtherOrganisation)),
        (Audience::MultipleOrgs, WATERKANT, Ok(())),
        (Audience::MultipleOrgs, ZONNEBEL, Ok(())),
        (Audience::OrgsAndPersonal, WATERKANT, Ok(())),
        (Audience::OrgsAndPersonal, ZONNEBEL, Ok(())),
        (Audience::Personal, ZONNEBEL, Err(NotLetIn::OtherOrganisation)),
    ];
    for (audience, tenant, expected) in cases {
        let client = app(audience);
        let meeting = Meeting { client: &client, client_sp: None, tenant, assigned: false };
        assert_eq!(let_in(&meeting), expected, "{audience:?} in {tenant}");
        assert_eq!(may_cross(&client, tenant), expected.is_ok(), "{audience:?} in {tenant}");
    }
}

#[test]
fn only_an_app_for_one_organisation_is_refused_on_an_authority_of_many() {
    let cases = [(Audience::MyOrg, false), (Audience::MultipleOrgs, true), (Audience::OrgsAndPersonal, true)];
    for (audience, expected) in cases {
        assert_eq!(admits_many(&app(audience)), expected, "{audience:?}");
    }
}

#[test]
fn where_assignment_is_required_only_the_assigned_come_in() {
    let cases = [
        (false, false, Ok(())),
        (false, true, Ok(())),
        (true, true, Ok(())),
        (true, false, Err(NotLetIn::NotAssigned)),
    ];
    for (app_role_assignment_required, assigned, expected) in cases {
        let (client, sp) = (app(Audience::MyOrg), ServicePrincipal { app_role_assignment_required, ..sp() });
        let meeting = Meeting { client: &client, client_sp: Some(&sp), tenant: WATERKANT, assigned };
        assert_eq!(let_in(&meeting), expected, "required {app_role_assignment_required}, assigned {assigned}");
    }
}

#[test]
fn a_disabled_app_says_so_before_it_says_anything_of_the_person() {
    let client = app(Audience::MyOrg);
    let sp = ServicePrincipal { account_enabled: false, app_role_assignment_required: true, ..sp() };
    let meeting = Meeting { client: &client, client_sp: Some(&sp), tenant: ZONNEBEL, assigned: false };
    assert_eq!(let_in(&meeting), Err(NotLetIn::AppDisabled));
}

// When a consent page is due (protocol.md §5.1, §5.4, §5.6).

fn surveyed(standings: &[Standing]) -> Survey {
    let items = standings.iter().zip(1..).map(|(standing, id)| Item {
        resource: GRAPH,
        permission: Permission {
            id: ObjectId::from_u128(id),
            value: format!("Permission.{id}"),
            kind: AccessKind::Scope,
        },
        standing: *standing,
    });
    Survey { items: items.collect(), may_grant_for_all: false }
}

const STANDING_ALREADY: [Standing; 3] = [Standing::Granted, Standing::PreAuthorized, Standing::Itself];
const WHYS: [Why; 6] = [
    Why::AdminOnly,
    Why::TurnedOff,
    Why::NotClassifiedLow,
    Why::OutsidePolicy,
    Why::AssignmentRequired,
    Why::ApplicationPermission,
];

#[test]
fn what_stands_already_needs_no_page() {
    for prompt in [Prompt::Unset, Prompt::None, Prompt::Login, Prompt::SelectAccount] {
        let step = consent_step(&ask(prompt, None), &surveyed(&STANDING_ALREADY), &NOTHING_DONE);
        assert_eq!(step, ConsentStep::Nothing, "{prompt:?}");
        let step = consent_step(&ask(prompt, None), &surveyed(&[]), &NOTHING_DONE);
        assert_eq!(step, ConsentStep::Nothing, "{prompt:?}, nothing asked");
    }
}

#[test]
fn one_missing_permission_needs_a_page() {
    for (prompt, stands) in PROMPTS.into_iter().flat_map(|prompt| STANDING_ALREADY.map(|stands| (prompt, stands))) {
        for consented in [false, true] {
            let done = Done { consented, ..NOTHING_DONE };
            let step = consent_step(&ask(prompt, None), &surveyed(&[stands, Standing::Missing]), &done);
            assert_eq!(step, ConsentStep::Ask, "{prompt:?}, beside {stands:?}");
        }
    }
}

#[test]
fn one_blocked_permission_makes_the_whole_request_an_administrators() {
    // features S0-17: nothing of it is granted half.
    for (prompt, why) in PROMPTS.into_iter().flat_map(|prompt| WHYS.map(|why| (prompt, why))) {
        for beside in [Standing::Granted, Standing::Missing] {
            for consented in [false, true] {
                let done = Done { consented, ..NOTHING_DONE };
                let step = consent_step(&ask(prompt, None), &surveyed(&[beside, Standing::Blocked(why)]), &done);
                assert_eq!(step, ConsentStep::NeedsAdmin, "{prompt:?}, {why:?} beside {beside:?}");
            }
        }
    }
}

#[test]
fn prompt_consent_shows_what_is_granted_already_once() {
    let granted = surveyed(&[Standing::Granted]);
    let ask = ask(Prompt::Consent, None);
    assert_eq!(consent_step(&ask, &granted, &NOTHING_DONE), ConsentStep::Ask);
    assert_eq!(consent_step(&ask, &granted, &Done { consented: true, ..NOTHING_DONE }), ConsentStep::Nothing);
}
