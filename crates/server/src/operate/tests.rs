//! What an operator does, on a store in a folder of its own that holds the sample.

use super::consent::{self, Deed};
use super::{At, keys, run};
use crate::{clock, import, seed};
use clap::{Parser, Subcommand};
use tempfile::TempDir;

const WATERKANT: &str = "waterkant.example";
const EXPORT: &str = "c1000000-0000-4000-8000-000000000004";
const CONTACTS: &str = "c2000000-0000-4000-8000-000000000001";

/// As a shell would read it.
#[derive(Parser)]
struct Line<D: Subcommand> {
    #[command(subcommand)]
    deed: D,
}

fn deed<D: Subcommand>(text: &str) -> D {
    let words = std::iter::once("mandate").chain(text.split_whitespace());
    Line::<D>::try_parse_from(words).unwrap_or_else(|error| panic!("{text}: {error}")).deed
}

fn with_sample() -> (TempDir, At) {
    let folder = TempDir::new().expect("a folder");
    let at = At { data: folder.path().to_owned(), store: None };
    let filled = run(async {
        let house = at.house().await?;
        let sample = seed::read(crate::dev::SAMPLE, clock::now()).map_err(|_| "the sample")?;
        import::import(&house, sample).await
    });
    filled.expect("the sample is brought in");
    (folder, at)
}

fn consented(at: &At, text: &str) -> Result<String, String> {
    run(consent::run(at, deed::<Deed>(text)))
}

#[test]
fn consent_is_given_listed_and_taken_back() {
    let (_folder, at) = with_sample();
    let of = format!("--tenant {WATERKANT} --client {CONTACTS}");
    assert!(consented(&at, &format!("list {of}")).is_err(), "nobody here has met the app");
    let all = consented(&at, &format!("grant {of}")).expect("granted");
    assert!(all.contains("everybody") && all.contains("User.Read.All") && all.contains("offline_access"), "{all}");
    assert_eq!(consented(&at, &format!("grant {of}")), Ok(all.clone()), "twice is once");
    let one = "--resource https://graph.microsoft.com --scope Mail.Read --user joris.bakker@waterkant.example";
    let both = consented(&at, &format!("grant {of} {one}")).expect("granted");
    assert!(both.contains("joris.bakker@waterkant.example\tMail.Read"), "{both}");
    let id = all.split('\t').next().expect("an id");
    let left = consented(&at, &format!("revoke {of} --id {id}")).expect("taken back");
    assert!(!left.contains("everybody") && left.contains("Mail.Read"), "{left}");
    assert_eq!(consented(&at, &format!("revoke {of}")), Ok(String::new()));
}

#[test]
fn app_roles_are_given_by_name_and_to_nobody_in_particular() {
    let (_folder, at) = with_sample();
    let of = format!("--tenant {WATERKANT} --client {EXPORT}");
    let given = format!("grant {of} --resource 00000003-0000-0000-c000-000000000000 --role Group.Read.All");
    let told = consented(&at, &given).expect("granted");
    assert!(told.contains("the app itself\tGroup.Read.All") && told.contains("\tUser.Read.All"), "{told}");
    for (bad, why) in [
        (format!("{given} --user joris.bakker@waterkant.example"), "application permissions are not one person's"),
        (format!("grant {of} --resource api://nowhere --scope X"), "no API `api://nowhere`"),
        (format!("grant {of} --resource api://waterkant-orders --scope Orders.Eat"), "no permission `Orders.Eat`"),
        (format!("grant {of} --resource api://waterkant-orders"), "nothing to grant"),
        (format!("grant {of} --user nobody@waterkant.example"), "no user"),
        (format!("revoke {of} --id x"), "granted nothing under the id `x`"),
        ("list --tenant nowhere.example --client x".to_owned(), "no organisation"),
        (format!("list --tenant {WATERKANT} --client x"), "no app id"),
    ] {
        let told = consented(&at, &bad).expect_err(&bad);
        assert!(told.contains(why), "{bad}: {told}");
    }
}

#[test]
fn keys_are_listed_rotated_and_sealed_anew() {
    let (_folder, at) = with_sample();
    let asked = |text: &str| run(keys::run(&at, deed::<keys::Deed>(text)));
    let before = asked("list").expect("listed");
    let next = before.lines().find(|line| line.contains("\tnext\t")).and_then(|line| line.split('\t').next());
    let next = next.expect("the next one is published").to_owned();
    assert!(asked("rotate").expect_err("too soon").contains("--at-once"));
    let after = asked("rotate --at-once").expect("rotated");
    assert!(after.lines().any(|line| line.starts_with(&next) && line.contains("\tsigns\t")), "{after}");
    assert_eq!(after.lines().count(), 3, "the old one is kept: {after}");
    asked("rekey").expect("sealed anew");
    // Opened with the new key; the old one would fail.
    run(async { at.house().await.map(drop) }).expect("the keys open");
    assert_eq!(asked("list"), Ok(after));
    // Another folder's key does not fit, and nothing is made to take its place.
    let other = TempDir::new().expect("a folder");
    let store = Some(format!("sqlite:{}", at.data.join("mandate.db").display()));
    let astray = At { data: other.path().to_owned(), store };
    assert!(run(keys::run(&astray, deed("rotate --at-once"))).is_err_and(|why| why.contains("there is no")));
    std::fs::write(other.path().join("kek"), "A".repeat(43)).expect("written");
    assert!(run(keys::run(&astray, deed("rotate --at-once"))).is_err());
    // What was broken off is not begun over it.
    std::fs::write(at.data.join("kek.next"), "x").expect("written");
    assert!(asked("rekey").is_err_and(|why| why.contains("broken off")));
}

#[test]
fn nothing_is_made_where_there_is_nothing() {
    let at = At { data: "/nowhere/at/all".into(), store: None };
    assert!(run(keys::run(&at, keys::Deed::List)).is_err_and(|why| why.contains("no folder")));
}
