//! What changed since a count: each object, link and grant once, with what became of it.

use crate::sample::{
    NOON, WATERKANT, changes, done, grant, group, group_id, sp, tenant, unit, unit_id, user, user_id, user_in,
    user_in_unit, users,
};
use mandate_base::{DAY, ObjectId};
use mandate_domain::deleted::{Attached, Deleted, DeletedObject, KEPT_FOR};
use mandate_domain::group::LinkRole;
use mandate_domain::query::Noun;
use mandate_domain::record::Change;
use mandate_store::{Gone, Store};

on_each_backend!(
    a_tenant_that_begins_has_no_changes,
    an_object_is_told_once_by_its_last_change,
    what_can_be_brought_back_is_told_apart_from_what_cannot,
    a_member_that_goes_is_told_of_its_group,
    a_member_that_goes_is_told_of_its_unit,
    grants_are_told_by_their_parties,
    a_raced_commit_leaves_no_mark,
    marks_are_swept_and_forgetting_leaves_one,
    putting_everything_back_begins_another_era,
);

/// What changed after a count, and how it stands with it.
async fn since(store: &Store, count: i64) -> Vec<(Noun, ObjectId, Gone)> {
    let view = store.tenant(WATERKANT);
    let found = view.changed_after(&Noun::ALL, (count, ObjectId::from_bytes([0xff; 16])), 100).await.expect("reads");
    found.into_iter().map(|one| (one.noun, one.object, one.gone)).collect()
}

async fn count(store: &Store) -> i64 {
    store.tenant(WATERKANT).change_count().await.expect("reads")
}

async fn a_tenant_that_begins_has_no_changes(store: Store) {
    let begin = Change::TenantAdded(Box::new(tenant(WATERKANT, "Waterkant", &["waterkant.example"])));
    done(&store, changes([begin, Change::UserAdded(Box::new(user(1, "sanne.devries")))])).await;
    assert_eq!((count(&store).await, since(&store, -1).await), (0, Vec::new()));
}

async fn an_object_is_told_once_by_its_last_change(store: Store) {
    done(&store, users([user(1, "sanne.devries"), user(2, "joris.bakker")])).await;
    let first = count(&store).await;
    done(&store, changes([Change::UserEnabled { user: user_id(1), enabled: false }])).await;
    let second = count(&store).await;
    done(&store, changes([Change::GroupAdded(Box::new(group(1, "IT")))])).await;
    assert!(0 < first && first < second);
    let (sanne, joris) = (user_id(1).into(), user_id(2).into());
    let it = (Noun::Group, group_id(1).into(), Gone::No);
    assert_eq!(
        since(&store, 0).await,
        [(Noun::User, joris, Gone::No), (Noun::User, sanne, Gone::No), it],
        "in the order of the last changes"
    );
    assert_eq!(since(&store, first).await, [(Noun::User, sanne, Gone::No), it]);
    assert_eq!(since(&store, second).await, [it]);
    let groups = store.tenant(WATERKANT).changed_after(&[Noun::Group], (0, sanne), 1).await.expect("reads");
    assert_eq!(groups.len(), 1);
}

async fn what_can_be_brought_back_is_told_apart_from_what_cannot(store: Store) {
    done(&store, users([user(1, "sanne.devries"), user(2, "joris.bakker")])).await;
    let kept =
        Deleted { at: NOON, object: DeletedObject::User(user(1, "sanne.devries")), attached: Attached::default() };
    done(&store, changes([Change::UserRemoved(user_id(1)), Change::Kept(Box::new(kept))])).await;
    done(&store, changes([Change::UserRemoved(user_id(2))])).await;
    let told = |number, gone| (Noun::User, user_id(number).into(), gone);
    assert_eq!(since(&store, 1).await, [told(1, Gone::ForNow), told(2, Gone::ForGood)]);
    let back = [Change::UserAdded(Box::new(user(1, "sanne.devries"))), Change::KeptNoLonger(user_id(1).into())];
    for order in [back.clone(), {
        let [first, second] = back;
        [second, first]
    }] {
        let before = count(&store).await;
        done(&store, changes(order)).await;
        assert_eq!(since(&store, before).await, [told(1, Gone::No)]);
        let kept =
            Deleted { at: NOON, object: DeletedObject::User(user(1, "sanne.devries")), attached: Attached::default() };
        done(&store, changes([Change::Kept(Box::new(kept)), Change::UserRemoved(user_id(1))])).await;
        assert_eq!(since(&store, before).await, [told(1, Gone::ForNow)]);
    }
    done(&store, changes([Change::KeptNoLonger(user_id(1).into())])).await;
    assert_eq!(since(&store, 2).await.last(), Some(&told(1, Gone::ForGood)));
}

