//! Telling systemd that the agent is ready and alive: sd_notify(3), one datagram each.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::{Duration, Instant};

/// Where systemd listens, if it started this process and wants to know.
#[derive(Debug)]
pub(super) struct Notify {
    listener: Option<(UnixDatagram, SocketAddr)>,
    /// How often it wants to hear that the process is alive.
    every: Option<Duration>,
    next: Option<Instant>,
}

impl Notify {
    /// As systemd set it up in the environment.
    pub(super) fn of_the_environment() -> Self {
        let listener = env::var_os("NOTIFY_SOCKET").and_then(|name| connect(&name).ok());
        let period = env::var("WATCHDOG_USEC")
            .ok()
            .and_then(|text| text.parse().ok());
        Self {
            listener,
            // Twice as often as asked, as sd_watchdog_enabled(3) advises.
            every: period.map(|period: u64| Duration::from_micros(period / 2)),
            next: None,
        }
    }

    /// The agent runs.
    pub(super) fn ready(&self) {
        self.say("READY=1");
    }

    /// The agent is about to end.
    pub(super) fn stopping(&self) {
        self.say("STOPPING=1");
    }

    /// The agent is alive; told no more often than is wanted.
    pub(super) fn alive(&mut self, now: Instant) {
        if let Some(every) = self.every
            && self.next.is_none_or(|next| next <= now)
        {
            self.say("WATCHDOG=1");
            self.next = now.checked_add(every);
        }
    }

    fn say(&self, what: &str) {
        if let Some((socket, listener)) = &self.listener {
            // Nobody to tell is no reason to do anything else.
            let _ = socket.send_to_addr(what.as_bytes(), listener);
        }
    }
}

fn connect(name: &OsString) -> io::Result<(UnixDatagram, SocketAddr)> {
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(name)?,
    };
    let socket = UnixDatagram::unbound()?;
    // A listener that does not read must not hold the agent up.
    socket.set_nonblocking(true)?;
    Ok((socket, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systemd_is_told_as_often_as_it_asks() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notify");
        let listener = UnixDatagram::bind(&path).unwrap();
        listener.set_nonblocking(true).unwrap();
        let mut notify = Notify {
            listener: Some(connect(&path.into_os_string()).unwrap()),
            every: Some(Duration::from_secs(10)),
            next: None,
        };
        let mut buffer = [0; 32];
        let mut heard = || {
            let length = listener.recv(&mut buffer).ok()?;
            Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
        };
        let now = Instant::now();
        notify.ready();
        assert_eq!(heard().as_deref(), Some("READY=1"));
        notify.alive(now);
        assert_eq!(heard().as_deref(), Some("WATCHDOG=1"));
        notify.alive(now + Duration::from_secs(9));
        assert_eq!(heard(), None);
        notify.alive(now + Duration::from_secs(10));
        assert_eq!(heard().as_deref(), Some("WATCHDOG=1"));
    }
}
