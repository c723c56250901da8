//! Filters as clients send them, and as nobody should.

use super::*;

fn member(path: &str) -> Member {
    Member { of_variable: false, path: path.split('/').map(str::to_owned).collect() }
}

fn variable(path: &[&str]) -> Member {
    Member { of_variable: true, path: path.iter().map(|part| (*part).to_owned()).collect() }
}

fn text(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

fn equal(path: &str, value: Literal) -> Filter {
    Filter::Compare { member: member(path), op: Compare::Equal, value }
}

#[test]
fn comparisons_are_read() {
    let cases = [
        ("displayName eq 'O''Brien'", equal("displayName", text("O'Brien"))),
        ("accountEnabled eq true", equal("accountEnabled", Literal::Truth(true))),
        ("mail eq null", equal("mail", Literal::Null)),
        ("appId EQ 'x'", equal("appId", text("x"))),
        (
            "id eq 11111111-1111-4111-8111-111111111111",
            equal("id", Literal::Bare("11111111-1111-4111-8111-111111111111".to_owned())),
        ),
        ("employeeOrgData/division eq 'a'", equal("employeeOrgData/division", text("a"))),
        (
            "createdDateTime ge 2026-11-23T06:14:52Z",
            Filter::Compare {
                member: member("createdDateTime"),
                op: Compare::AtLeast,
                value: Literal::Bare("2026-11-23T06:14:52Z".to_owned()),
            },
        ),
        ("appId in ('a', 'b')", Filter::In { member: member("appId"), values: vec![text("a"), text("b")] }),
        ("owners/$count eq 0", Filter::Count { member: member("owners"), op: Compare::Equal, value: 0 }),
        ("isof('microsoft.graph.user')", Filter::IsOf("microsoft.graph.user".to_owned())),
    ];
    for (filter, expected) in cases {
        assert_eq!(Filter::parse(filter), Ok(expected), "{filter}");
    }
}

#[test]
fn functions_and_lambdas_are_read() {
    let starts =
        |member: Member, value: &str| Filter::Text { test: TextTest::StartsWith, member, value: value.to_owned() };
    let any = |path: &str, body: Filter| Filter::Lambda {
        member: member(path),
        quantifier: Quantifier::Any,
        body: Some(Box::new(body)),
    };
    let is = |value: &str| Filter::Compare { member: variable(&[]), op: Compare::Equal, value: text(value) };
    let cases = [
        ("startswith(displayName,'a')", starts(member("displayName"), "a")),
        ("startsWith(displayName, 'a') eq true", starts(member("displayName"), "a")),
        ("startswith(displayName,'a') eq false", Filter::Not(Box::new(starts(member("displayName"), "a")))),
        ("servicePrincipalNames/any(c:c eq 'x')", any("servicePrincipalNames", is("x"))),
        (
            "identifierUris/any(s:s eq 'api://x' or startswith(s,'y'))",
            any("identifierUris", Filter::Any(vec![is("api://x"), starts(variable(&[]), "y")])),
        ),
        (
            "requiredResourceAccess/any(r:r/resourceAppId eq 'x')",
            any(
                "requiredResourceAccess",
                Filter::Compare { member: variable(&["resourceAppId"]), op: Compare::Equal, value: text("x") },
            ),
        ),
        ("tags/any()", Filter::Lambda { member: member("tags"), quantifier: Quantifier::Any, body: None }),
    ];
    for (filter, expected) in cases {
        assert_eq!(Filter::parse(filter), Ok(expected), "{filter}");
    }
}

#[test]
fn and_binds_closer_than_or_and_not_closest() {
    let [a, b, c] = ["a", "b", "c"].map(|name| equal(name, Literal::Number(1)));
    let cases = [
        ("a eq 1 or b eq 1 and c eq 1", Filter::Any(vec![a.clone(), Filter::All(vec![b.clone(), c.clone()])])),
        ("(a eq 1 or b eq 1) and c eq 1", Filter::All(vec![Filter::Any(vec![a.clone(), b.clone()]), c.clone()])),
        ("not(a eq 1) and c eq 1", Filter::All(vec![Filter::Not(Box::new(a.clone())), c.clone()])),
        ("not a eq 1", Filter::Not(Box::new(a))),
    ];
    for (filter, expected) in cases {
        assert_eq!(Filter::parse(filter), Ok(expected), "{filter}");
    }
}

#[test]
fn what_is_no_filter_is_refused_where_it_goes_wrong() {
    let at = |found: &str, at| FilterError::Unexpected { found: found.to_owned(), at };
    let cases = [
        ("", at("", 0)),
        ("displayName", at("", 11)),
        ("displayName eq", at("", 14)),
        ("displayName is 'a'", at("is", 12)),
        ("displayName eq 'a' x", at("x", 19)),
        ("displayName eq foo~", at("foo~", 15)),
        ("displayName eq 'a", FilterError::Unterminated { at: 15 }),
        ("(displayName eq 'a'", at("", 19)),
        ("a eq 1)", at(")", 6)),
        ("1a eq 1", at("1a", 0)),
        ("a//b eq 1", at("a//b", 0)),
        ("startswith(displayName)", at(")", 22)),
        ("a in ()", at(")", 6)),
        ("tags/any(t:tags/any(u:u eq 'x'))", at("u", 20)),
        ("owners/$count eq x", at("x", 17)),
    ];
    for (filter, error) in cases {
        assert_eq!(Filter::parse(filter), Err(error), "{filter}");
    }
}

#[test]
fn filters_have_limits() {
    let deep = |count: usize| format!("{}a eq 1{}", "(".repeat(count), ")".repeat(count));
    assert!(Filter::parse(&deep(11)).is_ok());
    assert_eq!(Filter::parse(&deep(12)), Err(FilterError::TooDeep));
    assert_eq!(Filter::parse(&deep(100_000)), Err(FilterError::TooDeep));
    assert_eq!(Filter::parse(&format!("{}a eq 1", "not ".repeat(100_000))), Err(FilterError::TooDeep));
    let wide = |count: usize| vec!["a eq 1"; count].join(" or ");
    assert!(Filter::parse(&wide(15)).is_ok());
    assert_eq!(Filter::parse(&wide(16)), Err(FilterError::TooMany));
    assert_eq!(Filter::parse(&vec!["a eq 1"; 61].join(" and ")), Err(FilterError::TooMany));
    let values = |count: usize| format!("a in ({})", vec!["1"; count].join(","));
    assert!(Filter::parse(&values(15)).is_ok());
    assert_eq!(Filter::parse(&values(16)), Err(FilterError::TooMany));
}
