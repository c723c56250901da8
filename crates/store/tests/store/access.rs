//! What was given: delegated grants, app-role assignments, directory roles.

use crate::sample::{
    LATER, WATERKANT, ZONNEBEL, app_role_id, assigned, assignment_id, changes, commit, done, grant, grant_id, group_id,
    group_in, owner_of, role, role_id, sp_id, user_id, user_in,
};
use mandate_base::ObjectId;
use mandate_domain::grant::{AppRoleAssignment, Grant, GrantQuery, Whose};
use mandate_domain::group::MemberKind;
use mandate_domain::permission::DEFAULT_ACCESS;
use mandate_domain::record::Change;
use mandate_domain::role::RoleAssignment;
use mandate_store::{Committed, Store};

on_each_backend!(
    a_grant_comes_back_whole,
    grants_between_are_everybodys_and_ones_own,
    grants_are_found_by_their_parties,
    grants_of_a_client_are_all_of_them,
    a_grant_is_removed_once,
    parties_have_one_grant,
    assignments_of_a_principal_are_its_own,
    assignments_of_a_user_come_through_direct_groups_only,
    an_app_role_is_assigned_once,
    an_app_role_is_taken_away_once,
    roles_come_back_whole,
    a_role_is_given_once_in_each_scope,
    holders_of_a_role_are_listed_by_id,
);

async fn a_grant_comes_back_whole(store: Store) {
    let own = Grant { created: LATER, version: 7, ..grant(1, Some(user_id(1)), &["User.Read", "openid"]) };
    let empty = grant(2, None, &[]);
    done(&store, changes([Change::GrantAdded(own.clone()), Change::GrantAdded(empty.clone())])).await;
    assert_eq!(store.tenant(WATERKANT).grant_by_id(grant_id(1)).await.expect("reads"), Some(own));
    assert_eq!(store.tenant(WATERKANT).grant_by_id(grant_id(2)).await.expect("reads"), Some(empty));
    assert_eq!(store.tenant(WATERKANT).grant_by_id(grant_id(3)).await.expect("reads"), None);
}

async fn grants_between_are_everybodys_and_ones_own(store: Store) {
    let own = grant(1, Some(user_id(1)), &["User.Read"]);
    let anothers = grant(2, Some(user_id(2)), &["Mail.Read"]);
    let everybodys = grant(3, None, &["openid"]);
    let of_another_client = Grant { client: sp_id(3), ..grant(4, Some(user_id(1)), &["Files.Read"]) };
    let of_another_resource = Grant { resource: sp_id(3), ..grant(5, None, &["Orders.Read"]) };
    let the_other_way = Grant { client: sp_id(2), resource: sp_id(1), ..grant(6, None, &["Orders.Write"]) };
    let all = [own.clone(), anothers, everybodys.clone(), of_another_client, of_another_resource, the_other_way];
    done(&store, changes(all.map(Change::GrantAdded))).await;
    let view = store.tenant(WATERKANT);
    // The tenant-wide one comes first.
    let between = view.grants_between(sp_id(1), sp_id(2), user_id(1)).await.expect("reads");
    assert_eq!(between, [everybodys.clone(), own]);
    let between = view.grants_between(sp_id(1), sp_id(2), user_id(3)).await.expect("reads");
    assert_eq!(between, [everybodys]);
    assert_eq!(view.grants_between(sp_id(9), sp_id(2), user_id(1)).await.expect("reads"), []);
}

async fn grants_of_a_client_are_all_of_them(store: Store) {
    let own = grant(3, Some(user_id(1)), &["User.Read"]);
    let everybodys = grant(1, None, &["openid"]);
    let elsewhere = Grant { resource: sp_id(3), ..grant(2, None, &["Orders.Read"]) };
    let anothers = Grant { client: sp_id(3), ..grant(4, None, &["Files.Read"]) };
    let all = [own.clone(), everybodys.clone(), elsewhere.clone(), anothers.clone()];
    done(&store, changes(all.map(Change::GrantAdded))).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.grants_of_client(sp_id(1)).await.expect("reads"), [everybodys, elsewhere, own]);
    assert_eq!(view.grants_of_client(sp_id(3)).await.expect("reads"), [anothers]);
    assert_eq!(view.grants_of_client(sp_id(2)).await.expect("reads"), []);
}

async fn a_grant_is_removed_once(store: Store) {
    let kept = grant(2, None, &["openid"]);
    done(&store, changes([grant(1, Some(user_id(1)), &["User.Read"]), kept.clone()].map(Change::GrantAdded))).await;
    done(&store, changes([Change::GrantRemoved(grant_id(1))])).await;
    assert_eq!(store.tenant(WATERKANT).grants_of_client(sp_id(1)).await.expect("reads"), [kept]);
    assert_eq!(commit(&store, changes([Change::GrantRemoved(grant_id(1))])).await, Committed::Raced);
}

