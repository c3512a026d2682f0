//! Bits that no two calls share; of no use to cryptography.

use std::hash::{BuildHasher, RandomState};

/// 128 bits, from the keys that the standard library asks the operating system for.
pub(crate) fn bits() -> u128 {
    let half = || u128::from(RandomState::new().hash_one(0_u8));
    half() << 64 | half()
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_are_alike() {
        let many: std::collections::HashSet<u128> = (0..1000).map(|_| super::bits()).collect();
        assert_eq!(many.len(), 1000);
    }
}
