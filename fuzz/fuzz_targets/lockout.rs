//! Feeds a course of password checks, two bytes each: who from where and how it ends, and the minutes before it.
//!
//! Must hold: nobody waits before ten wrong ones of their own account or 300 of their network, and nobody longer than
//! an hour; the case of a name and the spelling of an address make no other place; no count and no moment overflows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_base::{Folded, HOUR, MINUTE, Moment};
use mandate_domain::signin::lockout::{Failures, LONGEST_WAIT, Place};
use mandate_usecases::signin::{Guesses, Network};
use std::collections::HashMap;

fuzz_target!(|data: &[u8]| {
    let accounts = ["Joris@waterkant.example", "joris@WATERKANT.example", "lukas@waterkant.example"].map(Folded::of);
    let network = |text: &str| Network::of(text.parse().expect("an address"));
    let networks = ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1"].map(network);
    let guesses = Guesses::default();
    let mut of_account: HashMap<(&Folded, Network), u32> = HashMap::new();
    let mut of_network: HashMap<Network, u32> = HashMap::new();
    let (mut now, mut last) = (Moment::from_secs(1_000_000), Moment::EPOCH);
    for step in data.chunks_exact(2) {
        now = now + i64::from(step[1]) * MINUTE;
        let account = &accounts[usize::from(step[0] & 3) % 3];
        let network = networks[usize::from((step[0] >> 2) & 3) % 3];
        let wrong = of_account.get(&(account, network)).copied().unwrap_or(0);
        let all = of_network.get(&network).copied().unwrap_or(0);
        if guesses.begin(account, network, now).is_err() {
            assert!((wrong >= 10 || all >= 300) && now - last <= HOUR);
        }
        if step[0] >> 6 == 0 {
            guesses.right(account, network);
            of_account.remove(&(account, network));
        } else {
            guesses.wrong(account, network, now);
            of_account.insert((account, network), wrong + 1);
            of_network.insert(network, all + 1);
            last = now;
        }
    }

    let Some(bytes) = data.first_chunk::<20>() else { return };
    let number = |from: usize| i64::from_le_bytes(std::array::from_fn(|place| bytes[from + place]));
    let (last, now) = (Moment::from_millis(number(4)), Moment::from_millis(number(12)));
    let failures = Failures { count: number(0) as u32, last };
    for place in [Place::Account, Place::Network] {
        let until = failures.locked_until(place, now);
        assert!(until.is_none_or(|until| until > now && until - last <= LONGEST_WAIT));
    }
    assert!(failures.one_more(now).count >= 1);
});
