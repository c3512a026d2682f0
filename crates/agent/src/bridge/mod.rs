//! What the two halves of the agent say to each other, over a pair of connected sockets.
//!
//! ```text
//! executor                                      network half
//!    │  Begin: the server and whom to trust there      │ shuts itself in
//!    │ ───────────────────────────────────────────────►│
//!    │  Ready: which walls stand           or Unusable │
//!    │◄─────────────────────────────────────────────── │
//!    │  Send: a finished, signed request               │ TLS, HTTP
//!    │ ───────────────────────────────────────────────►│
//!    │  Answered: what it means, in types              │ JSON of the server
//!    │◄─────────────────────────────────────────────── │
//! ```
//!
//! The executor writes and signs every request itself, so that the machine's key never leaves it
//! and a network half that was taken over can say nothing to the server that the executor did not
//! say. All that comes back are the few types of [`FromNetwork`]: no text of the server is parsed
//! in the executor.
//!
//! The codec is pure and total: hostile bytes end in [`Malformed`], never in a panic, and never
//! make it allocate more than the bytes that are there.

mod failure;
mod frame;
#[cfg(any(test, feature = "testing"))]
pub mod laws;
mod message;
mod order;
mod reader;
mod wall;
mod writer;

pub use failure::ExchangeError;
pub use frame::{FrameError, read_frame, write_frame};
pub use message::{Answer, Begin, FromNetwork, Request, Route, ToNetwork};
pub use reader::Malformed;
pub use wall::{Wall, WallState};

use quell_protocol::route::MAX_BODY;

/// The version of these messages. Both halves are the same program, so that anything else means
/// that somebody else is speaking.
pub const VERSION: u16 = 1;

/// The longest frame to the network half, in bytes: a body and what goes with it.
pub const MAX_TO_NETWORK: usize = MAX_BODY + 64 * 1024;
/// The longest frame that the executor reads, in bytes.
pub const MAX_FROM_NETWORK: usize = 1024 * 1024;

#[cfg(test)]
mod tests;
