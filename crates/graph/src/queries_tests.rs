//! What options ask: as Graph lets each property be asked for, and not otherwise (graph-api.md §3.4).

use super::*;

const KIND: &str = "microsoft.graph.user";

fn ask(noun: Noun, pairs: &[(&str, &str)]) -> Result<Question, Refusal> {
    let options = Options::parse(pairs.iter().copied()).expect("options that can be read");
    question(noun, KIND, &options, &[])
}

fn condition(noun: Noun, filter: &str) -> (Condition, bool) {
    let question = ask(noun, &[("$filter", filter)]).unwrap_or_else(|refusal| panic!("{filter}: {refusal:?}"));
    (question.condition.expect("a filter was asked"), question.advanced)
}

fn is(property: &'static str, test: Test) -> Condition {
    Condition::is(property, test)
}

fn equal(property: &'static str, value: &str) -> Condition {
    is(property, Test::Equal(value.to_owned()))
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

#[test]
fn every_row_is_understood() {
    assert_eq!(check(), Ok(()));
    assert!(table().len() > 60);
}

#[test]
fn filters_that_clients_send_are_asked_in_the_compared_form() {
    let id = "11111111-1111-4111-8111-111111111111";
    let cases = [
        (Noun::User, "displayname eq 'Joris BAKKER'", equal("displayName", "joris bakker"), false),
        (Noun::User, "accountEnabled eq true", equal("accountEnabled", "true"), false),
        (
            Noun::User,
            "createdDateTime ge 2026-11-23T07:14:52+01:00",
            is("createdDateTime", Test::AtLeast("2026-11-23t06:14:52z".into())),
            false,
        ),
        (Noun::User, "startsWith(userPrincipalName,'J')", is("userPrincipalName", Test::StartsWith("j".into())), false),
        (Noun::User, "endsWith(mail,'@X')", is("mail", Test::EndsWith("@x".into())), true),
        (Noun::User, "mail eq null", not(is("mail", Test::Present)), false),
        (Noun::User, "department ne 'A'", not(equal("department", "a")), true),
        (Noun::User, "not(startsWith(department,'A'))", not(is("department", Test::StartsWith("a".into()))), true),
        (Noun::User, "otherMails/any(m:m eq 'A@b')", equal("otherMails", "a@b"), false),
        (Noun::User, "employeeOrgData/division eq 'x'", equal("employeeOrgData/division", "x"), false),
        (Noun::Application, &format!("appId eq '{id}'"), equal("appId", id), false),
        (Noun::Application, &format!("appId in ('{id}')"), Condition::Any(vec![equal("appId", id)]), false),
        (Noun::Application, "identifierUris/any(s:s eq 'api://x')", equal("identifierUris", "api://x"), false),
        (
            Noun::Application,
            &format!("requiredResourceAccess/any(r:r/resourceAppId eq '{id}')"),
            equal("requiredResourceAccess/resourceAppId", id),
            false,
        ),
        (Noun::Application, "tags/$count eq 0", not(is("tags", Test::Present)), true),
        (Noun::ServicePrincipal, "servicePrincipalNames/any(c:c eq 'X')", equal("servicePrincipalNames", "x"), false),
        (
            Noun::ServicePrincipal,
            "tags/any(t:t eq 'a' or startsWith(t,'b'))",
            Condition::Any(vec![equal("tags", "a"), is("tags", Test::StartsWith("b".into()))]),
            false,
        ),
        (Noun::Group, &format!("id eq {id}"), Condition::Id(vec![ObjectId::parse(id).expect("an id")]), false),
        (Noun::Group, "groupTypes/any(c:c eq 'Unified')", equal("groupTypes", "unified"), false),
    ];
    for (noun, filter, expected, advanced) in cases {
        assert_eq!(condition(noun, filter), (expected, advanced), "{filter}");
    }
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let unfilterable = |property: &str| Refusal::Unfilterable { property: property.to_owned(), kind: KIND };
    let mistyped = |property: &str| Refusal::Mistyped { property: property.to_owned(), kind: KIND };
    let cases = [
        (Noun::User, "shoeSize eq 42", unfilterable("shoeSize")),
        (Noun::User, "aboutMe eq 'x'", unfilterable("aboutMe")),
        (Noun::User, "passwordProfile/password eq 'x'", unfilterable("passwordProfile/password")),
        (Noun::User, "userType ge 'x'", unfilterable("userType")),
        (Noun::User, "endsWith(displayName,'x')", unfilterable("displayName")),
        (Noun::User, "contains(displayName,'x')", unfilterable("displayName")),
        (Noun::User, "otherMails eq 'x'", unfilterable("otherMails")),
        (Noun::User, "displayName/any(d:d eq 'x')", unfilterable("displayName")),
        (Noun::User, "otherMails/all(m:m eq 'x')", unfilterable("otherMails")),
        (Noun::User, "otherMails/any(m:m eq 'x' and m eq 'y')", unfilterable("otherMails")),
        (Noun::User, "otherMails/any(m:displayName eq 'x')", unfilterable("displayName")),
        (Noun::User, "otherMails/any(m:m ne 'x')", unfilterable("otherMails")),
        (Noun::User, "isof('microsoft.graph.user')", unfilterable("microsoft.graph.user")),
        (Noun::User, "accountEnabled eq 'true'", mistyped("accountEnabled")),
        (Noun::User, "createdDateTime ge 'yesterday'", mistyped("createdDateTime")),
        (Noun::User, "id eq 'nobody'", mistyped("id")),
        (Noun::User, "displayName eq true", mistyped("displayName")),
        (Noun::Application, "not(identifierUris/any(u:u eq 'x'))", unfilterable("identifierUris")),
    ];
    for (noun, filter, expected) in cases {
        assert_eq!(ask(noun, &[("$filter", filter)]).err(), Some(expected), "{filter}");
    }
}

#[test]
fn searches_are_of_words_and_of_beginnings() {
    let search =
        |text: &str| ask(Noun::User, &[("$search", text)]).map(|question| (question.condition, question.advanced));
    let word = |word: &str| is("displayName", Test::WordStartsWith(word.to_owned()));
    let both = Condition::All(vec![word("de"), word("vr")]);
    assert_eq!(search("\"displayName:de Vr\""), Ok((Some(both), true)));
    let either = Condition::Any(vec![Condition::All(vec![word("a")]), is("mail", Test::StartsWith("b".into()))]);
    assert_eq!(search("\"displayName:a\" OR \"mail:b\""), Ok((Some(either), true)));
    let refused = |text: &str| search(text).err();
    assert_eq!(refused("\"a\""), Some(Refusal::Unsearchable(String::new())));
    assert_eq!(refused("\"displayName:--\""), Some(Refusal::Unsearchable("displayName".to_owned())));
    assert_eq!(refused("\"accountEnabled:x\""), Some(Refusal::Unsearchable("accountEnabled".to_owned())));
    assert!(matches!(refused("\"shoeSize:x\""), Some(Refusal::Unfilterable { .. })));
}

#[test]
fn only_names_sort_and_what_is_filtered_sorts_for_who_takes_the_index() {
    let order = |pairs: &[(&str, &str)]| ask(Noun::User, pairs).map(|question| (question.order, question.advanced));
    assert_eq!(order(&[]), Ok((Order::Id, false)));
    assert_eq!(order(&[("$orderby", "displayName")]), Ok((Order::Name { descending: false }, false)));
    let filtered = [("$orderby", "displayName desc"), ("$filter", "accountEnabled eq true")];
    assert_eq!(order(&filtered), Ok((Order::Name { descending: true }, true)));
    assert_eq!(order(&[("$orderby", "city")]).err(), Some(Refusal::Unsortable("city".to_owned())));
    assert_eq!(order(&[("$orderby", "displayName,city")]).err(), Some(Refusal::Unsortable("displayName".to_owned())));
}
