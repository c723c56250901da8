//! Queries on facets: which objects a condition finds, in which order, on each backend alike.

use crate::sample::{
    LATER, NOON, WATERKANT, ZONNEBEL, card, changes, commit, done, group, sp, upn, user, user_id, users,
};
use mandate_base::{Moment, ObjectId};
use mandate_domain::application::AppCard;
use mandate_domain::deleted::{Attached, Deleted, DeletedObject};
use mandate_domain::group::Group;
use mandate_domain::query::{Condition, Noun, Order, Place, Query, Test, compared};
use mandate_domain::record::Change;
use mandate_domain::user::{User, UserKind};
use mandate_store::{Committed, Store, TenantView};
use serde_json::json;

on_each_backend!(
    conditions_find_what_they_say,
    nobody_is_found_in_another_tenant,
    pages_follow_the_order,
    a_page_goes_on_behind_who_is_gone_and_who_came_back,
    a_name_is_found_by_its_beginning_and_its_end,
    ages_are_kept_to_the_millisecond,
    a_changed_registration_is_found_by_what_it_is_now,
    what_is_removed_is_not_found,
    text_is_compared_byte_by_byte,
);

fn named(number: u128, name: &str, department: Option<&str>) -> User {
    let mut user = User { display_name: name.to_owned(), ..user(number, &format!("person{number}")) };
    user.more.extend(department.map(|text| ("department".to_owned(), json!(text))));
    user
}

/// Anna, Bert and Ünal in different departments, a guest without one.
async fn staffed(store: &Store) {
    let guest = User { kind: UserKind::Guest, account_enabled: false, created: LATER, ..named(4, "Dirk", None) };
    let staff = [
        named(1, "Anna Smit", Some("North")),
        named(2, "Bert Smit", Some("north-west")),
        named(3, "Ünal", Some("South")),
    ];
    done(store, users(staff.into_iter().chain([guest]))).await;
}

fn is(property: &'static str, test: Test) -> Condition {
    Condition::is(property, test)
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn all(condition: Option<Condition>) -> Query {
    Query { noun: Noun::User, condition, order: Order::Id, after: None, most: 100 }
}

async fn numbers(view: TenantView<'_>, condition: Condition) -> Vec<u128> {
    let query = all(Some(condition));
    let found = view.users_where(&query).await.expect("finds");
    let counted = view.count_where(Noun::User, query.condition.as_ref()).await.expect("counts");
    assert_eq!(usize::try_from(counted), Ok(found.len()));
    (1..10).filter(|number| found.iter().any(|user| user.id == user_id(*number))).collect()
}

async fn conditions_find_what_they_say(store: Store) {
    staffed(&store).await;
    let view = store.tenant(WATERKANT);
    let not = |condition| Condition::Not(Box::new(condition));
    let north = || is("department", Test::StartsWith(text("north")));
    let cases = [
        (is("department", Test::Equal(text("north"))), vec![1]),
        (north(), vec![1, 2]),
        (not(north()), vec![3, 4]),
        (is("department", Test::Present), vec![1, 2, 3]),
        (is("department", Test::AtLeast(text("north-west"))), vec![2, 3]),
        (is("department", Test::Above(text("north-west"))), vec![3]),
        (is("department", Test::AtMost(text("north"))), vec![1]),
        (is("department", Test::Below(text("north"))), vec![]),
        (is("displayName", Test::WordStartsWith(text("smi"))), vec![1, 2]),
        (is("displayName", Test::Equal(compared("ÜNAL"))), vec![3]),
        (is("userPrincipalName", Test::EndsWith(text("2@waterkant.example"))), vec![2]),
        (is("userType", Test::Equal(text("guest"))), vec![4]),
        (is("accountEnabled", Test::Equal(text("false"))), vec![4]),
        (is("createdDateTime", Test::Above(mandate_domain::query::compared_moment(NOON))), vec![4]),
        (is("createdDateTime", Test::AtLeast(text("no time"))), vec![]),
        (Condition::Id(vec![user_id(2).into(), user_id(9).into()]), vec![2]),
        (Condition::Id(Vec::new()), vec![]),
        (Condition::Any(vec![north(), is("userType", Test::Equal(text("guest")))]), vec![1, 2, 4]),
        (Condition::All(vec![north(), not(is("displayName", Test::StartsWith(text("a"))))]), vec![2]),
        (Condition::All(Vec::new()), vec![1, 2, 3, 4]),
        (Condition::Any(Vec::new()), vec![]),
    ];
    for (condition, expected) in cases {
        assert_eq!(numbers(view, condition.clone()).await, expected, "{condition:?}");
    }
    // More values than any known statement has.
    let many = (0..60).map(|number| is("department", Test::Equal(format!("d{number}"))));
    assert_eq!(numbers(view, Condition::Any(many.chain([north()]).collect())).await, [1, 2]);
}

async fn nobody_is_found_in_another_tenant(store: Store) {
    staffed(&store).await;
    let there = store.tenant(ZONNEBEL);
    for condition in [is("department", Test::Present), Condition::Not(Box::new(is("department", Test::Present)))] {
        assert_eq!(there.users_where(&all(Some(condition.clone()))).await.expect("finds"), []);
        assert_eq!(there.count_where(Noun::User, Some(&condition)).await.expect("counts"), 0);
    }
    assert_eq!(there.count_where(Noun::User, None).await.expect("counts"), 0);
}

async fn pages_follow_the_order(store: Store) {
    let names = ["b", "a", "C", "a", "ä"];
    done(&store, users((1..).zip(names).map(|(number, name)| named(number, name, None)))).await;
    let view = store.tenant(WATERKANT);
    for (order, backwards) in [(Order::Name { descending: false }, false), (Order::Name { descending: true }, true)] {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let query = Query { order, after, most: 2, ..all(None) };
            let page = view.users_where(&query).await.expect("finds");
            let Some(last) = page.last() else { break };
            after = Some(Place { id: last.id.into(), name: compared(&last.display_name) });
            seen.extend(page.iter().map(|user| ObjectId::from(user.id)));
        }
        if backwards {
            seen.reverse();
        }
        // Of one name, by id.
        let ids = |numbers: [u128; 3]| numbers.map(|number| ObjectId::from(user_id(number)));
        assert_eq!(seen[..3], ids([2, 4, 1]));
        assert_eq!(seen.len(), 5);
    }
}

