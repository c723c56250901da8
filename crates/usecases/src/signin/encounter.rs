//! A person meets an app: everything that decides whether it may have what it asks for, loaded in one go.

use crate::resources::{self, Resource};
use crate::settle::Facing;
use crate::{Fault, Origins, people};
use futures_util::future::{try_join, try_join_all, try_join4};
use mandate_base::{AppId, AppRoleId, RoleTemplateId, UserId};
use mandate_domain::application::AppCard;
use mandate_domain::catalogue::GRAPH;
use mandate_domain::consent::{Asked, ResourceFacts, ScopeRefusal, Survey, SurveyFacts, Wants, survey};
use mandate_domain::grant::Grant;
use mandate_domain::role::RoleAssignment;
use mandate_domain::service_principal::ServicePrincipal;
use mandate_domain::signin::scopes::{ResourceAsk, ScopeAsk};
use mandate_domain::signin::steps::{Meeting, NotLetIn, let_in};
use mandate_domain::tenant::Tenant;
use mandate_domain::user::User;
use mandate_store::TenantView;
use std::sync::Arc;

/// Who asks whom for what.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    pub origins: &'a Origins,
    pub client: AppId,
    pub user: UserId,
    pub scopes: &'a ScopeAsk,
    /// `/.default` means the whole static list, since the client wants a consent page.
    pub whole_list: bool,
}

#[derive(Clone, Debug)]
pub struct Encounter {
    pub tenant: Arc<Tenant>,
    pub client: Arc<AppCard>,
    pub client_sp: Option<Arc<ServicePrincipal>>,
    pub user: Arc<User>,
    pub role_assignments: Vec<RoleAssignment>,
    pub roles: Vec<RoleTemplateId>,
    pub assigned: bool,
    pub asked: Vec<Asked>,
    pub resources: Vec<Loaded>,
    /// APIs that know this client (`knownClientApplications`), as clients of the next ones: consented to together
    /// (protocol.md §5.4).
    pub behind: Vec<Encounter>,
}

/// An API that the request or the app's static list touches.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub card: Arc<AppCard>,
    pub sp: Option<Arc<ServicePrincipal>>,
    pub grants: Vec<Grant>,
    pub roles_held: Vec<AppRoleId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EncounterRefusal {
    NoSuchTenant,
    NoSuchClient,
    NoSuchUser,
    NoSuchResource {
        name: String,
    },
    /// An app asks for a token to itself by a URI; only its GUID will do (protocol.md §5.4).
    ItselfByUri,
}

pub async fn encounter(facing: Facing<'_>, asking: &Asking<'_>) -> Result<Result<Encounter, EncounterRefusal>, Fault> {
    let mut met = match meet(facing, asking).await? {
        Ok(met) => met,
        Err(refusal) => return Ok(Err(refusal)),
    };
    for api in met.known_apis() {
        let scopes = everything_listed(&api);
        // An API that reaches nothing itself, or cannot be met here, has nothing to add.
        if !scopes.resources.is_empty()
            && let Ok(behind) = meet(facing, &Asking { client: api.app_id, scopes: &scopes, ..*asking }).await?
        {
            met.behind.push(behind);
        }
    }
    Ok(Ok(met))
}

/// `/.default` of every API that the registration lists.
fn everything_listed(api: &AppCard) -> ScopeAsk {
    let listed = &api.registration.required_resource_access;
    let ask = |app: AppId| ResourceAsk { name: Some(app.to_string()), default: true, values: Vec::new() };
    let others = listed.iter().map(|required| required.resource_app_id).filter(|app| *app != api.app_id);
    ScopeAsk { resources: others.map(ask).collect(), ..ScopeAsk::default() }
}

