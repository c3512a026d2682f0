//! What a client gets from a service under each limiter: the real crates, on tokio's paused clock.
//!
//! `cargo bench -p quell-ratelimit --bench campaign` prints Markdown tables. All runs are seeded: the
//! same build prints the same tables.

mod gates;
#[allow(
    dead_code,
    reason = "the suite's network does more than this program needs"
)]
#[path = "../../tests/suite/world/random.rs"]
mod random;
mod run;
#[allow(
    dead_code,
    reason = "the suite's services do more than this program needs"
)]
#[path = "../../tests/suite/world/service.rs"]
mod service;
mod tables;

use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    let tables = runtime.block_on(tables::all())?;
    std::io::stdout().lock().write_all(tables.as_bytes())?;
    Ok(())
}
