//! Users: by id, by name, in pages.

use crate::sample::{LATER, NOON, WATERKANT, changes, commit, done, folded, upn, user, user_id, users};
use mandate_base::{Moment, Secret};
use mandate_domain::record::Change;
use mandate_domain::user::{User, UserKind};
use mandate_store::{Committed, Store};
use serde_json::json;

on_each_backend!(
    a_user_comes_back_whole,
    a_guest_without_anything_comes_back_whole,
    a_user_is_found_by_upn_in_any_case,
    a_name_with_a_zero_byte_is_nobodys,
    a_user_is_disabled_and_enabled,
    a_users_sessions_are_revoked,
    a_change_of_nobody_is_raced,
    pages_neither_repeat_nor_lose_a_user_that_stays,
    a_page_of_nothing_is_empty,
);

async fn a_user_comes_back_whole(store: Store) {
    let mut sanne = user(1, "sanne.devries");
    sanne.upn = upn("Sanne.deVries@Waterkant.example");
    sanne.display_name = "Sanne de Vries · Ärztin \u{1F6A2} 'quoted' \"twice\"".into();
    sanne.mail = Some("Sanne.deVries@waterkant.example".into());
    sanne.created = Moment::from_millis(NOON.millis() + 7);
    sanne.sessions_valid_from = LATER;
    sanne.password = Some(Secret::new("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned()));
    sanne.more.insert("businessPhones".into(), json!(["+31 10 555 0101"]));
    sanne.more.insert("onPremisesExtensionAttributes".into(), json!({ "extensionAttribute1": null, "é": [1, true] }));
    done(&store, users([sanne.clone()])).await;
    assert_eq!(store.tenant(WATERKANT).user_by_id(user_id(1)).await.expect("reads"), Some(sanne));
    assert_eq!(store.tenant(WATERKANT).user_by_id(user_id(2)).await.expect("reads"), None);
}

async fn a_guest_without_anything_comes_back_whole(store: Store) {
    let guest = User {
        kind: UserKind::Guest,
        account_enabled: false,
        upn: upn("gast_zonnebel.example#EXT#@waterkant.example"),
        display_name: String::new(),
        ..user(11, "gast")
    };
    done(&store, users([guest.clone()])).await;
    assert_eq!(store.tenant(WATERKANT).user_by_id(user_id(11)).await.expect("reads"), Some(guest));
}

async fn a_user_is_found_by_upn_in_any_case(store: Store) {
    let jurgen = User { upn: upn("Jürgen.MÜLLER@Waterkant.example"), ..user(6, "jurgen") };
    let joris = user(2, "joris.bakker");
    done(&store, users([jurgen.clone(), joris.clone()])).await;
    for (asked, found) in [
        ("jürgen.müller@waterkant.example", Some(&jurgen)),
        ("JÜRGEN.MÜLLER@WATERKANT.EXAMPLE", Some(&jurgen)),
        ("joris.bakker@waterkant.example", Some(&joris)),
        ("joris.bakker", None),
        ("joris_bakker@waterkant.example", None),
        ("%", None),
        ("", None),
    ] {
        let answer = store.tenant(WATERKANT).user_by_upn(&folded(asked)).await.expect("reads");
        assert_eq!(answer.as_ref(), found, "{asked:?}");
    }
}

async fn a_name_with_a_zero_byte_is_nobodys(store: Store) {
    done(&store, users([user(2, "joris.bakker")])).await;
    // PostgreSQL's text holds no zero byte. Whoever types one is unknown, not the victim of a fault of ours.
    let answer = store.tenant(WATERKANT).user_by_upn(&folded("joris\0bakker@waterkant.example")).await;
    assert_eq!(answer.expect("reads"), None);
}

async fn a_user_is_disabled_and_enabled(store: Store) {
    let joris = user(2, "joris.bakker");
    done(&store, users([joris.clone(), user(3, "anneke.jansen")])).await;
    for (version, account_enabled) in [(2, false), (3, true)] {
        done(&store, changes([Change::UserEnabled { user: joris.id, enabled: account_enabled }])).await;
        let found = store.tenant(WATERKANT).users_after(None, 10).await.expect("reads");
        assert_eq!(found, [User { account_enabled, version, ..joris.clone() }, user(3, "anneke.jansen")]);
    }
}

async fn a_users_sessions_are_revoked(store: Store) {
    let joris = user(2, "joris.bakker");
    done(&store, users([joris.clone(), user(3, "anneke.jansen")])).await;
    done(&store, changes([Change::UserSessionsRevoked { user: joris.id, at: LATER }])).await;
    let found = store.tenant(WATERKANT).users_after(None, 10).await.expect("reads");
    assert_eq!(found, [User { sessions_valid_from: LATER, version: 2, ..joris }, user(3, "anneke.jansen")]);
}

async fn a_change_of_nobody_is_raced(store: Store) {
    for change in [
        Change::UserEnabled { user: user_id(1), enabled: true },
        Change::UserSessionsRevoked { user: user_id(1), at: NOON },
        Change::UserRemoved(user_id(1)),
    ] {
        assert_eq!(commit(&store, changes([change.clone()])).await, Committed::Raced, "{change:?}");
    }
}

async fn pages_neither_repeat_nor_lose_a_user_that_stays(store: Store) {
    done(&store, users([30, 10, 50, 20, 40].map(|number| user(number, &format!("staff{number}"))))).await;
    let view = store.tenant(WATERKANT);
    let mut read = view.users_after(None, 2).await.expect("reads");
    // One lands before the place that was reached, one behind it, and the one that was read last goes away.
    done(&store, users([user(15, "early"), user(25, "late")])).await;
    done(&store, changes([Change::UserRemoved(user_id(20))])).await;
    while let Some(last) = read.last().map(|user| user.id) {
        let page = view.users_after(Some(last), 2).await.expect("reads");
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 2, "{page:?}");
        read.extend(page);
    }
    let ids: Vec<_> = read.iter().map(|user| user.id).collect();
    assert_eq!(ids, [10, 20, 25, 30, 40, 50].map(user_id));
}

async fn a_page_of_nothing_is_empty(store: Store) {
    assert_eq!(store.tenant(WATERKANT).users_after(None, 10).await.expect("reads"), []);
    done(&store, users([user(1, "sanne.devries")])).await;
    assert_eq!(store.tenant(WATERKANT).users_after(Some(user_id(1)), 10).await.expect("reads"), []);
    assert_eq!(store.tenant(WATERKANT).users_after(None, 0).await.expect("reads"), []);
}