/// First what is known of apps; then the person's rows, all at once.
async fn meet(facing: Facing<'_>, asking: &Asking<'_>) -> Result<Result<Encounter, EncounterRefusal>, Fault> {
    let view = facing.view;
    let Some(tenant) = facing.tenant().await? else { return Ok(Err(EncounterRefusal::NoSuchTenant)) };
    let Some(client) = facing.card(asking.client).await? else { return Ok(Err(EncounterRefusal::NoSuchClient)) };
    let client_sp = facing.instance(client.app_id).await?;
    let (asked, touched) = match touched(facing, asking, &client).await? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let resources = touched.into_iter().map(|resource| load(view, client_sp.as_deref(), resource, asking.user));
    let (user, role_assignments, assigned, resources) = try_join4(
        view.user_by_id(asking.user),
        view.roles_of(asking.user),
        is_assigned(view, asking.user, client_sp.as_deref()),
        try_join_all(resources),
    )
    .await?;
    let Some(user) = user.map(Arc::new) else { return Ok(Err(EncounterRefusal::NoSuchUser)) };
    let roles = people::tenant_wide(&role_assignments);
    let behind = Vec::new();
    Ok(Ok(Encounter { tenant, client, client_sp, user, role_assignments, roles, assigned, asked, resources, behind }))
}

/// What is asked, and the APIs that decide about it.
async fn touched(
    facing: Facing<'_>,
    asking: &Asking<'_>,
    client: &AppCard,
) -> Result<Result<(Vec<Asked>, Vec<Resource>), EncounterRefusal>, Fault> {
    for name in asking.scopes.resources.iter().filter_map(|ask| ask.name.as_deref()) {
        let by_uri = AppId::parse(name).is_err();
        let found = resources::by_name(facing, asking.origins, Some(name)).await?;
        if by_uri && found.is_some_and(|resource| resource.card.app_id == client.app_id) {
            return Ok(Err(EncounterRefusal::ItselfByUri));
        }
    }
    let (mut asked, mut found) = match resolve(facing, asking.origins, asking.scopes).await? {
        Ok(resolved) => resolved,
        Err(name) => return Ok(Err(EncounterRefusal::NoSuchResource { name })),
    };
    for ask in asked.iter_mut().filter(|ask| asking.whole_list && ask.wants == Wants::Default) {
        ask.wants = Wants::Whole;
    }
    // `/.default` may ask for the whole static list, of every API in it.
    if asked.iter().any(|ask| !matches!(ask.wants, Wants::Named(_))) {
        for required in &client.registration.required_resource_access {
            if found.iter().all(|known| known.card.app_id != required.resource_app_id) {
                found.extend(resources::by_app(facing, required.resource_app_id).await?);
            }
        }
    }
    Ok(Ok((asked, found)))
}

/// Is the person let in by an assignment, where one is required?
async fn is_assigned(view: TenantView<'_>, user: UserId, client: Option<&ServicePrincipal>) -> Result<bool, Fault> {
    match client {
        Some(sp) if sp.app_role_assignment_required => Ok(!view.assignments_of_user(user, sp.id).await?.is_empty()),
        _ => Ok(false),
    }
}

/// An API with what the client holds there.
async fn load(
    view: TenantView<'_>,
    client: Option<&ServicePrincipal>,
    Resource { card, sp }: Resource,
    user: UserId,
) -> Result<Loaded, Fault> {
    let (grants, held) = match (client, &sp) {
        (Some(client), Some(api)) => {
            let grants = view.grants_between(client.id, api.id, user);
            try_join(grants, view.assignments_of(client.id, api.id)).await?
        }
        _ => (Vec::new(), Vec::new()),
    };
    Ok(Loaded { card, sp, grants, roles_held: held.iter().map(|assignment| assignment.role).collect() })
}

/// Scopes by name → what is asked of which resource. The error is the name that means nothing here.
pub async fn resolve(
    facing: Facing<'_>,
    origins: &Origins,
    scopes: &ScopeAsk,
) -> Result<Result<(Vec<Asked>, Vec<Resource>), String>, Fault> {
    let (mut asked, mut found): (Vec<Asked>, Vec<Resource>) = (Vec::new(), Vec::new());
    for ask in &scopes.resources {
        let Some(resource) = resources::by_name(facing, origins, ask.name.as_deref()).await? else {
            return Ok(Err(ask.name.clone().unwrap_or_default()));
        };
        let app = resource.card.app_id;
        add(&mut asked, app, if ask.default { Wants::Default } else { Wants::Named(ask.values.clone()) });
        if found.iter().all(|known| known.card.app_id != app) {
            found.push(resource);
        }
    }
    let riders: Vec<String> = scopes.oidc().map(str::to_owned).collect();
    if !riders.is_empty() {
        if found.iter().all(|known| known.card.app_id != GRAPH) {
            found.extend(resources::by_app(facing, GRAPH).await?);
        }
        add(&mut asked, GRAPH, Wants::Named(riders));
    }
    Ok(Ok((asked, found)))
}

