//! Named points at which a test lets the process die as if by a power failure.

/// Kills this very process if the environment's `QUELL_CRASH_AT` names this point.
#[cfg(feature = "crash-points")]
pub(crate) fn here(name: &str) {
    if std::env::var_os("QUELL_CRASH_AT").is_some_and(|wanted| wanted == name) {
        let own = rustix::process::getpid();
        let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
    }
}

/// In what is shipped there are no such points.
#[cfg(not(feature = "crash-points"))]
pub(crate) fn here(_name: &str) {}
