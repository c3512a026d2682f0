//! What `cargo xtask codegen` writes from the contract in `docs/api`. Behavior is written by hand
//! beside it, never in here.

pub(crate) mod error_codes;
pub(crate) mod hosts;
pub mod limits;
pub(crate) mod objects;
pub mod operations;
pub(crate) mod permissions;
pub mod properties;
pub(crate) mod schemas;
