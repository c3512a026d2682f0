//! The audit trail at the edge: who keeps its key, signs its heads, counts what is refused.

mod config;
mod duty;
mod keeper;
mod key_file;
mod refusals;
mod stream;

pub use config::AuditConfig;
pub(crate) use keeper::Keeper;
pub use key_file::{AuditKeyError, AuditKeyFile};
pub(crate) use refusals::{Refusals, Refused};
pub(crate) use stream::Courier;
pub use stream::{DeliveryError, Destination, InvalidDestination, SyslogAddress};
