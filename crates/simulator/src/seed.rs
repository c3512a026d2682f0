//! What the same seed makes the same: keys, ids, names, and who is chosen.

use aws_lc_rs::digest::{SHA256, digest};

/// Where everything about simulated machines comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(u64);

impl Seed {
    /// The seed with this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// 32 bytes for this purpose and this index: the same ones every time, and others for everything
    /// else. They are known to everyone, and so is a key that is made of them.
    pub(crate) fn bytes(self, purpose: &str, index: usize) -> [u8; 32] {
        let text = format!("quell-simulator {} {purpose} {index}", self.0);
        let mut bytes = [0; 32];
        let hash = digest(&SHA256, text.as_bytes());
        for (byte, drawn) in bytes.iter_mut().zip(hash.as_ref()) {
            *byte = *drawn;
        }
        bytes
    }

    /// A number below `below` (0 when that is 0).
    pub(crate) fn number_below(self, below: u64, purpose: &str, index: usize) -> u64 {
        let first = self.bytes(purpose, index);
        let number = first
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        number.checked_rem(below).unwrap_or(0)
    }

    /// Lower-case hexadecimal digits of at most 32 bytes.
    pub(crate) fn hex(self, digits: usize, purpose: &str, index: usize) -> String {
        let bytes = self.bytes(purpose, index);
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        text.chars().take(digits).collect()
    }
}

impl Default for Seed {
    /// The seed of whoever names none: 1.
    fn default() -> Self {
        Self(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_purpose_and_index_draw_the_same_and_others_do_not() {
        let one = Seed::new(1).bytes("key", 7);
        assert_eq!(one, Seed::default().bytes("key", 7));
        for other in [
            Seed::new(2).bytes("key", 7),
            Seed::new(1).bytes("id", 7),
            Seed::new(1).bytes("key", 8),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn numbers_stay_below_their_bound_and_reach_all_of_it() {
        let drawn: std::collections::BTreeSet<u64> = (0..200)
            .map(|index| Seed::default().number_below(7, "n", index))
            .collect();
        assert_eq!(drawn, (0..7).collect());
        assert_eq!(Seed::default().number_below(0, "n", 0), 0);
    }
}