async fn parties_have_one_grant(store: Store) {
    let own = grant(1, Some(user_id(1)), &["User.Read"]);
    let everybodys = grant(2, None, &["openid"]);
    done(&store, changes([own.clone(), everybodys.clone()].map(Change::GrantAdded))).await;
    // "Nobody in particular" must count as equal to itself, or two consents at once would leave two grants.
    for principal in [Some(user_id(1)), None] {
        let again = Change::GrantAdded(grant(3, principal, &["Mail.Read"]));
        assert_eq!(commit(&store, changes([again])).await, Committed::Raced, "{principal:?}");
    }
    assert_eq!(store.tenant(WATERKANT).grants_of_client(sp_id(1)).await.expect("reads"), [own, everybodys]);
}

async fn assignments_of_a_principal_are_its_own(store: Store) {
    let users = assigned(1, user_id(1), MemberKind::User);
    let second = AppRoleAssignment { created: LATER, ..assigned(2, user_id(1), MemberKind::User) };
    let groups = assigned(3, group_id(1), MemberKind::Group);
    let apps = AppRoleAssignment { role: DEFAULT_ACCESS, ..assigned(4, sp_id(1), MemberKind::ServicePrincipal) };
    let elsewhere = AppRoleAssignment { resource: sp_id(3), ..assigned(5, user_id(1), MemberKind::User) };
    done(&store, changes([second, users, groups, apps, elsewhere].map(Change::AppRoleAssigned))).await;
    done(&store, changes([Change::LinkAdded(user_in(1, 1))])).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.assignments_of(user_id(1), sp_id(2)).await.expect("reads"), [users, second]);
    assert_eq!(view.assignments_of(group_id(1), sp_id(2)).await.expect("reads"), [groups]);
    assert_eq!(view.assignments_of(sp_id(1), sp_id(2)).await.expect("reads"), [apps]);
    assert_eq!(view.assignments_of(user_id(1), sp_id(3)).await.expect("reads"), [elsewhere]);
    assert_eq!(view.assignments_of(user_id(2), sp_id(2)).await.expect("reads"), []);
}

async fn assignments_of_a_user_come_through_direct_groups_only(store: Store) {
    let own = assigned(4, user_id(1), MemberKind::User);
    let anothers = assigned(5, user_id(2), MemberKind::User);
    let through_group = assigned(1, group_id(1), MemberKind::Group);
    let through_nesting = assigned(2, group_id(2), MemberKind::Group);
    let of_an_owned_group = assigned(3, group_id(3), MemberKind::Group);
    let elsewhere = AppRoleAssignment { resource: sp_id(3), ..assigned(6, group_id(1), MemberKind::Group) };
    let all = [own, anothers, through_group, through_nesting, of_an_owned_group, elsewhere];
    let links = [user_in(1, 1), group_in(2, 1), owner_of(3, 1), user_in(2, 2)];
    done(&store, changes(all.map(Change::AppRoleAssigned))).await;
    done(&store, changes(links.map(Change::LinkAdded))).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.assignments_of_user(user_id(1), sp_id(2)).await.expect("reads"), [through_group, own]);
    assert_eq!(view.assignments_of_user(user_id(1), sp_id(3)).await.expect("reads"), [elsewhere]);
    assert_eq!(view.assignments_of_user(user_id(2), sp_id(2)).await.expect("reads"), [through_nesting, anothers]);
    assert_eq!(view.assignments_of_user(user_id(3), sp_id(2)).await.expect("reads"), []);
}

async fn an_app_role_is_assigned_once(store: Store) {
    let first = assigned(1, user_id(1), MemberKind::User);
    done(&store, changes([Change::AppRoleAssigned(first)])).await;
    let again = AppRoleAssignment { id: assignment_id(2), ..first };
    assert_eq!(commit(&store, changes([Change::AppRoleAssigned(again)])).await, Committed::Raced);
    let another_role = AppRoleAssignment { role: app_role_id(9), ..again };
    done(&store, changes([Change::AppRoleAssigned(another_role)])).await;
    let found = store.tenant(WATERKANT).assignments_of(user_id(1), sp_id(2)).await.expect("reads");
    assert_eq!(found, [first, another_role]);
}

