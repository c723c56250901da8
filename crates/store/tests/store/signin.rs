//! The state of sign-in: sessions, codes, families and their refresh tokens.

use crate::sample::{
    LATER, NOON, WATERKANT, ZONNEBEL, app_id, changes, code, commit, device, done, family, family_id, refresh,
    refresh_token, session, session_id, traces, user_id,
};
use mandate_base::{DAY, Moment, SECOND};
use mandate_domain::record::{Change, Trace};
use mandate_domain::signin::code::{Bound, Code};
use mandate_domain::signin::device::{DeviceAnswer, DeviceCode};
use mandate_domain::signin::pkce::{Challenge, Method};
use mandate_domain::signin::redirect::Platform;
use mandate_domain::signin::session::{Ended, EndedBy, Session};
use mandate_domain::token::refresh::{Family, RefreshToken};
use mandate_store::{Committed, Store};

on_each_backend!(
    a_session_comes_back_whole_by_secret_and_by_id,
    a_session_ends_by_signing_out,
    revocation_outweighs_signing_out,
    a_session_has_its_secret_and_its_id_to_itself,
    a_code_comes_back_whole,
    a_code_is_used_and_says_when,
    a_code_is_issued_once,
    a_family_comes_back_whole,
    a_family_is_revoked_at_the_first_word,
    a_refresh_token_comes_back_whole,
    a_refresh_token_comes_with_its_family,
    a_refresh_token_is_replaced_at_the_first_word,
    a_refresh_token_is_issued_once,
    a_device_code_comes_back_by_either_half,
    a_device_code_is_answered_and_used_once,
    what_ended_long_ago_is_removed_and_nothing_else,
);

async fn a_session_comes_back_whole_by_secret_and_by_id(store: Store) {
    let plain = session(1, 1);
    let lasting = Session {
        persistent: true,
        signed_in: LATER,
        expires: Moment::from_millis(NOON.millis() + 90 * DAY + 1),
        ..session(2, 2)
    };
    done(&store, traces([plain.clone(), lasting.clone()].map(Trace::SessionBegun))).await;
    let view = store.tenant(WATERKANT);
    for session in [plain, lasting] {
        assert_eq!(view.session_by_hash(&session.hash).await.expect("reads").as_ref(), Some(&session));
        assert_eq!(view.session_by_id(session.id).await.expect("reads"), Some(session));
    }
    assert_eq!(view.session_by_hash(&[3; 32]).await.expect("reads"), None);
    assert_eq!(view.session_by_id(session_id(3)).await.expect("reads"), None);
}

fn ended(at: Moment, how: EndedBy) -> Trace {
    Trace::SessionEnded { session: session_id(1), ended: Ended { at, how } }
}

async fn what_ended_long_ago_is_removed_and_nothing_else(store: Store) {
    let late = NOON + 60 * DAY;
    let other = Session { id: session_id(2), hash: [2; 32], ..session(2, 1) };
    let begun = [session(1, 1), other].map(Trace::SessionBegun);
    let used = Trace::SessionUsed { session: session_id(2), client: app_id(1) };
    let issued = [
        Trace::CodeIssued(Box::new(code(1))),
        Trace::DeviceAsked(Box::new(device(1))),
        Trace::FamilyBegun(Box::new(family(1))),
        Trace::RefreshIssued(refresh(1, 1)),
        Trace::RefreshIssued(RefreshToken { issued: late, ..refresh(2, 1) }),
    ];
    done(&store, traces(begun.into_iter().chain([used]).chain(issued))).await;
    let view = store.tenant(WATERKANT);
    store.sweep(NOON).await.expect("sweeps");
    assert!(view.code_by_hash(&[1; 32]).await.expect("reads").is_some());
    assert!(view.session_by_id(session_id(2)).await.expect("reads").is_some());
    // The family goes on: its session stays, the other one and the codes go.
    store.sweep(late).await.expect("sweeps");
    assert!(view.code_by_hash(&[1; 32]).await.expect("reads").is_none());
    assert!(store.global().device_by_hash(&device(1).hash).await.expect("reads").is_none());
    assert!(view.session_by_id(session_id(1)).await.expect("reads").is_some());
    assert!(view.session_by_id(session_id(2)).await.expect("reads").is_none());
    assert_eq!(view.apps_of_session(session_id(2)).await.expect("reads"), []);
    store.sweep(NOON + 92 * DAY).await.expect("sweeps");
    assert!(view.refresh_by_hash(&[1; 32]).await.expect("reads").is_none());
    assert!(view.refresh_by_hash(&[2; 32]).await.expect("reads").is_some());
    assert!(view.family_by_id(family_id(1)).await.expect("reads").is_some());
    store.sweep(late + 92 * DAY).await.expect("sweeps");
    assert!(view.family_by_id(family_id(1)).await.expect("reads").is_none());
    assert!(view.session_by_id(session_id(1)).await.expect("reads").is_none());
}

