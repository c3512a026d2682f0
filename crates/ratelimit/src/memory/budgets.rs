use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::MemoryStore;
use crate::{BudgetName, Budgets, PermitStore, Policy, StoreError};

/// Budgets that live as long as this process, shared by whoever has a clone.
///
/// A budget that is opened again keeps all that was used and goes by the newer policy.
#[derive(Debug, Clone, Default)]
pub struct MemoryBudgets {
    opened: Arc<Mutex<HashMap<BudgetName, Opened>>>,
}

#[derive(Debug)]
struct Opened {
    store: Arc<MemoryStore>,
    policy: Policy,
}

impl MemoryBudgets {
    /// No budget yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Budgets for MemoryBudgets {
    async fn open(
        &self,
        budget: &BudgetName,
        policy: &Policy,
    ) -> Result<Arc<dyn PermitStore>, StoreError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let found = opened.entry(budget.clone()).or_insert_with(|| Opened {
            store: Arc::new(MemoryStore::new(policy.clone())),
            policy: policy.clone(),
        });
        if found.policy != *policy {
            found.store.set_policy(policy.clone());
            found.policy = policy.clone();
        }
        let store: Arc<dyn PermitStore> = Arc::<MemoryStore>::clone(&found.store);
        Ok(store)
    }
}
