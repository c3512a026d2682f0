//! What a limiter gives two threads that do nothing but ask it, beside what it gives one.
//!
//! A sample of a thread's own time would show nothing if the system let the threads take turns. So
//! what is counted is all decisions of a stretch of time in which both threads run, by the wall clock.

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const STRETCH: Duration = Duration::from_millis(50);
const STRETCHES: usize = 21;
const BETWEEN_LOOKS: u64 = 100;

/// It as one line: half the time would be threads that do not disturb each other, the same time that
/// they wait for each other, more that sharing costs more than it gives.
pub(crate) fn line(name: &str, decide: &(impl Fn() -> bool + Sync)) -> String {
    let (alone, together) = (median(1, decide), median(2, decide));
    let times = together / alone;
    format!("{name:45} {alone:6.1} ns │ {together:6.1} ns │ {times:4.1} times\n")
}

pub(crate) fn heading() -> String {
    let (what, one, two) = (
        "time on the wall for each decision",
        "1 thread",
        "2 threads",
    );
    format!("\n{what:45} {one:>9} │ {two:>9} │\n")
}

/// Nanoseconds on the wall for each decision, whoever made it: the middle one of several stretches.
fn median(threads: usize, decide: &(impl Fn() -> bool + Sync)) -> f64 {
    let mut stretches: Vec<f64> = (0..STRETCHES).map(|_| stretch(threads, decide)).collect();
    stretches.sort_by(f64::total_cmp);
    stretches.get(STRETCHES / 2).copied().unwrap_or(f64::NAN)
}

fn stretch(threads: usize, decide: &(impl Fn() -> bool + Sync)) -> f64 {
    let (begin, over) = (Barrier::new(threads + 1), AtomicBool::new(false));
    let ask = || {
        begin.wait();
        let mut decisions = 0_u64;
        while !over.load(Ordering::Relaxed) {
            for _ in 0..BETWEEN_LOOKS {
                black_box(decide());
            }
            decisions += BETWEEN_LOOKS;
        }
        decisions
    };
    thread::scope(|scope| {
        let asking: Vec<_> = (0..threads).map(|_| scope.spawn(ask)).collect();
        begin.wait();
        let begun = Instant::now();
        thread::sleep(STRETCH);
        over.store(true, Ordering::Relaxed);
        let all = asking.into_iter().map(|thread| thread.join().unwrap_or(0));
        let decisions: u64 = all.sum();
        begun.elapsed().as_nanos() as f64 / decisions as f64
    })
}
