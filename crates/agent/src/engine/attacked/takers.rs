//! Two ways to take a file: the engine's, and the obvious one.

use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::ground::{Ground, place_of};
use super::{Taker, Try};
use crate::engine::capture_dir::{CaptureDir, CaptureDirs};
use crate::engine::move_name;
use crate::find::{Found, found_at};
use crate::hash::{Budget, Hasher};
use crate::sys::lease::Lease;

/// How often the wanted file's own place is tried when it is put there again.
const PATIENCE: u32 = 1_000_000;

pub(super) trait Take {
    /// One try.
    fn try_once(&mut self, put_backs: &mut u64) -> io::Result<Try>;

    /// Puts the wanted file back for the next try, wherever the last one took it.
    fn set_up_again(&mut self) -> io::Result<()>;
}

pub(super) fn of<'a>(taker: Taker, ground: &'a Ground) -> io::Result<Box<dyn Take + 'a>> {
    Ok(match taker {
        Taker::Engine => Box::new(Engine {
            ground,
            hasher: Hasher::new(),
            dirs: CaptureDirs::new(false),
            taken: None,
        }),
        Taker::Naive => {
            let taken_to = ground.arena.join("taken");
            fs::create_dir(&taken_to)?;
            Box::new(Naive {
                ground,
                hasher: Hasher::new(),
                taken_to: taken_to.join("file"),
                came_from: None,
            })
        }
    })
}

/// The engine's own steps.
struct Engine<'a> {
    ground: &'a Ground,
    hasher: Hasher,
    dirs: CaptureDirs,
    taken: Option<(Found, Arc<CaptureDir>)>,
}

/// Where a captured file is, in the directory that is the engine's alone.
const CAPTURED: &str = "0";

impl Take for Engine<'_> {
    fn try_once(&mut self, put_backs: &mut u64) -> io::Result<Try> {
        let roots = [self.ground.arena.clone()];
        let path = self.ground.path.as_os_str().as_bytes();
        let Some(found) = found_at(&roots, path) else {
            return Ok(Try::Refused);
        };
        let Ok((content, _)) = found.open() else {
            return Ok(Try::Refused);
        };
        let Ok(_lease) = Lease::take(&content) else {
            return Ok(Try::Refused);
        };
        let hashed = self.hasher.sha1(&content, &Budget::UNLIMITED);
        if !hashed.is_ok_and(|hashed| hashed.sha1 == self.ground.sha1) {
            return Ok(Try::Refused);
        }
        let dir = self.dirs.beside(&found.directory)?;
        let (directory, wanted) = (&*found.directory, found.stamp.id);
        let moved = move_name::capture(directory, &found.name, wanted, &dir, CAPTURED);
        match moved {
            Ok(strangers) => {
                *put_backs += u64::from(strangers);
                self.taken = Some((found, dir));
                Ok(Try::Captured)
            }
            Err(_) => Ok(Try::Refused),
        }
    }

    fn set_up_again(&mut self) -> io::Result<()> {
        let Some((found, dir)) = self.taken.take() else {
            return Ok(());
        };
        for _ in 0..PATIENCE {
            match move_name::put_back(&dir, CAPTURED, &*found.directory, &found.name) {
                Err(Errno::EXIST) => {}
                answer => return Ok(answer?),
            }
        }
        Err(io::Error::other("the wanted file found no place"))
    }
}

impl Drop for Engine<'_> {
    fn drop(&mut self) {
        self.dirs.clear();
    }
}

/// Looks at a path, then renames it: whatever the path names by then.
struct Naive<'a> {
    ground: &'a Ground,
    hasher: Hasher,
    taken_to: PathBuf,
    /// Where the file was that was taken.
    came_from: Option<PathBuf>,
}

impl Take for Naive<'_> {
    fn try_once(&mut self, _: &mut u64) -> io::Result<Try> {
        let Ok(content) = File::open(&self.ground.path) else {
            return Ok(Try::Refused);
        };
        let hashed = self.hasher.sha1(&content, &Budget::UNLIMITED);
        if !hashed.is_ok_and(|hashed| hashed.sha1 == self.ground.sha1) {
            return Ok(Try::Refused);
        }
        if fs::rename(&self.ground.path, &self.taken_to).is_err() {
            return Ok(Try::Refused);
        }
        let wanted_is_taken = place_of(&self.ground.wanted)? == self.taken_to;
        self.came_from = Some(if wanted_is_taken {
            self.ground.path.clone()
        } else {
            self.ground.innocent_home().to_owned()
        });
        Ok(Try::Captured)
    }

    fn set_up_again(&mut self) -> io::Result<()> {
        let Some(home) = self.came_from.take() else {
            return Ok(());
        };
        for _ in 0..PATIENCE {
            let back = renameat_with(CWD, &self.taken_to, CWD, &home, RenameFlags::NOREPLACE);
            match back {
                // Taken for a moment, or the directory is not the one that it was.
                Err(Errno::EXIST | Errno::LOOP | Errno::NOENT) => {}
                answer => return Ok(answer?),
            }
        }
        Err(io::Error::other("a file found no place"))
    }
}
