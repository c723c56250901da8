//! Claims → signed tokens.

use super::delegation::{Delegation, PersonAt};
use crate::House;
use crate::pool::Busy;
use mandate_domain::catalogue::GRAPH;
use mandate_domain::signin::ask::Version;
use mandate_domain::token::claims::{self, Delegated, IdAsk, Issue, Person};
use mandate_domain::token::claims_ask::ClaimsAsk;
use mandate_domain::token::{ID_LIFE, access_life};
use mandate_jose::{Header, b64url_encode, hash};

/// What a token answer holds, beside a refresh token.
pub struct UserTokens {
    pub access_token: String,
    /// Seconds.
    pub expires_in: i64,
    pub id_token: Option<String>,
}

/// Both tokens of a grant, signed side by side.
pub async fn mint_user_tokens(
    house: &House,
    delegation: &Delegation,
    ask: &IdTokenAsk<'_>,
) -> Result<UserTokens, Busy> {
    let access = mint_access(house, delegation, ask.asked.capable);
    if !delegation.openid {
        let (access_token, expires_in) = access.await?;
        return Ok(UserTokens { access_token, expires_in, id_token: None });
    }
    let (access, id) = tokio::join!(access, mint_id_token(house, delegation, ask));
    let (access_token, expires_in) = access?;
    Ok(UserTokens { access_token, expires_in, id_token: Some(id?) })
}

/// The access token and its life in seconds.
pub async fn mint_access(house: &House, delegation: &Delegation, capable: bool) -> Result<(String, i64), Busy> {
    let resource = &delegation.resource;
    let (uti, drawn) = drawn(house);
    let life = delegation.lives.access.unwrap_or(drawn);
    let sub = pairwise(house, delegation, resource.app_id);
    let scp = delegation.scopes.join(" ");
    let person = person(delegation, &delegation.of_resource, &sub);
    let token = Delegated {
        resource: &resource.registration,
        aud: &delegation.audience,
        scp: &scp,
        profile: delegation.profile,
        for_graph: resource.app_id == GRAPH,
        capable,
    };
    let client_name = token.for_graph.then(|| delegation.client.name());
    let issue = Issue { client_name, ..issue(house, delegation, &uti, life) };
    let claims = claims::delegated(&issue, &person, &token).json();
    let header = if resource.registration.token_version() == 1 { Header::WithX5t } else { Header::Plain };
    let key = house.keys().signing.clone();
    let signed = house.signers.run(move || key.sign_jwt(header, &claims)).await?;
    Ok((signed, life / 1000))
}

/// What an ID token carries beyond the person.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdTokenAsk<'a> {
    pub version: Version,
    pub nonce: Option<&'a str>,
    pub with_auth_time: bool,
    /// The code that travels beside it.
    pub code: Option<&'a str>,
    /// The access token that travels beside it.
    pub access_token: Option<&'a str>,
    pub in_url: bool,
    pub asked: ClaimsAsk,
}

pub async fn mint_id_token(house: &House, delegation: &Delegation, ask: &IdTokenAsk<'_>) -> Result<String, Busy> {
    let (uti, _) = drawn(house);
    let sub = pairwise(house, delegation, delegation.client.app_id);
    let person = person(delegation, &delegation.of_client, &sub);
    let (c_hash, at_hash) =
        (ask.code.map(hash::left_half_sha256_b64), ask.access_token.map(hash::left_half_sha256_b64));
    let asked = IdAsk {
        version: ask.version,
        profile: delegation.profile,
        email: delegation.email,
        nonce: ask.nonce,
        with_auth_time: ask.with_auth_time || ask.asked.auth_time,
        c_hash: c_hash.as_deref(),
        at_hash: at_hash.as_deref(),
        in_url: ask.in_url,
        login_hint: ask.asked.login_hint,
        signin_state: ask.asked.signin_state,
        persistent: delegation.session.persistent,
    };
    let issue = issue(house, delegation, &uti, delegation.lives.id.unwrap_or(ID_LIFE));
    let claims = claims::id_token(&issue, &person, &delegation.client.registration, &asked).json();
    let key = house.keys().signing.clone();
    house.signers.run(move || key.sign_jwt(Header::Plain, &claims)).await
}

fn drawn(house: &House) -> (String, i64) {
    house.draw(|draw| (b64url_encode(&draw.bytes::<16>()), access_life(draw)))
}

fn pairwise(house: &House, delegation: &Delegation, app: mandate_base::AppId) -> String {
    house.keys().pairwise(delegation.tenant.id.bytes(), delegation.user.id.bytes(), app.bytes())
}

fn issue<'a>(house: &'a House, delegation: &'a Delegation, uti: &'a str, life: i64) -> Issue<'a> {
    Issue {
        origins: house.token_origins(),
        tenant: delegation.tenant.id,
        now: house.now(),
        life,
        uti,
        client: delegation.client.app_id,
        client_name: None,
        proof: delegation.proof,
    }
}

fn person<'a>(delegation: &'a Delegation, at: &'a PersonAt, sub: &'a str) -> Person<'a> {
    Person {
        user: &delegation.user,
        tenant: &delegation.tenant,
        sub,
        session: Some(delegation.session.id),
        signed_in: delegation.session.signed_in,
        groups: &at.groups,
        wids: &delegation.wids,
        roles: &at.roles,
    }
}
