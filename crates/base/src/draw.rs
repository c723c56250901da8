//! Chance, as an argument: plans draw ids and codes from whatever they are handed, so that tests can seed it.

use crate::ObjectId;

/// A source of unpredictable bytes. Production draws from the operating system, tests from a seeded stream.
pub trait Draw {
    fn fill(&mut self, into: &mut [u8]);
}

impl dyn Draw + '_ {
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A random (version 4) id, as the directory gives to its objects.
    pub fn id(&mut self) -> ObjectId {
        let mut bytes = self.bytes::<16>();
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        ObjectId::from_bytes(bytes)
    }

    /// An id whose order is the order of time (version 7): for rows that are written often and read by time.
    pub fn timed_id(&mut self, now: crate::Moment) -> ObjectId {
        ObjectId::timed(now, self.bytes::<16>())
    }
}