async fn a_changed_registration_is_found_by_what_it_is_now(store: Store) {
    done(&store, changes([Change::ApplicationAdded(Box::new(card(1, WATERKANT, "Orders")))])).await;
    let mut after = card(1, WATERKANT, "Orders");
    after.registration.identifier_uris = vec!["api://New".to_owned()];
    done(&store, changes([Change::ApplicationUpdated(Box::new(after.clone()))])).await;
    let view = store.tenant(WATERKANT);
    let by =
        |uri: &str| Query { noun: Noun::Application, ..all(Some(is("identifierUris", Test::Equal(compared(uri))))) };
    assert_eq!(view.applications_where(&by("api://new")).await.expect("finds"), [AppCard { version: 2, ..after }]);
    for uri in &card(1, WATERKANT, "Orders").registration.identifier_uris {
        assert_eq!(view.applications_where(&by(uri)).await.expect("finds"), [], "{uri}");
    }
}

async fn what_is_removed_is_not_found(store: Store) {
    staffed(&store).await;
    let instance = sp(1, 1, "Orders");
    done(&store, changes([Change::ServicePrincipalAdded(Box::new(instance.clone()))])).await;
    done(&store, changes([Change::UserRemoved(user_id(1)), Change::ServicePrincipalRemoved(instance.id)])).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(numbers(view, is("department", Test::Equal(text("north")))).await, []);
    let query = Query { noun: Noun::ServicePrincipal, ..all(Some(is("appId", Test::Present))) };
    assert_eq!(view.sps_where(&query).await.expect("finds"), []);
    // The name is free again.
    assert_eq!(commit(&store, users([named(1, "Anna Smit", Some("North"))])).await, Committed::Done);
}

async fn text_is_compared_byte_by_byte(store: Store) {
    let odd = ["%", "_", "'; DROP TABLE users; --", "\\", "a\"b"];
    done(&store, users((1..).zip(odd).map(|(number, name)| named(number, "x", Some(name))))).await;
    let view = store.tenant(WATERKANT);
    for (number, name) in (1..).zip(odd) {
        assert_eq!(numbers(view, is("department", Test::Equal(compared(name)))).await, [number], "{name}");
        assert_eq!(numbers(view, is("department", Test::StartsWith(compared(name)))).await, [number], "{name}");
    }
}

