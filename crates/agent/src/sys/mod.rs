//! The edge to the kernel: thin, typed, and nothing decided here.
//!
//! `unsafe` would be allowed in this module alone; so far rustix offers everything that is needed.

pub(crate) mod boot;
pub(crate) mod descriptors;
pub(crate) mod file;
pub(crate) mod mounts;
pub(crate) mod process_stat;
