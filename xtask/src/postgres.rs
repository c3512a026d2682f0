//! One private PostgreSQL for a run of the tests: a directory of its own, a socket and no port, and
//! a guard that ends it however the run ends.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::failure::{Context as _, Outcome};

/// Where the tests find a server: a connection string as libpq knows them. Whoever sets it brings
/// a server along, and none is started.
pub(crate) const VARIABLE: &str = "QUELL_TEST_POSTGRES";
/// The account that Debian's package makes; the server refuses to run as root.
const ACCOUNT: &str = "postgres";
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// Waits for the end of its standard input, which is the end of the run whatever ended it, then
/// stops the server and removes its directory. `$1` is the directory, the rest starts the server.
/// QUIT is a server's order to stop at once, but a shell's background process begins with it ignored;
/// TERM ends one that has not come as far as to hear it.
const GUARD: &str = r#"
directory=$1; shift
"$@" </dev/null >"$directory/log" 2>&1 &
while read -r _; do :; done
kill -QUIT $! 2>/dev/null; kill -TERM $! 2>/dev/null
wait $!
rm -rf "$directory"
"#;

/// Runs a command while a server of its own runs.
///
/// # Errors
/// There is no PostgreSQL here, or the command failed.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Outcome {
    let server = Postgres::start()?.ok_or("there is no PostgreSQL to start")?;
    let status = Command::new(program)
        .args(arguments)
        .env(VARIABLE, server.connection_string())
        .status()
        .context(program)?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("{program} failed: {status}").into()),
    }
}

/// A server that runs. Dropped, it ends.
pub(crate) struct Postgres {
    directory: PathBuf,
    guard: Child,
}

impl Postgres {
    /// Starts a server, installing it first on Debian where that is possible; `None` where there
    /// is none to start.
    ///
    /// # Errors
    /// What failed.
    pub(crate) fn start() -> Outcome<Option<Self>> {
        let Some(programs) = programs().or_else(|| install().then(programs).flatten()) else {
            return Ok(None);
        };
        let directory = create_directory()?;
        let data = directory.join("data");
        initialize(&programs, &data)?;
        let mut postgres = Self {
            guard: guarded(&directory, &programs, &data)?,
            directory,
        };
        postgres.wait_until_it_answers(&programs)?;
        Ok(Some(postgres))
    }

    /// What a client connects with.
    pub(crate) fn connection_string(&self) -> String {
        format!(
            "host={} user=quell dbname=postgres",
            self.directory.display()
        )
    }

    fn wait_until_it_answers(&mut self, programs: &Path) -> Outcome {
        let begun = Instant::now();
        while !self.answers(programs) {
            let ended = self.guard.try_wait().context("the guard of PostgreSQL")?;
            if ended.is_some() || begun.elapsed() > STARTS_WITHIN {
                let log = fs::read_to_string(self.directory.join("log")).unwrap_or_default();
                return Err(format!("PostgreSQL did not start:\n{log}").into());
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn answers(&self, programs: &Path) -> bool {
        Command::new(programs.join("pg_isready"))
            .args(["--quiet", "--host"])
            .arg(&self.directory)
            .status()
            .is_ok_and(|status| status.success())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("the guard of PostgreSQL is lost: {error}");
        }
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

/// Installs Debian's package, if this is Debian and we may.
fn install() -> bool {
    if !is_root() || !Path::new("/etc/debian_version").exists() {
        return false;
    }
    eprintln!("PostgreSQL is not here: installing Debian's package `postgresql` for the tests");
    let installed = Command::new("apt-get")
        .args(["install", "--yes", "--no-install-recommends", "postgresql"])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null())
        .status();
    installed.is_ok_and(|status| status.success())
}

fn create_directory() -> Outcome<PathBuf> {
    // Counted, since the tests of this file make several.
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let (process, nth) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let directory = std::env::temp_dir().join(format!("quell-postgres-{process}-{nth}"));
    DirBuilder::new()
        .mode(0o700)
        .create(&directory)
        .context("a directory for PostgreSQL")?;
    if is_root() {
        let (user, group) = (id_of_account("-u")?, id_of_account("-g")?);
        chown(&directory, Some(user), Some(group)).context("a directory for PostgreSQL")?;
    }
    Ok(directory)
}

fn id_of_account(which: &str) -> Outcome<u32> {
    let output = Command::new("id")
        .args([which, ACCOUNT])
        .output()
        .context("id")?;
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .context(format!(
            "there is no account {ACCOUNT} to run PostgreSQL as"
        ))
}

/// Everyone who reaches the socket is trusted: its directory is closed to others.
fn initialize(programs: &Path, data: &Path) -> Outcome {
    let output = unprivileged(&programs.join("initdb"))
        .args(["--username=quell", "--auth=trust", "--encoding=UTF8"])
        .args(["--locale=C", "--no-sync", "--pgdata"])
        .arg(data)
        .output()
        .context("initdb")?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("initdb failed: {said}").into())
}

/// The server behind its guard, in a process group of its own: an interrupt from the terminal ends
/// the run first and the server after it.
fn guarded(directory: &Path, programs: &Path, data: &Path) -> Outcome<Child> {
    let server = unprivileged(&programs.join("postgres"));
    Command::new("sh")
        .args(["-c", GUARD, "guard"])
        .arg(directory)
        .arg(server.get_program())
        .args(server.get_args())
        .arg("-D")
        .arg(data)
        .arg("-k")
        .arg(directory)
        .args(["-c", "listen_addresses="])
        .args(["-c", "max_connections=200"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .process_group(0)
        .spawn()
        .context("the guard of PostgreSQL")
}

/// The program, run by an account of its own where we are root.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
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

/// Whether this process is root: `/proc/self` belongs to whoever runs it.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guard_ends_what_it_started_when_its_input_ends() {
        let directory = create_directory().unwrap();
        let mut guard = Command::new("sh")
            .args(["-c", GUARD, "guard"])
            .arg(&directory)
            .args(["sh", "-c", "echo $$; exec sleep 600"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let log = directory.join("log");
        let server: String = loop {
            let log = fs::read_to_string(&log).unwrap_or_default();
            if log.ends_with('\n') {
                break log.trim().to_owned();
            }
            std::thread::yield_now();
        };
        drop(guard.stdin.take());
        assert!(guard.wait().unwrap().success());
        assert!(!directory.exists());
        assert!(!Path::new("/proc").join(server).exists());
    }

    #[test]
    fn server_answers_and_is_gone_afterwards_on_postgres() {
        let programs = programs().expect("PostgreSQL");
        let server = Postgres::start().unwrap().unwrap();
        assert!(server.answers(&programs));
        let directory = server.directory.clone();
        drop(server);
        assert!(!directory.exists());
    }
}
