//! A seed → tenants in the store. Passwords and secrets are hashed here, on the way in.

use crate::seed::{Seed, SeedApplication, SeedTenant, SeedUser};
use mandate_base::{Draw, Secret};
use mandate_domain::application::{AppCard, ClientSecret};
use mandate_domain::user::User;
use mandate_jose::SecretDigest;
use mandate_usecases::access::Permit;
use mandate_usecases::directory::{ImportRefusal, NewTenant};
use mandate_usecases::{House, passwords, settle};
use std::collections::HashMap;

/// Brings in every tenant of the seed that is not there yet, and tells how many were there already.
pub async fn import(house: &House, seed: Seed) -> Result<usize, String> {
    let permit = Permit::system("seed");
    let mut hashes = Hashes::default();
    let mut kept = 0;
    for seeded in seed.tenants {
        // Asked before anything is hashed: most starts bring in nothing, and hashing is most of what a start would do.
        let known = house.store.global().tenant_by_id(seeded.tenant.id).await.map_err(|fault| fault.to_string())?;
        if known.is_some() {
            kept += 1;
            continue;
        }
        let new = house.draw(|draw| new_tenant(&permit, seeded, &mut hashes, draw))?;
        match settle(house, new.tenant.id, &new).await {
            Ok(Ok(())) => {}
            Ok(Err(ImportRefusal::TenantExists)) => kept += 1,
            Err(fault) => return Err(fault.to_string()),
        }
    }
    Ok(kept)
}

/// Sample users share a password, and hashing is slow by design: equal passwords of one seed share a hash. Only seeds
/// come in this way, and theirs stand in a file.
#[derive(Default)]
struct Hashes(HashMap<String, Secret<String>>);

impl Hashes {
    fn of(&mut self, password: &Secret<String>, draw: &mut dyn Draw) -> Result<Secret<String>, String> {
        if let Some(hash) = self.0.get(password.expose()) {
            return Ok(hash.clone());
        }
        let hash = passwords::hash_now(password.expose(), draw.bytes::<16>());
        let hash = hash.ok_or_else(|| "a password of the seed cannot be hashed".to_owned())?;
        self.0.insert(password.expose().clone(), hash.clone());
        Ok(hash)
    }
}

fn new_tenant<'p>(
    permit: &'p Permit,
    seeded: SeedTenant,
    hashes: &mut Hashes,
    draw: &mut dyn Draw,
) -> Result<NewTenant<'p>, String> {
    let users = seeded.users.into_iter().map(|user| with_password(user, hashes, draw)).collect::<Result<_, _>>()?;
    let applications = seeded.applications.into_iter().map(|app| with_secrets(app, draw)).collect();
    Ok(NewTenant {
        permit,
        correlation: draw.id().into(),
        tenant: seeded.tenant,
        users,
        groups: seeded.groups,
        units: seeded.units,
        links: seeded.links,
        applications,
        service_principals: seeded.service_principals,
        grants: seeded.grants,
        app_role_assignments: seeded.app_role_assignments,
        role_assignments: seeded.role_assignments,
    })
}

fn with_password(seeded: SeedUser, hashes: &mut Hashes, draw: &mut dyn Draw) -> Result<User, String> {
    let password = seeded.password.as_ref().map(|password| hashes.of(password, draw)).transpose()?;
    Ok(User { password, ..seeded.user })
}

fn with_secrets(seeded: SeedApplication, draw: &mut dyn Draw) -> AppCard {
    let secrets = seeded.secrets.into_iter().map(|secret| ClientSecret {
        key_id: secret.key_id,
        display_name: secret.display_name,
        hint: secret.secret.expose().chars().take(3).collect(),
        digest: SecretDigest::make(secret.secret.expose(), draw.bytes::<16>()),
        start: secret.start,
        end: secret.end,
    });
    AppCard { secrets: secrets.collect(), ..seeded.card }
}
