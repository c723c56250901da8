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

    /// A random id (version 4): for what is named rarely, or should not tell when it came to be.
    pub fn id(&mut self) -> ObjectId {
        let mut bytes = self.bytes::<16>();
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        ObjectId::from_bytes(bytes)
    }

    /// An id whose order is the order of time (version 7): what is made in a row lies side by side in every index, so that
    /// a write in a large directory touches few pages (decisions/0038-timed-ids.md).
    pub fn timed_id(&mut self, now: crate::Moment) -> ObjectId {
        ObjectId::timed(now, self.bytes::<16>())
    }
}
