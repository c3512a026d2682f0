//! Ctrl-C: stop asking, say what is known, lose nothing.

use std::fmt;
use std::io;
use std::pin::Pin;

use crate::Failure;

/// Listens for Ctrl-C and, where there are such signals, SIGTERM and SIGHUP (the terminal went away).
pub struct Interrupt {
    signal: Pin<Box<dyn Future<Output = ()> + Send>>,
    came: bool,
}

impl Interrupt {
    /// Listens from now on; the process is no longer ended by these signals.
    ///
    /// Must be called from within a runtime of Tokio.
    ///
    /// # Errors
    /// When the system lets nobody listen.
    pub fn listen() -> Result<Self, Failure> {
        let signal = signal()
            .map_err(|error| Failure::fault("Ctrl-C cannot be listened for").because(&error))?;
        Ok(Self {
            signal: Box::pin(signal),
            came: false,
        })
    }

    /// Whether it came while something was awaited.
    #[must_use]
    pub const fn came(&self) -> bool {
        self.came
    }

    /// Ends when the user interrupts.
    pub async fn comes(self) {
        self.signal.await;
    }

    /// Awaits `work` unless the user interrupts it: then `None`, and `work` is dropped.
    pub async fn unless<T>(&mut self, work: impl IntoFuture<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = &mut self.signal, if !self.came => {
                self.came = true;
                None
            }
            result = work.into_future() => Some(result),
        }
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interrupt")
            .field("came", &self.came)
            .finish_non_exhaustive()
    }
}

#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn signal() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        // An error means that nobody can listen: then the system ends the process by itself.
        let _ = tokio::signal::ctrl_c().await;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interrupted_by(signal: impl Future<Output = ()> + Send + 'static) -> Interrupt {
        Interrupt {
            signal: Box::pin(signal),
            came: false,
        }
    }

    #[tokio::test]
    async fn work_is_awaited_until_somebody_interrupts_and_again_afterwards() {
        let mut never = interrupted_by(std::future::pending());
        assert_eq!(never.unless(async { 1 }).await, Some(1));
        assert!(!never.came());

        let mut at_once = interrupted_by(std::future::ready(()));
        assert_eq!(at_once.unless(std::future::pending::<()>()).await, None);
        assert!(at_once.came());
        assert_eq!(at_once.unless(async { 2 }).await, Some(2));
    }
}
