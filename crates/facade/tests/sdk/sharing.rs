//! Budgets that reach beyond one client.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use quell::ratelimit::{
    BudgetName, Budgets, MemoryBudgets, PermitStore, Policy, Quota, Share, StoreError, Window,
};
use quell::{Client, ErrorKind, Limits, Outcome, Priority};

use crate::tenant::{ACTION, Tenant, action, answer};

fn ten_in_ten_seconds() -> Quota {
    Quota::from(Window::new(10, Duration::from_secs(10)).unwrap())
}

fn client(tenant: &Tenant, budgets: &Arc<MemoryBudgets>, of: &str) -> Client {
    let budgets: Arc<dyn Budgets> = Arc::<MemoryBudgets>::clone(budgets);
    let limits = Limits::each(ten_in_ten_seconds()).kept_in(budgets, of, "app");
    tenant.builder().limits(limits).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn two_clients_keep_one_quota_and_another_tenants_is_its_own() {
    let tenant = Tenant::new().then_always(answer(200, action("Pending")));
    let budgets = Arc::new(MemoryBudgets::default());
    let (one, two) = (
        client(&tenant, &budgets, "t"),
        client(&tenant, &budgets, "t"),
    );
    for client in [&one, &two] {
        for _ in 0..5 {
            client.action(ACTION).get().await.unwrap();
        }
    }
    client(&tenant, &budgets, "another")
        .action(ACTION)
        .get()
        .await
        .unwrap();
    two.action(ACTION).get().await.unwrap();
    let at = tenant.seconds();
    assert!(at[..11].iter().all(|at| *at < 1.0), "{at:?}");
    assert!((10.0..11.0).contains(&at[11]), "{at:?}");
}

#[derive(Debug)]
struct Unreachable;

#[async_trait]
impl Budgets for Unreachable {
    async fn open(&self, _: &BudgetName, _: &Policy) -> Result<Arc<dyn PermitStore>, StoreError> {
        Err(StoreError::new("no such host"))
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_uncounted() {
    let tenant = Tenant::new();
    let limits = Limits::shared(Arc::new(Unreachable), "t", "app");
    let client = tenant.builder().limits(limits).build().unwrap();
    let error = client.action(ACTION).get().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Store, Outcome::NotPerformed)
    );
    assert!(tenant.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn limits_are_adjusted_for_every_operation() {
    let tenant = Tenant::new().then_always(answer(200, action("Pending")));
    let limits = Limits::documented()
        .adjusted(|policy| policy.share(Share::fraction(0.5)))
        .adjusted(|policy| policy.spacing(Duration::from_millis(100)));
    let client = tenant.builder().limits(limits).build().unwrap();
    for _ in 0..51 {
        client.action(ACTION).get().await.unwrap();
    }
    let at = tenant.seconds();
    assert!((4.9..5.0).contains(&at[49]), "{}", at[49]);
    assert!((60.0..61.0).contains(&(at[50] - at[0])), "{}", at[50]);
}

#[tokio::test(start_paused = true)]
async fn an_interactive_call_goes_before_batch_calls_that_came_earlier() {
    let tenant = Tenant::new().then_always(answer(200, action("Pending")));
    let limits = Limits::each(Quota::from(
        Window::new(1, Duration::from_secs(10)).unwrap(),
    ));
    let client = tenant.builder().limits(limits).build().unwrap();
    client.action(ACTION).get().await.unwrap();

    let batch = client.action("batch");
    let batch = tokio::spawn(async move { batch.get().await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let interactive = client
        .with_priority(Priority::Interactive)
        .action("interactive");
    interactive.get().await.unwrap();
    batch.await.unwrap().unwrap();
    let order: Vec<String> = tenant.calls().into_iter().map(|call| call.uri).collect();
    assert!(order[1].ends_with("/interactive"), "{order:?}");
    assert!(order[2].ends_with("/batch"), "{order:?}");
}
