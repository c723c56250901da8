//! A name and a password → a person. A wrong password and an unknown name are alike in answer and in time.

use crate::authority::tenant_of_domain;
use crate::passwords::{self, Verdict};
use crate::{Fault, House};
use mandate_base::{AppId, CorrelationId, Secret, TenantId};
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
    Busy,
}

/// What the refusal is called in the sign-in log.
const fn code(refusal: PasswordRefusal) -> u32 {
    match refusal {
        PasswordRefusal::WrongNameOrPassword => 50126,
        PasswordRefusal::Disabled => 50057,
        PasswordRefusal::OtherOrganisation => 50020,
        PasswordRefusal::Busy => 90033,
    }
}

pub async fn authenticate(
    house: &House,
    authority: Authority,
    name: &str,
    password: Secret<String>,
    client: AppId,
    correlation: CorrelationId,
) -> Result<Result<Authenticated, PasswordRefusal>, Fault> {
    let upn = Upn::parse(name).ok();
    let of_domain = match &upn {
        Some(upn) => tenant_of_domain(house, &upn.domain()).await?,
        None => None,
    };
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
    // A busy house is not the person's doing, and a row for each would fill the disk of a house under attack.
    if let (Err(refusal), Some(tenant)) = (&outcome, tenant)
        && *refusal != PasswordRefusal::Busy
    {
        house.store.note(tenant, failed(house, *refusal, name, client, correlation));
    }
    Ok(outcome)
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
