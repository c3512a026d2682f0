// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Objects, requests and enumerations: a module for each resource.

mod action_requests;

pub use action_requests::*;

mod alerts;

pub use alerts::*;

mod errors;

pub use errors::*;

#[cfg(feature = "extension")]
mod extension;

#[cfg(feature = "extension")]
pub use extension::*;

mod files;

pub use files::*;

mod indicators;

pub use indicators::*;

#[cfg(feature = "high-risk")]
mod live_response;

#[cfg(feature = "high-risk")]
pub use live_response::*;

mod machine_actions;

pub use machine_actions::*;

mod machines;

pub use machines::*;

mod tokens;

pub use tokens::*;