/// The asks that are of the same resource as the first, under whatever name; and whether there are others.
pub async fn of_first_resource(
    facing: Facing<'_>,
    origins: &Origins,
    scopes: &ScopeAsk,
) -> Result<(Vec<ResourceAsk>, bool), Fault> {
    let mut same: Vec<ResourceAsk> = Vec::new();
    let mut first = None;
    for ask in &scopes.resources {
        let found = resources::by_name(facing, origins, ask.name.as_deref()).await?;
        let app = found.map(|resource| resource.card.app_id);
        if *first.get_or_insert(app) == app {
            same.push(ask.clone());
        }
    }
    let several = same.len() < scopes.resources.len();
    Ok((same, several))
}

/// Two spellings of one resource are one question.
fn add(asked: &mut Vec<Asked>, resource: AppId, wants: Wants) {
    let same = asked.iter_mut().find(|ask| ask.resource == resource && matches!(ask.wants, Wants::Named(_)));
    match (same, wants) {
        (Some(Asked { wants: Wants::Named(held), .. }), Wants::Named(values)) => {
            for value in values {
                if !held.iter().any(|known| known.eq_ignore_ascii_case(&value)) {
                    held.push(value);
                }
            }
        }
        (_, wants) => asked.push(Asked { resource, wants }),
    }
}

impl Encounter {
    pub fn loaded(&self, resource: AppId) -> Option<&Loaded> {
        self.resources.iter().find(|loaded| loaded.card.app_id == resource)
    }

    /// APIs whose `/.default` is asked, that list this client as theirs and that this client lists as its own.
    fn known_apis(&self) -> Vec<Arc<AppCard>> {
        let listed = &self.client.registration.required_resource_access;
        let asked = self.asked.iter().filter(|ask| !matches!(ask.wants, Wants::Named(_)));
        asked
            .filter_map(|ask| self.loaded(ask.resource))
            .map(|loaded| loaded.card.clone())
            .filter(|card| card.app_id != self.client.app_id)
            .filter(|card| card.registration.api.known_client_applications.contains(&self.client.app_id))
            .filter(|card| listed.iter().any(|required| required.resource_app_id == card.app_id))
            .collect()
    }

    /// This client's survey, and those of the APIs behind it.
    pub fn surveys(&self) -> Result<Vec<(&Encounter, Survey)>, ScopeRefusal> {
        let mut surveys = vec![(self, self.survey()?)];
        surveys.extend(self.behind.iter().filter_map(|behind| Some((behind, behind.survey().ok()?))));
        Ok(surveys)
    }

    pub fn survey(&self) -> Result<Survey, ScopeRefusal> {
        self.survey_of(&self.asked)
    }

    pub fn survey_of(&self, asked: &[Asked]) -> Result<Survey, ScopeRefusal> {
        let resources: Vec<ResourceFacts<'_>> = self
            .resources
            .iter()
            .map(|loaded| ResourceFacts {
                card: &loaded.card,
                sp: loaded.sp.as_deref(),
                grants: &loaded.grants,
                roles_held: &loaded.roles_held,
            })
            .collect();
        let facts = SurveyFacts {
            tenant: &self.tenant,
            client: &self.client,
            client_sp: self.client_sp.as_deref(),
            roles: &self.roles,
            resources: &resources,
        };
        survey(asked, &facts)
    }

    pub fn let_in(&self) -> Result<(), NotLetIn> {
        let_in(&Meeting {
            client: &self.client,
            client_sp: self.client_sp.as_deref(),
            tenant: self.tenant.id,
            assigned: self.assigned,
        })
    }
}
