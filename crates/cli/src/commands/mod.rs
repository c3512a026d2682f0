//! One file per command.

pub(crate) mod action;
pub(crate) mod completions;
pub(crate) mod machine;
pub(crate) mod quarantine;
pub(crate) mod serve;
pub(crate) mod server;
