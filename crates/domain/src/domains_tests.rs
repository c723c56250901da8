//! Names added, proven and given up.

use super::*;
use serde_json::json;

fn profile() -> TenantProfile {
    let domain = |name: &str, is_default| VerifiedDomain { name: name.to_owned(), is_default, more: Properties::new() };
    TenantProfile {
        verified_domains: vec![domain("waterkant.example", true), domain("haven.example", false)],
        ..TenantProfile::default()
    }
}

fn named(name: &str) -> Properties {
    Properties::from_iter([("id".to_owned(), json!(name))])
}

#[test]
fn a_name_has_two_labels_that_dns_takes() {
    for good in ["haven.example", "a.b.c.example", "xn--hfen-5qa.example", "9.example", "HAVEN.Example"] {
        assert!(check_name(good).is_ok(), "{good}");
    }
    let long = format!("{}.example", "a".repeat(64));
    let bad = ["example", "", ".example", "a..example", "-a.example", "a-.example", "a_b.example", "häfen.example"];
    for bad in bad.into_iter().chain(["127.0.0.1", "a.example.", "a b.example", long.as_str()]) {
        assert!(check_name(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_names_above_a_name_have_two_labels_at_least() {
    let all: Vec<String> = above(&Folded::of("A.b.haven.example")).map(Folded::into_string).collect();
    assert_eq!(all, ["b.haven.example", "haven.example"]);
    assert_eq!(above(&Folded::of("haven.example")).count(), 0);
}

#[test]
fn a_new_name_counts_for_nothing_until_it_is_proven() {
    let (profile, made) = profile().with_domain(named("Kade.Example")).expect("takes it");
    assert_eq!((made.name.as_str(), made.is_verified, made.root), ("kade.example", false, None));
    assert!(profile.verified_domains.iter().all(|domain| domain.name != "kade.example"));
    let proven = profile.proven(&Folded::of("kade.example"));
    assert!(proven.domain(&Folded::of("KADE.example")).is_some_and(|domain| domain.is_verified && !domain.is_default));
    assert!(profile.with_domain(named("kade.example")).is_err(), "it is there");
}

#[test]
fn what_stands_below_a_proven_name_is_proven_with_it() {
    let (profile, made) = profile().with_domain(named("west.haven.example")).expect("takes it");
    assert_eq!((made.is_verified, made.root.as_deref()), (true, Some("haven.example")));
    assert!(profile.without_domain(&Folded::of("haven.example")).is_err(), "something is below it");
    assert!(profile.without_domain(&made_name(&made)).is_ok());
    let (_, beside) = self::profile().with_domain(named("westhaven.example")).expect("takes it");
    assert!(!beside.is_verified, "the end of a label is not below it");
}

fn made_name(domain: &Domain) -> Folded {
    Folded::of(&domain.name)
}

#[test]
fn one_name_is_the_default() {
    let change = |value| Properties::from_iter([("isDefault".to_owned(), value)]);
    let (first, second) = (Folded::of("waterkant.example"), Folded::of("haven.example"));
    let changed = profile().with_domain_changed(&second, &change(json!(true))).expect("takes it");
    let defaults: Vec<bool> = changed.domains().iter().map(|domain| domain.is_default).collect();
    assert_eq!(defaults, [false, true]);
    assert!(changed.without_domain(&second).is_err(), "the default stays");
    assert!(changed.without_domain(&first).is_err(), "the initial one stays");
    assert!(profile().with_domain_changed(&first, &change(json!(false))).is_err(), "somebody is the default");
    let (unproven, made) = profile().with_domain(named("kade.example")).expect("takes it");
    assert!(unproven.with_domain_changed(&made_name(&made), &change(json!(true))).is_err(), "it is not proven");
    assert!(unproven.with_domain_changed(&made_name(&made), &change(json!(false))).is_ok(), "it is none anyway");
}

#[test]
fn what_a_name_is_for_is_kept_where_it_can_be() {
    let name = Folded::of("haven.example");
    let change = json!({ "supportedServices": ["Email"], "passwordValidityPeriodInDays": 90 });
    let changed = profile().with_domain_changed(&name, change.as_object().expect("an object")).expect("takes it");
    let held = changed.domain(&name).expect("is there").more;
    assert_eq!(Value::Object(held), change);
    for bad in [
        json!({ "supportedServices": ["Telex"] }),
        json!({ "supportedServices": ["Email", "Email"] }),
        json!({ "passwordNotificationWindowInDays": -1 }),
    ] {
        assert!(profile().with_domain_changed(&name, bad.as_object().expect("an object")).is_err(), "{bad}");
    }
}
