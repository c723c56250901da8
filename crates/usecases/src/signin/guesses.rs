//! The counts behind smart lockout, and how many password checks one network may have under way.
//!
//! In memory: a restart forgives, which costs a guesser more than it gives. Bounded: when full, what is oldest goes.

use crate::bounded::make_room;
use mandate_base::{Folded, Moment};
use mandate_domain::signin::lockout::{Failures, Place};
use mandate_jose::hash;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Default)]
pub struct Guesses(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    accounts: HashMap<(Account, Network), Count>,
    networks: HashMap<Network, Count>,
    under_way: HashMap<Network, u32>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    failures: Failures,
    /// The lock that these failures brought was told to the log.
    told: bool,
}

/// An IPv4 address, or the /64 that one subscriber has of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network([u8; 8]);

/// A name as it was typed, known or not: by its digest, since anybody can type a long one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Account([u8; 32]);

impl Account {
    fn of(name: &Folded) -> Account {
        Account(hash::sha256(name.as_str().as_bytes()))
    }
}

/// More places than this are not remembered.
const MOST: usize = 100_000;
/// A quarter of the hashing queue: no network can fill it for everybody.
const MOST_UNDER_WAY: u32 = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// `first`: of this lock. The log hears of it once, or a guesser could fill it.
    Locked {
        first: bool,
    },
    Busy,
}

impl Network {
    pub fn of(address: IpAddr) -> Network {
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, d] = v4.octets();
                Network([0, 0, 0xff, 0xff, a, b, c, d])
            }
            IpAddr::V6(v6) => {
                let mut prefix = [0; 8];
                prefix.copy_from_slice(&v6.octets()[..8]);
                Network(prefix)
            }
        }
    }
}

impl Guesses {
    pub(crate) fn forget(&self) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.accounts.clear();
        counts.networks.clear();
    }

    /// Asks for a password check. The answer is held until the check is done.
    pub fn begin(&self, account: &Folded, network: Network, now: Moment) -> Result<UnderWay, Refused> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let locked = first_of_lock(counts.accounts.get_mut(&(Account::of(account), network)), Place::Account, now);
        let locked = locked.or_else(|| first_of_lock(counts.networks.get_mut(&network), Place::Network, now));
        if let Some(first) = locked {
            return Err(Refused::Locked { first });
        }
        let under_way = counts.under_way.entry(network).or_default();
        if *under_way >= MOST_UNDER_WAY {
            return Err(Refused::Busy);
        }
        *under_way += 1;
        Ok(UnderWay { counts: self.0.clone(), network })
    }

    /// An unknown name counts like a known one: the answer must not tell them apart.
    pub fn wrong(&self, account: &Folded, network: Network, now: Moment) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        add(&mut counts.accounts, (Account::of(account), network), now);
        add(&mut counts.networks, network, now);
    }

    /// Only this account's count is cleared: one's own right password must not pay for guesses at others.
    pub fn right(&self, account: &Folded, network: Network) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).accounts.remove(&(Account::of(account), network));
    }
}

/// `None`: not locked. Else whether this is the first that runs into the lock.
fn first_of_lock(count: Option<&mut Count>, place: Place, now: Moment) -> Option<bool> {
    let count = count?;
    count.failures.locked_until(place, now)?;
    Some(!std::mem::replace(&mut count.told, true))
}

fn add<K: Eq + Hash>(counts: &mut HashMap<K, Count>, key: K, now: Moment) {
    if !counts.contains_key(&key) {
        make_room(counts, MOST, |count| count.failures.last);
    }
    let count = counts.entry(key).or_default();
    *count = Count { failures: count.failures.one_more(now), told: false };
}

/// A password check that is under way.
pub struct UnderWay {
    counts: Arc<Mutex<Counts>>,
    network: Network,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(under_way) = counts.under_way.get_mut(&self.network) {
            *under_way -= 1;
            if *under_way == 0 {
                counts.under_way.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Moment = Moment::from_secs(1_000_000);

    fn network(text: &str) -> Network {
        Network::of(text.parse().expect("an address"))
    }

    #[test]
    fn guessing_locks_the_guesser_and_nobody_else() {
        let guesses = Guesses::default();
        let (joris, lukas) = (Folded::of("joris@w.example"), Folded::of("lukas@w.example"));
        let (home, elsewhere) = (network("192.0.2.1"), network("198.51.100.7"));
        for _ in 0..10 {
            assert!(guesses.begin(&joris, elsewhere, NOON).is_ok());
            guesses.wrong(&joris, elsewhere, NOON);
        }
        assert_eq!(guesses.begin(&joris, elsewhere, NOON).err(), Some(Refused::Locked { first: true }));
        assert!(guesses.begin(&joris, home, NOON).is_ok(), "the person at home is not locked out");
        assert!(guesses.begin(&lukas, elsewhere, NOON).is_ok(), "another account is not");
        assert!(guesses.begin(&joris, elsewhere, NOON + 61_000).is_ok(), "and it passes");
    }

    #[test]
    fn a_right_password_clears_its_own_count_only() {
        let guesses = Guesses::default();
        let (joris, place) = (Folded::of("joris@w.example"), network("2001:db8::1"));
        for _ in 0..9 {
            guesses.wrong(&joris, place, NOON);
        }
        guesses.right(&joris, place);
        guesses.wrong(&joris, place, NOON);
        assert!(guesses.begin(&joris, place, NOON).is_ok());
        assert_eq!(network("2001:db8::ffff"), place, "one subscriber's addresses are one place");
    }

    #[test]
    fn one_network_has_so_many_checks_under_way_and_no_more() {
        let guesses = Guesses::default();
        let (joris, place) = (Folded::of("joris@w.example"), network("192.0.2.1"));
        let held: Vec<_> = (0..MOST_UNDER_WAY).map(|_| guesses.begin(&joris, place, NOON)).collect();
        assert!(held.iter().all(Result::is_ok));
        assert_eq!(guesses.begin(&joris, place, NOON).err(), Some(Refused::Busy));
        assert!(guesses.begin(&joris, network("192.0.2.2"), NOON).is_ok());
        drop(held);
        assert!(guesses.begin(&joris, place, NOON).is_ok());
    }
}
