//! The memory store passes the suite, and the suite notices a store that breaks a rule.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use quell_ratelimit::testing::{TokioTime, conformance};
use quell_ratelimit::{
    BudgetName, Budgets, MemoryBudgets, MemoryStore, PermitId, PermitStore, Policy, Priority,
    PushBack, Reserve, Share, Snapshot, StoreError, Turn,
};

#[tokio::test(start_paused = true)]
async fn memory_store_conforms() {
    let memory = TokioTime::new(Arc::new(MemoryBudgets::new()));
    conformance(&memory).await.unwrap();
}

/// One rule to break.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Flaw {
    RefundsWhatWasSent,
    RefundsNothing,
    CountsFromTheSend,
    IgnoresPauses,
    IgnoresPushBack,
    KnowsNoPriority,
    KnowsNoReserve,
    IgnoresSpacing,
    IgnoresShares,
    NeverLearns,
    GivesEachUserItsOwn,
    SharesOneBudget,
}

const FLAWS: [Flaw; 12] = [
    Flaw::RefundsWhatWasSent,
    Flaw::RefundsNothing,
    Flaw::CountsFromTheSend,
    Flaw::IgnoresPauses,
    Flaw::IgnoresPushBack,
    Flaw::KnowsNoPriority,
    Flaw::KnowsNoReserve,
    Flaw::IgnoresSpacing,
    Flaw::IgnoresShares,
    Flaw::NeverLearns,
    Flaw::GivesEachUserItsOwn,
    Flaw::SharesOneBudget,
];

#[derive(Debug)]
struct FlawedBudgets {
    inner: MemoryBudgets,
    flaw: Flaw,
}

#[async_trait]
impl Budgets for FlawedBudgets {
    async fn open(
        &self,
        budget: &BudgetName,
        policy: &Policy,
    ) -> Result<Arc<dyn PermitStore>, StoreError> {
        let policy = flawed(policy.clone(), self.flaw);
        let inner: Arc<dyn PermitStore> = match self.flaw {
            Flaw::GivesEachUserItsOwn => Arc::new(MemoryStore::new(policy)),
            Flaw::SharesOneBudget => {
                let quota = policy.quota().to_string();
                let one = BudgetName::new("the", "only", quota);
                self.inner.open(&one, &policy).await?
            }
            _ => self.inner.open(budget, &policy).await?,
        };
        let flaw = self.flaw;
        Ok(Arc::new(Flawed { inner, flaw }))
    }
}

fn flawed(policy: Policy, flaw: Flaw) -> Policy {
    let periods: Vec<_> = policy
        .quota()
        .windows()
        .iter()
        .map(|w| w.period())
        .collect();
    match flaw {
        Flaw::KnowsNoReserve => periods.into_iter().fold(policy, |policy, period| {
            policy.reserve(period, Reserve::NONE).unwrap()
        }),
        Flaw::IgnoresSpacing => policy.spacing(Duration::ZERO),
        Flaw::IgnoresShares => policy.share(Share::FULL),
        Flaw::NeverLearns => policy.learning(false),
        _ => policy,
    }
}

#[derive(Debug)]
struct Flawed {
    inner: Arc<dyn PermitStore>,
    flaw: Flaw,
}

impl Flawed {
    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == flaw
    }
}

#[async_trait]
impl PermitStore for Flawed {
    async fn acquire(&self, priority: Priority) -> Result<Turn, StoreError> {
        let priority = if self.has(Flaw::KnowsNoPriority) {
            Priority::Batch
        } else {
            priority
        };
        self.inner.acquire(priority).await
    }

    async fn sent(&self, id: PermitId, timeout: Duration) -> Result<(), StoreError> {
        if self.has(Flaw::RefundsWhatWasSent) {
            return Ok(());
        }
        self.inner.sent(id, timeout).await?;
        if self.has(Flaw::CountsFromTheSend) {
            self.inner.complete(id, None).await?;
        }
        Ok(())
    }

    async fn complete(&self, id: PermitId, push_back: Option<PushBack>) -> Result<(), StoreError> {
        if self.has(Flaw::CountsFromTheSend) {
            return Ok(());
        }
        let push_back = push_back.filter(|_| !self.has(Flaw::IgnoresPushBack));
        self.inner.complete(id, push_back).await
    }

    fn abandon(&self, id: PermitId) {
        if !self.has(Flaw::RefundsNothing) {
            self.inner.abandon(id);
        }
    }

    async fn pause(&self, length: Duration) -> Result<(), StoreError> {
        if self.has(Flaw::IgnoresPauses) {
            Ok(())
        } else {
            self.inner.pause(length).await
        }
    }

    async fn forecast(&self, ahead: u32, priority: Priority) -> Result<Duration, StoreError> {
        self.inner.forecast(ahead, priority).await
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.inner.snapshot().await
    }
}

#[tokio::test(start_paused = true)]
async fn suite_notices_each_broken_rule() {
    for flaw in FLAWS {
        let run = tokio::spawn(async move {
            let inner = MemoryBudgets::new();
            let budgets = FlawedBudgets { inner, flaw };
            conformance(&TokioTime::new(Arc::new(budgets))).await
        });
        let noticed = run.await.is_err_and(|error| error.is_panic());
        assert!(noticed, "{flaw:?} went unnoticed");
    }
}
