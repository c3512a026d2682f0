//! What a decision costs, beside its peers' in the same run: read the ratios, not the numbers.
//!
//! First on one thread, then on two that do nothing but share the limiter. Time is read from a counter where the limiter
//! lets it be given (ours, governor); leaky-bucket and tower read tokio's clock, which their figures
//! include.

mod ours;
mod peers;
mod together;

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    // tower's limit makes a timer of tokio's when it is made.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let _entered = runtime.as_ref().map(tokio::runtime::Runtime::enter);
    divan::main();
    // Not when `cargo test` only looks whether it runs.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let table = [together::heading(), ours::together(), peers::together()];
    io::stdout().write_all(table.concat().as_bytes())
}
