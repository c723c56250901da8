//! What a person asks the administrators to allow, since they may not (Graph's `userConsentRequest`;
//! consent-and-governance.md §7; features S1-16).
//!
//! Rules only. Next: `usecases/signin/request_consent.rs` sends one, `review.rs` decides it.

use super::{Item, Permission};
use crate::role::roles;
use crate::tenant::AdminConsentRequestPolicy;
use mandate_base::{AppId, ConsentRequestId, DAY, GroupId, Moment, RoleTemplateId, UserId};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq)]
pub struct ConsentRequest {
    pub id: ConsentRequestId,
    pub client: AppId,
    /// Who asks.
    pub user: UserId,
    pub asked: AskedFor,
    /// Their own words.
    pub reason: String,
    pub created: Moment,
    /// Without a decision it ends here.
    pub expires: Moment,
    pub decision: Option<Decision>,
}

/// How the app asked: the consent page for everybody is made of it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedFor {
    /// The scopes that it named; `None`: all that its registration lists. The two are different requests (§7.2.5).
    pub scope: Option<String>,
    pub permissions: Vec<Pending>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub resource: AppId,
    pub permission: Permission,
}

impl Pending {
    pub fn of(item: &Item) -> Pending {
        Pending { resource: item.resource, permission: item.permission.clone() }
    }

    pub fn is(&self, item: &Item) -> bool {
        self.resource == item.resource && self.permission == item.permission
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub verdict: Verdict,
    /// `None`: whoever runs the house, from a shell.
    pub by: Option<UserId>,
    pub at: Moment,
    /// Why not.
    pub justification: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    Approved,
    Denied,
    /// Nobody is to ask for this app again.
    Blocked,
}

/// How it stands, for whoever asked and whoever decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    InProgress,
    Expired,
    Decided(Verdict),
}

/// In characters; what somebody types is kept as it is, or not at all.
pub const LONGEST_REASON: usize = 1000;

/// Text that says something, and is no book.
pub fn reason_of(typed: &str) -> Option<&str> {
    let typed = typed.trim();
    (!typed.is_empty() && typed.chars().count() <= LONGEST_REASON).then_some(typed)
}

impl ConsentRequest {
    pub fn state(&self, now: Moment) -> RequestState {
        match &self.decision {
            Some(decision) => RequestState::Decided(decision.verdict),
            None if self.expires <= now => RequestState::Expired,
            None => RequestState::InProgress,
        }
    }

    /// Everything that it asks is among these.
    pub fn is_met_by(&self, given: impl Fn(&Pending) -> bool) -> bool {
        self.asked.permissions.iter().all(given)
    }
}

impl AdminConsentRequestPolicy {
    /// Between one day and sixty; thirty where nothing is said.
    pub fn life(&self) -> i64 {
        self.request_duration_in_days.clamp(1, 60) * DAY
    }

    pub fn reviews(&self, person: &Reviewer<'_>) -> bool {
        if !self.is_enabled {
            return false;
        }
        if self.reviewers.is_empty() {
            // Nobody is named: those who could say yes.
            return person.may_grant_for_all();
        }
        self.reviewers.iter().filter_map(|scope| ReviewerRule::parse(&scope.query)).any(|rule| match rule {
            ReviewerRule::User(user) => user == person.user,
            ReviewerRule::Members(group) => person.groups.contains(&group),
            ReviewerRule::Everybody(group) => person.groups_above.contains(&group),
            ReviewerRule::Role(role) => person.roles.contains(&role),
        })
    }
}

/// Who may be a reviewer, with what decides that.
pub struct Reviewer<'a> {
    pub user: UserId,
    pub groups: &'a [GroupId],
    /// However deep.
    pub groups_above: &'a [GroupId],
    /// Tenant-wide.
    pub roles: &'a [RoleTemplateId],
}

impl Reviewer<'_> {
    pub fn may_grant_for_all(&self) -> bool {
        self.roles.iter().any(|role| roles().template(*role).is_some_and(|role| !role.grants_for_all.is_empty()))
    }
}

/// A reviewer scope's query, as Graph writes them (graph-api.md: `accessReviewReviewerScope`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewerRule {
    User(UserId),
    Members(GroupId),
    Everybody(GroupId),
    Role(RoleTemplateId),
}

