//! How long calls took: every one is kept, none is put into a class.

use std::time::Duration;

/// The times of all calls of a round, and how long the round took.
#[derive(Debug)]
pub struct Latencies {
    sorted: Vec<Duration>,
    elapsed: Duration,
    processor: Duration,
}

impl Latencies {
    pub fn new(mut times: Vec<Duration>, elapsed: Duration) -> Self {
        assert!(!times.is_empty(), "nothing was measured");
        times.sort_unstable();
        Self {
            sorted: times,
            elapsed,
            processor: Duration::ZERO,
        }
    }

    /// With the processor time that the server took for each call.
    #[must_use]
    pub fn at_the_cost_of(self, processor: Duration) -> Self {
        Self { processor, ..self }
    }

    /// The processor time that the server took for each call, in microseconds.
    pub fn processor(&self) -> f64 {
        self.processor.as_secs_f64() * 1e6
    }

    pub fn per_second(&self) -> f64 {
        self.sorted.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// In milliseconds.
    pub fn p50(&self) -> f64 {
        self.at(50)
    }

    /// In milliseconds.
    pub fn p99(&self) -> f64 {
        self.at(99)
    }

    fn at(&self, percent: usize) -> f64 {
        let place = (self.sorted.len() * percent / 100).min(self.sorted.len() - 1);
        let time = self.sorted.get(place).expect("there are times");
        time.as_secs_f64() * 1e3
    }
}

/// The middle one of several measurements.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    *values
        .get(values.len() / 2)
        .expect("something was measured")
}
