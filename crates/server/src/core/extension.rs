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

/// Insists on a StopAndQuarantineFile that the server would refuse to spare the fleet a mistake, or has
/// the machine stop more than what executes the file.
pub const FORCE: Extension = Extension {
    name: "Quell.Machine.Force",
    about: "insist on stopping a file that is protected or on many machines, or stop whoever uses it as a library",
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

#[cfg(test)]
mod tests {
    use quell_model::operations::RESTORE_FILE;

    use super::*;

    #[test]
    fn what_is_given_by_name_is_what_the_contract_asks() {
        for held in [RESTORE_FILE.application, RESTORE_FILE.delegated] {
            assert_eq!(held, [quell_model::AnyOf(&[RESTORE.name])]);
        }
        let table = include_str!("../../../../docs/api/permissions.toml");
        for extension in Extension::ALL {
            let row = format!(
                "[[extension]]\nvalue = \"{}\"\nabout = \"{}\"\n",
                extension.name, extension.about
            );
            assert!(table.contains(&row), "{row}");
        }
        assert_eq!(table.matches("[[extension]]").count(), Extension::ALL.len());
    }
}
