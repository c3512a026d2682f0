//! Deciding about the opening of single files.
//!
//! Marks are put on inodes and on nothing wider: whoever opens any other file never waits for us.
//! A question that is open when the group is closed, as by the end of this process, is answered
//! with yes by the kernel.
#![allow(unsafe_code, reason = "rustix has no fanotify")]

use std::io;
use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};

/// How many bytes of questions are read at once.
const AT_ONCE: usize = 4096;

/// A group that is asked before one of its files is opened.
#[derive(Debug)]
pub(crate) struct Group(OwnedFd);

/// Room for the questions of one read, so that reading takes no memory.
#[derive(Debug)]
pub(crate) struct Questions {
    // The kernel writes structures of eight-byte fields.
    words: [u64; AT_ONCE / 8],
    length: usize,
}

/// Somebody wants to open a file, and waits for the answer. Dropped unanswered, it is refused.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    group: BorrowedFd<'a>,
    file: OwnedFd,
    /// Who asks; 0 for a process beyond this process's own namespace.
    pub(crate) pid: u32,
    /// Whether it is to be executed.
    pub(crate) to_execute: bool,
    answered: bool,
}

impl Group {
    /// Makes a group without any file.
    ///
    /// # Errors
    /// `EPERM` without `CAP_SYS_ADMIN`, `ENOSYS` where the kernel was built without it, `EMFILE`
    /// when this user has too many groups.
    pub(crate) fn new() -> io::Result<Self> {
        let flags = libc::FAN_CLOEXEC | libc::FAN_CLASS_CONTENT | libc::FAN_NONBLOCK;
        let files = libc::O_RDONLY | libc::O_CLOEXEC | libc::O_LARGEFILE;
        // SAFETY: takes two numbers and answers a new descriptor or -1.
        let group = unsafe { libc::fanotify_init(flags, files.cast_unsigned()) };
        if group < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has just made the descriptor and nobody else knows of it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(group) }))
    }

    /// From now on asks before this very file is opened, by whichever name.
    ///
    /// # Errors
    /// `EINVAL` or `EOPNOTSUPP` where its file system cannot be asked about.
    pub(crate) fn watch(&self, file: impl AsFd) -> io::Result<()> {
        self.mark(libc::FAN_MARK_ADD, file)
    }

    /// From now on asks no more before this file is opened.
    ///
    /// # Errors
    /// `ENOENT` when it was not watched.
    pub(crate) fn forget(&self, file: impl AsFd) -> io::Result<()> {
        self.mark(libc::FAN_MARK_REMOVE, file)
    }

    fn mark(&self, what: libc::c_uint, file: impl AsFd) -> io::Result<()> {
        let flags = what | libc::FAN_MARK_INODE;
        let mask = libc::FAN_OPEN_PERM | libc::FAN_OPEN_EXEC_PERM;
        let (group, file) = (self.0.as_raw_fd(), file.as_fd().as_raw_fd());
        // SAFETY: both descriptors are borrowed for the length of the call, and without a path the
        // file of the second is meant.
        let answer = unsafe { libc::fanotify_mark(group, flags, mask, file, std::ptr::null()) };
        if answer == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }

    /// Reads what is asked at this moment; nothing when nobody asks.
    ///
    /// # Errors
    /// When the group cannot be read any more. A question that the kernel could not hand over for
    /// want of descriptors it has refused by itself.
    pub(crate) fn read(&self, questions: &mut Questions) -> io::Result<()> {
        questions.length = 0;
        let (group, room) = (self.0.as_raw_fd(), size_of_val(&questions.words));
        // SAFETY: the kernel writes at most `room` bytes into an array of that size.
        let count = unsafe { libc::read(group, questions.words.as_mut_ptr().cast(), room) };
        if let Ok(count) = usize::try_from(count) {
            questions.length = count;
            return Ok(());
        }
        let error = io::Error::last_os_error();
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(()),
            _ if error.raw_os_error() == Some(libc::EMFILE) => Ok(()),
            _ => Err(error),
        }
    }
}

impl AsFd for Group {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Questions {
    /// No questions.
    pub(crate) fn none() -> Self {
        Self {
            words: [0; AT_ONCE / 8],
            length: 0,
        }
    }

    /// Calls `answer` with each question that was read from `group`, once.
    pub(crate) fn each<'a>(&mut self, group: &'a Group, mut answer: impl FnMut(Question<'a>)) {
        const EVENT: usize = size_of::<libc::fanotify_event_metadata>();
        let (mut at, end) = (0, std::mem::take(&mut self.length));
        while at + EVENT <= end {
            // SAFETY: the whole structure lies within what the kernel wrote, it holds numbers only,
            // and it is read without regard to its alignment.
            let event = unsafe {
                let start = self.words.as_ptr().cast::<u8>().add(at);
                std::ptr::read_unaligned(start.cast::<libc::fanotify_event_metadata>())
            };
            if event.fd >= 0 {
                answer(Question {
                    group: group.as_fd(),
                    // SAFETY: the kernel made this descriptor for this event, and `read` has left
                    // it to nobody else; `length` was taken, so that no event is seen twice.
                    file: unsafe { OwnedFd::from_raw_fd(event.fd) },
                    pid: event.pid.cast_unsigned(),
                    to_execute: event.mask & libc::FAN_OPEN_EXEC_PERM != 0,
                    answered: false,
                });
            }
            match usize::try_from(event.event_len) {
                Ok(length) if length >= EVENT => at += length,
                _ => return,
            }
        }
    }
}

impl Question<'_> {
    /// Lets the file be opened, or not.
    pub(crate) fn answer(mut self, allow: bool) {
        self.tell(allow);
    }

    fn tell(&mut self, allow: bool) {
        self.answered = true;
        let response = libc::fanotify_response {
            fd: self.file.as_raw_fd(),
            response: if allow {
                libc::FAN_ALLOW
            } else {
                libc::FAN_DENY
            },
        };
        write(self.group.as_raw_fd(), &response);
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.tell(false);
        }
    }
}

/// An answer that the kernel does not want any more, because whoever asked has ended, is no fault.
fn write(group: RawFd, response: &libc::fanotify_response) {
    let size = size_of::<libc::fanotify_response>();
    // SAFETY: the kernel reads `size` bytes of a structure of that size, which lives until it
    // answers.
    unsafe { libc::write(group, std::ptr::from_ref(response).cast(), size) };
}
