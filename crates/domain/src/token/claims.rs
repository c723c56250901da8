//! The claims of access and ID tokens, v1.0 and v2.0 (protocol.md §4.3–4.5).

use crate::application::{OptionalClaim, Registration};
use crate::extension::{defined_by, has_kind};
use crate::role::PLAIN_MEMBER_WID;
use crate::signin::ask::Version;
use crate::tenant::Tenant;
use crate::user::User;
use mandate_base::{AppId, GroupId, Moment, ObjectId, RoleTemplateId, ServicePrincipalId, SessionId, TenantId};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// More groups than this do not fit a JWT; the token then says where to ask (protocol.md §4.5).
pub const MOST_GROUPS: usize = 200;
/// In an answer that travels in a URL.
pub const MOST_GROUPS_IN_URL: usize = 5;

/// How the client proved itself (`azpacr`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    None,
    Secret,
    Assertion,
}

/// Origins that tokens name.
#[derive(Clone, Copy, Debug)]
pub struct Origins<'a> {
    /// Where tokens are issued: `https://host[:port]`, no slash.
    pub login: &'a str,
    /// Whom tokens of v1.0 name as their issuer. Our own host, but for an emulator that stands in for another's.
    pub sts: &'a str,
    pub graph: &'a str,
}

impl Origins<'_> {
    pub fn issuer(self, tenant: TenantId, version: u8) -> String {
        issuer(if version == 2 { self.login } else { self.sts }, tenant, version)
    }
}

/// What every token needs.
#[derive(Clone, Copy, Debug)]
pub struct Issue<'a> {
    pub origins: Origins<'a>,
    pub tenant: TenantId,
    pub now: Moment,
    pub life: i64,
    /// Unique for each token (`uti`).
    pub uti: &'a str,
    pub client: AppId,
    /// The client's name, which Graph's tokens tell: command lines show it as who is signed in.
    pub client_name: Option<&'a str>,
    pub proof: Proof,
}

/// The person a token speaks of.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    pub user: &'a User,
    pub tenant: &'a Tenant,
    /// Pairwise: one per user and receiving app.
    pub sub: &'a str,
    pub session: Option<SessionId>,
    pub signed_in: Moment,
    pub groups: &'a [GroupId],
    pub wids: &'a [RoleTemplateId],
    /// Values of the user's app roles at the app the token is for.
    pub roles: &'a [String],
}

#[derive(Serialize)]
#[serde(untagged)]
pub enum Text<'a> {
    Slice(&'a str),
    Owned(String),
}

