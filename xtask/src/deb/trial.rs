//! Tries the packages out: installed, at work, upgraded, removed and purged, where nothing of this machine changes.

use std::path::Path;
use std::process::Command;

use crate::failure::{Context as _, Outcome};
use crate::postgres;

const SCRIPT: &str = "packaging/debian/trial/run.sh";

/// Runs the script that is checked in beside the packages' own. It needs a mount namespace, so it needs root.
///
/// # Errors
/// What the script found wrong; it has said so.
pub(super) fn run(root: &Path, packages: &Path) -> Outcome {
    if !postgres::is_root() {
        eprintln!("not root: the packages were not installed in a trial");
        return Ok(());
    }
    println!("trial in a mount namespace:");
    let script = root.join(SCRIPT);
    let status = Command::new("sh").arg(&script).arg(packages).status();
    match status.context(script.display())?.success() {
        true => Ok(()),
        false => Err("the packages did not pass their trial".into()),
    }
}
