//! The next step on the way to an answer: sign in, choose an account, be let in, consent, done.

use super::ask::{Ask, Hint, Prompt};
use super::session::Session;
use crate::application::{AppCard, Audience};
use crate::consent::{Standing, Survey};
use crate::service_principal::ServicePrincipal;
use crate::user::User;
use mandate_base::{Moment, SECOND, SessionId, TenantId};

/// Somebody who is signed in at this browser.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedIn {
    pub tenant: TenantId,
    pub session: Session,
    pub user: User,
}

/// What the person has already done on this very request, as its sealed form says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// This session was made, or chosen, for this request.
    pub chosen: Option<SessionId>,
    /// The password was given for this request.
    pub fresh: bool,
    pub consented: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum AccountStep {
    SignIn(SignInWhy),
    PickAccount,
    Use(usize),
    /// `prompt=none` and no page may be shown.
    Silent(SilentRefusal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInWhy {
    NobodyHere,
    /// The client asked for it, or its `max_age` ran out.
    Again,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SilentRefusal {
    LoginRequired,
    SeveralAccounts,
    /// The session that the client named is not here.
    NoSuchSession,
}

/// Which account answers this request?
pub fn account_step(ask: &Ask, here: &[SignedIn], done: &Done, now: Moment) -> AccountStep {
    let fits = |signed_in: &SignedIn| ask.authority.tenant().is_none_or(|tenant| signed_in.tenant == tenant);
    let usable: Vec<usize> = (0..here.len()).filter(|place| fits(&here[*place])).collect();
    let chosen = usable.iter().copied().find(|place| Some(here[*place].session.id) == done.chosen);
    if let Some(place) = chosen {
        return if done.fresh || !must_sign_in_again(ask, &here[place], now) {
            AccountStep::Use(place)
        } else {
            AccountStep::SignIn(SignInWhy::Again)
        };
    }
    let hinted = hinted(ask, &usable, here);
    let usable = of_realm(ask, usable, here);
    match (ask.prompt, hinted, usable.as_slice()) {
        (Prompt::None, hinted, usable) => silent(ask, hinted, usable, here, now),
        (Prompt::Login, _, _) => AccountStep::SignIn(SignInWhy::Again),
        (Prompt::SelectAccount, _, []) => AccountStep::SignIn(SignInWhy::NobodyHere),
        (Prompt::SelectAccount, _, _) => AccountStep::PickAccount,
        (_, Some(Some(place)), _) => use_or_again(ask, place, here, now),
        (_, Some(None), _) | (_, None, []) => AccountStep::SignIn(SignInWhy::NobodyHere),
        (_, None, [only]) => use_or_again(ask, *only, here, now),
        (_, None, _) => AccountStep::PickAccount,
    }
}

/// Of several accounts those of the organisation that the client means; whom it names is named, wherever they are.
fn of_realm(ask: &Ask, mut usable: Vec<usize>, here: &[SignedIn]) -> Vec<usize> {
    usable.retain(|place| ask.realm.is_none_or(|realm| here[*place].tenant == realm));
    usable
}

/// `Some(None)`: the client means somebody who is not here.
fn hinted(ask: &Ask, usable: &[usize], here: &[SignedIn]) -> Option<Option<usize>> {
    let find = |fits: &dyn Fn(&SignedIn) -> bool| usable.iter().copied().find(|place| fits(&here[*place]));
    match (ask.hint, ask.login_hint.as_deref()) {
        (Some(Hint::Session(id)), _) => Some(find(&|person| person.session.id == id)),
        (Some(Hint::Unknown | Hint::Nobody), _) => Some(None),
        (None, Some(name)) => Some(find(&|person| person.user.upn.as_str().eq_ignore_ascii_case(name))),
        (None, None) => None,
    }
}

fn silent(ask: &Ask, hinted: Option<Option<usize>>, usable: &[usize], here: &[SignedIn], now: Moment) -> AccountStep {
    let place = match (hinted, usable) {
        (Some(Some(place)), _) => place,
        (None, [only]) => *only,
        (None, [_, _, ..]) => return AccountStep::Silent(SilentRefusal::SeveralAccounts),
        (Some(None), _) if matches!(ask.hint, Some(Hint::Session(_) | Hint::Unknown)) => {
            return AccountStep::Silent(SilentRefusal::NoSuchSession);
        }
        (Some(None), _) | (None, []) => return AccountStep::Silent(SilentRefusal::LoginRequired),
    };
    if must_sign_in_again(ask, &here[place], now) {
        return AccountStep::Silent(SilentRefusal::LoginRequired);
    }
    AccountStep::Use(place)
}

fn use_or_again(ask: &Ask, place: usize, here: &[SignedIn], now: Moment) -> AccountStep {
    if must_sign_in_again(ask, &here[place], now) {
        AccountStep::SignIn(SignInWhy::Again)
    } else {
        AccountStep::Use(place)
    }
}

fn must_sign_in_again(ask: &Ask, signed_in: &SignedIn, now: Moment) -> bool {
    let too_old = ask.max_age.is_some_and(|age| now - signed_in.session.signed_in > age.saturating_mul(SECOND));
    ask.prompt == Prompt::Login || too_old
}

/// The app, as this tenant and this person meet it.
#[derive(Clone, Debug)]
pub struct Meeting<'a> {
    pub client: &'a AppCard,
    pub client_sp: Option<&'a ServicePrincipal>,
    pub tenant: TenantId,
    /// The user, or a group that directly holds them, has an assignment to the app.
    pub assigned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotLetIn {
    AppDisabled,
    /// The app is for its own organisation.
    OtherOrganisation,
    NotAssigned,
}

/// May this person use this app at all? Asked before consent: nobody should consent to a door that stays shut.
pub fn let_in(meeting: &Meeting<'_>) -> Result<(), NotLetIn> {
    let enabled = meeting.client.registration.is_enabled();
    if !enabled || meeting.client_sp.is_some_and(|sp| !sp.account_enabled) {
        return Err(NotLetIn::AppDisabled);
    }
    if !may_cross(meeting.client, meeting.tenant) {
        return Err(NotLetIn::OtherOrganisation);
    }
    let required = meeting.client_sp.is_some_and(|sp| sp.app_role_assignment_required);
    if required && !meeting.assigned {
        return Err(NotLetIn::NotAssigned);
    }
    Ok(())
}

/// Does the app's sign-in audience admit accounts of this tenant?
pub fn may_cross(client: &AppCard, tenant: TenantId) -> bool {
    client.home == tenant || client.registration.sign_in_audience.crosses_tenants()
}

/// Single-tenant apps are not found on an authority that stands for many tenants (AADSTS50194).
pub fn admits_many(client: &AppCard) -> bool {
    client.registration.sign_in_audience != Audience::MyOrg
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentStep {
    Nothing,
    Ask,
    NeedsAdmin,
}

/// A token to itself is never asked about (features S1-24), also when the client wants a page.
fn shows_anything(survey: &Survey) -> bool {
    survey.items.iter().any(|item| item.standing != Standing::Itself)
}

/// Is a consent page due? A request of which any part is blocked is never half granted (features S0-17).
pub fn consent_step(ask: &Ask, survey: &Survey, done: &Done) -> ConsentStep {
    if ask.prompt == Prompt::AdminConsent && !done.consented {
        return if survey.may_grant_for_all { ConsentStep::Ask } else { ConsentStep::NeedsAdmin };
    }
    if survey.blocked().next().is_some() {
        ConsentStep::NeedsAdmin
    } else if !survey.is_complete() || (ask.prompt == Prompt::Consent && !done.consented && shows_anything(survey)) {
        ConsentStep::Ask
    } else {
        ConsentStep::Nothing
    }
}
