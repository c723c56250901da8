//! Who in this organisation can grant what the person in front of the page cannot.

use crate::Fault;
use mandate_base::{GroupId, ObjectId, RoleTemplateId, UserId};
use mandate_domain::group::{LinkRole, MemberKind};
use mandate_domain::role::{GLOBAL_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR, roles};
use mandate_domain::user::User;
use mandate_store::TenantView;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoCanHelp {
    pub name: String,
    pub mail: Option<String>,
    pub role: &'static str,
}

/// A page names a few people, not a list of all administrators.
const MOST: usize = 4;

/// `app_roles`: application permissions of Graph are asked, which only the two highest roles may grant.
pub async fn who_can_help(view: TenantView<'_>, app_roles: bool) -> Result<Vec<WhoCanHelp>, Fault> {
    let mut found: Vec<WhoCanHelp> = Vec::new();
    for role in able(app_roles) {
        let holders = view.role_holders(role, MOST as i64).await?;
        // A role within a unit grants nothing for the organisation.
        for holder in holders.iter().filter(|holder| holder.within.is_none()) {
            for user in people_behind(view, holder.principal).await? {
                let known = found.iter().any(|helper| helper.name == user.display_name);
                if !user.account_enabled || known || found.len() == MOST {
                    continue;
                }
                let role = roles().template(role).map_or("", |role| role.name);
                found.push(WhoCanHelp { name: user.display_name, mail: user.mail, role });
            }
        }
    }
    Ok(found)
}

/// Who holds a role: the person, or the members of the group.
async fn people_behind(view: TenantView<'_>, holder: ObjectId) -> Result<Vec<User>, Fault> {
    if let Some(user) = view.user_by_id(UserId::from(holder)).await? {
        return Ok(vec![user]);
    }
    let mut people = Vec::new();
    let members = view.links_after(GroupId::from(holder), LinkRole::Member, None, MOST as i64).await?;
    for member in members.iter().filter(|member| member.kind == MemberKind::User) {
        people.extend(view.user_by_id(UserId::from(member.id)).await?);
    }
    Ok(people)
}

/// Lesser roles first: whoever can help should not have to be the highest.
fn able(app_roles: bool) -> Vec<RoleTemplateId> {
    let highest = [PRIVILEGED_ROLE_ADMINISTRATOR, GLOBAL_ADMINISTRATOR];
    let able = |id: &RoleTemplateId| !app_roles || highest.contains(id);
    let granting = roles().templates().iter().filter(|role| !role.grants_for_all.is_empty()).map(|role| role.id);
    let mut list: Vec<RoleTemplateId> = granting.filter(able).collect();
    list.sort_by_key(|id| highest.iter().position(|high| high == id).map_or(0, |place| place + 1));
    list
}
