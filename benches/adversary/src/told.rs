//! What was told of an order: by the API, and by the agent's own report, which the server keeps.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::case::{Gap, expect};
use crate::observe::await_until;

/// The machine action as the API tells it, and the result as the agent told it.
#[derive(Debug)]
pub(crate) struct Told {
    action: Value,
    result: Value,
}

impl Told {
    /// The agent's result is no part of the API; it is read where the server keeps it.
    pub(crate) fn read(action: Value, database: &Path) -> Self {
        let id = action["id"].as_str().unwrap_or_default();
        let result = details(id, database).unwrap_or(Value::Null);
        Self { action, result }
    }

    pub(crate) fn id(&self) -> &str {
        self.action["id"].as_str().expect("an action has an id")
    }

    /// The status, as the API says it.
    pub(crate) fn status(&self) -> &str {
        self.action["status"].as_str().unwrap_or("no status")
    }

    /// What the agent says of the whole, if it said anything.
    pub(crate) fn verdict(&self) -> Option<&str> {
        self.result["verdict"]["type"].as_str()
    }

    /// Why the agent says that it failed.
    pub(crate) fn reason(&self) -> &str {
        self.result["verdict"]["reason"].as_str().unwrap_or("none")
    }

    pub(crate) fn expect_status(&self, status: &str) -> Result<(), Gap> {
        let told = format!("the action is {}: {}", self.status(), self.whole());
        expect(self.status() == status, told)
    }

    pub(crate) fn expect_failure(&self, reason: &str) -> Result<(), Gap> {
        self.expect_status("Failed")?;
        let told = format!(
            "it failed for {}, not {reason}: {}",
            self.reason(),
            self.whole()
        );
        expect(self.reason() == reason, told)
    }

    /// The agent's entry about a path.
    pub(crate) fn file(&self, path: &Path) -> Option<&Value> {
        let files = self.result["files"].as_array()?;
        files
            .iter()
            .find(|file| file["path"] == *path.to_string_lossy())
    }

    pub(crate) fn files(&self) -> &[Value] {
        self.result["files"].as_array().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn processes(&self) -> &[Value] {
        self.result["processes"]
            .as_array()
            .map_or(&[], Vec::as_slice)
    }

    /// The residual with this reason.
    pub(crate) fn residual(&self, reason: &str) -> Option<&Value> {
        let residuals = self.result["residuals"].as_array()?;
        residuals.iter().find(|one| one["reason"] == reason)
    }

    pub(crate) fn expect_residual(&self, reason: &str) -> Result<(), Gap> {
        let told = format!("nothing is told of {reason}: {}", self.result);
        expect(self.residual(reason).is_some(), told)
    }

    pub(crate) fn coverage(&self) -> &Value {
        &self.result["coverage"]
    }

    /// All of it, for who has to find out why.
    pub(crate) fn whole(&self) -> String {
        let Self { action, result } = self;
        format!("action {action}, result {result}")
    }
}

/// Waits until an action has ended. A client asks seldom, which takes longer than most actions.
pub(crate) fn await_end(action: &str, database: &Path) {
    let server = open(database);
    let goes_on = "SELECT 1 FROM actions WHERE id = ?1 AND status IN ('Pending', 'InProgress')";
    await_until("the action ends", || {
        let found = server.query_row(goes_on, [action], |_| Ok(()));
        matches!(found, Err(rusqlite::Error::QueryReturnedNoRows))
    });
}

fn open(database: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    Connection::open_with_flags(database, flags).expect("the server's data are ours")
}

fn details(action: &str, database: &Path) -> Option<Value> {
    let server = open(database);
    let kept: Option<String> = server
        .query_row(
            "SELECT details FROM actions WHERE id = ?1",
            [action],
            |row| row.get(0),
        )
        .ok()?;
    serde_json::from_str(&kept?).ok()
}
