//! The directories below which to look.

use std::path::PathBuf;

use quell_terminal::Failure;

/// The real paths of roots that an operator named: one that is not there is a slip, not an empty search.
pub(super) fn resolve(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let real = |root: &PathBuf| {
        root.canonicalize().map_err(|error| {
            let what = format!("the root {} cannot be used", root.display());
            Failure::usage(what).because(&error)
        })
    };
    named.iter().map(real).collect()
}
