//! Passwords: argon2id, on a bounded pool. An unknown user costs as much as a known one.

use crate::House;
use crate::pool::Busy;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use mandate_base::Secret;
use std::sync::OnceLock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Right,
    Wrong,
}

/// The OWASP minimum: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Longer ones are refused before they are hashed.
pub const LONGEST: usize = 256;

fn argon() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes on the caller's thread: for seeds and tools. Requests use [`hash`].
pub fn hash_now(password: &str, salt: [u8; 16]) -> Option<Secret<String>> {
    let hash = argon().hash_password_with_salt(password.as_bytes(), &salt).ok()?;
    Some(Secret::new(hash.to_string()))
}

fn verify_now(password: &str, hash: &str) -> Verdict {
    let right = PasswordHash::new(hash).is_ok_and(|hash| argon().verify_password(password.as_bytes(), &hash).is_ok());
    if right { Verdict::Right } else { Verdict::Wrong }
}

/// The hash of no password, to spend the same time on a user who is not there.
fn nobody() -> &'static str {
    static NOBODY: OnceLock<String> = OnceLock::new();
    NOBODY.get_or_init(|| hash_now("", [0x6d; 16]).map(|hash| hash.expose().clone()).unwrap_or_default())
}

/// `Err`: too much is waiting, or the hash could not be made.
pub async fn hash(house: &House, password: Secret<String>) -> Result<Secret<String>, Busy> {
    let salt = house.draw(|draw| draw.bytes::<16>());
    house.hashers.run(move || hash_now(password.expose(), salt)).await?.ok_or(Busy)
}

pub async fn verify(house: &House, password: Secret<String>, hash: Option<&Secret<String>>) -> Result<Verdict, Busy> {
    if password.expose().len() > LONGEST {
        return Ok(Verdict::Wrong);
    }
    let known = hash.is_some();
    let hash = hash.map_or_else(|| nobody().to_owned(), |hash| hash.expose().clone());
    let verdict = house.hashers.run(move || verify_now(password.expose(), &hash)).await?;
    Ok(if known { verdict } else { Verdict::Wrong })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_only() {
        let hash = hash_now("Polder-Fiets-42", [7; 16]).expect("hashable");
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(verify_now("Polder-Fiets-42", hash.expose()), Verdict::Right);
        assert_eq!(verify_now("polder-fiets-42", hash.expose()), Verdict::Wrong);
        assert_eq!(verify_now("", nobody()), Verdict::Right);
        assert_eq!(verify_now("x", "no hash"), Verdict::Wrong);
    }
}
