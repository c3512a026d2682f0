//! The conversation with the server, as the executor leads it.
//!
//! It decides nothing about files. What to send next is decided by [`Session`], which knows
//! neither clock nor socket; [`Conversation`] signs the requests and judges the answers; the
//! [`NetworkHalf`], another process, carries them.

mod assertion;
mod backoff;
mod conversation;
mod enrol;
mod half;
mod identity;
mod keyring;
mod lane;
mod machine;
mod machine_id;
mod outbox;
mod session;

pub use backoff::Backoff;
pub use conversation::{Conversation, FromDevice, Moment, ToDevice};
pub use enrol::{EnrolError, enrol};
pub use half::{HalfError, Heard, Launch, NetworkHalf};
pub use identity::{Identity, IdentityError};
pub use keyring::Keyring;
pub use machine::machine_facts;
pub use machine_id::{MachineIdError, derived_machine_id};
pub use session::{Ruling, Session, Stop, Turn};
