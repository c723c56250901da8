//! Chance, from the crypto library's generator.

use mandate_base::Draw;
use mandate_jose::random_bytes;
use std::cell::RefCell;

pub struct SystemChance;

/// Drawn at once, since each draw costs the generator a look at the machine's own source of chance.
const DRAWN: usize = 512;

struct Drawn {
    bytes: [u8; DRAWN],
    /// Those in front of it were given out, and are no longer there.
    next: usize,
}

thread_local! {
    static CHANCE: RefCell<Drawn> = const { RefCell::new(Drawn { bytes: [0; DRAWN], next: DRAWN }) };
}

impl Draw for SystemChance {
    fn fill(&mut self, into: &mut [u8]) {
        CHANCE.with_borrow_mut(|drawn| into.chunks_mut(DRAWN).for_each(|chunk| drawn.give(chunk)));
    }
}

impl Drawn {
    fn give(&mut self, into: &mut [u8]) {
        if into.len() > DRAWN - self.next {
            (self.bytes, self.next) = (random_bytes(), 0);
        }
        let given = &mut self.bytes[self.next..][..into.len()];
        into.copy_from_slice(given);
        // Nobody finds in memory what became a secret.
        given.fill(0);
        self.next += into.len();
    }
}

pub fn system() -> Box<dyn Draw + Send> {
    Box::new(SystemChance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_draws_are_alike_and_none_is_empty() {
        let mut seen = HashSet::new();
        for _ in 0..1000 {
            let drawn = <dyn Draw>::bytes::<16>(&mut SystemChance);
            assert!(drawn != [0; 16] && seen.insert(drawn));
        }
    }

    #[test]
    fn a_draw_of_any_size_is_filled_to_its_end() {
        for size in [1, 15, 16, 511, 512, 513, 2000] {
            // That a piece of it is all zeros is as likely as guessing a key.
            let mut into = vec![0; size];
            SystemChance.fill(&mut into);
            assert!(into.chunks(16).all(|piece| piece.len() < 8 || piece.iter().any(|byte| *byte != 0)), "{size}");
        }
        let mut last = vec![0; 64];
        (0..50).for_each(|_| SystemChance.fill(&mut last));
        assert!(last.iter().any(|byte| *byte != 0));
    }
}
