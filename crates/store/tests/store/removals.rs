//! What goes with a user or a service principal that is removed, and what stays.

use crate::sample::{
    NOON, WATERKANT, ZONNEBEL, app_id, assigned, changes, done, folded, grant, group, group_id, owner_of, role, sp,
    sp_id, user, user_id, user_in, users,
};
use mandate_domain::grant::{AppRoleAssignment, Grant};
use mandate_domain::group::{Link, LinkRole, MemberKind};
use mandate_domain::record::Change;
use mandate_domain::user::User;
use mandate_store::{Assignee, Committed, Store};

on_each_backend!(
    a_removed_user_takes_along_what_was_theirs,
    a_removed_users_name_is_free_again,
    a_removed_service_principal_takes_along_what_was_its,
    a_removed_service_principals_app_and_names_are_free_again,
);

async fn a_removed_user_takes_along_what_was_theirs(store: Store) {
    done(&store, users([user(1, "sanne.devries"), user(2, "joris.bakker")])).await;
    done(&store, changes([Change::GroupAdded(Box::new(group(1, "IT")))])).await;
    done(&store, changes([user_in(1, 1), owner_of(1, 1), user_in(1, 2), owner_of(1, 2)].map(Change::LinkAdded))).await;
    let (own, anothers, everybodys) = (
        grant(1, Some(user_id(1)), &["User.Read"]),
        grant(2, Some(user_id(2)), &["Mail.Read"]),
        grant(3, None, &["openid"]),
    );
    done(&store, changes([own, anothers.clone(), everybodys.clone()].map(Change::GrantAdded))).await;
    let assignments = [1, 2].map(|number| assigned(number, user_id(number), MemberKind::User));
    done(&store, changes(assignments.map(Change::AppRoleAssigned))).await;
    let roles = [1, 2].map(|number| role(number, user_id(number), 1));
    done(&store, changes(roles.map(Change::RoleAssigned))).await;

    done(&store, changes([Change::UserRemoved(user_id(1))])).await;

    let view = store.tenant(WATERKANT);
    assert_eq!(view.users_after(None, 10).await.expect("reads"), [user(2, "joris.bakker")]);
    let joris = Assignee { id: user_id(2).into(), kind: MemberKind::User };
    for role in [LinkRole::Member, LinkRole::Owner] {
        assert_eq!(view.links_after(group_id(1), role, None, 10).await.expect("reads"), [joris], "{role:?}");
    }
    assert_eq!(view.grants_of_client(sp_id(1)).await.expect("reads"), [anothers, everybodys]);
    assert_eq!(view.assignments_of(user_id(1), sp_id(2)).await.expect("reads"), []);
    assert_eq!(view.assignments_of(user_id(2), sp_id(2)).await.expect("reads"), assignments[1..]);
    assert_eq!(view.roles_of(user_id(1)).await.expect("reads"), []);
    assert_eq!(view.roles_of(user_id(2)).await.expect("reads"), roles[1..]);
}

async fn a_removed_users_name_is_free_again(store: Store) {
    done(&store, users([user(1, "sanne.devries")])).await;
    done(&store, changes([Change::UserRemoved(user_id(1))])).await;
    let second = User { id: user_id(2), ..user(1, "sanne.devries") };
    done(&store, users([second.clone()])).await;
    let found = store.tenant(WATERKANT).user_by_upn(&folded("sanne.devries@waterkant.example")).await;
    assert_eq!(found.expect("reads"), Some(second));
}

async fn a_removed_service_principal_takes_along_what_was_its(store: Store) {
    let sps = [1, 2, 3].map(|number| sp(number, number, "Waterkant"));
    done(&store, changes(sps.clone().map(|sp| Change::ServicePrincipalAdded(Box::new(sp))))).await;
    let as_client = grant(1, None, &["User.Read"]);
    let as_resource = Grant { client: sp_id(2), resource: sp_id(1), ..grant(2, None, &["Orders.Read"]) };
    let others = Grant { client: sp_id(3), ..grant(3, None, &["Files.Read"]) };
    done(&store, changes([as_client, as_resource, others.clone()].map(Change::GrantAdded))).await;
    let held = assigned(1, sp_id(1), MemberKind::ServicePrincipal);
    let given = AppRoleAssignment { resource: sp_id(1), ..assigned(2, user_id(1), MemberKind::User) };
    let kept = assigned(3, sp_id(3), MemberKind::ServicePrincipal);
    done(&store, changes([held, given, kept].map(Change::AppRoleAssigned))).await;
    let roles = [1, 3].map(|number| role(number, sp_id(number), 1));
    done(&store, changes(roles.map(Change::RoleAssigned))).await;
    let member = |number| Link {
        of: group_id(1).into(),
        member: sp_id(number).into(),
        kind: MemberKind::ServicePrincipal,
        role: LinkRole::Member,
    };
    done(&store, changes([member(1), member(3)].map(Change::LinkAdded))).await;

    done(&store, changes([Change::ServicePrincipalRemoved(sp_id(1))])).await;

    let view = store.tenant(WATERKANT);
    assert_eq!(view.sp_by_id(sp_id(1)).await.expect("reads"), None);
    assert_eq!(view.sp_by_app(app_id(1)).await.expect("reads"), None);
    assert_eq!(view.sp_by_name(&folded(&app_id(1).to_string())).await.expect("reads"), None);
    assert_eq!(view.sp_by_name(&folded(&app_id(2).to_string())).await.expect("reads").as_ref(), Some(&sps[1]));
    assert_eq!(view.grants_of_client(sp_id(1)).await.expect("reads"), []);
    assert_eq!(view.grants_of_client(sp_id(2)).await.expect("reads"), []);
    assert_eq!(view.grants_of_client(sp_id(3)).await.expect("reads"), [others]);
    assert_eq!(view.assignments_of(sp_id(1), sp_id(2)).await.expect("reads"), []);
    assert_eq!(view.assignments_of(user_id(1), sp_id(1)).await.expect("reads"), []);
    assert_eq!(view.assignments_of(sp_id(3), sp_id(2)).await.expect("reads"), [kept]);
    assert_eq!(view.roles_of(sp_id(1)).await.expect("reads"), []);
    assert_eq!(view.roles_of(sp_id(3)).await.expect("reads"), roles[1..]);
    let members = view.links_after(group_id(1), LinkRole::Member, None, 10).await.expect("reads");
    assert_eq!(members, [Assignee { id: sp_id(3).into(), kind: MemberKind::ServicePrincipal }]);
}

async fn a_removed_service_principals_app_and_names_are_free_again(store: Store) {
    let added = |number| changes([Change::ServicePrincipalAdded(Box::new(sp(number, 1, "Waterkant Intranet")))]);
    done(&store, added(1)).await;
    // The same app in another tenant is not theirs to remove.
    assert_eq!(store.commit(ZONNEBEL, &added(1), NOON).await.expect("commits"), Committed::Done);
    done(&store, changes([Change::ServicePrincipalRemoved(sp_id(1))])).await;
    done(&store, added(2)).await;
    let name = folded(&app_id(1).to_string());
    let found = store.tenant(WATERKANT).sp_by_name(&name).await.expect("reads");
    assert_eq!(found, Some(sp(2, 1, "Waterkant Intranet")));
    let found = store.tenant(ZONNEBEL).sp_by_name(&name).await.expect("reads");
    assert_eq!(found, Some(sp(1, 1, "Waterkant Intranet")));
}