/// The claims of a token, in one struct for both versions; what is absent is not written.
#[derive(Default, Serialize)]
pub struct Claims<'a> {
    aud: Option<Text<'a>>,
    iss: Option<String>,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<[&'a str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_displayname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appidacr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    azp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    azpacr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idtyp: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    roles: Cow<'a, [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scp: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<Text<'a>>,
    tid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unique_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upn: Option<&'a str>,
    uti: &'a str,
    ver: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wids: Option<Vec<String>>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    more: Option<Map<String, Value>>,
}

impl<'a> Claims<'a> {
    fn of(issue: &Issue<'a>, version: u8) -> Claims<'a> {
        Claims {
            iss: Some(issue.origins.issuer(issue.tenant, version)),
            iat: issue.now.secs(),
            nbf: issue.now.secs(),
            exp: (issue.now + issue.life).secs(),
            tid: Some(issue.tenant.to_string()),
            uti: issue.uti,
            ver: if version == 2 { "2.0" } else { "1.0" },
            ..Claims::default()
        }
    }

    fn client(&mut self, issue: &Issue<'a>, version: u8) {
        let proof = Some(match issue.proof {
            Proof::None => "0",
            Proof::Secret => "1",
            Proof::Assertion => "2",
        });
        if version == 2 {
            (self.azp, self.azpacr) = (Some(issue.client.to_string()), proof);
        } else {
            self.app_displayname = issue.client_name;
            (self.appid, self.appidacr) = (Some(issue.client.to_string()), proof);
        }
    }

    fn extra(&mut self, name: &str, value: impl Into<Value>) {
        self.more.get_or_insert_default().insert(name.to_owned(), value.into());
    }

    pub fn json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("claims are plain maps with text keys")
    }
}

/// v1.0 issuers end in a slash (protocol.md §1.4).
pub fn issuer(origin: &str, tenant: TenantId, version: u8) -> String {
    if version == 2 { format!("{origin}/{tenant}/v2.0") } else { format!("{origin}/{tenant}/") }
}

/// The token of an app without a user: its roles and nothing else.
pub fn app_only<'a>(
    issue: &Issue<'a>,
    resource: &Registration,
    aud: &'a str,
    sp: ServicePrincipalId,
    roles: &'a [String],
    wids: &[RoleTemplateId],
) -> Claims<'a> {
    let version = resource.token_version();
    let mut claims = Claims::of(issue, version);
    claims.client(issue, version);
    claims.aud = Some(Text::Slice(aud));
    claims.idtyp = Some("app");
    claims.oid = Some(sp.to_string());
    claims.sub = Some(Text::Owned(sp.to_string()));
    claims.roles = Cow::Borrowed(roles);
    if !wids.is_empty() {
        claims.wids = Some(wids.iter().map(RoleTemplateId::to_string).collect());
    }
    if version == 1 {
        claims.idp = Some(issue.origins.issuer(issue.tenant, 1));
    }
    claims
}

/// What is particular to a delegated access token.
#[derive(Clone, Copy, Debug)]
pub struct Delegated<'a> {
    pub resource: &'a Registration,
    pub aud: &'a str,
    pub scp: &'a str,
    /// `profile` was asked: a v2.0 token names the person only then.
    pub profile: bool,
    /// Our own Graph sends claims challenges to those who can answer them.
    pub for_graph: bool,
    /// The client can answer claims challenges (`cp1`).
    pub capable: bool,
}

pub fn delegated<'a>(issue: &Issue<'a>, person: &Person<'a>, token: &Delegated<'a>) -> Claims<'a> {
    let version = token.resource.token_version();
    let mut claims = Claims::of(issue, version);
    claims.client(issue, version);
    claims.aud = Some(Text::Slice(token.aud));
    claims.scp = Some(token.scp);
    identify(&mut claims, person);
    claims.roles = Cow::Borrowed(person.roles);
    if version == 1 || token.profile {
        claims.name = Some(&person.user.display_name);
    }
    if version == 1 {
        claims.acr = Some("1");
        claims.wids = wids(person);
        v1_names(&mut claims, person);
    } else if token.profile {
        claims.preferred_username = Some(person.user.upn.as_str());
    }
    // Graph ends it with its session, and an API that hands it on (on behalf of) names the session again.
    claims.sid = person.session.map(|id| id.to_string());
    let optional = token.resource.optional_claims.as_ref().map_or(&[][..], |claims| &claims.access_token);
    groups(&mut claims, issue, person, token.resource, MOST_GROUPS, as_roles(optional));
    optional_claims(&mut claims, person, token.resource, optional);
    if token.capable && (token.for_graph || asks(optional, "xms_cc")) {
        claims.extra("xms_cc", json!(["CP1"]));
    }
    claims
}

/// What is particular to an ID token.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdAsk<'a> {
    /// Of the endpoint that answers (protocol.md §4.1).
    pub version: Version,
    pub profile: bool,
    pub email: bool,
    pub nonce: Option<&'a str>,
    pub with_auth_time: bool,
    pub c_hash: Option<&'a str>,
    pub at_hash: Option<&'a str>,
    /// It travels in a URL: fewer groups fit.
    pub in_url: bool,
    pub login_hint: bool,
    pub signin_state: bool,
    /// The session is one that stays.
    pub persistent: bool,
}

