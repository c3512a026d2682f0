//! The half of the agent that speaks with the server.
//!
//! It decides nothing about files. What to send next is decided by [`Session`], which knows
//! neither clock nor socket; [`Exchange`] carries one message; [`attend`] joins the two.

mod assertion;
mod attend;
mod backoff;
mod enrol;
mod exchange;
mod http_date;
mod identity;
mod lane;
mod machine;
mod machine_id;
mod outbox;
mod rotate;
mod session;

pub use attend::{Device, FromDevice, Keys, ToDevice, attend};
pub use backoff::Backoff;
pub use enrol::{EnrolError, enrol};
pub use exchange::{Exchange, ExchangeError};
pub use identity::{Identity, IdentityError};
pub use machine::machine_facts;
pub use machine_id::{MachineIdError, derived_machine_id};
pub use session::{Ruling, Session, Stop, Turn};
