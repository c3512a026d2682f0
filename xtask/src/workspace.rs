//! Where things are.

use std::path::PathBuf;

use crate::failure::{Context, Outcome};

/// The workspace's root, from which every path in a report is counted.
pub(crate) fn root() -> Outcome<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .map(PathBuf::from)
        .context("xtask does not lie in a workspace")
}
