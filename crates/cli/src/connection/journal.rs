//! The SDK's journal of intents, kept beside the permits.

use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use quell::ratelimit::BudgetName;
use quell::{
    ActionType, Comment, Intent, IntentId, Journal, JournalError, MachineId, Settlement, Timestamp,
};
use quell_state as state;

use super::identity::Holder;

/// Intents of one application in one tenant, in the store that its permits are in.
#[derive(Debug)]
pub(crate) struct StateJournal {
    journal: Arc<dyn state::Journal>,
    holder: Holder,
}

/// An intent that is not as this command writes them.
#[derive(Debug)]
struct Unreadable(&'static str);

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an intent in the state has {}", self.0)
    }
}

impl std::error::Error for Unreadable {}

impl StateJournal {
    /// The intents of this holder.
    pub(crate) const fn new(journal: Arc<dyn state::Journal>, holder: Holder) -> Self {
        Self { journal, holder }
    }

    fn written(&self, intent: &Intent) -> state::Intent {
        let Holder {
            tenant,
            application,
        } = &self.holder;
        let budget = BudgetName::new(tenant, application, intent.kind.as_str());
        let mut written = state::Intent::new(budget, intent.machine.as_str())
            .comment(intent.comment.as_str())
            .begun(
                intent
                    .begun
                    .to_system_time()
                    .unwrap_or_else(SystemTime::now),
            );
        if let Some(sha1) = intent.sha1 {
            written = written.file(sha1.to_string());
        }
        match intent.within {
            Some(within) => written.within(within),
            None => written,
        }
    }

    fn is_ours(&self, entry: &state::Entry) -> bool {
        let budget = &entry.intent.budget;
        budget.tenant() == self.holder.tenant && budget.application() == self.holder.application
    }
}

fn read(entry: state::Entry) -> Result<(IntentId, Intent), JournalError> {
    let unreadable = |what| JournalError::new(Unreadable(what));
    let written = entry.intent;
    let machine =
        MachineId::new(written.machine).map_err(|_| unreadable("a machine id that is none"))?;
    let comment = Comment::new(written.comment).map_err(|_| unreadable("no comment"))?;
    let sha1 = written.file.map(|file| file.parse()).transpose();
    let kind = ActionType::from(written.budget.operation());
    let mut intent = Intent::new(kind, machine, comment, Timestamp::from(written.begun));
    intent.sha1 = sha1.map_err(|_| unreadable("a file that is no SHA-1"))?;
    intent.within = written.within;
    Ok((IntentId::new(entry.id.to_string()), intent))
}

fn number(id: &IntentId) -> Result<state::IntentId, JournalError> {
    let number: Result<i64, _> = id.as_str().parse();
    number.map(state::IntentId::from).map_err(JournalError::new)
}

#[async_trait]
impl Journal for StateJournal {
    async fn sending(&self, intent: &Intent) -> Result<IntentId, JournalError> {
        let written = self.journal.intend(self.written(intent)).await;
        let id = written.map_err(JournalError::new)?;
        Ok(IntentId::new(id.to_string()))
    }

    async fn settled(&self, id: &IntentId, settlement: &Settlement) -> Result<(), JournalError> {
        let settlement = match settlement {
            Settlement::Placed(action) => state::Settlement::Created(action.as_str().to_owned()),
            Settlement::NotPerformed => state::Settlement::NotSent,
            _ => state::Settlement::Unknown,
        };
        let settled = self.journal.settle(number(id)?, settlement).await;
        settled.map_err(JournalError::new)
    }

    async fn unsettled(&self) -> Result<Vec<(IntentId, Intent)>, JournalError> {
        let open = self.journal.open_intents(state::Filter::open()).await;
        let open = open.map_err(JournalError::new)?;
        let ours = open.into_iter().filter(|entry| self.is_ours(entry));
        ours.map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn journal(file: &std::path::Path, tenant: &str) -> Arc<dyn Journal> {
        let state = state::SqliteState::open(file).unwrap();
        Arc::new(StateJournal::new(Arc::new(state), holder(tenant)))
    }

    fn holder(tenant: &str) -> Holder {
        Holder {
            tenant: tenant.to_owned(),
            application: "a".to_owned(),
        }
    }

    #[tokio::test]
    async fn intent_comes_back_whole_and_to_its_own_tenant_alone() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("state.db");
        let mut intent = Intent::new(
            ActionType::StopAndQuarantineFile,
            "machine-1".parse().unwrap(),
            Comment::new("alert 7 [quell:5W8TQ0ZK3M1P9RHE]").unwrap(),
            "2026-11-22T01:02:03.123456Z".parse().unwrap(),
        );
        intent.sha1 = Some("87662bc3d60e4200ceaf7aae249d1c343f4b83c9".parse().unwrap());
        intent.within = Some(Duration::from_secs(120));
        journal(&file, "t").sending(&intent).await.unwrap();
        let found = journal(&file, "t").unsettled().await.unwrap();
        assert_eq!(
            found
                .into_iter()
                .map(|(_, intent)| intent)
                .collect::<Vec<_>>(),
            [intent]
        );
        assert!(
            journal(&file, "other")
                .unsettled()
                .await
                .unwrap()
                .is_empty()
        );
    }

    #[tokio::test]
    async fn file_keeps_what_a_journal_promises() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("state.db");
        quell::testing::journal(|| async { journal(&file, "t") }).await;
    }

    #[tokio::test]
    async fn number_of_no_intent_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let journal = journal(&directory.path().join("state.db"), "t");
        for unwritten in ["4711", "-1", "no number"] {
            let unwritten = IntentId::new(unwritten);
            let settled = journal.settled(&unwritten, &Settlement::NotPerformed).await;
            assert!(settled.is_err(), "{unwritten}");
        }
    }

    #[tokio::test]
    async fn database_keeps_what_a_journal_promises_on_postgres() {
        let server = std::env::var("QUELL_TEST_POSTGRES").expect(
            "needs a PostgreSQL: `cargo xtask test` starts one, or set QUELL_TEST_POSTGRES to a connection string",
        );
        let (client, connection) = tokio_postgres::connect(&server, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        let name = format!("quell_journal_{}", std::process::id());
        let create = format!("CREATE DATABASE {name}");
        client.batch_execute(&create).await.unwrap();
        // Of two names the later holds.
        let connection = format!("{server} dbname={name}");
        let open = || async {
            let options = state::PostgresOptions::parse(&connection).unwrap();
            let state = state::PostgresState::connect(options).await.unwrap();
            Arc::new(StateJournal::new(Arc::new(state), holder("t"))) as Arc<dyn Journal>
        };
        quell::testing::journal(open).await;
        let remove = format!("DROP DATABASE {name} WITH (FORCE)");
        client.batch_execute(&remove).await.unwrap();
    }
}
