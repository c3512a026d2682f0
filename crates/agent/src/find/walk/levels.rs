//! The directories that a walk is still to enter, and the way back to them.
//!
//! On its way down a walk leaves directories behind that it comes back to. It would need a descriptor
//! for each of them, and a tree can be made deeper than there are descriptors. So only the lowest
//! are held open; one further up is opened once more, from below, when the walk has come so far.

use std::ffi::CString;
use std::sync::Arc;

use rustix::io::Errno;

use crate::find::directory::Directory;
use crate::find::trail::Trail;

/// So many directories are held open to be come back to.
const MOST_OPEN: usize = 64;

/// The directories on the way down that have directories which were not entered yet.
#[derive(Debug, Default)]
pub(super) struct Levels {
    levels: Vec<Level>,
    /// So many of them, from the top, are closed.
    closed: usize,
    /// The one that was listed last. It lies below every level, or is the lowest of them.
    last: Option<Arc<Directory>>,
}

#[derive(Debug)]
struct Level {
    place: Place,
    /// Those in it that were not entered yet; never none.
    names: Vec<CString>,
}

#[derive(Debug)]
enum Place {
    Open(Arc<Directory>),
    Closed(Arc<Trail>),
}

/// What is to be entered next.
#[derive(Debug)]
pub(super) enum Next {
    Enter(Arc<Directory>, CString),
    /// A directory that the walk was to come back to could not be found again; so many in it were
    /// not entered.
    Lost(Arc<Trail>, usize, Errno),
}

impl Levels {
    /// Notes what lies in a directory that has been listed.
    pub(super) fn push(&mut self, directory: Arc<Directory>, names: Vec<CString>) {
        if !names.is_empty() {
            self.levels.push(Level {
                place: Place::Open(Arc::clone(&directory)),
                names,
            });
        }
        self.last = Some(directory);
        if self.levels.len() - self.closed > MOST_OPEN
            && let Some(highest) = self.levels.get_mut(self.closed)
        {
            highest.close();
            self.closed += 1;
        }
    }

    /// What is to be entered next, the lowest first; nothing when all has been entered.
    pub(super) fn pop(&mut self) -> Option<Next> {
        let lowest = self.levels.last()?;
        let directory = match lowest.open_again(self.last.as_deref()) {
            Ok(directory) => directory,
            Err(errno) => return self.give_up(errno),
        };
        self.closed = self.closed.min(self.levels.len() - 1);
        let lowest = self.levels.last_mut()?;
        lowest.place = Place::Open(Arc::clone(&directory));
        let name = lowest.names.pop()?;
        if lowest.names.is_empty() {
            self.levels.pop();
            self.closed = self.closed.min(self.levels.len());
        }
        Some(Next::Enter(directory, name))
    }

    fn give_up(&mut self, errno: Errno) -> Option<Next> {
        let level = self.levels.pop()?;
        self.closed = self.closed.min(self.levels.len());
        Some(Next::Lost(
            Arc::clone(level.trail()),
            level.names.len(),
            errno,
        ))
    }
}

impl Level {
    fn trail(&self) -> &Arc<Trail> {
        match &self.place {
            Place::Open(directory) => directory.trail(),
            Place::Closed(trail) => trail,
        }
    }

    fn close(&mut self) {
        self.place = Place::Closed(Arc::clone(self.trail()));
    }

    /// By the way up from what lies below it; if somebody moved something on that way, by the way
    /// down from the root.
    fn open_again(&self, below: Option<&Directory>) -> Result<Arc<Directory>, Errno> {
        match &self.place {
            Place::Open(directory) => Ok(Arc::clone(directory)),
            Place::Closed(trail) => below
                .ok_or(Errno::STALE)
                .and_then(|below| below.climb(trail))
                .or_else(|_| Directory::again(trail))
                .map(Arc::new),
        }
    }
}
