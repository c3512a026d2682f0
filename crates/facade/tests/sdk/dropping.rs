//! What is left behind by calls that are dropped, at every point at which they can be, and by
//! stores that never answer.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use quell::ratelimit::{BudgetName, Budgets, PermitStore, Policy, Quota, StoreError, Window};
use quell::{
    Client, Counters, ErrorKind, Intent, IntentId, Journal, JournalError, Limits, MemoryJournal,
    Outcome, Placed, Settlement,
};
use tokio::time::Instant;

use crate::tenant::{MACHINE, SHA1, Tenant, action, answer};

const SECOND: Duration = Duration::from_secs(1);

/// A journal that takes a turn of the executor before and after it does anything.
#[derive(Debug, Default)]
struct Slow(MemoryJournal);

#[async_trait]
impl Journal for Slow {
    async fn sending(&self, intent: &Intent) -> Result<IntentId, JournalError> {
        tokio::task::yield_now().await;
        let id = self.0.sending(intent).await;
        tokio::task::yield_now().await;
        id
    }

    async fn settled(&self, id: &IntentId, settlement: &Settlement) -> Result<(), JournalError> {
        tokio::task::yield_now().await;
        let settled = self.0.settled(id, settlement).await;
        tokio::task::yield_now().await;
        settled
    }

    async fn unsettled(&self) -> Result<Vec<(IntentId, Intent)>, JournalError> {
        self.0.unsettled().await
    }
}

async fn quarantine(client: Client) -> Result<Placed, quell::Error> {
    let machine = client.machine(MACHINE);
    machine.stop_and_quarantine_file(SHA1, "alert 7").await
}

/// Polls a call so often and no more; whether it came to its end.
async fn polled(client: Client, times: usize) -> bool {
    let mut call = pin!(quarantine(client));
    for _ in 0..times {
        let poll = std::future::poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await;
        if poll.is_ready() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    false
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_anywhere_keeps_its_intent_its_permit_and_its_count_straight() {
    let once_an_hour = Quota::new([Window::new(1, 3600 * SECOND).unwrap()]).unwrap();
    let (mut before, mut on_the_way, mut settled) = (0, 0, 0);
    for times in 0.. {
        let tenant = Tenant::new()
            .taking(Duration::from_millis(1))
            .then_always(answer(201, action("Pending")));
        let (journal, counters) = (Arc::new(Slow::default()), Counters::default());
        let kept: Arc<dyn Journal> = Arc::<Slow>::clone(&journal);
        let client = tenant
            .builder()
            .limits(Limits::each(once_an_hour.clone()))
            .hooks(counters.clone())
            .journal(kept);
        let client = client.build().unwrap();
        let is_done = polled(client.clone(), times).await;

        let arrived = tenant.calls().len();
        let attempts = |counters: &Counters| {
            let counted = counters.snapshot();
            let of = counted.operations.get("StopAndQuarantineFile");
            of.map_or(0, |of| of.attempts)
        };
        assert_eq!(attempts(&counters), arrived as u64, "after {times} polls");
        let open = journal.unsettled().await.unwrap().len();
        match journal.0.settlement(&IntentId::new("1")) {
            Some(Settlement::Placed(_)) => settled += usize::from(arrived == 1 && open == 0),
            Some(other) => panic!("{other:?} after {times} polls"),
            None if arrived == 0 => before += 1,
            None => on_the_way += usize::from(open == 1),
        }

        // The one permit of the hour is there if and only if nothing was sent.
        let again = quarantine(client).await.map_err(|error| error.kind());
        let expected = if arrived == 0 {
            Ok(())
        } else {
            Err(ErrorKind::RateLimited)
        };
        assert_eq!(again.map(|_| ()), expected, "after {times} polls");
        if is_done {
            assert_eq!(
                before + on_the_way + settled,
                times + 1,
                "every drop is one of these"
            );
            break;
        }
    }
    assert!(
        before >= 3 && on_the_way >= 2 && settled >= 2,
        "{before} {on_the_way} {settled}"
    );
}

/// Never answers.
#[derive(Debug)]
struct Hung {
    /// Writes intents down all the same.
    writes: bool,
}

#[async_trait]
impl Journal for Hung {
    async fn sending(&self, _: &Intent) -> Result<IntentId, JournalError> {
        match self.writes {
            true => Ok(IntentId::new("1")),
            false => std::future::pending().await,
        }
    }

    async fn settled(&self, _: &IntentId, _: &Settlement) -> Result<(), JournalError> {
        std::future::pending().await
    }

    async fn unsettled(&self) -> Result<Vec<(IntentId, Intent)>, JournalError> {
        std::future::pending().await
    }
}

#[async_trait]
impl Budgets for Hung {
    async fn open(&self, _: &BudgetName, _: &Policy) -> Result<Arc<dyn PermitStore>, StoreError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_or_journal_that_does_not_answer_is_given_up_at_the_deadline() {
    let tenant = Tenant::new();
    let hung = || Arc::new(Hung { writes: false });
    let builders = [
        tenant.builder().journal(hung()),
        tenant
            .builder()
            .limits(Limits::shared(hung(), "tenant", "app")),
    ];
    for builder in builders {
        let client = builder.deadline(9 * SECOND).build().unwrap();
        let begun = Instant::now();
        let error = quarantine(client).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::Timeout, Outcome::NotPerformed)
        );
        assert_eq!(begun.elapsed(), 9 * SECOND);
    }
    assert!(tenant.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_not_kept_back_by_a_journal_that_does_not_answer() {
    let tenant = Tenant::new().plays([answer(201, action("Pending"))]);
    let journal = Arc::new(Hung { writes: true });
    let client = tenant.builder().journal(journal).build().unwrap();
    let begun = Instant::now();
    quarantine(client).await.unwrap();
    assert_eq!(begun.elapsed(), 5 * SECOND);
}
