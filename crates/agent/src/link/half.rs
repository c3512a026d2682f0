//! Starting the network half, speaking with it, and seeing that it is shut in.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::{Timeout, set_socket_timeout};

use crate::bridge::{
    Begin, FrameError, FromNetwork, MAX_FROM_NETWORK, Malformed, Request, ToNetwork, read_frame,
    write_frame,
};

/// A network half that takes no byte for so long is of no use any more.
const PATIENCE: Duration = Duration::from_secs(10);

/// How this program is started as its own network half.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Launch {
    /// What comes before the agent's own commands on the command line: `agent` in `quell agent`.
    pub before: Vec<OsString>,
    /// What comes after the command: options of the log.
    pub after: Vec<OsString>,
}

impl Launch {
    /// This very program with the command `network` of process `executor`, even if another was put
    /// in its place meanwhile: both halves are always of one version.
    pub(crate) fn command(&self, executor: u32) -> Command {
        let mut command = Command::new("/proc/self/exe");
        // Whoever lists processes is to see whose it is.
        command.arg0("quell-agent");
        command.args(&self.before);
        command.args(["network", "--executor", &executor.to_string()]);
        command.args(&self.after);
        // Nothing of the environment is needed, and much of it may be secret.
        command.env_clear();
        command
    }
}

/// What is heard of the network half.
#[derive(Debug)]
pub enum Heard {
    /// It says this.
    Message(FromNetwork),
    /// It says nothing any more.
    Ended(HalfError),
}

/// Why the network half is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HalfError {
    /// It cannot be started.
    #[error("the network half cannot be started")]
    Start(#[source] io::Error),
    /// It cannot be heard.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// It says what it never says.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It cannot be told anything.
    #[error("the network half does not listen")]
    Deaf(#[source] io::Error),
    /// It still is what it should have given up to be.
    #[error("the network half has kept privileges: {0}")]
    Privileged(String),
    /// It was told to begin with something unusable.
    #[error("the server's address or authority cannot be used: {0}")]
    Unusable(String),
}

/// A running network half. It ends when this is dropped.
#[derive(Debug)]
pub struct NetworkHalf {
    child: Child,
    socket: UnixStream,
}

impl NetworkHalf {
    /// Starts one, and a thread that tells what it says. The calling thread must live as long.
    ///
    /// # Errors
    /// When no process or thread can be started.
    pub fn start(
        launch: &Launch,
        begin: Begin,
        tell: impl FnMut(Heard) -> bool + Send + 'static,
    ) -> Result<Self, HalfError> {
        let (ours, theirs) = UnixStream::pair().map_err(HalfError::Start)?;
        set_socket_timeout(&ours, Timeout::Send, Some(PATIENCE))
            .map_err(|errno| HalfError::Start(errno.into()))?;
        let hears = ours.try_clone().map_err(HalfError::Start)?;
        let child = launch
            .command(std::process::id())
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .spawn()
            .map_err(HalfError::Start)?;
        let mut half = Self {
            child,
            socket: ours,
        };
        thread::Builder::new()
            .name("network".to_owned())
            .spawn(move || hear(hears, tell))
            .map_err(HalfError::Start)?;
        half.say(&ToNetwork::Begin(begin))?;
        Ok(half)
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Lets it carry a request.
    ///
    /// # Errors
    /// When it does not listen.
    pub fn send(&mut self, request: Request) -> Result<(), HalfError> {
        self.say(&ToNetwork::Send(request))
    }

    /// Looks from outside whether it is as powerless as it says. It is asked of the kernel, not of
    /// the network half.
    ///
    /// # Errors
    /// [`HalfError::Privileged`] when it is not.
    pub fn inspect(&self) -> Result<(), HalfError> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()))
            .map_err(|error| HalfError::Privileged(error.to_string()))?;
        privileges(&status).map_or(Ok(()), |what| Err(HalfError::Privileged(what)))
    }

    fn say(&mut self, message: &ToNetwork) -> Result<(), HalfError> {
        write_frame(&mut self.socket, &message.encode()).map_err(HalfError::Deaf)
    }
}

impl Drop for NetworkHalf {
    fn drop(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Both);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn hear(mut socket: UnixStream, mut tell: impl FnMut(Heard) -> bool) {
    loop {
        let heard = read_frame(&mut socket, MAX_FROM_NETWORK)
            .map_err(HalfError::from)
            .and_then(|frame| FromNetwork::decode(&frame).map_err(HalfError::from));
        let goes_on = match heard {
            Ok(message) => tell(Heard::Message(message)),
            Err(error) => {
                tell(Heard::Ended(error));
                false
            }
        };
        if !goes_on {
            return;
        }
    }
}

/// What a process with this `/proc/PID/status` has and must not have.
fn privileges(status: &str) -> Option<String> {
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.strip_prefix(':'))
            .unwrap_or_default()
    };
    let none = "0000000000000000";
    let sets = ["CapInh", "CapPrm", "CapEff", "CapAmb"];
    let capable = sets.into_iter().find(|set| field(set).trim() != none);
    let is_root = field("Uid").split_ascii_whitespace().any(|uid| uid == "0");
    match capable {
        Some(set) => Some(format!("{set} is {}", field(set).trim())),
        None if is_root => Some("it is root".to_owned()),
        None if field("NoNewPrivs").trim() != "1" => Some("it could gain some".to_owned()),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POWERLESS: &str = "Name:\tquell-agent\nUid:\t65534\t65534\t65534\t65534\n\
        CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n\
        CapBnd:\t0000000000000000\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n";

    #[test]
    fn privileges_of_a_process_are_seen_from_outside() {
        assert_eq!(privileges(POWERLESS), None);
        let saved_root = POWERLESS.replace("65534\nCapInh", "0\nCapInh");
        let capable = POWERLESS.replace("CapPrm:\t0000000000000000", "CapPrm:\t0000000000000020");
        let may_gain = POWERLESS.replace("NoNewPrivs:\t1", "NoNewPrivs:\t0");
        for privileged in [saved_root.as_str(), &capable, &may_gain, ""] {
            assert!(privileges(privileged).is_some(), "{privileged}");
        }
    }
}
