//! The engine that carries out one order.

mod config;
mod protect;
mod seal;

pub use config::{EngineConfig, Limits};
pub use protect::Protect;
pub use seal::{Attributes, ItemDraft, Seal, SealError};
