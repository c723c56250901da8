//! Members, owners and managers, once everybody is known; and no group inside itself.

use super::directory::Found;
use super::node::{Kind, Node};
use super::problems::{Once, Problems};
use super::read::{Draft, Reading};
use mandate_base::{GroupId, ObjectId};
use mandate_domain::group::{Link, LinkRole, MemberKind};
use std::collections::HashMap;

pub(super) fn read<'t>(draft: &mut Draft<'t>, reading: &Reading<'t>) {
    let problems = &reading.problems;
    let mut standing = Once::default();
    let mut nested = Vec::new();
    for (of, role, at) in std::mem::take(&mut draft.links) {
        let Some(link) = link(of, role, at, draft, problems) else { continue };
        standing.claim_same((of, link.member, role.word()), at, problems);
        if link.kind == MemberKind::Group && role == LinkRole::Member {
            nested.push((GroupId::from(of), GroupId::from(link.member), at));
        }
        draft.out.links.push(link);
    }
    refuse_cycles(&nested, problems);
}

fn link(of: ObjectId, role: LinkRole, at: &Node, draft: &Draft<'_>, problems: &Problems<'_>) -> Option<Link> {
    let text = reference(at, problems)?;
    if draft.is_left_out(text) {
        return None;
    }
    match draft.directory.find(text) {
        Found::One(_, MemberKind::Group) if role == LinkRole::Owner => {
            problems.add(at, "is a group, and a group owns nothing");
            None
        }
        Found::One(_, MemberKind::ServicePrincipal) if role == LinkRole::Unit => {
            problems.add(at, "is a service principal, and an administrative unit holds users and groups");
            None
        }
        Found::One(_, kind) if role == LinkRole::Manager && kind != MemberKind::User => {
            problems.add(at, "is no user, and nobody else is a manager");
            None
        }
        Found::One(member, kind) => Some(Link { of, member, kind, role }),
        found => {
            problems.add(at, draft.directory.unfound(text, found));
            None
        }
    }
}

/// Any of somebody's names, or an object as Graph answers it.
fn reference<'t>(at: &'t Node, problems: &Problems<'_>) -> Option<&'t str> {
    match &at.kind {
        Kind::Text(text) => Some(text),
        Kind::Object(_) => {
            let id = id_of(at);
            if id.is_none() {
                problems.add(at, "expected an object with a GUID as id, or an @odata.id of …/directoryObjects/{GUID}");
            }
            id
        }
        _ => {
            problems.add(at, format_args!("expected text or object, found {}", at.word()));
            None
        }
    }
}

/// `id`, or the address that `$ref` answers, which may have a type behind the id.
fn id_of(member: &Node) -> Option<&str> {
    let id = match member.get("id") {
        Some(id) => id.text()?,
        None => {
            let (_, behind) = member.get("@odata.id")?.text()?.rsplit_once("/directoryObjects/")?;
            behind.split('/').next()?
        }
    };
    ObjectId::parse(id).is_ok().then_some(id)
}

/// Walks the groups downwards without recursion, since a chain of them may be long. A member that is still being
/// walked is above itself.
fn refuse_cycles(nested: &[(GroupId, GroupId, &Node)], problems: &Problems<'_>) {
    let mut below: HashMap<GroupId, Vec<(GroupId, &Node)>> = HashMap::new();
    for (group, member, at) in nested {
        below.entry(*group).or_default().push((*member, *at));
    }
    let mut walked: HashMap<GroupId, Walk> = HashMap::new();
    for (start, _, _) in nested {
        if walked.contains_key(start) {
            continue;
        }
        walked.insert(*start, Walk::Begun);
        let mut way = vec![(*start, 0)];
        while let Some((group, next)) = way.pop() {
            let Some((member, at)) = below.get(&group).and_then(|members| members.get(next)) else {
                walked.insert(group, Walk::Done);
                continue;
            };
            way.push((group, next + 1));
            match walked.get(member).copied() {
                Some(Walk::Begun) => problems.add(at, "closes a circle: the group would be a member of itself"),
                Some(Walk::Done) => {}
                None => {
                    walked.insert(*member, Walk::Begun);
                    way.push((*member, 0));
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Walk {
    Begun,
    Done,
}
