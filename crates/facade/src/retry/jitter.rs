use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Fractions that spread the waits of many clients; of no use to cryptography.
///
/// The generator is SplitMix64 (Steele, Lea, Flood 2014): one addition to the
/// state, so that clones of a client share it without a lock.
#[derive(Debug)]
pub(crate) struct Jitter(AtomicU64);

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Default for Jitter {
    /// Seeded from the operating system, by way of the standard library's hash keys.
    fn default() -> Self {
        Self::seeded(RandomState::new().hash_one(GOLDEN_GAMMA))
    }
}

impl Jitter {
    pub(crate) const fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next fraction, at least 0 and below 1.
    pub(crate) fn fraction(&self) -> f64 {
        let state = self
            .0
            .fetch_add(GOLDEN_GAMMA, Ordering::Relaxed)
            .wrapping_add(GOLDEN_GAMMA);
        // The upper half is plenty for a wait, and exact as a float.
        let upper = u32::try_from(mix(state) >> 32).unwrap_or(u32::MAX);
        f64::from(upper) / (f64::from(u32::MAX) + 1.0)
    }
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_gives_the_published_sequence() {
        // First output of SplitMix64 for the seed 0.
        assert_eq!(mix(GOLDEN_GAMMA), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn fractions_fill_the_unit_interval() {
        let jitter = Jitter::seeded(1);
        let mut tenths = [0; 10];
        for _ in 0..1000 {
            let fraction = jitter.fraction();
            assert!((0.0..1.0).contains(&fraction));
            tenths[(fraction * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|count| *count > 50), "{tenths:?}");
    }
}
