//! A subscription to changes (Graph's `subscription`): who wants to be told of what, where, and until when; and how far
//! they were told.
//!
//! It stands on the rights of whoever made it: they are asked again before each letter. Next: `usecases/subscriptions`.

use crate::query::Noun;
use mandate_base::{AppId, HOUR, MINUTE, Moment, ObjectId, SECOND, SubscriptionId, UserId};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub client: AppId,
    /// In whose name; `None`: the app's own.
    pub user: Option<UserId>,
    pub said: Said,
    pub expires: Moment,
    pub progress: Progress,
}

/// As its maker wrote it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Said {
    pub resource: String,
    pub watched: Watched,
    pub changes: Vec<ChangeType>,
    pub notification_url: String,
    #[serde(default)]
    pub lifecycle_notification_url: Option<String>,
    /// By this the receiver knows that a letter is ours.
    #[serde(default)]
    pub client_state: Option<String>,
    #[serde(default)]
    pub latest_supported_tls_version: Option<String>,
}

/// The state is a secret of the receiver's, and an address may hold one.
impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Said").field("resource", &self.resource).field("changes", &self.changes).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Watched {
    /// All people, or all groups.
    Users,
    Groups,
    User(ObjectId),
    Group(ObjectId),
    /// Who comes into a group, and who leaves it.
    Members(ObjectId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeType {
    Created,
    Updated,
    Deleted,
}

/// How far it was told, and when it is told next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Everything up to this count, and of the count itself up to this object.
    pub seq: i64,
    pub after: ObjectId,
    /// Something may be to tell from then on.
    pub due: Moment,
    /// Nobody else tells it until then, and it waits until then after a failure.
    pub held: Moment,
    pub tries: i64,
    pub failing_since: Option<Moment>,
}

/// Behind every object of one count.
pub const LAST: ObjectId = ObjectId::from_bytes([0xff; 16]);

/// Three days short of thirty (graph-api.md §2.16).
pub const LONGEST: i64 = 41_760 * MINUTE;
/// A shorter one is made this long.
pub const SHORTEST: i64 = 45 * MINUTE;
pub const MOST_OF_CLIENT: usize = 100;
pub const MOST_OF_TENANT: usize = 1000;
/// A letter is tried for so long, and then no more.
pub const PATIENCE: i64 = 4 * HOUR;
/// Whoever tells takes it for so long.
pub const HOLD: i64 = MINUTE;
/// Looked at again though nobody said that anything changed.
pub const IDLE: i64 = 5 * MINUTE;

const FIRST_WAIT: i64 = 5 * SECOND;
const LONGEST_WAIT: i64 = 10 * MINUTE;

impl Watched {
    pub const fn noun(self) -> Noun {
        match self {
            Watched::Users | Watched::User(_) => Noun::User,
            Watched::Groups | Watched::Group(_) | Watched::Members(_) => Noun::Group,
        }
    }

    /// `None`: all of its kind.
    pub const fn object(self) -> Option<ObjectId> {
        match self {
            Watched::Users | Watched::Groups => None,
            Watched::User(id) | Watched::Group(id) | Watched::Members(id) => Some(id),
        }
    }
}

impl ChangeType {
    pub const ALL: [ChangeType; 3] = [ChangeType::Created, ChangeType::Updated, ChangeType::Deleted];

    pub const fn word(self) -> &'static str {
        match self {
            ChangeType::Created => "created",
            ChangeType::Updated => "updated",
            ChangeType::Deleted => "deleted",
        }
    }

    /// `updated,deleted`
    pub fn list(text: &str) -> Option<Vec<ChangeType>> {
        let named = |word: &str| ChangeType::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(word.trim()));
        let mut all: Vec<ChangeType> = text.split(',').map(named).collect::<Option<_>>()?;
        all.sort_unstable_by_key(|kind| kind.word());
        all.dedup();
        Some(all)
    }
}

impl Progress {
    /// From now on.
    pub fn beginning(seq: i64, now: Moment) -> Progress {
        Progress { seq, after: LAST, due: now + IDLE, held: now, tries: 0, failing_since: None }
    }

    /// Told up to here; `more`: there is more to tell at once.
    pub fn told(self, (seq, after): (i64, ObjectId), more: bool, now: Moment) -> Progress {
        let due = if more { now } else { now + IDLE };
        Progress { seq, after, due, held: now, tries: 0, failing_since: None }
    }

    /// Nobody took the letter: later, and later each time. `None`: not any more.
    pub fn failed(self, now: Moment) -> Option<Progress> {
        let since = self.failing_since.unwrap_or(now);
        if now - since >= PATIENCE {
            return None;
        }
        let wait = (FIRST_WAIT << self.tries.clamp(0, 10)).min(LONGEST_WAIT);
        let held = now + wait;
        Some(Progress { due: now, held, tries: self.tries + 1, failing_since: Some(since), ..self })
    }
}

/// The end that is asked for, as far as there is one.
pub fn lifetime(asked: Moment, now: Moment) -> Option<Moment> {
    let fits = asked > now && asked - now <= LONGEST;
    fits.then(|| asked.max(now + SHORTEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mandate_base::DAY;

    const NOW: Moment = Moment::from_secs(1_795_435_200);

    #[test]
    fn it_lives_no_longer_than_it_may_and_no_shorter() {
        assert_eq!(lifetime(NOW + DAY, NOW), Some(NOW + DAY));
        assert_eq!(lifetime(NOW + MINUTE, NOW), Some(NOW + SHORTEST));
        assert_eq!(lifetime(NOW + LONGEST, NOW), Some(NOW + LONGEST));
        for asked in [NOW, NOW - DAY, NOW + LONGEST + 1] {
            assert_eq!(lifetime(asked, NOW), None);
        }
    }

    #[test]
    fn a_letter_that_nobody_takes_waits_longer_each_time_and_not_forever() {
        let mut now = NOW;
        let mut progress = Progress::beginning(7, now);
        let mut waits = Vec::new();
        while let Some(next) = progress.failed(now) {
            assert_eq!((next.seq, next.after), (7, LAST), "nothing is passed over");
            waits.push(next.held - now);
            (now, progress) = (next.held, next);
        }
        assert!(waits.is_sorted() && waits[0] == FIRST_WAIT && waits.last() == Some(&LONGEST_WAIT), "{waits:?}");
        assert!((PATIENCE..PATIENCE + 2 * LONGEST_WAIT).contains(&(now - NOW)));
        let told = progress.told((9, LAST), true, now);
        assert_eq!((told.tries, told.failing_since, told.due), (0, None, now));
    }

    #[test]
    fn kinds_of_changes_are_read_as_a_list() {
        assert_eq!(ChangeType::list("updated, Deleted,updated"), Some(vec![ChangeType::Deleted, ChangeType::Updated]));
        for bad in ["", "updated,", "moved"] {
            assert_eq!(ChangeType::list(bad), None, "{bad}");
        }
    }
}
