//! The edge to the kernel: thin, typed, and nothing decided here.
//!
//! `unsafe` is allowed in this module alone, where rustix lacks something.

pub(crate) mod boot;
pub(crate) mod cgroup;
pub(crate) mod descriptors;
pub(crate) mod fanotify;
pub(crate) mod file;
pub(crate) mod file_identity;
pub(crate) mod file_locks;
pub(crate) mod kernel;
pub(crate) mod lease;
pub(crate) mod mapped_code;
pub(crate) mod mounts;
pub(crate) mod pressure;
pub(crate) mod priority;
pub(crate) mod process_group;
pub(crate) mod process_stat;
pub(crate) mod signals;
