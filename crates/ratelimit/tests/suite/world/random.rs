use std::time::Duration;

/// SplitMix64: small, seeded, the same on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn chance(&mut self, of_a_hundred: u32) -> bool {
        self.unit() * 100.0 < f64::from(of_a_hundred)
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// How long a message takes one way, each for itself: later ones overtake earlier ones.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Delay {
    None,
    Uniform { from_ms: u32, to_ms: u32 },
    LogNormal { median_ms: u32, sigma: f64 },
}

impl Delay {
    pub(crate) fn draw(self, random: &mut Random) -> Duration {
        match self {
            Self::None => Duration::ZERO,
            Self::Uniform { from_ms, to_ms } => {
                let span = f64::from(to_ms) - f64::from(from_ms);
                Duration::from_secs_f64((f64::from(from_ms) + span * random.unit()) / 1000.0)
            }
            Self::LogNormal { median_ms, sigma } => {
                let seconds = f64::from(median_ms) / 1000.0 * (sigma * random.normal()).exp();
                Duration::from_secs_f64(seconds.min(30.0))
            }
        }
    }
}
