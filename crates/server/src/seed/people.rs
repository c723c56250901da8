//! Users, groups and administrative units as the file lists them. What they hold is read by `links`, when everybody is
//! known.

use super::node::{Kind, Node};
use super::problems::{Hint, Problems, Shown};
use super::read::{Draft, Reading};
use super::shape::{Fields, items};
use super::{SeedUser, graph};
use mandate_base::{AdministrativeUnitId, Folded, GroupId, Moment, Secret, UserId};
use mandate_domain::administrative_unit::AdministrativeUnit;
use mandate_domain::group::{Group, LinkRole};
use mandate_domain::user::{Upn, User, UserKind};

pub(super) fn read<'t>(draft: &mut Draft<'t>, reading: &Reading<'t>) {
    for node in items(draft.node, "users", &reading.problems) {
        user(node, draft, reading);
    }
    for node in items(draft.node, "groups", &reading.problems) {
        group(node, draft, reading);
    }
    for node in items(draft.node, "administrativeUnits", &reading.problems) {
        unit(node, draft, reading);
    }
}

fn user<'t>(node: &'t Node, draft: &mut Draft<'t>, reading: &Reading<'t>) {
    let problems = &reading.problems;
    let mut fields = Fields::read(node, graph::USER, problems);
    let written = fields.need_text("userPrincipalName", problems);
    let name = written.clone().unwrap_or_else(|| fields.stand_in());
    let at = fields.at("userPrincipalName");
    let folded = Folded::of(&name);
    let id = fields.id("id");
    let id = id.unwrap_or_else(|| UserId::named(draft.id().bytes(), &format!("user:{folded}")));
    if draft.once.upns.claim(folded.clone(), Shown(&name), at, problems) {
        draft.claim_id(id.into(), &fields, problems);
    }
    draft.directory.add_user(id, folded);
    let manager = node.get("manager").filter(|manager| !matches!(manager.kind, Kind::Null));
    draft.links.extend(manager.map(|manager| (id.into(), LinkRole::Manager, manager)));
    let must_change = must_change(node);
    let password = password(&mut fields, problems);
    let Ok(upn) = Upn::parse(&name) else {
        if written.is_some() {
            problems.add(at, format_args!("expected name@domain, found {}", Shown(&name)));
        }
        return;
    };
    check_domain(&upn, at, draft, problems);
    let mut user = made(fields, id, upn, reading.now);
    if must_change {
        let profile = serde_json::json!({ "forceChangePasswordNextSignIn": true });
        user.more.insert("passwordProfile".to_owned(), profile);
    }
    draft.out.users.push(SeedUser { user, password });
}

fn made(mut fields: Fields<'_>, id: UserId, upn: Upn, now: Moment) -> User {
    let created = fields.when("createdDateTime").unwrap_or(now);
    // Whole seconds, as `iat` has: a token of the account's first second must not be from before the account.
    let first_second = Moment::from_secs(created.secs());
    fields.take("deletedDateTime");
    User {
        id,
        display_name: fields.text("displayName").unwrap_or_else(|| upn.as_str().to_owned()),
        mail: fields.text("mail"),
        account_enabled: fields.flag("accountEnabled").unwrap_or(true),
        kind: match fields.text("userType").as_deref() {
            Some("Guest") => UserKind::Guest,
            _ => UserKind::Member,
        },
        created,
        sessions_valid_from: fields.when("signInSessionsValidFromDateTime").unwrap_or(first_second),
        password: None,
        more: fields.rest(),
        upn,
        version: 1,
    }
}

/// Of Graph's `passwordProfile` this one member outlives the password that came with it.
fn must_change(node: &Node) -> bool {
    let flag = node.get("passwordProfile").and_then(|profile| profile.get("forceChangePasswordNextSignIn"));
    matches!(flag.map(|flag| &flag.kind), Some(Kind::Flag(true)))
}

/// `password`, or Graph's `passwordProfile.password`.
fn password(fields: &mut Fields<'_>, problems: &Problems<'_>) -> Option<Secret<String>> {
    let profile = fields.take("passwordProfile");
    let (mut at, mut password) = (fields.at("password"), fields.text("password"));
    if password.is_none() {
        at = fields.at("passwordProfile");
        password = profile.and_then(|profile| Some(profile.get("password")?.as_str()?.to_owned()));
    }
    if password.as_deref() == Some("") {
        problems.add(at, "an empty password opens no account, leave it out");
    }
    password.map(Secret::new)
}

fn check_domain(upn: &Upn, at: &Node, draft: &Draft<'_>, problems: &Problems<'_>) {
    let domain = upn.domain();
    if draft.domains.is_empty() || draft.domains.contains(&domain) {
        return;
    }
    let hint = Hint { word: domain.as_str(), names: draft.domains.iter().map(Folded::as_str) };
    let domain = Shown(domain.as_str());
    problems.add(at, format_args!("{domain} is not a verified domain of the tenant{hint}"));
}

fn group<'t>(node: &'t Node, draft: &mut Draft<'t>, reading: &Reading<'t>) {
    let problems = &reading.problems;
    let mut fields = Fields::read(node, graph::GROUP, problems);
    let display_name = fields.need_text("displayName", problems).unwrap_or_else(|| fields.stand_in());
    let folded = Folded::of(&display_name);
    let id = fields.id("id");
    let id = id.unwrap_or_else(|| GroupId::named(draft.id().bytes(), &format!("group:{folded}")));
    draft.claim_id(id.into(), &fields, problems);
    draft.directory.add_group(id, folded);
    for (key, role) in [("members", LinkRole::Member), ("owners", LinkRole::Owner)] {
        draft.links.extend(items(node, key, problems).iter().map(|node| (id.into(), role, node)));
    }
    fields.take("deletedDateTime");
    draft.out.groups.push(Group {
        id,
        display_name,
        security_enabled: fields.flag("securityEnabled").unwrap_or(true),
        mail_enabled: fields.flag("mailEnabled").unwrap_or(false),
        created: fields.when("createdDateTime").unwrap_or(reading.now),
        more: fields.rest(),
        version: 1,
    });
}

fn unit<'t>(node: &'t Node, draft: &mut Draft<'t>, reading: &Reading<'t>) {
    let problems = &reading.problems;
    let mut fields = Fields::read(node, graph::UNIT, problems);
    let display_name = fields.need_text("displayName", problems).unwrap_or_else(|| fields.stand_in());
    let id = fields.id("id").unwrap_or_else(|| {
        AdministrativeUnitId::named(draft.id().bytes(), &format!("administrativeUnit:{}", Folded::of(&display_name)))
    });
    draft.claim_id(id.into(), &fields, problems);
    draft.links.extend(items(node, "members", problems).iter().map(|node| (id.into(), LinkRole::Unit, node)));
    fields.take("deletedDateTime");
    let restricted = fields.flag("isMemberManagementRestricted").unwrap_or(false);
    let unit = AdministrativeUnit { id, display_name, restricted, more: fields.rest(), version: 1 };
    if let Err(broken) = unit.check(None) {
        problems.add(node.get(&broken.property).unwrap_or(node), "is not what an administrative unit can be");
    }
    draft.out.units.push(unit);
}
