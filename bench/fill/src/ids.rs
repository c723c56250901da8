//! The ids of what is made: as random as real ones, and the same in each run. The measuring program counts them out too.

pub const USER: u8 = 1;

/// Sixteen bytes with the marks of a random id (RFC 9562 §5.4).
pub fn bytes(kind: u8, number: u64) -> [u8; 16] {
    let mut mixed =
        ((u128::from(number) << 8) | u128::from(kind)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    mixed ^= mixed >> 61;
    mixed = mixed.wrapping_mul(0xd6e8_feb8_6659_fd93_c2b2_ae3d_27d4_eb4f);
    let mut bytes = (mixed ^ (mixed >> 59)).to_be_bytes();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    bytes
}
