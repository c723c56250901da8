//! The next signing key comes into use, and another one is published behind it.
//!
//! A validator keeps a key set for a day, so a key is published for that long before it signs, and stays until the last
//! token that it signed is dead and out of every cache (protocol.md §1.5).

use super::{Kek, generate, signing_row, unsealed};
use crate::{Fault, House};
use mandate_base::{DAY, Moment};
use mandate_store::{Committed, KeyChange, KeyRow, KeyUse, Store};

/// How long a key set may be kept by whoever fetched it.
const CACHED: i64 = DAY;
/// The longest that any token may live (protocol.md §4.6), and a day of caches.
const KEPT: i64 = 2 * DAY;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Published, and not used yet.
    Next,
    InUse,
    /// Its tokens are still about.
    Retired,
}

/// What may be told of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKeyInfo {
    pub kid: String,
    pub state: KeyState,
    pub created: Moment,
    /// `None`: it has not signed yet.
    pub active_from: Option<Moment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotateRefusal {
    /// The next key is not known everywhere before this moment.
    TooSoon { until: Moment },
    /// Somebody else rotates at this moment.
    Raced,
}

/// Of those whose time has come the last; of two at the same time the older. A clock that was set back has no such key:
/// then the first one signs.
pub(super) fn in_use(rows: &[KeyRow], now: Moment) -> Option<&KeyRow> {
    let signing = || rows.iter().filter(|row| row.purpose == KeyUse::Signing);
    let due = signing().filter(|row| row.active_from <= now);
    let last = due.max_by_key(|row| (row.active_from, std::cmp::Reverse((row.created, row.name.clone()))));
    last.or_else(|| signing().min_by_key(|row| (row.active_from, row.created)))
}

fn next<'r>(rows: &'r [KeyRow], current: &KeyRow) -> Option<&'r KeyRow> {
    // Keys of before there were moments have the same one; the one that was not in use is the next.
    let waits = |row: &&KeyRow| {
        row.purpose == KeyUse::Signing
            && row.name != current.name
            && (row.active_from == KeyRow::NOT_YET || row.active_from == current.active_from)
    };
    rows.iter().filter(waits).min_by_key(|row| row.created)
}

pub async fn list(store: &Store, now: Moment) -> Result<Vec<SigningKeyInfo>, Fault> {
    let rows = store.global().keys().await?;
    let current = in_use(&rows, now).map(|row| row.name.as_str());
    let signing = rows.iter().filter(|row| row.purpose == KeyUse::Signing);
    Ok(signing
        .map(|row| SigningKeyInfo {
            kid: row.name.clone(),
            state: match () {
                () if Some(row.name.as_str()) == current => KeyState::InUse,
                () if row.active_from > now => KeyState::Next,
                () => KeyState::Retired,
            },
            created: row.created,
            active_from: Some(row.active_from).filter(|at| *at != KeyRow::NOT_YET),
        })
        .collect())
}

/// The next key signs from now on. `at_once`: also when it was not published for long enough; validators that keep
/// the old set refuse its tokens until they look again.
pub async fn rotate(
    store: &Store,
    kek: &Kek,
    now: Moment,
    at_once: bool,
) -> Result<Result<Vec<KeyRow>, RotateRefusal>, Fault> {
    let rows = store.global().keys().await?;
    let missing = || Fault::new("rotating the keys", "there is no key to rotate");
    let current = in_use(&rows, now).ok_or_else(missing)?;
    let next = next(&rows, current).ok_or_else(missing)?;
    // Sealed with another key-encryption key, a new row would lock everybody out at the next start.
    unsealed(current, &kek.sealer())?;
    let until = next.created + CACHED;
    if !at_once && now < until {
        return Ok(Err(RotateRefusal::TooSoon { until }));
    }
    let made = tokio::task::spawn_blocking(move || generate(now)).await;
    let (key, material) = made.map_err(Fault::while_doing("making a signing key"))??;
    let fresh = signing_row(&kek.sealer(), &key, &material, now, KeyRow::NOT_YET);
    let mut changes =
        vec![KeyChange::Activate { name: next.name.clone(), at: now, was: next.active_from }, KeyChange::Add(fresh)];
    changes.extend(dead(&rows, now).map(|row| KeyChange::Remove(row.name.clone())));
    match store.global().keys_change(&changes).await? {
        Committed::Done => Ok(Ok(store.global().keys().await?)),
        Committed::Raced => Ok(Err(RotateRefusal::Raced)),
    }
}

