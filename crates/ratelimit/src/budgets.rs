use std::fmt::{self, Debug};
use std::sync::Arc;

use async_trait::async_trait;

use crate::{PermitStore, Policy, StoreError};

/// Names what a service counts together: the calls of one operation by one application in one
/// tenant.
///
/// [`fmt::Display`] writes `tenant/application/operation`, with `%` and `/` inside a part as
/// `%25` and `%2F`, so that different names are different texts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BudgetName {
    tenant: String,
    application: String,
    operation: String,
}

impl BudgetName {
    /// The budget of this operation, for this application in this tenant.
    #[must_use]
    pub fn new(
        tenant: impl Into<String>,
        application: impl Into<String>,
        operation: impl Into<String>,
    ) -> Self {
        Self {
            tenant: tenant.into(),
            application: application.into(),
            operation: operation.into(),
        }
    }

    /// The tenant in which the calls are counted.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The application whose calls are counted.
    #[must_use]
    pub fn application(&self) -> &str {
        &self.application
    }

    /// The operation whose calls are counted, or a name for several that are counted together.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }
}

impl fmt::Display for BudgetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [tenant, application, operation] = [&self.tenant, &self.application, &self.operation]
            .map(|part| part.replace('%', "%25").replace('/', "%2F"));
        write!(f, "{tenant}/{application}/{operation}")
    }
}

/// Where budgets are found by name: in this process, in a file, in a database.
///
/// Whoever opens the same name gets a store of the same budget, in this process and in every other
/// that opens the same `Budgets`.
#[async_trait]
pub trait Budgets: Debug + Send + Sync + 'static {
    /// The store of this budget, unused if the name is new. The policy is this user's: it does not
    /// change what others who opened the budget go by, unless the implementation says so.
    ///
    /// # Errors
    /// [`StoreError`]: nothing may be sent on behalf of this budget.
    async fn open(
        &self,
        budget: &BudgetName,
        policy: &Policy,
    ) -> Result<Arc<dyn PermitStore>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_names_are_different_texts() {
        let name = |tenant, application| BudgetName::new(tenant, application, "op").to_string();
        assert_eq!(name("t", "a"), "t/a/op");
        assert_ne!(name("a/b", "c"), name("a", "b/c"));
        assert_ne!(name("a%2Fb", "c"), name("a/b", "c"));
    }
}