impl ReviewerRule {
    /// `None`: a query of another form, which names nobody.
    pub fn parse(query: &str) -> Option<ReviewerRule> {
        const ROLES: &str = "rolemanagement/directory/roleassignments?$filter=roledefinitionid eq ";
        let folded = query.trim().trim_start_matches(['.', '/']).to_ascii_lowercase();
        let path = folded.strip_prefix("v1.0/").or(folded.strip_prefix("beta/")).unwrap_or(&folded);
        if let Some(role) = path.strip_prefix(ROLES) {
            return RoleTemplateId::parse(role.trim_matches('\'')).ok().map(ReviewerRule::Role);
        }
        let parts: Vec<&str> = path.split('/').collect();
        match parts[..] {
            ["users", user] => UserId::parse(user).ok().map(ReviewerRule::User),
            ["groups", group, "members", ..] => GroupId::parse(group).ok().map(ReviewerRule::Members),
            ["groups", group, "transitivemembers", ..] => GroupId::parse(group).ok().map(ReviewerRule::Everybody),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::GLOBAL_ADMINISTRATOR;
    use crate::tenant::ReviewerScope;

    const USER: UserId = UserId::from_u128(1);
    const GROUP: GroupId = GroupId::from_u128(2);

    fn reviews(query: &str) -> bool {
        let scope = ReviewerScope { query: query.to_owned(), ..ReviewerScope::default() };
        let policy = AdminConsentRequestPolicy {
            is_enabled: true,
            reviewers: vec![scope],
            ..AdminConsentRequestPolicy::default()
        };
        let (groups, above) = ([GROUP], [GROUP, GroupId::from_u128(3)]);
        policy.reviews(&Reviewer { user: USER, groups: &groups, groups_above: &above, roles: &[GLOBAL_ADMINISTRATOR] })
    }

    #[test]
    fn a_reviewer_is_named_by_user_group_or_role_in_graphs_words() {
        let yes = [
            format!("/users/{USER}"),
            format!("/v1.0/users/{USER}"),
            format!("./users/{USER}"),
            format!("/groups/{GROUP}/transitiveMembers"),
            format!("/beta/groups/{GROUP}/members/microsoft.graph.user"),
            format!("/groups/{}/transitiveMembers/microsoft.graph.user", GroupId::from_u128(3)),
            format!(
                "/beta/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '{GLOBAL_ADMINISTRATOR}'"
            ),
        ];
        let no = [
            format!("/users/{}", UserId::from_u128(9)),
            format!("/groups/{}/members", GroupId::from_u128(3)),
            format!("/groups/{GROUP}"),
            format!("/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '{USER}'"),
            "/users".to_owned(),
            String::new(),
        ];
        assert!(yes.iter().all(|query| reviews(query)), "{yes:?}");
        assert!(!no.iter().any(|query| reviews(query)), "{no:?}");
    }

    #[test]
    fn nobody_named_means_those_who_could_say_yes_and_turned_off_means_nobody() {
        let policy = AdminConsentRequestPolicy { is_enabled: true, ..AdminConsentRequestPolicy::default() };
        let with = |roles| Reviewer { user: USER, groups: &[], groups_above: &[], roles };
        assert!(policy.reviews(&with(&[GLOBAL_ADMINISTRATOR])));
        assert!(!policy.reviews(&with(&[])));
        let off = AdminConsentRequestPolicy::default();
        assert!(!off.reviews(&with(&[GLOBAL_ADMINISTRATOR])));
    }

    #[test]
    fn a_request_lives_between_a_day_and_sixty() {
        for (days, life) in [(30, 30), (0, 1), (1, 1), (60, 60), (61, 60), (i64::MIN, 1), (i64::MAX, 60)] {
            let policy =
                AdminConsentRequestPolicy { request_duration_in_days: days, ..AdminConsentRequestPolicy::default() };
            assert_eq!(policy.life(), life * DAY, "{days}");
        }
    }

    #[test]
    fn a_reason_says_something_and_is_no_book() {
        assert_eq!(reason_of("  for the fleet plan \n"), Some("for the fleet plan"));
        assert_eq!(reason_of(" \n"), None);
        assert_eq!(reason_of(&"é".repeat(LONGEST_REASON)).map(str::len), Some(2 * LONGEST_REASON));
        assert_eq!(reason_of(&"é".repeat(LONGEST_REASON + 1)), None);
    }
}
