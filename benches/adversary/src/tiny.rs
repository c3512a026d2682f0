//! Static executables of a few instructions, unique by what is appended.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::ground::set_mode;
use crate::tiny_program;

static MADE: AtomicU64 = AtomicU64::new(0);

/// A program file and what is in it.
pub(crate) struct Tiny {
    pub(crate) path: PathBuf,
    pub(crate) content: Vec<u8>,
}

impl Tiny {
    /// Writes a program with this code.
    pub(crate) fn write(path: &Path, code: &[u8]) -> Self {
        let mut content = tiny_program::elf(code);
        content.extend(mark().bytes());
        fs::write(path, &content).expect("the directory is ours");
        set_mode(path, 0o755);
        Self {
            path: path.to_owned(),
            content,
        }
    }
}

/// Bytes that nothing else on the machine has.
pub(crate) fn mark() -> String {
    let made = MADE.fetch_add(1, Ordering::Relaxed);
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
    let since = since.map_or(0, |since| since.as_nanos());
    format!("\n# only here: {} {since} {made}\n", std::process::id())
}
