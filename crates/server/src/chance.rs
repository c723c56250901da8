//! Chance, from the operating system's generator.

use mandate_base::Draw;
use mandate_jose::random_bytes;

pub struct SystemChance;

impl Draw for SystemChance {
    fn fill(&mut self, into: &mut [u8]) {
        for chunk in into.chunks_mut(16) {
            chunk.copy_from_slice(&random_bytes::<16>()[..chunk.len()]);
        }
    }
}

pub fn system() -> Box<dyn Draw + Send> {
    Box::new(SystemChance)
}
