//! Every order in which three callers can be polled, dropped and served: nobody is forgotten.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use quell_ratelimit::{Limiter, Permit, Priority, StoreError};

use crate::limiter::{limiter, seconds};

/// One thing that a scheduler or a caller can do.
#[derive(Debug, Clone, Copy)]
enum Step {
    Poll(usize),
    Leave(usize),
    /// The permit that was held from the start comes back.
    Refund,
}

const STEPS: [Step; 7] = [
    Step::Poll(0),
    Step::Poll(1),
    Step::Poll(2),
    Step::Leave(0),
    Step::Leave(1),
    Step::Leave(2),
    Step::Refund,
];
const DEPTH: u32 = 5;

/// Remembers that it was woken: only then a scheduler polls again.
#[derive(Debug, Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

type Acquiring = Pin<Box<dyn Future<Output = Result<Permit, StoreError>> + Send>>;

struct Caller {
    acquiring: Option<Acquiring>,
    woken: Arc<Flag>,
}

impl Caller {
    fn new(limiter: &Limiter, priority: Priority) -> Self {
        let limiter = limiter.clone();
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        Self {
            // Tokio's budget for one task would make every caller wait for reasons of its own.
            acquiring: Some(Box::pin(tokio::task::unconstrained(async move {
                limiter.acquire_as(priority).await
            }))),
            woken,
        }
    }

    /// One poll; a permit is dropped at once.
    fn poll(&mut self) {
        let Some(acquiring) = &mut self.acquiring else {
            return;
        };
        self.woken.0.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&self.woken));
        if let Poll::Ready(permit) = acquiring.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.acquiring = None;
            drop(permit.unwrap());
        }
    }

    fn is_runnable(&self) -> bool {
        self.acquiring.is_some() && self.woken.0.load(Ordering::SeqCst)
    }
}

fn sequence(mut number: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    for _ in 0..DEPTH {
        steps.push(STEPS[number % STEPS.len()]);
        number /= STEPS.len();
    }
    steps
}

/// Plays the steps, then schedules whoever was woken: all who stayed must be served.
async fn play(priorities: [Priority; 3], steps: &[Step]) {
    let limiter = limiter("1/60s");
    let mut held = Some(limiter.try_acquire().await.unwrap());
    let mut callers = priorities.map(|priority| Caller::new(&limiter, priority));
    for step in steps {
        match step {
            Step::Poll(nth) => callers[*nth].poll(),
            Step::Leave(nth) => callers[*nth].acquiring = None,
            Step::Refund => held = None,
        }
    }
    drop(held);
    while let Some(caller) = callers.iter_mut().find(|caller| caller.is_runnable()) {
        caller.poll();
    }
    let stuck = callers.iter().any(|caller| caller.acquiring.is_some());
    assert!(!stuck, "{priorities:?} {steps:?}: someone was not woken");
    assert!(
        limiter.try_acquire().await.is_ok(),
        "{steps:?}: a permit was lost"
    );
    assert_eq!(limiter.forecast().await.unwrap(), seconds(0));
}

#[tokio::test(start_paused = true)]
async fn no_order_of_events_forgets_a_caller_or_loses_a_permit() {
    let (batch, interactive) = (Priority::Batch, Priority::Interactive);
    for priorities in [
        [batch, batch, batch],
        [batch, interactive, batch],
        [interactive, interactive, batch],
    ] {
        for number in 0..STEPS.len().pow(DEPTH) {
            play(priorities, &sequence(number)).await;
        }
    }
}
