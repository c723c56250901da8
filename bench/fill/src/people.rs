//! People with the names, towns and departments of a large organisation, and the groups they are in.

use crate::{THEN, World, ids};
use mandate_base::{GroupId, ObjectId, UserId};
use mandate_domain::group::{Group, Link, LinkRole, MemberKind};
use mandate_domain::query::{self, Facet, Noun, facet_number};
use mandate_domain::record::Change;
use mandate_domain::user::{Upn, User, UserKind};
use serde_json::{Map, json};
use std::collections::HashMap;

const GIVEN: [&str; 24] = [
    "Anna", "Bram", "Carla", "Daan", "Eva", "Femke", "Gerrit", "Hanna", "Ilse", "Jan", "Karin", "Lars", "Maaike",
    "Niels", "Oscar", "Petra", "Quint", "Rosa", "Sven", "Tessa", "Ulrike", "Vera", "Wouter", "Yara",
];
const FAMILY: [&str; 20] = [
    "de Vries",
    "Bakker",
    "Schneider",
    "Visser",
    "Meijer",
    "Fischer",
    "Mulder",
    "Weber",
    "de Boer",
    "Koch",
    "Smit",
    "Bauer",
    "Dekker",
    "Richter",
    "Brouwer",
    "Klein",
    "de Wit",
    "Wolf",
    "Dijkstra",
    "Neumann",
];
const CITIES: [&str; 12] = [
    "Amsterdam",
    "Berlin",
    "Utrecht",
    "Hamburg",
    "Rotterdam",
    "Köln",
    "Eindhoven",
    "München",
    "Groningen",
    "Bremen",
    "Tilburg",
    "Leipzig",
];
const DEPARTMENTS: u64 = 400;
/// A group of one level holds so many of the level below.
const WIDTH: u64 = 4;

fn id(kind: u8, number: u64) -> ObjectId {
    ObjectId::from_bytes(ids::bytes(kind, number))
}

pub fn user_id(number: u64) -> UserId {
    id(ids::USER, number).into()
}

pub fn group_id(number: u64) -> GroupId {
    id(2, number).into()
}

pub fn other_id(kind: u8, number: u64) -> ObjectId {
    id(kind, number)
}

fn pick<'a>(list: &[&'a str], number: u64) -> &'a str {
    list[usize::try_from(number % list.len() as u64).unwrap_or_default()]
}

pub fn user(number: u64, domain: &str) -> User {
    let (given, family) = (pick(&GIVEN, number), pick(&FAMILY, number / 24));
    let upn = format!("{}.{number}@{domain}", given.to_lowercase());
    let mut more = Map::new();
    for (name, value) in [
        ("givenName", json!(given)),
        ("surname", json!(family)),
        ("city", json!(pick(&CITIES, number / 7))),
        ("department", json!(format!("Department {}", number % DEPARTMENTS))),
        ("jobTitle", json!(if number.is_multiple_of(11) { "Manager" } else { "Medewerker" })),
        ("employeeId", json!(format!("E{number:07}"))),
    ] {
        more.insert(name.to_owned(), value);
    }
    User {
        id: user_id(number),
        upn: Upn::parse(&upn).unwrap_or_else(|_| unreachable!("a name and a domain")),
        display_name: format!("{given} {family} {number}"),
        mail: Some(upn),
        account_enabled: !number.is_multiple_of(50),
        kind: if number % 40 == 1 { UserKind::Guest } else { UserKind::Member },
        created: THEN,
        sessions_valid_from: THEN,
        password: None,
        more,
        version: 1,
    }
}

pub fn group(number: u64) -> Group {
    let mut more = Map::new();
    more.insert("mailNickname".to_owned(), json!(format!("team-{number}")));
    more.insert("description".to_owned(), json!(format!("Everybody who works on {number}")));
    Group {
        id: group_id(number),
        display_name: format!("Team {number}"),
        security_enabled: true,
        mail_enabled: false,
        created: THEN,
        more,
        version: 1,
    }
}

/// As the store keeps them.
pub fn numbered(noun: Noun, object: i64, facets: Vec<Facet>) -> impl Iterator<Item = (i64, Vec<u8>, i64)> {
    facets
        .into_iter()
        .filter_map(move |facet| Some((facet_number(noun, &facet.property)?, facet.value.into_bytes(), object)))
}

/// By an object's id: its number.
pub type Numbers = HashMap<ObjectId, i64>;

pub fn number_in(numbers: &Numbers, object: impl Into<ObjectId>) -> i64 {
    numbers.get(&object.into()).copied().unwrap_or_default()
}

impl World {
    pub fn user_facets(&self, numbers: &Numbers) -> Vec<(i64, Vec<u8>, i64)> {
        let all = (0..self.size.users).map(|number| user(number, &self.domain));
        all.flat_map(|user| numbered(Noun::User, number_in(numbers, user.id), query::of_user(&user))).collect()
    }

    pub fn group_facets(&self, numbers: &Numbers) -> Vec<(i64, Vec<u8>, i64)> {
        let all = (0..self.size.groups).map(group);
        all.flat_map(|group| numbered(Noun::Group, number_in(numbers, group.id), query::of_group(&group))).collect()
    }

    pub fn users(&self) -> impl Iterator<Item = Change> {
        (0..self.size.users).map(|number| Change::UserAdded(Box::new(user(number, &self.domain))))
    }

    pub fn groups(&self) -> impl Iterator<Item = Change> {
        (0..self.size.groups).map(|number| Change::GroupAdded(Box::new(group(number))))
    }

    /// Groups in groups, and each person in two of them.
    pub fn memberships(&self) -> impl Iterator<Item = Change> {
        let groups = self.size.groups;
        let nested = (0..groups).filter_map(move |number| {
            let above = above(number, groups)?;
            Some((above, group_id(number).into(), MemberKind::Group))
        });
        let people = (0..self.size.users).flat_map(move |number| {
            // One near, one far: the second is another group unless there is only one.
            let first = number % groups.max(1);
            let second = (number.wrapping_mul(2_654_435_761) >> 7) % groups.max(1);
            let both = if first == second { vec![first] } else { vec![first, second] };
            both.into_iter().map(move |group| (group, user_id(number).into(), MemberKind::User))
        });
        nested.chain(people).filter(move |_| groups > 0).map(|(group, member, kind)| {
            Change::LinkAdded(Link { of: group_id(group).into(), member, kind, role: LinkRole::Member })
        })
    }
}

/// The group that a group is in. The first of them are uppermost, then each level is as often in the one above as it is wider.
pub fn above(number: u64, groups: u64) -> Option<u64> {
    // 1 + 4 + 16 + 64 + 256 of one tree.
    const TREE: u64 = 341;
    let (tree, place) = (number / TREE, number % TREE);
    let above = tree * TREE + place.checked_sub(1)? / WIDTH;
    (above < groups).then_some(above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_tree_of_groups_has_five_levels() {
        let depth = |number| std::iter::successors(Some(number), |number| above(*number, 1000)).count() as u64;
        assert_eq!((0..1000).map(depth).max(), Some(5));
    }

    #[test]
    fn ids_differ() {
        let all: HashSet<ObjectId> = (1..=3).flat_map(|kind| (0..1000).map(move |number| id(kind, number))).collect();
        assert_eq!(all.len(), 3000);
    }
}
