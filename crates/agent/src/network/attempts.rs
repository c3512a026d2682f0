//! What a network half that was taken over would try, tried from where it stands.
//!
//! `quell-agent sandbox` starts a network half for each of these, shut in as the real one is, and
//! tells what came of it. So everybody can see on the machine itself what the walls are worth.

use std::fs::{File, OpenOptions};
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::net::{AddressFamily, SendFlags, SocketType, connect, ipproto, sendto, socket};
use rustix::process::{Pid, Uid, test_kill_process};
use serde::{Deserialize, Serialize};

use super::sandbox;
use crate::sys::kernel;

/// Something that the network half must not be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Attempt {
    /// Read the machine's identity and key
    ReadIdentity,
    /// Look into the vault
    ReadVault,
    /// Read the users' passwords
    ReadShadow,
    /// Read a file that everybody may read
    ReadPublic,
    /// Write a file where everybody may
    WriteFile,
    /// Signal the executor
    SignalExecutor,
    /// Read the executor's memory
    ReadExecutor,
    /// Become root again
    BecomeRoot,
    /// Take connections
    Listen,
    /// Connect to another port than the server's
    ConnectElsewhere,
    /// Start a process
    Fork,
    /// Make memory that can be written and executed
    WritableCode,
    /// Become another program
    Execute,
    /// Trace the executor
    Trace,
}

impl Attempt {
    /// All of them, the deadly ones last.
    pub(crate) const ALL: [Self; 14] = [
        Self::ReadIdentity,
        Self::ReadVault,
        Self::ReadShadow,
        Self::ReadPublic,
        Self::WriteFile,
        Self::SignalExecutor,
        Self::ReadExecutor,
        Self::BecomeRoot,
        Self::Listen,
        Self::ConnectElsewhere,
        Self::Fork,
        Self::WritableCode,
        Self::Execute,
        Self::Trace,
    ];
}

/// What the attempts are made on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Targets {
    /// The process that would be the executor.
    pub(crate) executor: u32,
    /// The file of the machine's identity.
    pub(crate) identity: PathBuf,
    /// The directory of the vault.
    pub(crate) vault: PathBuf,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attempted {
    /// Whether it failed.
    pub(crate) held: bool,
    /// What the kernel said.
    pub(crate) detail: String,
}

/// Shuts this process in and makes the attempt.
///
/// # Errors
/// When it cannot give up its privileges. Nothing is tried then.
pub(crate) fn attempt(attempt: Attempt, targets: &Targets) -> io::Result<Attempted> {
    sandbox::give_up_privileges(targets.executor)?;
    sandbox::shut(Some(443));
    Ok(match make(attempt, targets) {
        // What is not there says nothing about the walls.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Attempted {
            held: false,
            detail: format!("could not be tried: {error}"),
        },
        Err(error) => Attempted {
            held: true,
            detail: error.to_string(),
        },
        Ok(()) => Attempted {
            held: false,
            detail: "it can".to_owned(),
        },
    })
}

fn make(attempt: Attempt, targets: &Targets) -> io::Result<()> {
    let executor = targets.executor;
    match attempt {
        Attempt::ReadIdentity => read(&targets.identity),
        Attempt::ReadVault => read(&targets.vault),
        Attempt::ReadShadow => read(Path::new("/etc/shadow")),
        Attempt::ReadPublic => read(Path::new("/etc/passwd")),
        Attempt::WriteFile => {
            let name = format!("quell-agent-attempt-{}", std::process::id());
            let path = std::env::temp_dir().join(name);
            let written = OpenOptions::new().write(true).create_new(true).open(&path);
            let _ = std::fs::remove_file(path);
            written.map(drop)
        }
        Attempt::SignalExecutor => {
            let pid = i32::try_from(executor).ok().and_then(Pid::from_raw);
            let pid = pid.ok_or(io::ErrorKind::NotFound)?;
            Ok(test_kill_process(pid)?)
        }
        Attempt::ReadExecutor => read(Path::new(&format!("/proc/{executor}/mem"))),
        Attempt::BecomeRoot => {
            let root = Uid::ROOT;
            Ok(rustix::thread::set_thread_res_uid(root, root, root)?)
        }
        Attempt::Listen => TcpListener::bind("127.0.0.1:0").map(drop),
        Attempt::ConnectElsewhere => connect_elsewhere(),
        Attempt::Fork => Command::new("/proc/self/exe")
            .arg("--version")
            .spawn()
            .map(drop),
        Attempt::WritableCode => kernel::try_writable_code(),
        Attempt::Execute => Err(Command::new("/proc/self/exe").arg("--version").exec()),
        Attempt::Trace => kernel::try_trace(executor),
    }
}

/// Each way to reach a TCP port of this machine that nobody listens at. Refused by the other side
/// would mean that the kernel let it try.
fn connect_elsewhere() -> io::Result<()> {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    let socket = |protocol| socket(AddressFamily::INET, SocketType::STREAM, protocol);
    let ways: [&dyn Fn() -> io::Result<()>; 3] = [
        &|| TcpStream::connect(nobody).map(drop),
        &|| Ok(connect(socket(Some(ipproto::MPTCP))?, &nobody)?),
        &|| {
            let first_segment = SendFlags::from_bits_retain(libc::MSG_FASTOPEN.unsigned_abs());
            sendto(socket(None)?, b"x", first_segment, &nobody)?;
            Ok(())
        },
    ];
    let mut kept_out = Ok(());
    for way in ways {
        match way() {
            Err(error) if error.kind() != io::ErrorKind::ConnectionRefused => kept_out = Err(error),
            _ => return Ok(()),
        }
    }
    kept_out
}

fn read(path: &Path) -> io::Result<()> {
    File::open(path).map(drop)
}