async fn a_session_ends_by_signing_out(store: Store) {
    let other = session(2, 1);
    done(&store, traces([session(1, 1), other.clone()].map(Trace::SessionBegun))).await;
    done(&store, traces([ended(LATER, EndedBy::SignOut)])).await;
    let expected = Session { ended: Some(Ended { at: LATER, how: EndedBy::SignOut }), ..session(1, 1) };
    assert_eq!(store.tenant(WATERKANT).session_by_hash(&[1; 32]).await.expect("reads"), Some(expected));
    assert_eq!(store.tenant(WATERKANT).session_by_hash(&[2; 32]).await.expect("reads"), Some(other));
}

async fn revocation_outweighs_signing_out(store: Store) {
    done(&store, traces([Trace::SessionBegun(session(1, 1))])).await;
    done(&store, traces([ended(NOON, EndedBy::SignOut)])).await;
    done(&store, changes([Change::SessionRevoked { session: session_id(1), at: LATER }])).await;
    let revoked = Session { ended: Some(Ended { at: LATER, how: EndedBy::Revocation }), ..session(1, 1) };
    assert_eq!(store.tenant(WATERKANT).session_by_id(session_id(1)).await.expect("reads").as_ref(), Some(&revoked));
    // Who signs out afterwards, or revokes once more, brings nothing back to life and moves no moment.
    done(&store, traces([ended(LATER + SECOND, EndedBy::SignOut)])).await;
    done(&store, traces([ended(LATER + SECOND, EndedBy::Revocation)])).await;
    assert_eq!(store.tenant(WATERKANT).session_by_id(session_id(1)).await.expect("reads"), Some(revoked));
}

async fn a_session_has_its_secret_and_its_id_to_itself(store: Store) {
    done(&store, traces([Trace::SessionBegun(session(1, 1))])).await;
    let same_secret = Session { id: session_id(2), ..session(1, 2) };
    let same_id = Session { hash: [2; 32], ..session(1, 2) };
    for session in [same_secret, same_id] {
        assert_eq!(commit(&store, traces([Trace::SessionBegun(session)])).await, Committed::Raced);
    }
    assert_eq!(store.tenant(WATERKANT).session_by_id(session_id(1)).await.expect("reads"), Some(session(1, 1)));
    assert_eq!(store.tenant(WATERKANT).session_by_id(session_id(2)).await.expect("reads"), None);
}

fn issued(code: Code) -> Trace {
    Trace::CodeIssued(Box::new(code))
}

async fn a_code_comes_back_whole(store: Store) {
    let plain = code(1);
    let bound = Bound {
        redirect: "msauth.waterkant://auth?a=\"b\"&c=ü".into(),
        redirect_named: false,
        platform: Platform::Public,
        nonce: Some("n\\0".into()),
        challenge: Some(Challenge {
            method: Method::S256,
            value: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(),
        }),
        max_age: true,
        ..plain.bound.clone()
    };
    let full = Code { expires: LATER, bound, ..code(2) };
    done(&store, traces([plain.clone(), full.clone()].map(issued))).await;
    assert_eq!(store.tenant(WATERKANT).code_by_hash(&[1; 32]).await.expect("reads"), Some(plain));
    assert_eq!(store.tenant(WATERKANT).code_by_hash(&[2; 32]).await.expect("reads"), Some(full));
    assert_eq!(store.tenant(WATERKANT).code_by_hash(&[3; 32]).await.expect("reads"), None);
}

async fn a_code_is_used_and_says_when(store: Store) {
    done(&store, traces([code(1), code(2)].map(issued))).await;
    done(&store, traces([Trace::CodeUsed { hash: [1; 32], at: LATER }])).await;
    let used = Code { used: Some(LATER), ..code(1) };
    assert_eq!(store.tenant(WATERKANT).code_by_hash(&[1; 32]).await.expect("reads"), Some(used));
    assert_eq!(store.tenant(WATERKANT).code_by_hash(&[2; 32]).await.expect("reads"), Some(code(2)));
}

async fn a_code_is_issued_once(store: Store) {
    done(&store, traces([issued(code(1))])).await;
    let again = Code { expires: LATER, ..code(1) };
    assert_eq!(commit(&store, traces([issued(again)])).await, Committed::Raced);
    assert_eq!(store.tenant(WATERKANT).code_by_hash(&[1; 32]).await.expect("reads"), Some(code(1)));
}

fn begun(family: Family) -> Trace {
    Trace::FamilyBegun(Box::new(family))
}

async fn a_family_comes_back_whole(store: Store) {
    let web = family(1);
    let spa = Family {
        user: user_id(2),
        client: app_id(3),
        session: session_id(4),
        platform: Platform::Spa,
        signed_in: LATER,
        scope: "api://waterkant-orders/Orders.Read  offline_access".into(),
        ends: Some(LATER + DAY),
        ..family(2)
    };
    let public = Family { platform: Platform::Public, scope: String::new(), ..family(3) };
    done(&store, traces([web.clone(), spa.clone(), public.clone()].map(begun))).await;
    for family in [web, spa, public] {
        assert_eq!(store.tenant(WATERKANT).family_by_id(family.id).await.expect("reads"), Some(family));
    }
    assert_eq!(store.tenant(WATERKANT).family_by_id(family_id(4)).await.expect("reads"), None);
    assert_eq!(commit(&store, traces([begun(family(1))])).await, Committed::Raced);
}

