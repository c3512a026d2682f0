//! Finding what executes a content and what holds it.

mod identity;
mod scope;

pub(crate) use identity::nanoseconds;
pub use identity::{FileId, ProcessIdentity, Stamp};
pub(crate) use scope::Parents;
pub use scope::Scope;
