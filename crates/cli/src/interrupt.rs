//! Ctrl-C: stop asking, say what is known, lose nothing.

use std::pin::Pin;

/// Listens for Ctrl-C and SIGTERM.
pub(crate) struct Interrupt {
    signal: Pin<Box<dyn Future<Output = ()> + Send>>,
    came: bool,
}

impl Interrupt {
    /// Listens from now on; the process is no longer ended by these signals.
    pub(crate) fn listen() -> Self {
        Self {
            signal: Box::pin(either_signal()),
            came: false,
        }
    }

    /// Whether it came while something was awaited.
    pub(crate) fn came(&self) -> bool {
        self.came
    }

    /// Ends when the user interrupts.
    pub(crate) async fn comes(self) {
        self.signal.await;
    }

    /// Awaits `work` unless the user interrupts it: then `None`, and `work` is dropped.
    pub(crate) async fn unless<T>(&mut self, work: impl IntoFuture<Output = T>) -> Option<T> {
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

async fn either_signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(interrupt.await),
    }
}
