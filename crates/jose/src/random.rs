//! Bytes nobody can guess, from the crypto library's generator.

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};

pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the library's generator ends the process rather than fail");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        assert_ne!(random_bytes::<32>(), random_bytes::<32>());
    }
}