async fn an_app_role_is_taken_away_once(store: Store) {
    let (first, second) = (assigned(1, user_id(1), MemberKind::User), assigned(2, user_id(1), MemberKind::User));
    done(&store, changes([first, second].map(Change::AppRoleAssigned))).await;
    done(&store, changes([Change::AppRoleUnassigned(first.id)])).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.assignments_of_user(user_id(1), sp_id(2)).await.expect("reads"), [second]);
    assert_eq!(commit(&store, changes([Change::AppRoleUnassigned(first.id)])).await, Committed::Raced);
}

async fn roles_come_back_whole(store: Store) {
    let everywhere = RoleAssignment { created: LATER, ..role(1, user_id(1), 2) };
    let within = RoleAssignment { within: Some(ObjectId::from_u128(5)), ..role(2, user_id(1), 2) };
    let lower = role(3, user_id(1), 1);
    let apps = role(4, sp_id(1), 1);
    done(&store, changes([within, everywhere, lower, apps].map(Change::RoleAssigned))).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.roles_of(user_id(1)).await.expect("reads"), [lower, everywhere, within]);
    assert_eq!(view.roles_of(sp_id(1)).await.expect("reads"), [apps]);
    assert_eq!(view.roles_of(user_id(2)).await.expect("reads"), []);
    // A group's roles are its direct members'; its owners and the groups within it have none of them.
    let of_group = role(5, group_id(1), 3);
    let links = [user_in(1, 2), owner_of(1, 3), user_in(2, 4), group_in(1, 2)].map(Change::LinkAdded);
    done(&store, changes(links.into_iter().chain([Change::RoleAssigned(of_group)]))).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.roles_of(user_id(2)).await.expect("reads"), [of_group]);
    for other in [user_id(3), user_id(4)] {
        assert_eq!(view.roles_of(other).await.expect("reads"), []);
    }
}

async fn a_role_is_given_once_in_each_scope(store: Store) {
    done(&store, changes([Change::RoleAssigned(role(1, user_id(1), 1))])).await;
    assert_eq!(commit(&store, changes([Change::RoleAssigned(role(2, user_id(1), 1))])).await, Committed::Raced);
    let within = RoleAssignment { within: Some(group_id(1).into()), ..role(2, user_id(1), 1) };
    done(&store, changes([Change::RoleAssigned(within)])).await;
}

async fn holders_of_a_role_are_listed_by_id(store: Store) {
    let holders = [role(1, user_id(3), 1), role(2, sp_id(1), 1), role(3, user_id(1), 1)];
    let [first, second, third] = holders;
    done(&store, changes([third, first, role(4, user_id(1), 2), second].map(Change::RoleAssigned))).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.role_holders(role_id(1), 10).await.expect("reads"), holders);
    assert_eq!(view.role_holders(role_id(1), 2).await.expect("reads"), holders[..2]);
    assert_eq!(view.role_holders(role_id(3), 10).await.expect("reads"), []);
}

async fn grants_are_found_by_their_parties(store: Store) {
    let grants = [grant(1, None, &["a"]), grant(2, Some(user_id(1)), &["b"]), grant(3, Some(user_id(2)), &["c"])];
    done(&store, changes(grants.clone().map(Change::GrantAdded))).await;
    let view = store.tenant(WATERKANT);
    let found = async |query: GrantQuery, after, most| {
        let found = view.grants_where(&query, after, most).await.expect("reads");
        found.iter().map(|grant| grant.scope_text()).collect::<String>()
    };
    let of = |whose| GrantQuery { whose, ..GrantQuery::default() };
    let cases = [
        (of(Whose::Anybodys), "abc"),
        (of(Whose::Everybodys), "a"),
        (of(Whose::Peoples), "bc"),
        (of(Whose::Of(user_id(2))), "c"),
        (of(Whose::Nobodys), ""),
        (GrantQuery { client: Some(sp_id(1)), ..GrantQuery::default() }, "abc"),
        (GrantQuery { client: Some(sp_id(9)), ..GrantQuery::default() }, ""),
        (GrantQuery { resource: Some(sp_id(2)), ..of(Whose::Everybodys) }, "a"),
    ];
    for (query, expected) in cases {
        assert_eq!(found(query, None, 10).await, expected, "{query:?}");
    }
    assert_eq!(found(GrantQuery::default(), None, 2).await, "ab");
    assert_eq!(found(GrantQuery::default(), Some(grant_id(2)), 2).await, "c");
    for grant in grants {
        assert_eq!(view.grant_by_parties(grant.parties()).await.expect("reads"), Some(grant.clone()));
        assert_eq!(store.tenant(ZONNEBEL).grant_by_parties(grant.parties()).await.expect("reads"), None);
    }
}
