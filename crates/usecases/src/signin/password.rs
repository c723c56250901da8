//! A name and a password → a person. A wrong password and an unknown name are alike in answer and in time.

use super::guesses::{Network, Refused};
use crate::authority::tenant_of_domain;
use crate::passwords::{self, Verdict};
use crate::{Fault, House};
use mandate_base::{AppId, CorrelationId, Folded, Secret, TenantId};
use mandate_domain::audit::{SignIn, SignInKind};
use mandate_domain::signin::ask::Authority;
use mandate_domain::user::{Upn, User};

pub struct Authenticated {
    pub tenant: TenantId,
    pub user: User,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordRefusal {
    WrongNameOrPassword,
    /// Said only to whoever knows the password.
    Disabled,
    /// The name's domain is another tenant's.
    OtherOrganisation,
    /// Too many wrong passwords from here; told before anything is checked, of known and unknown names alike.
    Locked,
    Busy,
}

/// What the refusal is called in the sign-in log.
const fn code(refusal: PasswordRefusal) -> u32 {
    match refusal {
        PasswordRefusal::WrongNameOrPassword => 50126,
        PasswordRefusal::Disabled => 50057,
        PasswordRefusal::OtherOrganisation => 50020,
        PasswordRefusal::Locked => 50053,
        PasswordRefusal::Busy => 90033,
    }
}

/// Who tries to be whom, from where, on the way to which app.
pub struct Attempt<'a> {
    pub authority: Authority,
    pub name: &'a str,
    pub password: Secret<String>,
    pub network: Network,
    pub client: AppId,
    pub correlation: CorrelationId,
}

pub async fn authenticate(
    house: &House,
    attempt: Attempt<'_>,
) -> Result<Result<Authenticated, PasswordRefusal>, Fault> {
    let Attempt { authority, name, password, network, client, correlation } = attempt;
    let account = Folded::of(name);
    // Held until the check is done: it counts against the network.
    let _under_way = match house.guesses.begin(&account, network, house.now()) {
        Ok(under_way) => under_way,
        Err(Refused::Locked { first }) => {
            if let (true, Some(tenant)) = (first, tenant_of(house, authority, name).await?) {
                house.store.note(tenant, failed(house, PasswordRefusal::Locked, name, client, correlation));
            }
            return Ok(Err(PasswordRefusal::Locked));
        }
        Err(Refused::Busy) => return Ok(Err(PasswordRefusal::Busy)),
    };
    let upn = Upn::parse(name).ok();
    let of_domain = domain_tenant(house, upn.as_ref()).await?;
    let tenant = authority.tenant().or(of_domain);
    let user = match (tenant, &upn) {
        (Some(tenant), Some(upn)) => house.store.tenant(tenant).user_by_upn(&upn.folded()).await?,
        _ => None,
    };
    let hash = user.as_ref().and_then(|user| user.password.as_ref());
    let verdict = passwords::verify(house, password, hash).await;
    let outcome = match (verdict, tenant, user) {
        (Err(_), _, _) => Err(PasswordRefusal::Busy),
        (Ok(Verdict::Right), Some(tenant), Some(user)) if user.account_enabled => Ok(Authenticated { tenant, user }),
        (Ok(Verdict::Right), Some(_), Some(_)) => Err(PasswordRefusal::Disabled),
        (Ok(_), Some(tenant), None) if of_domain.is_some_and(|home| home != tenant) => {
            Err(PasswordRefusal::OtherOrganisation)
        }
        (Ok(_), _, _) => Err(PasswordRefusal::WrongNameOrPassword),
    };
    match &outcome {
        Ok(_) | Err(PasswordRefusal::Disabled) => house.guesses.right(&account, network),
        Err(PasswordRefusal::WrongNameOrPassword | PasswordRefusal::OtherOrganisation) => {
            house.guesses.wrong(&account, network, house.now());
        }
        Err(PasswordRefusal::Locked | PasswordRefusal::Busy) => {}
    }
    // A busy house is not the person's doing, and a row for each would fill the disk of a house under attack.
    if let (Err(refusal), Some(tenant)) = (&outcome, tenant)
        && *refusal != PasswordRefusal::Busy
    {
        house.store.note(tenant, failed(house, *refusal, name, client, correlation));
    }
    Ok(outcome)
}

async fn domain_tenant(house: &House, upn: Option<&Upn>) -> Result<Option<TenantId>, Fault> {
    match upn {
        Some(upn) => tenant_of_domain(house, &upn.domain()).await,
        None => Ok(None),
    }
}

/// In whose log an attempt stands.
async fn tenant_of(house: &House, authority: Authority, name: &str) -> Result<Option<TenantId>, Fault> {
    let of_domain = domain_tenant(house, Upn::parse(name).ok().as_ref()).await?;
    Ok(authority.tenant().or(of_domain))
}

fn failed(house: &House, refusal: PasswordRefusal, name: &str, client: AppId, correlation: CorrelationId) -> SignIn {
    // What was typed as a name may be a password in the wrong field: only what looks like a name is kept.
    let name = Upn::parse(name).map_or_else(|_| String::new(), |upn| upn.as_str().to_owned());
    let at = house.now();
    SignIn {
        id: house.draw(|draw| draw.timed_id(at)),
        at,
        kind: SignInKind::Interactive,
        client: Some(client),
        user: None,
        name,
        code: code(refusal),
        reason: format!("password sign-in refused: {refusal:?}"),
        resource: None,
        correlation,
    }
}
