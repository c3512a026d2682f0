//! Counters as Prometheus text, without a metrics library.
//!
//! ```text
//! cargo run --example metrics     # with the environment that `quell lab` prints
//! ```

use std::error::Error;
use std::fmt::Write as _;

use quell::{Counters, Metrics};

mod connection;
use connection::{builder, chain, show};

fn prometheus(metrics: &Metrics) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for (operation, of) in &metrics.operations {
        let label = format!("operation=\"{operation}\"");
        writeln!(text, "quell_attempts_total{{{label}}} {}", of.attempts)?;
        writeln!(
            text,
            "quell_calls_succeeded_total{{{label}}} {}",
            of.succeeded
        )?;
        writeln!(
            text,
            "quell_outcomes_unknown_total{{{label}}} {}",
            of.unknown_outcomes
        )?;
        for (kind, count) in &of.failed {
            writeln!(
                text,
                "quell_calls_failed_total{{{label},kind=\"{kind}\"}} {count}"
            )?;
        }
        for (reason, waits) in &of.waits {
            let seconds = waits.total.as_secs_f64();
            writeln!(
                text,
                "quell_wait_seconds_total{{{label},reason=\"{reason}\"}} {seconds}"
            )?;
        }
        for (bound, count) in of.latency.buckets() {
            let le = bound.as_secs_f64();
            writeln!(
                text,
                "quell_attempt_seconds_bucket{{{label},le=\"{le}\"}} {count}"
            )?;
        }
        let (count, sum) = (of.latency.count(), of.latency.sum().as_secs_f64());
        writeln!(
            text,
            "quell_attempt_seconds_bucket{{{label},le=\"+Inf\"}} {count}"
        )?;
        writeln!(text, "quell_attempt_seconds_sum{{{label}}} {sum}")?;
        writeln!(text, "quell_attempt_seconds_count{{{label}}} {count}")?;
    }
    Ok(text)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let counters = Counters::default();
    let client = builder()?.hooks(counters.clone()).build()?;
    if let Err(error) = client.machines().top(1).list().await {
        show(&chain(&error));
    }
    show(&prometheus(&counters.snapshot())?);
    Ok(())
}
