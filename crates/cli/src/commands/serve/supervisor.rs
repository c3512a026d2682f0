//! Telling systemd how the server is (`sd_notify(3)`): a datagram to a socket, for which no library is needed.

use std::time::Duration;

/// Who started the server and wants to know how it is, if anybody does.
#[derive(Debug)]
pub(super) struct Supervisor {
    #[cfg(target_os = "linux")]
    socket: Option<std::os::unix::net::UnixDatagram>,
    watchdog: Option<Duration>,
}

impl Supervisor {
    /// As the environment says.
    pub(super) fn of_environment() -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        Self {
            #[cfg(target_os = "linux")]
            socket: linux::socket(),
            watchdog: interval(
                variable("WATCHDOG_USEC").as_deref(),
                variable("WATCHDOG_PID").as_deref(),
                std::process::id(),
            ),
        }
    }

    /// Says that the server listens, and goes on saying that it is alive for as long as it is.
    pub(super) fn ready(self) -> Watched {
        self.tell("READY=1");
        let watchdog = self.watchdog;
        let supervisor = std::sync::Arc::new(self);
        let told = std::sync::Arc::clone(&supervisor);
        let alive = watchdog.map(|period| {
            tokio::spawn(async move {
                let mut ticks = tokio::time::interval(period);
                loop {
                    ticks.tick().await;
                    told.tell("WATCHDOG=1");
                }
            })
        });
        Watched { supervisor, alive }
    }

    #[cfg(target_os = "linux")]
    fn tell(&self, state: &str) {
        if let Some(socket) = &self.socket {
            // Nobody listens any more: nobody needs to know.
            let _ = socket.send(state.as_bytes());
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn tell(&self, _: &str) {}
}

/// A server that somebody looks after.
#[derive(Debug)]
pub(super) struct Watched {
    supervisor: std::sync::Arc<Supervisor>,
    alive: Option<tokio::task::JoinHandle<()>>,
}

impl Watched {
    /// Says that the server is about to end. It is alive until it has.
    pub(super) fn stopping(&self) {
        self.supervisor.tell("STOPPING=1");
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(alive) = &self.alive {
            alive.abort();
        }
    }
}

/// How often to say that the server is alive: twice as often as is asked, of this process.
fn interval(micros: Option<&str>, process: Option<&str>, own: u32) -> Option<Duration> {
    let is_meant = process.is_none_or(|process| process.parse() == Ok(own));
    let micros: u64 = micros?.parse().ok().filter(|micros| *micros > 1)?;
    is_meant.then(|| Duration::from_micros(micros / 2))
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    /// A socket to whoever is named by `NOTIFY_SOCKET`: a path, or an abstract name after an `@`.
    pub(super) fn socket() -> Option<UnixDatagram> {
        let name = std::env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty())?;
        let address = match name.as_bytes() {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
            _ => SocketAddr::from_pathname(&name),
        };
        let socket = UnixDatagram::unbound().ok()?;
        // A supervisor that does not read must not stop the server.
        socket.set_nonblocking(true).ok()?;
        socket.connect_addr(&address.ok()?).ok()?;
        Some(socket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watchdog_is_fed_twice_as_often_as_it_asks_and_only_by_whom_it_means() {
        let second = Some("1000000");
        let half = Some(Duration::from_millis(500));
        assert_eq!(interval(second, None, 7), half);
        assert_eq!(interval(second, Some("7"), 7), half);
        assert_eq!(interval(second, Some("8"), 7), None);
        assert_eq!(interval(None, Some("7"), 7), None);
        for bad in ["", "0", "1", "soon"] {
            assert_eq!(interval(Some(bad), None, 7), None, "{bad}");
        }
    }
}
