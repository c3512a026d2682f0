//! Named points at which a test lets the process die as if by a power failure, or wait.

/// Kills this very process if the environment's `QUELL_CRASH_AT` names this point. If `QUELL_WAIT_AT`
/// does, reads the FIFO `QUELL_WAIT_FOR` to its end first.
#[cfg(feature = "crash-points")]
pub(crate) fn here(name: &str) {
    let is_named = |variable| std::env::var_os(variable).is_some_and(|wanted| wanted == name);
    if is_named("QUELL_WAIT_AT") {
        let gate = std::env::var_os("QUELL_WAIT_FOR").unwrap_or_default();
        // A gate that is not there holds nobody up.
        let _ = std::fs::read(gate);
    }
    if is_named("QUELL_CRASH_AT") {
        let own = rustix::process::getpid();
        let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
    }
}

/// In what is shipped there are no such points.
#[cfg(not(feature = "crash-points"))]
pub(crate) fn here(_name: &str) {}
