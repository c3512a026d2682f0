//! One file per command.

pub(crate) mod action;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod file;
pub(crate) mod machine;
pub(crate) mod man;
pub(crate) mod profile;
pub(crate) mod quarantine;
pub(crate) mod region;
pub(crate) mod restore;
pub(crate) mod serve;
pub(crate) mod server;
