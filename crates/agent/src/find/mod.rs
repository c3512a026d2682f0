//! Finding what executes a content and what holds it.
//!
//! [`processes`] and [`executables`] look at what runs by its own name, `executions` at what is
//! mapped as code and what interpreters run besides, [`Walk`] at what lies below the roots;
//! [`Scope`] says what may be looked at in the first place. A hash that [`Stamps`] remembers only
//! nominates a file: whoever acts on it reads it again.

mod by_file;
mod control_group;
mod directory;
mod doorway;
mod executables;
mod executions;
mod foreign;
mod further_names;
mod hiding;
mod identity;
mod kinship;
mod layers;
mod look;
mod mappings;
mod nature;
mod newcomers;
mod nominate;
mod pointed;
mod processes;
mod resolve;
mod scope;
mod scripts;
mod served;
mod stamps;
mod symlink;
mod trail;
mod walk;
mod writers;

pub(crate) use by_file::{Hidden, executed, executed_otherwise, open_any};
pub(crate) use control_group::ControlGroup;
pub use directory::{Directory, Found};
pub(crate) use directory::{join, mount_of};
pub use executables::{Executable, Executables, executables};
pub(crate) use executions::{
    Execution, Sought, Wanted, deep_scan, deepen, execution_of, executions_by,
};
pub(crate) use foreign::{has_our_mounts, seen_by};
pub(crate) use further_names::{behind_links, names_below};
pub(crate) use hiding::Patience;
pub use identity::{FileId, ProcessIdentity, Stamp};
pub(crate) use identity::{nanoseconds, now_ns};
pub(crate) use layers::Layers;
pub(crate) use look::Look;
pub(crate) use nature::Nature;
pub(crate) use newcomers::{LastId, newcomers};
#[cfg(any(test, feature = "adversary"))]
pub(crate) use nominate::found_at;
pub(crate) use nominate::nominated;
pub(crate) use pointed::pointed_at;
pub use processes::{ProcessScan, RunningProcess, processes};
pub(crate) use processes::{
    admitted, all_pids, current_executable, executable_link, processes_shown_to, uid_of, user_of,
};
pub(crate) use resolve::look_along;
pub use scope::Scope;
pub use stamps::Stamps;
pub use walk::{SymbolicLink, Tally, Walk};
pub(crate) use writers::{Writer, writers_of};
