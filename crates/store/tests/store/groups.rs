//! Groups, who is in them, and which groups somebody is in, however deep.

use crate::sample::{
    WATERKANT, changes, commit, done, group, group_id, group_in, owner_of, sp_id, user, user_id, user_in, users,
};
use mandate_base::ObjectId;
use mandate_domain::group::{Group, Link, LinkRole, MemberKind};
use mandate_domain::record::{Change, Record};
use mandate_store::{Assignee, Committed, Store};
use serde_json::json;

on_each_backend!(
    a_group_comes_back_whole,
    a_group_is_added_once,
    members_and_owners_are_told_apart,
    members_come_in_pages,
    a_link_is_added_once,
    groups_of_an_object_are_the_direct_ones,
    groups_above_go_through_every_nesting,
    groups_above_leave_out_what_secures_nothing,
    groups_above_end_in_a_stored_cycle,
);

fn groups(list: impl IntoIterator<Item = Group>, links: impl IntoIterator<Item = Link>) -> Record {
    let groups = list.into_iter().map(|group| Change::GroupAdded(Box::new(group)));
    changes(groups.chain(links.into_iter().map(Change::LinkAdded)))
}

async fn a_group_comes_back_whole(store: Store) {
    let mut everyone = group(1, "Iedereen & \"Ärzte\"");
    everyone.more.insert("mailNickname".into(), json!("iedereen"));
    everyone.more.insert("groupTypes".into(), json!(["Unified"]));
    let mail = Group { security_enabled: false, mail_enabled: true, ..group(2, "Post") };
    done(&store, groups([everyone.clone(), mail.clone()], [])).await;
    assert_eq!(store.tenant(WATERKANT).group_by_id(group_id(1)).await.expect("reads"), Some(everyone));
    assert_eq!(store.tenant(WATERKANT).group_by_id(group_id(2)).await.expect("reads"), Some(mail));
    assert_eq!(store.tenant(WATERKANT).group_by_id(group_id(3)).await.expect("reads"), None);
}

async fn a_group_is_added_once(store: Store) {
    done(&store, groups([group(1, "IT")], [])).await;
    assert_eq!(commit(&store, groups([group(1, "Finance")], [])).await, Committed::Raced);
    assert_eq!(store.tenant(WATERKANT).group_by_id(group_id(1)).await.expect("reads"), Some(group(1, "IT")));
    // Names are not unique.
    done(&store, groups([group(2, "IT")], [])).await;
}

fn assignee(id: impl Into<ObjectId>, kind: MemberKind) -> Assignee {
    Assignee { id: id.into(), kind }
}

async fn members_and_owners_are_told_apart(store: Store) {
    let app = Link {
        of: group_id(1).into(),
        member: sp_id(1).into(),
        kind: MemberKind::ServicePrincipal,
        role: LinkRole::Member,
    };
    let links = [user_in(1, 1), group_in(1, 2), app, owner_of(1, 1), owner_of(1, 2), user_in(2, 3)];
    done(&store, groups([group(1, "Iedereen"), group(2, "IT")], links)).await;
    let view = store.tenant(WATERKANT);
    let members = view.links_after(group_id(1), LinkRole::Member, None, 10).await.expect("reads");
    assert_eq!(
        members,
        [
            assignee(user_id(1), MemberKind::User),
            assignee(group_id(2), MemberKind::Group),
            assignee(sp_id(1), MemberKind::ServicePrincipal),
        ]
    );
    let owners = view.links_after(group_id(1), LinkRole::Owner, None, 10).await.expect("reads");
    assert_eq!(owners, [assignee(user_id(1), MemberKind::User), assignee(user_id(2), MemberKind::User)]);
    assert_eq!(view.links_after(group_id(2), LinkRole::Owner, None, 10).await.expect("reads"), []);
}

async fn members_come_in_pages(store: Store) {
    done(&store, groups([group(1, "Iedereen")], [3, 1, 5, 2, 4].map(|number| user_in(1, number)))).await;
    let view = store.tenant(WATERKANT);
    let mut read = view.links_after(group_id(1), LinkRole::Member, None, 2).await.expect("reads");
    done(&store, groups([], [user_in(1, 0), user_in(1, 6)])).await;
    while let Some(last) = read.last().map(|member| member.id) {
        let page = view.links_after(group_id(1), LinkRole::Member, Some(last), 2).await.expect("reads");
        if page.is_empty() {
            break;
        }
        read.extend(page);
    }
    assert_eq!(read, [1, 2, 3, 4, 5, 6].map(|number| assignee(user_id(number), MemberKind::User)));
}

async fn a_link_is_added_once(store: Store) {
    done(&store, groups([group(1, "IT")], [user_in(1, 1)])).await;
    assert_eq!(commit(&store, groups([], [user_in(1, 1)])).await, Committed::Raced);
    // Being an owner is another matter than being a member.
    done(&store, groups([], [owner_of(1, 1)])).await;
}

async fn groups_of_an_object_are_the_direct_ones(store: Store) {
    let links = [user_in(3, 1), user_in(1, 1), group_in(2, 1), owner_of(4, 1)];
    done(&store, groups([group(1, "IT"), group(2, "Iedereen"), group(3, "Finance"), group(4, "Operations")], links))
        .await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.groups_of(user_id(1)).await.expect("reads"), [1, 3].map(group_id));
    assert_eq!(view.groups_of(group_id(1)).await.expect("reads"), [group_id(2)]);
    assert_eq!(view.groups_of(user_id(2)).await.expect("reads"), []);
}

async fn groups_above_go_through_every_nesting(store: Store) {
    let names = (1..=70).map(|number| group(number, &format!("Level {number}")));
    let nested = (1..70).map(|number| group_in(number + 1, number));
    // Two ways up to the same group count once; owning a group is not being in it; a group that is not there is none.
    let links = nested.chain([user_in(1, 1), user_in(40, 1), owner_of(90, 1), user_in(91, 1)]);
    done(&store, groups(names.chain([group(90, "Owned")]), links)).await;
    let view = store.tenant(WATERKANT);
    let all: Vec<_> = (1..=70).map(group_id).collect();
    assert_eq!(view.groups_above(user_id(1), false).await.expect("reads"), all);
    assert_eq!(view.groups_above(user_id(2), false).await.expect("reads"), []);
}

async fn groups_above_leave_out_what_secures_nothing(store: Store) {
    let mail = |number, name| Group { security_enabled: false, mail_enabled: true, ..group(number, name) };
    let list = [group(1, "IT"), mail(2, "Nieuws"), group(3, "Iedereen"), mail(4, "Post")];
    done(&store, groups(list, [user_in(1, 1), user_in(2, 1), group_in(3, 1), group_in(4, 3)])).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.groups_above(user_id(1), false).await.expect("reads"), [1, 3].map(group_id));
    assert_eq!(view.groups_above(user_id(1), true).await.expect("reads"), [1, 2, 3, 4].map(group_id));
}

async fn groups_above_end_in_a_stored_cycle(store: Store) {
    // No deed makes a cycle; an import or a hand on the database might.
    let list = [group(1, "IT"), group(2, "Finance"), group(3, "Operations")];
    let links = [user_in(1, 1), group_in(2, 1), group_in(3, 2), group_in(1, 3), group_in(2, 2)];
    done(&store, groups(list, links)).await;
    done(&store, users([user(1, "sanne.devries")])).await;
    let view = store.tenant(WATERKANT);
    assert_eq!(view.groups_above(user_id(1), true).await.expect("reads"), [1, 2, 3].map(group_id));
}
