//! Waiting for the signals by which an operator asks the agent for something.
#![allow(unsafe_code, reason = "rustix has no signal masks")]

use std::io;
use std::mem::MaybeUninit;

const HEARD: [libc::c_int; 3] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP];

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Ctrl-C and `SIGTERM`: to end.
    End,
    /// `SIGHUP`: to read again what an operator wrote.
    Reload,
}

/// The signals that are waited for, held back from the calling thread and all that it starts.
#[derive(Debug)]
pub(crate) struct Signals(());

impl Signals {
    /// Holds them back from now on. To be called before any other thread is started. Programs that
    /// are started get them all the same.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn hold_back() -> io::Result<Self> {
        let set = heard();
        // SAFETY: the set is initialized, and nobody wants to know the old one.
        match unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut())
        } {
            0 => Ok(Self(())),
            errno => Err(io::Error::from_raw_os_error(errno)),
        }
    }

    /// Waits until one comes.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn wait(&self) -> io::Result<Wish> {
        let set = heard();
        let mut came = 0;
        // SAFETY: the set is initialized, and the number lives until the call is over.
        match unsafe { libc::sigwait(&raw const set, &raw mut came) } {
            0 if came == libc::SIGHUP => Ok(Wish::Reload),
            0 => Ok(Wish::End),
            errno => Err(io::Error::from_raw_os_error(errno)),
        }
    }
}

fn heard() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: the first call initializes the set, so that the others and the end may rely on it;
    // none of them fails for signals that exist.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in HEARD {
            libc::sigaddset(set.as_mut_ptr(), signal);
        }
        set.assume_init()
    }
}
