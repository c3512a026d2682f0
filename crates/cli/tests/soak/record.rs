//! What was acknowledged and what was carried out, kept by those who saw it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

/// How long the server may take for the actions of a round.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the server tells of an action in the end: its status.
pub(crate) type Told = HashMap<String, String>;

#[derive(Debug, Default)]
pub(crate) struct Record {
    seen: Mutex<Seen>,
    more: Condvar,
}

#[derive(Debug, Default)]
struct Seen {
    /// The ids of the actions in answers of 201.
    acknowledged: Vec<String>,
    /// Requests whose answer was lost.
    in_doubt: usize,
    /// How often each action was carried out.
    carried_out: HashMap<String, usize>,
    /// How often each device did something to each of its files.
    effects: HashMap<(String, String), usize>,
    /// Orders that came again and had no effect.
    repeated: usize,
}

/// What became of everything.
#[derive(Debug)]
pub(crate) struct Found {
    acknowledged: usize,
    in_doubt: usize,
    repeated: usize,
    lost: Vec<String>,
    stuck: Vec<String>,
    not_done: Vec<String>,
    done_twice: Vec<String>,
}

impl Record {
    pub(crate) fn acknowledge(&self, action: &str) {
        self.lock().acknowledged.push(action.to_owned());
        self.more.notify_all();
    }

    pub(crate) fn doubt(&self) {
        self.lock().in_doubt += 1;
    }

    pub(crate) fn carry_out(&self, device: &str, action: &str, file: &str) {
        let mut seen = self.lock();
        *seen.carried_out.entry(action.to_owned()).or_default() += 1;
        let key = (device.to_owned(), file.to_owned());
        *seen.effects.entry(key).or_default() += 1;
    }

    pub(crate) fn repeat(&self) {
        self.lock().repeated += 1;
    }

    /// Waits until so many more actions were acknowledged.
    pub(crate) fn wait_for_more(&self, actions: usize) {
        let seen = self.lock();
        let enough = seen.acknowledged.len() + actions;
        let (_seen, waited) = self
            .more
            .wait_timeout_while(seen, PATIENCE, |seen| seen.acknowledged.len() < enough)
            .expect("nobody panics");
        assert!(!waited.timed_out(), "the server acknowledges nothing more");
    }

    pub(crate) fn judge(&self, told: &Told) -> Found {
        let seen = self.lock();
        let which = |wrong: &dyn Fn(&&String) -> bool| -> Vec<String> {
            seen.acknowledged.iter().filter(wrong).cloned().collect()
        };
        let ended = |status: &String| status == "Succeeded";
        let stuck = told.iter().filter(|(_, status)| !ended(status));
        let twice = seen.effects.iter().filter(|(_, times)| **times > 1);
        Found {
            acknowledged: seen.acknowledged.len(),
            in_doubt: seen.in_doubt,
            repeated: seen.repeated,
            lost: which(&|action| !told.contains_key(*action)),
            stuck: stuck
                .map(|(action, status)| format!("{action} {status}"))
                .collect(),
            not_done: which(&|action| !seen.carried_out.contains_key(*action)),
            done_twice: twice
                .map(|(effect, times)| format!("{effect:?} {times}"))
                .collect(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().expect("nobody panics")
    }
}

impl Found {
    pub(crate) fn assert_good(&self) {
        let wrong = [&self.lost, &self.stuck, &self.not_done, &self.done_twice];
        assert!(wrong.iter().all(|list| list.is_empty()), "{self:#?}");
        assert!(self.repeated > 0, "no order came again: {self:#?}");
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} actions acknowledged, {} requests without an answer, {} orders handed out again without effect; \
             lost {}, stuck {}, not carried out {}, carried out twice {}",
            self.acknowledged,
            self.in_doubt,
            self.repeated,
            self.lost.len(),
            self.stuck.len(),
            self.not_done.len(),
            self.done_twice.len()
        )
    }
}
