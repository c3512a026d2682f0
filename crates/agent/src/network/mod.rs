//! The network half: the one process of the agent that speaks TLS, HTTP and the server's JSON.
//!
//! It is this program, started once more by the executor with the hidden command `network`, with
//! the pair of sockets of [`crate::bridge`] as its standard input. It shuts itself in before it
//! reads anything from outside the machine ([`sandbox`]), knows no secret of the machine, and ends
//! at once when the executor does.

mod attempts;
mod carry;
mod http_date;
mod sandbox;
mod serve;

pub(crate) use attempts::{Attempt, Attempted, Targets, attempt};
pub(crate) use sandbox::READABLE_FILES;
pub(crate) use serve::{NetworkError, serve};
