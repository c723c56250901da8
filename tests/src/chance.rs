//! Chance that is the same in every run: a stream for each draw, numbered in the order of the draws.

use mandate_base::Draw;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a house is given instead of the operating system's generator.
pub type Chance = Arc<dyn Fn() -> Box<dyn Draw + Send> + Send + Sync>;

pub fn seeded() -> Chance {
    let drawn = AtomicU64::new(0);
    Arc::new(move || -> Box<dyn Draw + Send> { Box::new(Stream::numbered(drawn.fetch_add(1, Ordering::Relaxed))) })
}

/// SplitMix64: far from unpredictable, and never the same twice.
struct Stream(u64);

impl Stream {
    fn numbered(number: u64) -> Stream {
        Stream(mixed(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }
}

fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

impl Draw for Stream {
    fn fill(&mut self, into: &mut [u8]) {
        for chunk in into.chunks_mut(8) {
            let word = self.next().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_houses_draw_the_same_and_no_draw_is_like_another() {
        let drawn = |chance: &Chance| {
            let mut draw = chance();
            let draw: &mut dyn Draw = &mut *draw;
            draw.bytes::<20>()
        };
        let (one, other) = (seeded(), seeded());
        let first = drawn(&one);
        assert_eq!(drawn(&other), first);
        assert_ne!(drawn(&one), first);
    }
}