async fn a_family_is_revoked_at_the_first_word(store: Store) {
    done(&store, traces([family(1), family(2)].map(begun))).await;
    for at in [NOON, LATER] {
        done(&store, traces([Trace::FamilyRevoked { family: family_id(1), at }])).await;
        let revoked = Family { revoked: Some(NOON), ..family(1) };
        assert_eq!(store.tenant(WATERKANT).family_by_id(family_id(1)).await.expect("reads"), Some(revoked));
    }
    assert_eq!(store.tenant(WATERKANT).family_by_id(family_id(2)).await.expect("reads"), Some(family(2)));
}

async fn a_refresh_token_comes_back_whole(store: Store) {
    let token = RefreshToken { issued: LATER, ..refresh(1, 1) };
    // A family and its first token come in one record.
    done(&store, traces([begun(family(1)), Trace::RefreshIssued(token)])).await;
    assert_eq!(refresh_token(&store, &[1; 32]).await, Some(token));
    assert_eq!(refresh_token(&store, &[2; 32]).await, None);
}

async fn a_refresh_token_comes_with_its_family(store: Store) {
    let token = RefreshToken { issued: LATER, ..refresh(1, 2) };
    done(&store, traces([begun(family(1)), begun(family(2)), Trace::RefreshIssued(token)])).await;
    let view = store.tenant(WATERKANT);
    let found = view.refresh_by_hash(&[1; 32]).await.expect("reads");
    assert_eq!(found, Some((token, view.family_by_id(family_id(2)).await.expect("reads").expect("it began"))));
    assert_eq!(view.refresh_by_hash(&[2; 32]).await.expect("reads"), None);
    assert_eq!(store.tenant(ZONNEBEL).refresh_by_hash(&[1; 32]).await.expect("reads"), None);
    done(&store, traces([Trace::FamilyRevoked { family: family_id(2), at: NOON }])).await;
    let found = view.refresh_by_hash(&[1; 32]).await.expect("reads");
    assert_eq!(found.and_then(|(_, family)| family.revoked), Some(NOON));
}

async fn a_refresh_token_is_replaced_at_the_first_word(store: Store) {
    let tokens = [refresh(1, 1), refresh(2, 1)].map(Trace::RefreshIssued);
    done(&store, traces([begun(family(1))].into_iter().chain(tokens))).await;
    for at in [NOON, LATER] {
        done(&store, traces([Trace::RefreshReplaced { hash: [1; 32], at }])).await;
        let replaced = RefreshToken { replaced: Some(NOON), ..refresh(1, 1) };
        assert_eq!(refresh_token(&store, &[1; 32]).await, Some(replaced));
    }
    assert_eq!(refresh_token(&store, &[2; 32]).await, Some(refresh(2, 1)));
}

async fn a_refresh_token_is_issued_once(store: Store) {
    done(&store, traces([begun(family(1)), begun(family(2)), Trace::RefreshIssued(refresh(1, 1))])).await;
    assert_eq!(commit(&store, traces([Trace::RefreshIssued(refresh(1, 2))])).await, Committed::Raced);
    assert_eq!(refresh_token(&store, &[1; 32]).await, Some(refresh(1, 1)));
}

fn asked(code: &DeviceCode) -> Trace {
    Trace::DeviceAsked(Box::new(code.clone()))
}

async fn a_device_code_comes_back_by_either_half(store: Store) {
    done(&store, traces([device(1), device(2)].each_ref().map(asked))).await;
    let global = store.global();
    for code in [device(1), device(2)] {
        assert_eq!(global.device_by_hash(&code.hash).await.expect("reads").as_ref(), Some(&code));
        assert_eq!(global.device_by_user_hash(&code.user_hash).await.expect("reads"), Some(code));
    }
    assert_eq!(global.device_by_hash(&[3; 32]).await.expect("reads"), None);
    assert_eq!(global.device_by_user_hash(&[1; 32]).await.expect("reads"), None);
}

async fn a_device_code_is_answered_and_used_once(store: Store) {
    done(&store, traces([asked(&device(1))])).await;
    let approved =
        DeviceAnswer::Approved { tenant: WATERKANT, user: user_id(1), session: session_id(1), signed_in: NOON };
    let answer = |answer| traces([Trace::DeviceAnswered { hash: [1; 32], answer }]);
    done(&store, answer(approved)).await;
    assert_eq!(commit(&store, answer(DeviceAnswer::Declined)).await, Committed::Raced);
    let used = || traces([Trace::DeviceUsed { hash: [1; 32], at: LATER }]);
    done(&store, used()).await;
    assert_eq!(commit(&store, used()).await, Committed::Raced);
    let expected = DeviceCode { answer: Some(approved), used: Some(LATER), ..device(1) };
    assert_eq!(store.global().device_by_hash(&[1; 32]).await.expect("reads"), Some(expected));
}
