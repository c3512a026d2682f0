//! Holding writers off while a file is read for the last time and taken.

use std::os::fd::OwnedFd;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use quell_protocol::{Residual, ResidualReason};

use super::action::Action;
use crate::find::{FileId, Writer, writers_of};
use crate::plan::Fact;
use crate::sys::lease::Lease;

/// How long a writer is given before it is asked for again.
const BREATH: Duration = Duration::from_millis(20);
/// No more writers than this are named.
const NAMED: usize = 8;

/// What keeps the content of a file from being changed.
#[derive(Debug)]
pub(super) enum Hold {
    /// Whoever wants to write waits, and we know of it.
    Leased(Lease),
    /// Somebody had the file open for writing, and still has.
    Shared(Writers),
    /// The system gives no lease on it.
    Unleased,
}

/// Who has a file open for writing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Writers {
    /// Only processes that are stopped, and cannot write before they are killed.
    Stopped,
    /// These, and perhaps stopped ones.
    AtLarge(Vec<Writer>),
    /// Somebody who does not show.
    Hidden,
}

impl Hold {
    /// Whether the content is certainly what it was when the hold was taken.
    pub(super) fn is_firm(&self) -> bool {
        matches!(self, Self::Leased(lease) if lease.holds())
    }

    /// What the result should say of it.
    pub(super) fn note(&self) -> Option<String> {
        match self {
            Self::Shared(Writers::AtLarge(writers)) => Some(named(writers)),
            Self::Shared(Writers::Hidden) => {
                Some("open for writing by a process that does not show".to_owned())
            }
            Self::Shared(Writers::Stopped) | Self::Leased(_) | Self::Unleased => None,
        }
    }

    /// Each process that had the file open for writing and was not stopped.
    pub(super) fn residuals(&self) -> Vec<Residual> {
        let writers = || Residual::new(ResidualReason::Writers);
        match self {
            Self::Shared(Writers::AtLarge(known)) => {
                let each = known.iter().map(|writer| writers().of_process(writer.pid));
                each.collect()
            }
            Self::Shared(Writers::Hidden) => vec![writers()],
            Self::Shared(Writers::Stopped) | Self::Leased(_) | Self::Unleased => Vec::new(),
        }
    }

    /// Lets whoever waits write: the file is not going to be taken.
    pub(super) fn let_go(&mut self) {
        *self = Self::Unleased;
    }

    /// Takes a lease, now that those who could write are gone, if there is none.
    pub(super) fn tighten(&mut self, content: &OwnedFd) {
        if matches!(self, Self::Shared(_))
            && let Ok(lease) = Lease::take(content)
        {
            *self = Self::Leased(lease);
        }
    }
}

impl Action<'_> {
    /// Holds writers off every candidate: what is read next then stays true.
    pub(super) fn lease(&mut self) -> Fact {
        let deadline = Instant::now() + self.limits.lease;
        let mut candidates = std::mem::take(&mut self.candidates);
        for candidate in &mut candidates {
            candidate.hold = self.hold(candidate.id, &candidate.content, deadline);
        }
        self.candidates = candidates;
        Fact::Leased
    }

    /// Holds writers off a file. One that is stopped cannot write before it is killed; any other is
    /// waited for until `deadline`.
    fn hold(&self, file: FileId, content: &OwnedFd, deadline: Instant) -> Hold {
        loop {
            match Lease::take(content) {
                Ok(lease) => return Hold::Leased(lease),
                Err(Errno::AGAIN) => {}
                Err(errno) => {
                    tracing::debug!(%errno, "a file cannot be leased, so it is read twice");
                    return Hold::Unleased;
                }
            }
            let writers = self.writers(file);
            if writers == Writers::Stopped || Instant::now() >= deadline {
                return Hold::Shared(writers);
            }
            thread::sleep(BREATH);
        }
    }

    fn writers(&self, file: FileId) -> Writers {
        let mut writers = writers_of(self.scope, file).unwrap_or_default();
        if writers.is_empty() {
            return Writers::Hidden;
        }
        writers.retain(|writer| !self.frozen.holds(writer.pid));
        if writers.is_empty() {
            Writers::Stopped
        } else {
            Writers::AtLarge(writers)
        }
    }
}

fn named(writers: &[Writer]) -> String {
    let shown: Vec<_> = writers.iter().take(NAMED).map(describe).collect();
    let more = writers.len().saturating_sub(NAMED);
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("open for writing by {}{rest}", shown.join(", "))
}

fn describe(writer: &Writer) -> String {
    let how = if writer.by_mapping {
        ", through a mapping"
    } else {
        ""
    };
    let executable = String::from_utf8_lossy(&writer.executable);
    format!("process {} ({executable}{how})", writer.pid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn note_names_who_writes_and_how_many_more() {
        let writer = |pid| Writer {
            pid,
            executable: b"/bin/sh".to_vec(),
            by_mapping: pid == 1,
        };
        assert_eq!(
            named(&[writer(1), writer(2)]),
            "open for writing by process 1 (/bin/sh, through a mapping), process 2 (/bin/sh)"
        );
        let many: Vec<_> = (0..11).map(writer).collect();
        assert!(named(&many).ends_with(" and 3 more"));
    }
}
