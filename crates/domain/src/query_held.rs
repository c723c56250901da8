//! Conditions on an object in hand: of what was deleted, which no index finds.

use crate::deleted::DeletedObject;
use crate::query::{
    Condition, Facet, Test, added_prefix, compared, compared_moment, compared_truth, end_of, kept_under,
    of_application, of_group, of_service_principal, of_unit, of_user, reversed, words_of,
};
use mandate_base::ObjectId;

/// What an object is found by, with what a store keeps in columns.
pub fn facets_of(object: &DeletedObject) -> Vec<Facet> {
    let facet = |property: &str, value: String| Facet { property: property.to_owned(), value };
    let truth = |property: &str, value: bool| facet(property, compared_truth(value).to_owned());
    match object {
        DeletedObject::User(user) => {
            let own = [
                truth("accountEnabled", user.account_enabled),
                facet("createdDateTime", compared_moment(user.created)),
                facet("userPrincipalName", compared(user.upn.as_str())),
            ];
            of_user(user).into_iter().chain(own).collect()
        }
        DeletedObject::Group(group) => {
            let own = [
                truth("securityEnabled", group.security_enabled),
                truth("mailEnabled", group.mail_enabled),
                facet("createdDateTime", compared_moment(group.created)),
            ];
            of_group(group).into_iter().chain(own).collect()
        }
        DeletedObject::Application(card) => of_application(card),
        DeletedObject::ServicePrincipal(sp) => {
            let own = [
                truth("accountEnabled", sp.account_enabled),
                truth("appRoleAssignmentRequired", sp.app_role_assignment_required),
            ];
            of_service_principal(sp).into_iter().chain(own).collect()
        }
        DeletedObject::AdministrativeUnit(unit) => {
            let own = truth("isMemberManagementRestricted", unit.restricted);
            of_unit(unit).into_iter().chain([own]).collect()
        }
    }
}

/// As the store would judge it, but for moments, which are held to the second here.
pub fn passes(condition: &Condition, id: ObjectId, facets: &[Facet]) -> bool {
    match condition {
        Condition::All(terms) => terms.iter().all(|term| passes(term, id, facets)),
        Condition::Any(terms) => terms.iter().any(|term| passes(term, id, facets)),
        Condition::Not(inner) => !passes(inner, id, facets),
        Condition::Id(ids) => ids.contains(&id),
        // Nobody owns it while it is deleted; whoever asks is refused before.
        Condition::Owners(..) => false,
        Condition::Is { property, test } => is(property, test, facets),
    }
}

fn is(property: &str, test: &Test, facets: &[Facet]) -> bool {
    if let Test::WordStartsWith(wanted) = test
        && is(property, &Test::StartsWith(wanted.clone()), facets)
    {
        return true;
    }
    let name = match test {
        Test::EndsWith(_) => end_of(property),
        Test::WordStartsWith(_) => words_of(property),
        _ => kept_under(property).to_owned(),
    };
    // Extensions share one name, and each stands in front of its values.
    let prefix = added_prefix(property).unwrap_or_default();
    let values = facets.iter().filter(|facet| facet.property == name);
    let mut values = values.filter_map(|facet| facet.value.strip_prefix(prefix.as_str()));
    values.any(|value| match test {
        Test::Present => true,
        Test::Equal(wanted) => value == wanted,
        Test::AtLeast(wanted) => value >= wanted.as_str(),
        Test::AtMost(wanted) => value <= wanted.as_str(),
        Test::Above(wanted) => value > wanted.as_str(),
        Test::Below(wanted) => value < wanted.as_str(),
        Test::StartsWith(wanted) | Test::WordStartsWith(wanted) => value.starts_with(wanted.as_str()),
        Test::EndsWith(wanted) => value.starts_with(&reversed(wanted)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::Group;
    use mandate_base::{GroupId, Moment};
    use serde_json::{Map, json};

    fn kade() -> Vec<Facet> {
        let more = json!({ "groupTypes": ["Unified"], "mailNickname": "kade", "description": "Aan het water" });
        facets_of(&DeletedObject::Group(Group {
            id: GroupId::from_u128(1),
            display_name: "Kade Noord".to_owned(),
            security_enabled: true,
            mail_enabled: false,
            created: Moment::from_secs(1_000_000),
            more: more.as_object().cloned().unwrap_or_else(Map::new),
            version: 1,
        }))
    }

    #[test]
    fn an_object_in_hand_is_judged_as_the_store_judges_it() {
        let facets = kade();
        let passes = |condition: &Condition| passes(condition, ObjectId::from_u128(1), &facets);
        let is = |property: &'static str, test| Condition::is(property, test);
        for (condition, expected) in [
            (is("displayName", Test::Equal("kade noord".to_owned())), true),
            (is("displayName", Test::Equal("kade".to_owned())), false),
            (is("displayName", Test::StartsWith("kade".to_owned())), true),
            (is("displayName", Test::WordStartsWith("noo".to_owned())), true),
            (is("groupTypes", Test::Equal("unified".to_owned())), true),
            (is("securityEnabled", Test::Equal("true".to_owned())), true),
            (is("mailEnabled", Test::Equal("true".to_owned())), false),
            (is("createdDateTime", Test::AtLeast("1970-01-01t00:00:00z".to_owned())), true),
            (is("createdDateTime", Test::Below("1970-01-01t00:00:00z".to_owned())), false),
            (is("mail", Test::Present), false),
            (Condition::Not(Box::new(is("mail", Test::Present))), true),
            (Condition::Id(vec![ObjectId::from_u128(1)]), true),
            (Condition::Id(vec![ObjectId::from_u128(2)]), false),
            (Condition::All(Vec::new()), true),
            (Condition::Any(Vec::new()), false),
        ] {
            assert_eq!(passes(&condition), expected, "{condition:?}");
        }
    }
}