pub fn id_token<'a>(issue: &Issue<'a>, person: &Person<'a>, app: &Registration, ask: &IdAsk<'a>) -> Claims<'a> {
    let version = if ask.version == Version::V1 { 1 } else { 2 };
    let mut claims = Claims::of(issue, version);
    claims.aud = Some(Text::Owned(issue.client.to_string()));
    claims.nonce = ask.nonce;
    claims.sub = Some(Text::Slice(person.sub));
    claims.roles = Cow::Borrowed(person.roles);
    if ask.profile {
        claims.oid = Some(person.user.id.to_string());
        claims.name = Some(&person.user.display_name);
        if ask.version == Version::V1 {
            v1_names(&mut claims, person);
        } else {
            claims.preferred_username = Some(person.user.upn.as_str());
        }
    }
    // A guest's address is told without being asked for (consent-and-governance.md, protocol.md §4.4).
    if (ask.email || person.user.is_guest())
        && let Some(mail) = &person.user.mail
    {
        claims.extra("email", mail.as_str());
    }
    if ask.with_auth_time {
        claims.extra("auth_time", person.signed_in.secs());
    }
    for (name, hash) in [("c_hash", ask.c_hash), ("at_hash", ask.at_hash)] {
        if let Some(hash) = hash {
            claims.extra(name, hash);
        }
    }
    if ask.login_hint {
        claims.extra("login_hint", person.user.upn.as_str());
    }
    if ask.signin_state && ask.persistent {
        claims.extra("signin_state", json!(["kmsi"]));
    }
    let most = if ask.in_url { MOST_GROUPS_IN_URL } else { MOST_GROUPS };
    let optional = app.optional_claims.as_ref().map_or(&[][..], |claims| &claims.id_token);
    groups(&mut claims, issue, person, app, most, as_roles(optional));
    if app.web.logout_url.is_some() || app.mandate.back_channel_logout_uri.is_some() {
        claims.sid = person.session.map(|id| id.to_string());
    }
    optional_claims(&mut claims, person, app, optional);
    claims
}

/// What v1.0 tokens of both kinds tell of a person (protocol.md §4.3).
fn v1_names<'a>(claims: &mut Claims<'a>, person: &Person<'a>) {
    claims.amr = Some(["pwd"]);
    claims.upn = Some(person.user.upn.as_str());
    claims.unique_name = Some(person.user.upn.as_str());
    for (name, property) in [("given_name", "givenName"), ("family_name", "surname")] {
        if let Some(text) = person.user.text(property) {
            claims.extra(name, text);
        }
    }
}

fn identify<'a>(claims: &mut Claims<'a>, person: &Person<'a>) {
    claims.oid = Some(person.user.id.to_string());
    claims.sub = Some(Text::Slice(person.sub));
}

fn wids(person: &Person<'_>) -> Option<Vec<String>> {
    let held = person.wids.iter().map(RoleTemplateId::to_string);
    let all: Vec<String> = held.chain((!person.user.is_guest()).then(|| PLAIN_MEMBER_WID.to_owned())).collect();
    (!all.is_empty()).then_some(all)
}

/// `groupMembershipClaims` of the app the token is for; past the limit, where to ask instead.
fn groups(
    claims: &mut Claims<'_>,
    issue: &Issue<'_>,
    person: &Person<'_>,
    app: &Registration,
    most: usize,
    emits_as_roles: bool,
) {
    let wanted = app.group_membership_claims.as_deref().unwrap_or("");
    let wants = |word: &str| wanted.split(',').any(|entry| entry.trim().eq_ignore_ascii_case(word));
    if wants("DirectoryRole") || wants("All") {
        claims.wids = wids(person);
    }
    if !(wants("SecurityGroup") || wants("All") || wants("ApplicationGroup")) {
        return;
    }
    // Of nobody's app roles then, or what a role means would hang on whether somebody is in a group.
    if emits_as_roles {
        claims.roles = Cow::default();
    }
    if person.groups.is_empty() {
        return;
    }
    if person.groups.len() <= most {
        let ids = person.groups.iter().map(GroupId::to_string).collect::<Vec<_>>();
        if emits_as_roles {
            claims.roles = Cow::Owned(ids);
        } else {
            claims.extra("groups", ids);
        }
    } else if most == MOST_GROUPS_IN_URL {
        claims.extra("hasgroups", true);
    } else {
        let (graph, user) = (issue.origins.graph, person.user.id);
        claims.extra("_claim_names", json!({ "groups": "src1" }));
        let endpoint = format!("{graph}/v1.0/users/{user}/getMemberObjects");
        claims.extra("_claim_sources", json!({ "src1": { "endpoint": endpoint } }));
    }
}

