//! What `cargo xtask codegen` writes from the contract in `docs/api`. Behavior is written by hand
//! beside it, never in here.

pub(crate) mod enums;
pub(crate) mod error_codes;
pub(crate) mod hosts;
pub mod limits;
pub mod operations;
pub(crate) mod permissions;
pub mod properties;
mod readers;
pub(crate) mod requests;
pub(crate) mod structs;
mod writers;
