//! A PostgreSQL of a test's own, which it may stop and start as it likes.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The account that Debian's package makes; the server refuses to run as root.
const ACCOUNT: &str = "postgres";

/// Waits for the end of its standard input, which is the end of the test whatever ended it, then
/// stops what runs (`$@`) and removes the directory (`$1`).
const GUARD: &str = r#"
directory=$1; shift
while read -r _; do :; done
"$@" >/dev/null 2>&1
rm -rf "$directory"
"#;

/// A server on a socket in a directory of its own. Dropped, it is gone.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    directory: PathBuf,
    guard: Child,
}

impl Postgres {
    /// Whether there are programs to start.
    #[must_use]
    pub fn is_installed() -> bool {
        programs().is_some()
    }

    /// Makes a database and serves it.
    ///
    /// # Panics
    /// When there is no PostgreSQL, or it does not start.
    #[must_use]
    pub fn start() -> Self {
        let programs = programs().expect("PostgreSQL is installed");
        let directory = directory();
        let mut initdb = unprivileged(&programs.join("initdb"));
        initdb.args(["--username=quell", "--auth=trust", "--encoding=UTF8"]);
        initdb.args(["--locale=C", "--no-sync", "--pgdata"]);
        run(initdb.arg(directory.join("data")));
        let server = Self {
            guard: guard(&programs, &directory),
            programs,
            directory,
        };
        server.resume();
        server
    }

    /// Where it is, as a URL.
    #[must_use]
    pub fn url(&self) -> String {
        let socket = self.directory.display().to_string().replace('/', "%2F");
        format!("postgresql://quell@{socket}/postgres")
    }

    /// Ends it as a loss of power does: nobody is told, and nothing is finished.
    ///
    /// # Panics
    /// When it does not run.
    pub fn crash(&self) {
        run(control(&self.programs, &self.directory).args(["stop", "-m", "immediate"]));
    }

    /// Starts it again; returns when it serves.
    ///
    /// # Panics
    /// When it does not start.
    pub fn resume(&self) {
        let options = format!("-k {} -c listen_addresses=", self.directory.display());
        let mut start = control(&self.programs, &self.directory);
        start.args(["start", "--wait", "--options", &options, "--log"]);
        run(start.arg(self.directory.join("log")));
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// The directory of the newest server programs: Debian's, or those on the path.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let installed = versions.flatten().filter_map(|version| {
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        let programs = version.path().join("bin");
        programs
            .join("initdb")
            .exists()
            .then_some((number, programs))
    });
    let newest = installed.max().map(|(_, programs)| programs);
    newest.or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|directory| directory.join("initdb").exists())
    })
}

/// A directory that belongs to whoever runs the server.
fn directory() -> PathBuf {
    let outer = TempDir::with_prefix("quell-pg-").expect("a directory can be made");
    let outer = outer.keep();
    let directory = outer.join("it");
    let made = DirBuilder::new().mode(0o700).create(&directory);
    made.expect("the directory is ours");
    if rustix::process::geteuid().is_root() {
        let (user, group) = (id_of_account("-u"), id_of_account("-g"));
        for path in [&outer, &directory] {
            chown(path, Some(user), Some(group)).expect("root may");
        }
    }
    directory
}

fn id_of_account(which: &str) -> u32 {
    let output = Command::new("id").args([which, ACCOUNT]).output();
    let output = output.expect("there is a program `id`");
    let id = String::from_utf8_lossy(&output.stdout);
    id.trim().parse().expect("there is an account for it")
}

/// In a process group of its own: an interrupt from the terminal ends the test first.
fn guard(programs: &Path, directory: &Path) -> Child {
    let mut stop = control(programs, directory);
    stop.args(["stop", "-m", "immediate"]);
    Command::new("sh")
        .args(["-c", GUARD, "guard"])
        .arg(directory.parent().expect("it is in another"))
        .arg(stop.get_program())
        .args(stop.get_args())
        .stdin(Stdio::piped())
        .process_group(0)
        .spawn()
        .expect("there is a shell")
}

fn control(programs: &Path, directory: &Path) -> Command {
    let mut control = unprivileged(&programs.join("pg_ctl"));
    control.arg("--pgdata").arg(directory.join("data"));
    control
}

/// The program, run by an account of its own where we are root.
fn unprivileged(program: &Path) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args([
        &format!("--reuid={ACCOUNT}"),
        &format!("--regid={ACCOUNT}"),
        "--init-groups",
        "--",
    ]);
    command.arg(program);
    command
}

/// Its output goes nowhere: a server that it leaves behind would keep a pipe open.
fn run(command: &mut Command) {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.stderr(Stdio::null()).status();
    let status = status.expect("the program starts");
    assert!(status.success(), "{command:?}: {status}");
}
