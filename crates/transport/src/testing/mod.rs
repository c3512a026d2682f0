//! Doubles for those who call a [`Transport`](crate::Transport), and the
//! [`conformance`] suite for those who write one.
//!
//! | double | for |
//! | --- | --- |
//! | [`MockTransport`] | expectations on single calls ([mockall](https://docs.rs/mockall)) |
//! | [`ScriptedTransport`] | a conversation: answers in order, requests recorded |
//! | [`FaultyTransport`] | another transport, failing at chosen sends before or after the request left |
//! | [`NeverTransport`] | a service that never answers |
//! | [`Recorder`], [`Replayer`] | a real conversation, kept in a file without its secrets, see [`cassette`] |

pub mod cassette;
pub mod conformance;
mod faulty;
mod mock;
mod never;
mod scripted;

pub use cassette::{Cassette, Recorder, Replayer};
pub use faulty::{Fault, FaultyTransport};
pub use mock::MockTransport;
pub use never::NeverTransport;
pub use scripted::{ScriptExhausted, ScriptedTransport};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A test that panicked elsewhere must not hide its cause behind a second panic here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
