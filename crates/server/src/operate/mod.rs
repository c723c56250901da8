//! What an operator does from a shell, on the store itself: `mandate keys` and `mandate consent`. A server that runs on the
//! same store sees it within a second. Never: a secret in the output.

pub mod consent;
pub mod keys;
#[cfg(test)]
mod tests;

use crate::dev::{Folder, place};
use crate::outside::{Outside, Reach};
use crate::{chance, clock};
use clap::Args;
use mandate_store::Store;
use mandate_usecases::keys::load_or_make;
use mandate_usecases::{House, Origins, Settings};
use std::path::PathBuf;
use std::sync::Arc;

/// Where the data is.
#[derive(Args, Clone)]
pub struct At {
    /// The folder with the keys, and with the data unless --store says otherwise.
    #[arg(long, value_name = "DIR", default_value = ".mandate", global = true)]
    pub data: PathBuf,
    /// sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL", global = true)]
    pub store: Option<String>,
}

impl At {
    fn folder(&self) -> Result<Folder, String> {
        if self.data.is_dir() { Folder::open(&self.data) } else { Err(format!("no folder {}", self.data.display())) }
    }

    async fn open(&self) -> Result<(Folder, Store), String> {
        let folder = self.folder()?;
        let place = place(self.store.as_deref(), &folder)?;
        Ok((folder, Store::open(&place).await.map_err(told)?))
    }

    async fn house(&self) -> Result<House, String> {
        let (folder, store) = self.open().await?;
        let origin = "https://localhost";
        let mut draw = chance::system();
        let loaded = load_or_make(&store, folder.kek()?, origin, clock::now(), folder.spare_keys()?, &mut *draw);
        let (keys, _) = loaded.await.map_err(told)?;
        let settings = Settings {
            origins: Origins::at(origin),
            signers: 1,
            hashers: 1,
            clock: Arc::new(clock::now),
            chance: Arc::new(chance::system),
            fetch: Arc::new(Outside::new(Reach::Public, None)),
        };
        House::new(store, keys, settings).map_err(|error| format!("cannot start worker threads: {error}"))
    }
}

fn told(fault: impl std::fmt::Display) -> String {
    fault.to_string()
}

/// Runs one of them to its end.
pub fn run<T>(deed: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.map_err(|error| format!("cannot start the runtime: {error}"))?.block_on(deed)
}