async fn a_member_that_goes_is_told_of_its_group(store: Store) {
    done(&store, users([user(1, "sanne.devries"), user(2, "joris.bakker")])).await;
    done(&store, changes([Change::GroupAdded(Box::new(group(1, "IT")))])).await;
    let before = count(&store).await;
    done(&store, changes([user_in(1, 1), user_in(1, 2)].map(Change::LinkAdded))).await;
    let it = (Noun::Group, group_id(1).into(), Gone::No);
    assert_eq!(since(&store, before).await, [it]);
    let links = async |since: i64, after: Option<ObjectId>| {
        let view = store.tenant(WATERKANT);
        let found = view.links_changed(group_id(1).into(), LinkRole::Member, since, after, 10).await.expect("reads");
        found.into_iter().map(|one| (one.link.member, one.gone)).collect::<Vec<_>>()
    };
    let (sanne, joris) = (user_id(1).into(), user_id(2).into());
    assert_eq!(links(before, None).await, [(sanne, Gone::No), (joris, Gone::No)]);
    assert_eq!(links(before, Some(sanne)).await, [(joris, Gone::No)]);
    let between = count(&store).await;
    done(&store, changes([Change::LinkRemoved(user_in(1, 1))])).await;
    done(&store, changes([Change::UserRemoved(user_id(2))])).await;
    assert_eq!(links(between, None).await, [(sanne, Gone::ForGood), (joris, Gone::ForGood)]);
    assert!(since(&store, between).await.contains(&it));
}

async fn a_member_that_goes_is_told_of_its_unit(store: Store) {
    done(&store, users([user(1, "sanne.devries"), user(2, "joris.bakker")])).await;
    done(&store, changes([Change::AdministrativeUnitAdded(Box::new(unit(1, "Nord")))])).await;
    let told = [(Noun::AdministrativeUnit, unit_id(1).into(), Gone::No)];
    let mut before = count(&store).await;
    done(&store, changes([user_in_unit(1, 1), user_in_unit(1, 2)].map(Change::LinkAdded))).await;
    assert_eq!(since(&store, before).await, told);
    before = count(&store).await;
    done(&store, changes([Change::UserRemoved(user_id(2))])).await;
    assert!(since(&store, before).await.contains(&told[0]));
}

async fn grants_are_told_by_their_parties(store: Store) {
    let [everybodys, own] = [grant(1, None, &["openid"]), grant(2, Some(user_id(1)), &["User.Read"])];
    done(&store, users([user(1, "sanne.devries")])).await;
    done(&store, changes([everybodys.clone(), own.clone()].map(Change::GrantAdded))).await;
    let since = async |count: i64| {
        let found = store.tenant(WATERKANT).grants_changed_after(count + 1, None, 10).await.expect("reads");
        found.into_iter().map(|one| (one.parties, one.gone)).collect::<Vec<_>>()
    };
    let before = count(&store).await;
    assert_eq!(since(before).await, []);
    assert_eq!(since(before - 1).await, [(everybodys.parties(), Gone::No), (own.parties(), Gone::No)]);
    let scopes = vec!["openid".to_owned(), "profile".to_owned()];
    done(&store, changes([Change::GrantScopes { grant: everybodys.id, scopes, version: 1 }])).await;
    assert_eq!(since(before).await, [(everybodys.parties(), Gone::No)]);
    let between = count(&store).await;
    done(&store, changes([Change::UserRemoved(user_id(1)), Change::GrantRemoved(everybodys.id)])).await;
    assert_eq!(since(between).await, [(everybodys.parties(), Gone::ForGood), (own.parties(), Gone::ForGood)]);
}

async fn a_raced_commit_leaves_no_mark(store: Store) {
    done(&store, users([user(1, "sanne.devries")])).await;
    let before = count(&store).await;
    let record = changes([
        Change::ServicePrincipalAdded(Box::new(sp(1, 1, "Portal"))),
        Change::UserEnabled { user: user_id(9), enabled: false },
    ]);
    crate::sample::commit(&store, record).await;
    assert_eq!((count(&store).await, since(&store, before).await), (before, Vec::new()));
}

async fn marks_are_swept_and_forgetting_leaves_one(store: Store) {
    done(&store, users([user(1, "sanne.devries")])).await;
    let kept =
        Deleted { at: NOON, object: DeletedObject::User(user(1, "sanne.devries")), attached: Attached::default() };
    done(&store, changes([Change::UserRemoved(user_id(1)), Change::Kept(Box::new(kept))])).await;
    let before = count(&store).await;
    store.sweep(NOON + 7 * DAY).await.expect("sweeps");
    assert_eq!(since(&store, 0).await.len(), 1, "somebody may still ask");
    store.sweep(NOON + 9 * DAY).await.expect("sweeps");
    assert_eq!(since(&store, 0).await, []);
    store.sweep(NOON + KEPT_FOR + DAY).await.expect("sweeps");
    assert_eq!(since(&store, before).await, [(Noun::User, user_id(1).into(), Gone::ForGood)]);
    assert!(count(&store).await > before);
}

async fn putting_everything_back_begins_another_era(store: Store) {
    done(&store, users([user(1, "sanne.devries")])).await;
    let (era, snapshot) = (store.era().await.expect("reads"), store.snapshot().await.expect("reads"));
    done(&store, users([user(2, "joris.bakker")])).await;
    assert_eq!(store.era().await.expect("reads"), era);
    store.restore(&snapshot).await.expect("restores");
    assert_ne!(store.era().await.expect("reads"), era);
}
