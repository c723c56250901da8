//! Options, as clients spell them and as they must not.

use super::*;

fn names(names: &[&str]) -> Option<Select> {
    Some(Select::Names(names.iter().map(|name| (*name).to_owned()).collect()))
}

#[test]
fn options_are_read_with_and_without_their_dollar() {
    let expected = Options {
        select: names(&["id", "displayName"]),
        top: Some(4),
        skip_token: Some("abc".to_owned()),
        count: Some(true),
        ..Options::default()
    };
    let pairs = [("$select", "id, displayName"), ("top", "4"), ("$SkipToken", "abc"), ("Count", "TRUE")];
    assert_eq!(Options::parse(pairs), Ok(expected));
    assert_eq!(Options::parse([("select", "*")]), Ok(Options { select: Some(Select::All), ..Options::default() }));
    assert_eq!(Options::parse([("custom", "x"), ("", "y")]), Ok(Options::default()));
}

#[test]
fn a_page_holds_1_to_999_rows() {
    for (text, top) in [("1", 1), ("999", 999), ("0100", 100)] {
        assert_eq!(Options::parse([("$top", text)]).map(|options| options.top), Ok(Some(top)), "{text}");
    }
    for text in ["0", "1000", "65536", "99999999999999999999"] {
        assert_eq!(Options::parse([("$top", text)]), Err(OptionError::PageSize(text.to_owned())), "{text}");
    }
    for text in ["", "-1", "+1", "1.5", " 1", "ten", "\u{664}"] {
        assert_eq!(Options::parse([("$top", text)]), Err(OptionError::NoNumber(text.to_owned())), "{text}");
    }
}

#[test]
fn what_is_not_answered_is_refused() {
    let cases = [
        ("$apply", OptionError::NotYet("$apply")),
        ("$format", OptionError::NotYet("$format")),
        ("$skip", OptionError::Skip),
        ("$levels", OptionError::Unknown("$levels".to_owned())),
        ("$", OptionError::Unknown("$".to_owned())),
        ("$$select", OptionError::Unknown("$$select".to_owned())),
    ];
    for (name, error) in cases {
        assert_eq!(Options::parse([(name, "1")]), Err(error), "{name}");
    }
}

#[test]
fn malformed_values_are_refused() {
    for (value, bad) in
        [("", ""), ("id,", ""), (",id", ""), ("id,,mail", ""), ("a b", "a b"), ("*,id", "*"), ("a(b)", "a(b)")]
    {
        assert_eq!(Options::parse([("$select", value)]), Err(OptionError::NoName(bad.to_owned())), "{value}");
    }
    for value in ["", "1", "yes"] {
        assert_eq!(Options::parse([("$count", value)]), Err(OptionError::NoTruth(value.to_owned())), "{value}");
    }
}

#[test]
fn a_repeated_option_is_refused_in_any_spelling() {
    for (one, other) in [("$top", "$top"), ("$top", "top"), ("select", "$SELECT")] {
        let value = if one.ends_with("top") { "1" } else { "id" };
        let repeated = if one.ends_with("top") { "$top" } else { "$select" };
        assert_eq!(Options::parse([(one, value), (other, value)]), Err(OptionError::Repeated(repeated)));
    }
}

#[test]
fn oversized_values_are_refused() {
    let long = "a".repeat(LONGEST + 1);
    assert_eq!(Options::parse([("$skiptoken", long.as_str())]), Err(OptionError::TooLong("$skiptoken")));
    let many = vec!["a"; MOST_NAMES + 1].join(",");
    assert_eq!(Options::parse([("$select", many.as_str())]), Err(OptionError::TooLong("$select")));
    let name = "a".repeat(LONGEST_NAME + 1);
    assert!(matches!(Options::parse([("$select", name.as_str())]), Err(OptionError::NoName(_))));
    let long_name = format!("${}", "x".repeat(1000));
    assert!(matches!(Options::parse([(long_name.as_str(), "")]), Err(OptionError::Unknown(name)) if name.len() == 64));
}

#[test]
fn what_is_repeated_reads_as_it_was() {
    for text in [vec![("$select", "id,mail"), ("$top", "5")], vec![("$select", "*"), ("$count", "false")], vec![]] {
        let options = Options::parse(text.iter().copied()).expect("well-formed");
        let repeated = options.repeated();
        assert_eq!(repeated, text.iter().map(|(name, value)| (*name, (*value).to_owned())).collect::<Vec<_>>());
    }
}

#[test]
fn queries_are_read_and_asked_again_on_the_next_page() {
    let pairs = [("$filter", "a eq 1"), ("$orderBy", "displayName desc, id"), ("search", "\"displayName:x\"")];
    let options = Options::parse(pairs).expect("three options");
    assert_eq!(options.filter, Filter::parse("a eq 1").ok());
    assert_eq!(options.search, Search::parse("\"displayName:x\"").ok());
    let order = |property: &str, descending| OrderBy { property: property.to_owned(), descending };
    assert_eq!(options.order_by, [order("displayName", true), order("id", false)]);
    let again = [("$filter", "a eq 1"), ("$orderby", "displayName desc, id"), ("$search", "\"displayName:x\"")];
    assert_eq!(options.repeated(), again.map(|(name, value)| (name, value.to_owned())));
    for bad in ["", "displayName up", "displayName desc desc", "a,", "a b c", "a(b)"] {
        assert!(matches!(Options::parse([("$orderby", bad)]), Err(OptionError::NoOrder(_))), "{bad}");
    }
    assert_eq!(Options::parse([("$orderby", "a,b,c,d,e,f")]), Err(OptionError::TooLong("$orderby")));
    assert!(matches!(Options::parse([("$filter", "x")]), Err(OptionError::Filter(_))));
    assert!(matches!(Options::parse([("$search", "x")]), Err(OptionError::Search(_))));
}
