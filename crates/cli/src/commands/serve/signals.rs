//! What the operating system asks of a server that runs.

use quell_server::Handle;
use quell_terminal::Failure;

/// The signals, listened for from now on.
pub(super) struct Signals {
    #[cfg(unix)]
    unix: unix::Signals,
}

impl Signals {
    /// Listens.
    pub(super) fn listen() -> Result<Self, Failure> {
        Ok(Self {
            #[cfg(unix)]
            unix: unix::Signals::listen().map_err(|error| {
                Failure::fault("signals cannot be listened for").because(&error)
            })?,
        })
    }

    /// Ends at the first request to stop; a second one ends the server at once. SIGHUP has the certificate read
    /// again.
    pub(super) async fn stop(self, handle: Handle) {
        #[cfg(unix)]
        self.unix.stop(handle).await;
        #[cfg(not(unix))]
        {
            // An error means that nobody can listen: then the system ends the process by itself.
            let _ = tokio::signal::ctrl_c().await;
            tokio::spawn(async move {
                let _ = tokio::signal::ctrl_c().await;
                handle.hurry();
            });
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::io;

    use quell_server::Handle;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    pub(super) struct Signals {
        interrupt: Signal,
        terminate: Signal,
        hangup: Signal,
    }

    impl Signals {
        pub(super) fn listen() -> io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hangup: signal(SignalKind::hangup())?,
            })
        }

        async fn next(&mut self, handle: &Handle) {
            loop {
                tokio::select! {
                    _ = self.interrupt.recv() => return,
                    _ = self.terminate.recv() => return,
                    _ = self.hangup.recv() => handle.renew_certificate(),
                }
            }
        }

        pub(super) async fn stop(mut self, handle: Handle) {
            self.next(&handle).await;
            tokio::spawn(async move {
                self.next(&handle).await;
                handle.hurry();
            });
        }
    }
}
