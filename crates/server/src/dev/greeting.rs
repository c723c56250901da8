//! What `mandate dev` tells: `dev.env` for scripts, a short table for people.

use super::folder::Folder;
use crate::seed::{Seed, SeedTenant, SeedUser};
use mandate_domain::role::GLOBAL_ADMINISTRATOR;
use mandate_usecases::Origins;

/// The contract of architecture §1: one `NAME=value` a line.
/// `MANDATE_LOCAL` is where this machine reaches it, whatever names it answers to.
pub fn env(here: &str, origins: &Origins, folder: &Folder, seed: &Seed) -> String {
    let mut lines = vec![
        format!("MANDATE_BASE={}", origins.login),
        format!("MANDATE_GRAPH={}", origins.graph),
        format!("MANDATE_LOCAL={here}"),
        format!("MANDATE_CA={}", folder.ca().display()),
    ];
    if let Some(tenant) = seed.tenants.first() {
        lines.push(format!("MANDATE_TENANT={}", tenant.tenant.id));
        push_person(&mut lines, "MANDATE_ADMIN_USER", "MANDATE_ADMIN_PASSWORD", administrator(tenant));
        push_person(&mut lines, "MANDATE_USER", "MANDATE_USER_PASSWORD", ordinary(tenant));
        let confidential = tenant.applications.iter().find(|app| !app.secrets.is_empty());
        if let Some(app) = confidential {
            lines.push(format!("MANDATE_CLIENT_ID={}", app.card.app_id));
            lines.extend(app.secrets.first().map(|s| format!("MANDATE_CLIENT_SECRET={}", s.secret.expose())));
        }
        let public = tenant.applications.iter().find(|app| {
            let registration = &app.card.registration;
            app.secrets.is_empty()
                && (registration.is_fallback_public_client == Some(true)
                    || !registration.public_client.redirect_uris.is_empty())
        });
        lines.extend(public.map(|app| format!("MANDATE_PUBLIC_CLIENT_ID={}", app.card.app_id)));
    }
    lines.join("\n") + "\n"
}

fn push_person(lines: &mut Vec<String>, name: &str, password: &str, person: Option<&SeedUser>) {
    let Some(person) = person else { return };
    lines.push(format!("{name}={}", person.user.upn.as_str()));
    lines.extend(person.password.as_ref().map(|secret| format!("{password}={}", secret.expose())));
}

fn usable(user: &&SeedUser) -> bool {
    user.user.account_enabled && user.password.is_some()
}

fn administrator(tenant: &SeedTenant) -> Option<&SeedUser> {
    let holds = |user: &&SeedUser| {
        let held = tenant.role_assignments.iter();
        let of_user = held.filter(|held| held.principal == user.user.id.into() && held.within.is_none());
        of_user.into_iter().any(|held| held.role == GLOBAL_ADMINISTRATOR)
    };
    tenant.users.iter().filter(usable).find(holds)
}

fn ordinary(tenant: &SeedTenant) -> Option<&SeedUser> {
    let roleless = |user: &&SeedUser| tenant.role_assignments.iter().all(|held| held.principal != user.user.id.into());
    tenant.users.iter().filter(usable).filter(|user| !user.user.is_guest()).find(roleless)
}

pub fn print(login: &str, folder: &Folder, seed: &Seed, own_seed: bool) {
    println!("Mandate is up at {login}");
    println!("  trust   {}", folder.ca().display());
    println!("  env     {}", folder.path().join("dev.env").display());
    for tenant in &seed.tenants {
        println!("\n{}  {}", tenant.tenant.profile.display_name, tenant.tenant.id);
        println!("  metadata  {login}/{}/v2.0/.well-known/openid-configuration", tenant.tenant.id);
        for user in tenant.users.iter().filter(usable).take(12) {
            // The sample's password is public; what somebody wrote into their own file is not ours to show.
            let password = user.password.as_ref().filter(|_| !own_seed).map_or("", |secret| secret.expose().as_str());
            println!("  user  {:<44} {password}", user.user.upn.as_str());
        }
        for app in tenant.applications.iter().take(12) {
            println!("  app   {}  {}", app.card.app_id, app.card.registration.display_name);
        }
    }
    println!();
}

/// The lines for a hosts file.
pub fn names_to_lead_here(names: &[String], port: u16) {
    println!("Clients come here when these names lead to this machine, as in a hosts file:");
    println!("  127.0.0.1  {}", names.join(" "));
    if port != 443 {
        println!("They ask at port 443: lead that to port {port} as well.");
    }
    println!();
}

/// A changed seed is not merged into data that apps have worked on since.
pub fn warn_of_old_data(folder: &Folder) {
    let path = folder.path().display();
    println!("The seed has changed since the data in {path} was made, and is not applied to it.");
    println!("Start with another --data folder, or remove this one, to begin with the new seed.\n");
}