/// The optional claim `groups` may move groups to `roles`, in place of app roles.
fn as_roles(optional: &[OptionalClaim]) -> bool {
    let moves = |claim: &OptionalClaim| claim.additional_properties.iter().any(|property| property == "emit_as_roles");
    optional.iter().any(|claim| claim.name == "groups" && moves(claim))
}

fn asks(list: &[OptionalClaim], name: &str) -> bool {
    list.iter().any(|claim| claim.name.eq_ignore_ascii_case(name))
}

/// An optional claim that has no value is left out, also when it is marked essential (protocol.md §4.4).
fn optional_claims<'a>(claims: &mut Claims<'a>, person: &Person<'a>, app: &Registration, asked: &[OptionalClaim]) {
    for claim in asked {
        match claim.name.as_str() {
            // These have a place of their own: a name must not be written twice (RFC 7519 §4).
            "upn" => claims.upn = Some(person.user.upn.as_str()),
            "sid" => claims.sid = person.session.map(|id| id.to_string()),
            "preferred_username" => claims.preferred_username = Some(person.user.upn.as_str()),
            "amr" => claims.amr = Some(["pwd"]),
            "acr" => claims.acr = Some("1"),
            "wids" => claims.wids = wids(person),
            name if defined_by(name).is_some() => {
                if let Some((name, value)) = extension_claim(person.user, app, claim) {
                    claims.extra(&name, value);
                }
            }
            name => {
                if let Some(value) = optional_claim(person, claim) {
                    claims.extra(name, value);
                }
            }
        }
    }
}

/// Of an extension that the app itself defines, and of nobody else's (protocol.md §4.4).
fn extension_claim(user: &User, app: &Registration, claim: &OptionalClaim) -> Option<(String, Value)> {
    let defined = app.extension_named(&claim.name)?;
    let of_user = claim.source.as_deref() == Some("user") && has_kind(&defined.target_objects, "user");
    let value = user.more.get(&defined.name).filter(|_| of_user)?;
    Some((format!("extn.{}", defined.bare_name()), value.clone()))
}

fn optional_claim(person: &Person<'_>, claim: &OptionalClaim) -> Option<Value> {
    let user = person.user;
    let text = |property: &str| user.text(property).map(Value::from);
    match claim.name.as_str() {
        "acct" => Some(json!(i32::from(user.is_guest()))),
        "auth_time" => Some(json!(person.signed_in.secs())),
        "ctry" => text("usageLocation"),
        "email" => user.mail.as_deref().map(Value::from),
        "family_name" => text("surname"),
        "given_name" => text("givenName"),
        "login_hint" => Some(json!(user.upn.as_str())),
        "tenant_region_scope" => Some(json!("EU")),
        "tenant_ctry" => person.tenant.profile.country_letter_code.as_deref().map(Value::from),
        "idtyp" if claim.additional_properties.iter().any(|p| p == "include_user_token") => Some(json!("user")),
        _ => None,
    }
}

/// `client_info`: the account's home, by which clients key their caches (protocol.md §3.2). Not yet encoded.
pub fn client_info(user: ObjectId, home: TenantId) -> String {
    format!(r#"{{"uid":"{user}","utid":"{home}"}}"#)
}