/// Whoever ended a page may be gone when the next one is asked for, and come back before the one after that.
async fn a_page_goes_on_behind_who_is_gone_and_who_came_back(store: Store) {
    done(&store, users((1..=6).map(|number| named(number, "Smit", Some("North"))))).await;
    let view = store.tenant(WATERKANT);
    for (condition, order) in [
        (Some(is("department", Test::Equal(text("north")))), Order::Id),
        (Some(is("department", Test::StartsWith(text("n")))), Order::Id),
        (Some(is("displayName", Test::WordStartsWith(text("sm")))), Order::Id),
        (Some(is("userPrincipalName", Test::StartsWith(text("person")))), Order::Id),
        (None, Order::Name { descending: false }),
        (None, Order::Id),
    ] {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let query = Query { noun: Noun::User, condition: condition.clone(), order, after, most: 2 };
            let page = view.users_where(&query).await.expect("finds");
            let Some(last) = page.last().cloned() else { break };
            seen.extend(page.iter().map(|user| user.id));
            after = Some(Place { id: last.id.into(), name: compared(&last.display_name) });
            done(&store, changes([Change::UserRemoved(last.id)])).await;
            let next = view.users_where(&Query { after: after.clone(), ..query.clone() }).await.expect("finds");
            assert!(next.iter().all(|user| !seen.contains(&user.id)), "{condition:?}");
            // As it is brought back.
            let back = [
                Change::UserAdded(Box::new(User { version: 1, ..last.clone() })),
                Change::KeptNoLonger(last.id.into()),
            ];
            done(&store, changes([kept(&last), back[0].clone(), back[1].clone()])).await;
        }
        seen.sort_unstable();
        assert_eq!(seen, (1..=6).map(user_id).collect::<Vec<_>>(), "{condition:?} {order:?}");
    }
}

fn kept(user: &User) -> Change {
    let object = DeletedObject::User(user.clone());
    Change::Kept(Box::new(Deleted { object, at: NOON, attached: Attached::default() }))
}

async fn a_name_is_found_by_its_beginning_and_its_end(store: Store) {
    let mut noor = named(1, "Noor Kok", None);
    noor.upn = upn("Noor.Kok@Waterkant.example");
    let addresses =
        [Some("Noor.Kok@Waterkant.example"), Some("noor.kok@waterkant.example"), Some("="), Some("=x"), None];
    for mail in addresses {
        noor.mail = mail.map(str::to_owned);
        let change = match store.tenant(WATERKANT).user_by_id(noor.id).await.expect("reads") {
            None => Change::UserAdded(Box::new(noor.clone())),
            Some(held) => Change::UserUpdated(Box::new(User { version: held.version, ..noor.clone() })),
        };
        done(&store, changes([change])).await;
        let held = store.tenant(WATERKANT).user_by_upn(&noor.upn.folded()).await.expect("reads").expect("is there");
        assert_eq!((held.mail.as_deref(), held.upn.as_str()), (mail, "Noor.Kok@Waterkant.example"));
    }
    let view = store.tenant(WATERKANT);
    for (test, found) in [
        (Test::Equal(text("noor.kok@waterkant.example")), vec![1]),
        (Test::StartsWith(text("noor.")), vec![1]),
        (Test::StartsWith(text("kok")), vec![]),
        (Test::EndsWith(text("@waterkant.example")), vec![1]),
        (Test::EndsWith(text("noor")), vec![]),
        (Test::Present, vec![1]),
        (Test::AtLeast(text("o")), vec![]),
    ] {
        assert_eq!(numbers(view, is("userPrincipalName", test.clone())).await, found, "{test:?}");
        let beside = Condition::All(vec![
            is("userPrincipalName", test.clone()),
            is("accountEnabled", Test::Equal(text("true"))),
        ]);
        assert_eq!(numbers(view, beside.clone()).await, found, "{test:?}");
        assert_eq!(view.count_where(Noun::User, Some(&beside)).await.expect("counts"), found.len() as i64);
    }
}

/// Many may have come in one second, and some at the same moment.
async fn ages_are_kept_to_the_millisecond(store: Store) {
    let moments = [5, 3, 3, 9, 1, 5, 5];
    let of_age = |(number, millis): (u128, i64)| User { created: NOON + millis, ..named(number, "Smit", None) };
    done(&store, users((1..).zip(moments).map(of_age))).await;
    let groups = (1..).zip(moments).map(|(number, millis)| {
        Change::GroupAdded(Box::new(Group { created: NOON + millis, ..group(number, "Kade") }))
    });
    done(&store, changes(groups.collect::<Vec<_>>())).await;
    let view = store.tenant(WATERKANT);
    for descending in [false, true] {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let query = Query { order: Order::Created { descending }, after, most: 2, ..all(None) };
            let page = view.users_where(&query).await.expect("finds");
            let Some(last) = page.last() else { break };
            after = Some(Place { id: last.id.into(), name: last.created.millis().to_string() });
            seen.extend(page.iter().map(|user| (user.created, user.id)));
        }
        let mut sorted = seen.clone();
        sorted.sort_unstable();
        if descending {
            sorted.reverse();
        }
        assert_eq!((seen.len(), &seen), (moments.len(), &sorted));
        let whole = Query { noun: Noun::Group, order: Order::Created { descending }, ..all(None) };
        let groups = view.groups_where(&whole).await.expect("finds");
        let of_groups: Vec<Moment> = groups.iter().map(|group| group.created).collect();
        let of_users: Vec<Moment> = seen.iter().map(|(created, _)| *created).collect();
        assert_eq!(of_groups, of_users);
    }
}
