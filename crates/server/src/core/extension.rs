//! What this server does beyond the API that it speaks, and who may have it done.
//!
//! The names of these permissions stand apart from the contract's: no client of the service's asks
//! for one, and no application has one that was not given it by name.

/// A permission of this server's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its name, in tokens as a role or a scope.
    pub name: &'static str,
    /// What it lets its bearer do.
    pub about: &'static str,
}

/// Insists on a StopAndQuarantineFile that the server would refuse to spare the fleet a mistake.
pub const FORCE: Extension = Extension {
    name: "Quell.Machine.Force",
    about: "insist on stopping a file that is protected or on many machines",
};

/// Puts a quarantined file back.
pub const RESTORE: Extension = Extension {
    name: "Quell.Machine.Restore",
    about: "put a quarantined file back",
};

impl Extension {
    /// All of them.
    pub const ALL: &'static [Self] = &[FORCE, RESTORE];

    /// Whether this is the name of one.
    #[must_use]
    pub fn is_one(name: &str) -> bool {
        Self::ALL.iter().any(|extension| extension.name == name)
    }
}
