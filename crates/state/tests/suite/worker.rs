//! A process that shares a store: this test program once more, told what to do line by line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use quell_ratelimit::{
    BudgetName, Budgets as _, PermitId, PermitStore, Policy, Priority, Quota, Turn,
};
use quell_state::{PostgresOptions, PostgresState, SqliteState};
use tokio::runtime::Runtime;

use crate::clock::SetClock;
use crate::network::QUOTA;

const STORE: &str = "QUELL_STATE_TEST_STORE";
/// What the worker says; the test harness prints lines of its own.
const MARK: char = '@';
/// How long a call is waited for.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// A command for a worker, given at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    Acquire,
    Send(u64),
    Complete(u64),
}

/// What a worker answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    Granted(u64),
    Wait(Duration),
    Done,
    Gone,
}

pub(crate) struct Worker {
    store: String,
    child: Child,
    orders: ChildStdin,
    replies: BufReader<ChildStdout>,
}

impl Worker {
    /// `store` is a path, or a connection string after `postgres:`.
    pub(crate) fn start(store: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "worker::does_as_told",
                "--ignored",
                "--nocapture",
            ])
            .env(STORE, store)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            store: store.to_owned(),
            orders: child.stdin.take().unwrap(),
            replies: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    pub(crate) fn order(&mut self, order: Order, now: Duration) {
        let (verb, id) = match order {
            Order::Acquire => ("acquire", 0),
            Order::Send(id) => ("send", id),
            Order::Complete(id) => ("complete", id),
        };
        writeln!(self.orders, "{verb} {id} {}", now.as_nanos()).unwrap();
    }

    /// The next reply; `None` when there will be none.
    pub(crate) fn reply(&mut self) -> Option<Reply> {
        loop {
            let mut line = String::new();
            if self.replies.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            // Half a line was never said.
            let Some(said) = line
                .trim_end_matches('\n')
                .split_once(MARK)
                .map(|(_, said)| said)
            else {
                continue;
            };
            if !line.ends_with('\n') {
                return None;
            }
            let (word, number) = said.split_once(' ').unwrap();
            let number = number.parse().unwrap();
            return Some(match word {
                "granted" => Reply::Granted(number),
                "wait" => Reply::Wait(Duration::from_nanos(number)),
                "done" => Reply::Done,
                "gone" => Reply::Gone,
                other => panic!("a worker said {other:?}"),
            });
        }
    }

    /// Kills the process wherever it is; what it had said before is still to be read.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Another process in its place.
    pub(crate) fn restart(&mut self) {
        *self = Self::start(&self.store.clone());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn policy() -> Policy {
    Policy::new(Quota::parse(QUOTA).unwrap())
}

pub(crate) fn budget() -> BudgetName {
    BudgetName::new("tenant", "application", "operation")
}

/// The loop of a worker process; no test of its own.
#[test]
#[ignore = "started by other tests as a process"]
fn does_as_told() {
    let store = std::env::var(STORE).expect("started by another test");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let clock = Arc::new(SetClock::new());
    let permits = open(&runtime, &store, &clock);
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let number = |nth: usize| words[nth].parse::<u64>().unwrap();
        let now = Duration::from_nanos(number(2));
        clock.advance(now.saturating_sub(clock.passed()));
        let said = runtime.block_on(act(&*permits, words[0], number(1)));
        println!("{MARK}{said}");
    }
}

fn open(runtime: &Runtime, store: &str, clock: &Arc<SetClock>) -> Arc<dyn PermitStore> {
    runtime.block_on(async {
        match store.strip_prefix("postgres:") {
            Some(connection) => {
                let options = PostgresOptions::parse(connection).unwrap();
                let state = PostgresState::connect(options).await.unwrap();
                state.open(&budget(), &policy()).await.unwrap()
            }
            None => {
                let clock = Arc::clone(clock);
                let state = SqliteState::open_with_clock(store, clock).unwrap();
                state.open(&budget(), &policy()).await.unwrap()
            }
        }
    })
}

async fn act(permits: &dyn PermitStore, verb: &str, id: u64) -> String {
    /// Where the store does not say when to ask again.
    const LOOK: Duration = Duration::from_secs(1);
    match verb {
        "acquire" => match permits.acquire(Priority::Batch).await.unwrap() {
            Turn::Granted(id) => format!("granted {}", u64::from(id)),
            Turn::After(wait) => format!("wait {}", wait.as_nanos()),
            Turn::AfterCompletion { at_most, .. } => {
                format!("wait {}", at_most.unwrap_or(LOOK).min(LOOK).as_nanos())
            }
        },
        "send" => match permits.sent(PermitId::from(id), TIMEOUT).await {
            Ok(()) => "done 0".to_owned(),
            Err(_) => "gone 0".to_owned(),
        },
        "complete" => {
            permits.complete(PermitId::from(id), None).await.unwrap();
            "done 0".to_owned()
        }
        other => panic!("{other}"),
    }
}
