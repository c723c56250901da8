//! `mandate keys list | rotate | rekey`.

use super::{At, told};
use crate::clock;
use clap::Subcommand;
use mandate_domain::time;
use mandate_usecases::keys::{self, KeyState, RotateRefusal};

#[derive(Subcommand)]
pub enum Deed {
    /// The signing keys: which one signs, which comes next, which are kept for tokens that are still about.
    List,
    /// Let the next key sign, and make another one ready.
    Rotate {
        /// Also when the next key was not published for a day yet. Those who keep the old key set refuse new tokens until
        /// they look again.
        #[arg(long)]
        at_once: bool,
    },
    /// Seal the private halves under a new key-encryption key. Start the server anew afterwards.
    Rekey,
}

pub async fn run(at: &At, deed: Deed) -> Result<String, String> {
    match deed {
        Deed::List => list(at).await,
        Deed::Rotate { at_once } => {
            let (folder, store) = at.open().await?;
            let rotated = keys::rotate(&store, &folder.kek_there()?, clock::now(), at_once).await.map_err(told)?;
            let rows = rotated.map_err(|refusal| match refusal {
                RotateRefusal::TooSoon { until } => format!(
                    "the next key is known everywhere from {} on; --at-once does not wait for that",
                    time::iso(until)
                ),
                RotateRefusal::Raced => "the keys are being rotated by somebody else".to_owned(),
            })?;
            folder.keep_keys(&rows)?;
            list(at).await
        }
        Deed::Rekey => {
            let (folder, store) = at.open().await?;
            let old = folder.kek_there()?;
            let rows = keys::reseal(&store, &old, &folder.next_kek()?).await.map_err(told)?;
            folder.take_next_kek(&rows)?;
            Ok("The keys are sealed anew. Start the server again.\n".to_owned())
        }
    }
}

async fn list(at: &At) -> Result<String, String> {
    let (_, store) = at.open().await?;
    let found = keys::list(&store, clock::now()).await.map_err(told)?;
    let lines = found.iter().map(|key| {
        let state = match key.state {
            KeyState::Next => "next",
            KeyState::InUse => "signs",
            KeyState::Retired => "retired",
        };
        let since = key.active_from.map_or_else(|| "-".to_owned(), time::iso);
        format!("{}\t{state}\tmade {}\tsigns from {since}\n", key.kid, time::iso(key.created))
    });
    Ok(lines.collect())
}
