//! The data folder of `mandate dev`: what is kept between starts, and `dev.env`.

use mandate_base::Moment;
use mandate_jose::{b64url_decode, b64url_encode, hash, random_bytes};
use mandate_store::{KeyRow, KeyUse};
use mandate_usecases::keys::Kek;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

pub struct Folder(PathBuf);

const KEK: &str = "kek";
const NEXT_KEK: &str = "kek.next";
const KEYS: &str = "keys.json";
const ENV: &str = "dev.env";
const SEED: &str = "seed.sha256";

fn digest(seed: &str) -> String {
    b64url_encode(&hash::sha256(seed.as_bytes()))
}

#[derive(Serialize, Deserialize)]
struct KeptKey {
    name: String,
    signing: bool,
    material: String,
    created: Moment,
    #[serde(default)]
    active_from: Moment,
}

impl Folder {
    pub fn open(path: &Path) -> Result<Folder, String> {
        let told = |error: std::io::Error| format!("cannot use {}: {error}", path.display());
        // Password hashes and keys lie in it.
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(told)?;
        Ok(Folder(fs::canonicalize(path).map_err(told)?))
    }

    /// The folder of an emulator that runs; nothing is made.
    pub fn of_running(path: &Path) -> Result<Folder, String> {
        let folder = Folder(fs::canonicalize(path).map_err(|error| format!("cannot use {}: {error}", path.display()))?);
        if folder.0.join(ENV).is_file() {
            return Ok(folder);
        }
        Err(format!("no emulator runs with {}: there is no {ENV} in it", path.display()))
    }

    /// What `dev.env` says.
    pub fn env(&self) -> Result<BTreeMap<String, String>, String> {
        let text = self.read(ENV)?.unwrap_or_default();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn ca(&self) -> PathBuf {
        self.0.join("ca.pem")
    }

    fn told(&self, name: &str, error: &std::io::Error) -> String {
        format!("cannot use {}: {error}", self.0.join(name).display())
    }

    fn read(&self, name: &str) -> Result<Option<String>, String> {
        match fs::read_to_string(self.0.join(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.told(name, &error)),
        }
    }

    /// Whole or not at all, and for the owner only.
    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        let (path, fresh) = (self.0.join(name), self.0.join(format!("{name}.new")));
        let write = || -> std::io::Result<()> {
            let _ = fs::remove_file(&fresh);
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&fresh, &path)
        };
        write().map_err(|error| self.told(name, &error))
    }

    pub fn kek(&self) -> Result<Kek, String> {
        if let Some(text) = self.read(KEK)? {
            let bytes = b64url_decode(text.trim()).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            return bytes.map(Kek::new).ok_or_else(|| format!("{} is damaged", self.0.join(KEK).display()));
        }
        // A new key beside old keys would lock them in for good: the old one may only be misplaced.
        if self.0.join(KEYS).exists() {
            return Err(format!("{} is missing, and {KEYS} was sealed with it", self.0.join(KEK).display()));
        }
        let key = random_bytes::<32>();
        self.write(KEK, &b64url_encode(&key))?;
        Ok(Kek::new(key))
    }

    /// For whoever works on keys that are there: none is made.
    pub fn kek_there(&self) -> Result<Kek, String> {
        let path = self.0.join(KEK);
        if path.exists() { self.kek() } else { Err(format!("there is no {}", path.display())) }
    }

    /// The next key-encryption key, beside the one in use: should the machine stop in between, neither is lost.
    pub fn next_kek(&self) -> Result<Kek, String> {
        let path = self.0.join(NEXT_KEK);
        if path.exists() {
            return Err(format!(
                "{} is there: sealing anew was broken off. When the server starts, remove it; when it does not, rename it to {KEK}",
                path.display()
            ));
        }
        let key = random_bytes::<32>();
        self.write(NEXT_KEK, &b64url_encode(&key))?;
        Ok(Kek::new(key))
    }

    /// Everything is sealed with the next one.
    pub fn take_next_kek(&self, rows: &[KeyRow]) -> Result<(), String> {
        self.keep_keys(rows)?;
        fs::rename(self.0.join(NEXT_KEK), self.0.join(KEK)).map_err(|error| self.told(NEXT_KEK, &error))
    }

    pub fn spare_keys(&self) -> Result<Vec<KeyRow>, String> {
        let Some(text) = self.read(KEYS)? else { return Ok(Vec::new()) };
        let damaged = || format!("{} is damaged", self.0.join(KEYS).display());
        let kept: Vec<KeptKey> = serde_json::from_str(&text).map_err(|_| damaged())?;
        let rows = kept.into_iter().map(|key| {
            let purpose = if key.signing { KeyUse::Signing } else { KeyUse::House };
            let material = b64url_decode(&key.material)?;
            Some(KeyRow { name: key.name, purpose, material, created: key.created, active_from: key.active_from })
        });
        rows.collect::<Option<_>>().ok_or_else(damaged)
    }

    pub fn keep_keys(&self, rows: &[KeyRow]) -> Result<(), String> {
        let kept: Vec<KeptKey> = rows
            .iter()
            .map(|row| KeptKey {
                name: row.name.clone(),
                signing: row.purpose == KeyUse::Signing,
                material: b64url_encode(&row.material),
                created: row.created,
                active_from: row.active_from,
            })
            .collect();
        let text = serde_json::to_string(&kept).map_err(|error| error.to_string())?;
        self.write(KEYS, &text)
    }

    /// Was the data made from another seed than this?
    pub fn seed_changed(&self, seed: &str) -> Result<bool, String> {
        Ok(self.read(SEED)?.is_some_and(|noted| noted != digest(seed)))
    }

    pub fn note_seed(&self, seed: &str) -> Result<(), String> {
        self.write(SEED, &digest(seed))
    }

    /// A script waits for this file: an old one would tell it that we are up.
    pub fn forget_env(&self) -> Result<(), String> {
        match fs::remove_file(self.0.join(ENV)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(self.told(ENV, &error)),
            _ => Ok(()),
        }
    }

    pub fn write_env(&self, text: &str) -> Result<(), String> {
        self.write(ENV, text)
    }
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
