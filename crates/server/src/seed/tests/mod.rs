//! The seed reader, by example: what it makes of good files, what it says of bad ones, and that it survives any text.

mod addresses;
mod bad;
mod bad_apps;
mod export;
mod good;

use super::{Seed, SeedTenant, read};
use mandate_base::Moment;
use proptest::prelude::*;
use proptest::test_runner::Config;

const NOW: Moment = Moment::from_secs(1_795_428_000);
const SAMPLE: &str = include_str!("../../../sample.yaml");
const TENANT: &str = "11111111-1111-4111-8111-111111111111";
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
/// The appIds of the two applications of `API`.
const A: &str = "c1000000-0000-4000-8000-000000000001";
const C: &str = "c1000000-0000-4000-8000-000000000002";

/// An appId of no application.
const NOBODY: &str = "c9000000-0000-4000-8000-000000000009";

const ANN: &str = "users: [{ userPrincipalName: ann@t.example }]";
const STAFF: &str = "groups: [{ displayName: Staff }]";
const API: &str = "applications: [{ appId: c1000000-0000-4000-8000-000000000001, displayName: Api, \
    api: { oauth2PermissionScopes: [{ value: Orders.Read }, { value: Orders.Write }] }, \
    appRoles: [{ value: Approver, allowedMemberTypes: [User] }, \
    { value: Export, allowedMemberTypes: [Application] }] }, \
    { appId: c1000000-0000-4000-8000-000000000002, displayName: Client }]";

/// A tenant with one verified domain and these lines.
fn tenant(lines: &[&str]) -> String {
    let mut text = format!("tenants:\n- id: {TENANT}\n  displayName: T\n  verifiedDomains: [{{ name: t.example }}]\n");
    for line in lines {
        text.push_str("  ");
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// The same, followed by a second tenant.
fn two_tenants(first: &[&str], second: &[&str]) -> String {
    let mut text = tenant(first);
    text.push_str("- displayName: U\n");
    for line in second {
        text.push_str("  ");
        text.push_str(line);
        text.push('\n');
    }
    text
}

fn seed(text: &str) -> Seed {
    read(text, NOW).unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"))
}

fn one(lines: &[&str]) -> SeedTenant {
    let mut seed = seed(&tenant(lines));
    seed.tenants.remove(0)
}

fn errors(text: &str) -> Vec<String> {
    match read(text, NOW) {
        Ok(_) => panic!("read without an error:\n{text}"),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

/// The lines of a tenant, and what is said.
type Case<'a> = (&'a [&'a str], &'a [&'a str]);

#[track_caller]
fn check(cases: &[Case<'_>]) {
    for (lines, said) in cases {
        let text = tenant(lines);
        assert_eq!(errors(&text), *said, "{text}");
    }
}

/// No files beside the sources: a text that fails is printed, and becomes a case of `bad`.
fn config() -> Config {
    Config { cases: 256, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = read(&text, NOW);
    }

    #[test]
    fn any_json_like_text_is_read_or_refused(text in "\\{[\\[\\]{}:,\"a-z0-9.\\\\ -]{0,200}") {
        let _ = read(&text, NOW);
    }

    #[test]
    fn any_yaml_like_text_is_read_or_refused(text in "[-\\[\\]{}:,&*!|>?#%@\"'a-c0-9.~ \n\t]{0,200}") {
        let _ = read(&text, NOW);
    }
}

proptest! {
    // Each case reads the whole sample.
    #![proptest_config(Config { cases: 32, ..config() })]

    #[test]
    fn a_damaged_sample_is_read_or_refused(
        cut in 0..SAMPLE.len(),
        length in 0_usize..40,
        put in "[\\[\\]{}:,&*\"a-z0-9~ \n\0]{0,8}",
    ) {
        let begin = SAMPLE.floor_char_boundary(cut);
        let end = SAMPLE.floor_char_boundary((cut + length).min(SAMPLE.len()));
        let _ = read(&format!("{}{put}{}", &SAMPLE[..begin], &SAMPLE[end..]), NOW);
    }
}

#[test]
fn hostile_texts_are_refused() {
    let deep_yaml = "[".repeat(10_000);
    let deep_json = format!("{{\"tenants\": {}", "[".repeat(10_000));
    let bomb = "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n\
                d: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]\n";
    let texts = [
        deep_yaml.as_str(),
        deep_json.as_str(),
        bomb,
        "tenants: &a [*a]",
        "tenants: &a { *a : *a }",
        "tenants: !secret [a]",
        "? [a]\n: b",
        "tenants: 99999999999999999999999999999999999999999999999999",
        "tenants: [-9223372036854775809, 340282366920938463463374607431768211456, .inf, .nan]",
        "{\"tenants\": [1e999]}",
        "{\"tenants\": [{\"displayName\": \"a\\u0000b\"}]}",
        "{\"tenants\\u0000\": []}",
        "tenants: [{ displayName: \"a\\0b\" }]",
        "tenants: []\n---\ntenants: []",
        "\u{feff}",
        "\0",
    ];
    for text in texts {
        assert!(read(text, NOW).is_err(), "{}", text.chars().take(80).collect::<String>());
    }
}

#[test]
fn a_text_beyond_the_limit_is_refused_unread() {
    let text = " ".repeat((64 << 20) + 1);
    assert_eq!(errors(&text), ["a seed file may hold 64 MiB, this one is larger"]);
}

#[test]
fn a_long_chain_of_groups_is_walked_without_recursion() {
    let groups: Vec<String> = (0..20_000).map(|n| format!("{{ displayName: g{n}, members: [g{}] }}", n + 1)).collect();
    let text = tenant(&[&format!("groups: [{}, {{ displayName: g20000 }}]", groups.join(", "))]);
    assert_eq!(seed(&text).tenants[0].links.len(), 20_000);
}
