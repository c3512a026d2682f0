//! A round of calls by one client, and what it cost.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::caller::Caller;

/// What a call of this round took, in microseconds.
pub(crate) struct Round {
    pub(crate) median: f64,
    pub(crate) mean: f64,
    pub(crate) processor: f64,
}

impl Round {
    /// So many calls, one after the other.
    pub(crate) async fn of(caller: &impl Caller, calls: usize) -> Self {
        let mut latencies = Vec::with_capacity(calls);
        let before = processor_time();
        for _ in 0..calls {
            let began = Instant::now();
            caller.call().await;
            latencies.push(microseconds(began.elapsed()));
        }
        let processor = microseconds(processor_time().saturating_sub(before));
        Self {
            mean: latencies.iter().sum::<f64>() / calls as f64,
            median: median(latencies),
            processor: processor / calls as f64,
        }
    }
}

pub(crate) fn median_of(rounds: &[Round], of: fn(&Round) -> f64) -> f64 {
    median(rounds.iter().map(of).collect())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    *values
        .get(values.len() / 2)
        .expect("something was measured")
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Of all threads of this process, in user and kernel mode.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("processor time does not run backwards")
}
