//! What a decision costs, beside its peers' in the same run: read the ratios, not the numbers.
//!
//! On one thread and on two that share the limiter. Time is read from a counter where the limiter
//! lets it be given (ours, governor); leaky-bucket and tower read tokio's clock, which their figures
//! include.

mod ours;
mod peers;

fn main() {
    // tower's limit makes a timer of tokio's when it is made.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let _entered = runtime.as_ref().map(tokio::runtime::Runtime::enter);
    divan::main();
}
