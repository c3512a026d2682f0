//! A program that only wants to stay inside somebody's quota: 30 calls of 4 tasks under 10 calls in
//! 2 seconds and 100 in a minute, one of them for a person who waits.
//!
//! `cargo run -p quell-ratelimit --example limiter_alone`

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::time::{Duration, Instant};

use quell_ratelimit::{Limiter, Policy, Priority, PushBack, Quota, Share};
use tokio::task::JoinSet;

/// After this long a call is given up and its connection closed.
const TIMEOUT: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let quota = Quota::parse("10/2s,100/60s")?;
    // Somebody else uses the same quota: a tenth of it is theirs.
    let policy = Policy::new(quota).share(Share::percent(90));
    let limiter = Limiter::new(policy);

    let calls = 30;
    let least = limiter.time_to_start(calls).await?;
    println!("{calls} calls take {least:.1?} at least");

    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for task in 0..3 {
        let limiter = limiter.clone();
        tasks.spawn(async move { ten_calls(&limiter, task).await });
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (person, asked) = (limiter.with_priority(Priority::Interactive), Instant::now());
    call(&person).await?;
    println!(
        "the person came later, went first and waited {:.1?}",
        asked.elapsed()
    );

    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let snapshot = limiter.snapshot().await?;
    println!("all were served after {:.1?}", begun.elapsed());
    for window in snapshot.windows {
        println!(
            "{}: {} of {} used",
            window.window, window.used, window.limit
        );
    }
    Ok(())
}

async fn ten_calls(limiter: &Limiter, task: u32) -> Result<(), StoreFailed> {
    for _ in 0..10 {
        call(limiter).await?;
    }
    println!("task {task} is done");
    Ok(())
}

type StoreFailed = quell_ratelimit::StoreError;

/// Permit, send, receive, and what became of it.
async fn call(limiter: &Limiter) -> Result<(), StoreFailed> {
    let permit = limiter.acquire().await?;
    let sent = permit.sent(TIMEOUT).await?;
    match tokio::time::timeout(TIMEOUT, the_service()).await {
        Ok(Answer::Done) => sent.complete().await,
        Ok(Answer::TooMany { retry_after }) => {
            sent.refused(PushBack::new().retry_after(retry_after)).await
        }
        // Nobody knows whether it arrived, so it counts for as long as it may.
        Err(_) => {
            drop(sent);
            Ok(())
        }
    }
}

enum Answer {
    Done,
    TooMany { retry_after: Duration },
}

/// In place of your HTTP client: a service that is slow to start and quick then.
async fn the_service() -> Answer {
    tokio::time::sleep(Duration::from_millis(30)).await;
    if std::env::args().any(|argument| argument == "refused") {
        let retry_after = Duration::from_secs(1);
        return Answer::TooMany { retry_after };
    }
    Answer::Done
}