/// Keys whose successor came into use so long ago that no token of theirs can live.
fn dead(rows: &[KeyRow], now: Moment) -> impl Iterator<Item = &KeyRow> {
    rows.iter().filter(move |row| {
        let after = |other: &&KeyRow| {
            other.purpose == KeyUse::Signing && other.active_from > row.active_from && other.active_from <= now
        };
        let succeeded = rows.iter().filter(after).map(|other| other.active_from).min();
        row.purpose == KeyUse::Signing && succeeded.is_some_and(|at| now - at > KEPT)
    })
}

/// Seals every key under another key-encryption key. Whoever runs with the old one must be started anew.
pub async fn reseal(store: &Store, old: &Kek, new: &Kek) -> Result<Vec<KeyRow>, Fault> {
    let (from, to) = (old.sealer(), new.sealer());
    let mut changes = Vec::new();
    for row in store.global().keys().await? {
        let plain = unsealed(&row, &from)?;
        changes.push(KeyChange::Reseal { material: to.seal(&row.name, &plain), name: row.name });
    }
    match store.global().keys_change(&changes).await? {
        Committed::Done => store.global().keys().await,
        Committed::Raced => Err(Fault::new("sealing the keys anew", "the keys changed meanwhile")),
    }
}

/// Takes over what another process, or this one, did to the keys.
pub async fn reload(house: &House) -> Result<Vec<KeyRow>, Fault> {
    let rows = house.store.global().keys().await?;
    house.key_keeper().take(&rows, house.now())?;
    Ok(rows)
}

/// The same, when the store holds others than are in use here: a rotation elsewhere, or a key whose time has come.
pub async fn reload_if_changed(house: &House) -> Result<(), Fault> {
    let rows = house.store.global().keys().await?;
    if house.keys().is_of(&rows, house.now()) {
        return Ok(());
    }
    house.key_keeper().take(&rows, house.now())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Moment = Moment::from_secs(1_000_000);

    fn key(name: &str, created: Moment, active_from: Moment) -> KeyRow {
        KeyRow { name: name.into(), purpose: KeyUse::Signing, material: Vec::new(), created, active_from }
    }

    fn name(row: Option<&KeyRow>) -> Option<&str> {
        row.map(|row| row.name.as_str())
    }

    #[test]
    fn the_last_whose_time_has_come_signs() {
        let rows = [key("a", NOON, NOON), key("b", NOON + 1, NOON + DAY), key("c", NOON + DAY, KeyRow::NOT_YET)];
        assert_eq!(name(in_use(&rows, NOON)), Some("a"));
        assert_eq!(name(in_use(&rows, NOON + DAY)), Some("b"));
        assert_eq!(name(next(&rows, &rows[1])), Some("c"));
        assert_eq!(name(in_use(&rows, NOON - 1)), Some("a"), "a clock that was set back");
        assert_eq!(in_use(&[], NOON), None);
        let dead: Vec<_> = dead(&rows, NOON + 4 * DAY).map(|row| row.name.as_str()).collect();
        assert_eq!(dead, ["a"]);
        assert_eq!(super::dead(&rows, NOON + 3 * DAY).count(), 0);
    }

    #[test]
    fn keys_of_before_there_were_moments_keep_their_order() {
        let rows = [key("b", NOON, Moment::EPOCH), key("a", NOON + 1, Moment::EPOCH)];
        assert_eq!(name(in_use(&rows, NOON)), Some("b"));
        assert_eq!(name(next(&rows, &rows[0])), Some("a"));
    }
}
