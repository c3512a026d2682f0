//! `pause` and `resume`: the machine's owner holds the agent back, whatever its server orders.

use std::time::SystemTime;

use quell_model::Timestamp;
use quell_terminal::{Exit, Failure, FormatFlag, printable};
use serde::Serialize;

use super::place::PlaceFlag;
use crate::config::{self, StateDir};
use crate::engine::degraded;

/// In characters, of four bytes at most: a server takes 4096 bytes, with what is said before it.
const LONGEST_REASON: usize = 1000;

#[derive(Debug, clap::Args)]
pub(super) struct Pause {
    /// Why, for whoever asks the agent's status; the server is told too
    #[arg(long, value_name = "TEXT", value_parser = one_line)]
    reason: Option<String>,
    #[command(flatten)]
    place: PlaceFlag,
    #[command(flatten)]
    format: FormatFlag,
}

#[derive(Debug, clap::Args)]
pub(super) struct Resume {
    #[command(flatten)]
    place: PlaceFlag,
    #[command(flatten)]
    format: FormatFlag,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    paused: bool,
    /// Whether it was otherwise before.
    changed: bool,
}

pub(super) fn pause(arguments: &Pause) -> Result<Exit, Failure> {
    let state = arguments.place.open()?;
    let changed = state.paused().is_none();
    let pause = config::Pause {
        since: Some(Timestamp::from(SystemTime::now())),
        reason: arguments.reason.clone(),
    };
    state
        .pause(&pause)
        .map_err(|error| Failure::fault("the agent cannot be paused").because(&error))?;
    let held = Held {
        paused: true,
        changed,
    };
    arguments.format.output.write(&held, |_| {
        "paused: nothing is begun until `quell-agent resume`; what is under way is finished\n"
            .into()
    })?;
    Ok(Exit::Success)
}

pub(super) fn resume(arguments: &Resume) -> Result<Exit, Failure> {
    let state = arguments.place.open()?;
    let changed = state
        .resume()
        .map_err(|error| Failure::fault("the agent cannot be resumed").because(&error))?;
    let held = Held {
        paused: false,
        changed,
    };
    arguments
        .format
        .output
        .write(&held, |held| match held.changed {
            true => "resumed: what waited is carried out now, unless it has expired\n".into(),
            false => "the agent was not paused\n".into(),
        })?;
    Ok(Exit::Success)
}

/// A reason that fits where it is shown, and that a server takes.
fn one_line(text: &str) -> Result<String, String> {
    if text.chars().count() > LONGEST_REASON {
        return Err(format!("it is longer than {LONGEST_REASON} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("it is more than one line, or has control characters".to_owned());
    }
    Ok(text.to_owned())
}

/// The protections that are off, and the pause if there is one: the server shows both.
pub(super) fn degraded_or_paused(state: &StateDir) -> Vec<String> {
    let paused = state.paused().map(|pause| in_words(&pause));
    degraded().into_iter().chain(paused).collect()
}

/// One line, whatever somebody wrote into the file: a server refuses any other, with all else that is
/// said beside it.
fn in_words(pause: &config::Pause) -> String {
    const WORDS: &str = "paused by the machine's owner, nothing is begun";
    let Some(reason) = &pause.reason else {
        return WORDS.to_owned();
    };
    let shown: String = printable(reason).chars().take(LONGEST_REASON).collect();
    format!("{WORDS}: {shown}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_that_no_server_would_take_is_refused_or_made_one_that_it_takes() {
        let long = "\u{10348}".repeat(LONGEST_REASON + 1);
        for text in ["two\nlines", "\u{1b}[2J", &long] {
            assert!(one_line(text).is_err(), "{text}");
            let words = in_words(&config::Pause {
                since: None,
                reason: Some(text.to_owned()),
            });
            assert!(words.starts_with("paused"), "{words}");
            assert!(words.len() <= 4096, "{}", words.len());
            assert!(!words.chars().any(char::is_control), "{words}");
        }
        assert_eq!(one_line("until noon").unwrap(), "until noon");
    }
}
