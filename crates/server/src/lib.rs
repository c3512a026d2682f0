#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod admin;
mod api;
pub mod audit;
pub mod clock;
pub mod config;
pub mod core;
mod data_dir;
mod devices;
mod exchange;
mod generated;
mod issuer;
pub mod odata;
mod outgoing;
pub mod secret;
mod serve;
pub mod store;
#[cfg(test)]
mod tests;
mod trace_parent;

pub use crate::core::PermissionRule;
pub use api::UnknownFile;
pub use audit::AuditConfig;
pub use config::{ConfigError, Limits, ServerConfig, StorePlace, TlsFiles};
pub use data_dir::{DataDir, DataDirError};
pub use issuer::{Clients, FetchError, InvalidRedirectUri, KeyError, StartError};
pub use serve::{BindError, Finding, Handle, Server, Sweeper, TlsError, Verdict, examine};
pub use trace_parent::{ContinueTrace, TraceParent};
