//! Giving a file back.
//!
//! Everything is done to a file without a name: content, owner, mode, attributes, times. The name
//! comes after all that, and inode flags after every name, because an immutable file takes no
//! further link. Killed at any moment, a restore leaves the file away or whole; run again, it goes
//! on. Where it came to is in a note in the vault, which also keeps an action that is still going
//! on from taking the very file again.

mod dress;
mod error;
mod exchange;
mod given;
mod place;

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use quell_model::Timestamp;
use rustix::fs::{AtFlags, CWD};

use super::extents::Sparse;
use super::reading::Counted;
use super::{Item, ItemId, Vault};
use crate::crash_point;
use crate::find::FileId;
use crate::whole_file::WholeFile;
use given::Given;
pub(super) use place::Place;

pub use error::{RestoreError, RestoreNote};
pub(super) use exchange::NOTE as EXCHANGE;
pub(super) use given::NOTE as GIVEN;

/// How many names beside a path are tried.
const MOST_NAMES: u32 = 99;

/// Where a file is restored to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// To every path that it was taken from, with all that it had.
    Original,
    /// To this path alone, with all that it had but its inode flags, so that it can get further
    /// names; [`Vault::complete`] gives it those.
    As(PathBuf),
    /// To another path, for somebody who wants to look at it: mode 0600, owned by the caller.
    Elsewhere(PathBuf),
}

/// What to do where a path is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnConflict {
    /// Leave what is there, and give nothing back.
    #[default]
    Fail,
    /// Give the file the first free name of `NAME.restored-1`, `NAME.restored-2`, ….
    Rename,
    /// Take what is there into the vault, and put the file in its place.
    Replace,
}

/// How a file is restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreOptions {
    /// Where to.
    pub destination: Destination,
    /// What to do where that is taken.
    pub on_conflict: OnConflict,
    /// Whether to make directories that are gone.
    pub make_parents: bool,
}

impl From<Destination> for RestoreOptions {
    fn from(destination: Destination) -> Self {
        Self {
            destination,
            on_conflict: OnConflict::default(),
            make_parents: false,
        }
    }
}

/// A file was given back. The item stays in the vault.
#[derive(Debug)]
pub struct Restored {
    /// The item.
    pub item: Item,
    /// Where the file is now.
    pub path: PathBuf,
    /// Its further names, which it had when it was taken.
    pub links: Vec<PathBuf>,
    /// What is not as it was before.
    pub notes: Vec<RestoreNote>,
}

impl Vault {
    /// Gives an item's file back; `now` goes into the item's state. The item stays in the vault
    /// until it is removed.
    ///
    /// # Errors
    /// [`RestoreError`]; then nothing was changed but directories that were made.
    pub fn restore(
        &self,
        id: ItemId,
        options: &RestoreOptions,
        now: Timestamp,
    ) -> Result<Restored, RestoreError> {
        let _in_use = self.in_use(id)?;
        let item = self.show(id)?;
        let (path, links) = paths(&item, &options.destination)?;
        let mut notes = Vec::new();
        let place = Place::open_or_make(&path, options.make_parents, &mut notes)?;
        let (file, path) = match self.unfinished(id, &place, &path, options.on_conflict) {
            Some(found) => found,
            None => self.give(&item, &place, &path, options, now, &mut notes)?,
        };
        crash_point::here("restore-named");
        let mut linked = Vec::new();
        for path in links {
            match self.link(&file, &path, options, now, &mut notes) {
                Ok(path) => linked.push(path),
                Err(source) => notes.push(RestoreNote::LinkNotRestored { path, source }),
            }
        }
        crash_point::here("restore-linked");
        if options.destination == Destination::Original {
            notes.extend(finish(&file, &item)?);
        }
        let noted = self
            .note_given(id, &Given::finished(&item, file_id(&file)?))
            .and_then(|()| self.note_restored(id, now));
        notes.extend(noted.err().map(RestoreNote::NotNoted));
        Ok(Restored {
            item,
            path,
            links: linked,
            notes,
        })
    }

    /// Gives a file that was restored with [`Destination::As`] to `path` the inode flags that it
    /// had, after it got all its names.
    ///
    /// # Errors
    /// When it is not there.
    pub fn complete(&self, item: &Item, path: &Path) -> Result<Vec<RestoreNote>, RestoreError> {
        finish(&open_at(path)?, item)
    }

    /// Makes the file and gives it its first name.
    fn give(
        &self,
        item: &Item,
        place: &Place,
        path: &Path,
        options: &RestoreOptions,
        now: Timestamp,
        notes: &mut Vec<RestoreNote>,
    ) -> Result<(OwnedFd, PathBuf), RestoreError> {
        if options.on_conflict == OnConflict::Fail {
            // Asked beforehand only to spare the work; nothing is replaced anyway.
            place.must_be_free(path)?;
        }
        let mut whole = WholeFile::create(place.parent.as_fd())
            .map_err(RestoreError::io("make a file in the directory"))?;
        self.write_content(item.id, &mut whole)?;
        if !matches!(options.destination, Destination::Elsewhere(_)) {
            let trusted = !is_any_shared(item, place)?;
            notes.extend(dress::dress(
                whole.file().as_fd(),
                &item.attributes,
                trusted,
            )?);
        }
        let file = whole.file().try_clone();
        let file = OwnedFd::from(file.map_err(RestoreError::io("hold the file"))?);
        // Before anybody can see it: whoever is still taking this file must know this one.
        self.note_given(item.id, &Given::begun(item, file_id(&file)?))?;
        crash_point::here("restore-unnamed");
        let chosen = self.name(&mut whole, place, path, options.on_conflict, now, notes)?;
        Ok((file, chosen))
    }

    /// Gives a file that is whole its name, by whatever the policy allows.
    fn name(
        &self,
        whole: &mut WholeFile,
        place: &Place,
        path: &Path,
        on_conflict: OnConflict,
        now: Timestamp,
        notes: &mut Vec<RestoreNote>,
    ) -> Result<PathBuf, RestoreError> {
        let doing = "give the file its name";
        for path in names(path, on_conflict) {
            let name = path.file_name().ok_or(RestoreError::Path)?;
            match whole.publish(name) {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(RestoreError::io(doing)(error)),
            }
        }
        let path = path.to_owned();
        match on_conflict {
            OnConflict::Fail => Err(RestoreError::Exists { path }),
            OnConflict::Rename => Err(RestoreError::NoNameLeft { path }),
            OnConflict::Replace => {
                let item = self.exchange(whole, place, &path, now)?;
                notes.push(RestoreNote::Replaced {
                    item,
                    path: path.clone(),
                });
                Ok(path)
            }
        }
    }

    /// Adds one more name to the restored file; answers which.
    fn link(
        &self,
        file: &OwnedFd,
        path: &Path,
        options: &RestoreOptions,
        now: Timestamp,
        notes: &mut Vec<RestoreNote>,
    ) -> Result<PathBuf, RestoreError> {
        let place = Place::open_or_make(path, options.make_parents, notes)?;
        let id = file_id(file)?;
        let mut tried = names(path, options.on_conflict);
        let is_there = |path: &PathBuf| path.file_name().is_some_and(|name| place.holds(name, id));
        if let Some(path) = tried.find(is_there) {
            return Ok(path);
        }
        for path in names(path, options.on_conflict) {
            let name = path.file_name().ok_or(RestoreError::Path)?;
            match link_at(file, &place, name, &path) {
                Err(RestoreError::Exists { .. }) => {}
                linked => return linked.map(|()| path),
            }
        }
        let path = path.to_owned();
        match options.on_conflict {
            OnConflict::Fail => Err(RestoreError::Exists { path }),
            OnConflict::Rename => Err(RestoreError::NoNameLeft { path }),
            OnConflict::Replace => {
                let mut whole = WholeFile::of(place.parent.as_fd(), file.as_fd())
                    .map_err(RestoreError::io("hold the file"))?;
                let item = self.exchange(&mut whole, &place, &path, now)?;
                notes.push(RestoreNote::Replaced {
                    item,
                    path: path.clone(),
                });
                Ok(path)
            }
        }
    }

    /// What an earlier run gave a name to and then died.
    fn unfinished(
        &self,
        id: ItemId,
        place: &Place,
        path: &Path,
        on_conflict: OnConflict,
    ) -> Option<(OwnedFd, PathBuf)> {
        let wanted = self.given(id)?.unfinished()?;
        let path = names(path, on_conflict).find(|path| {
            path.file_name()
                .is_some_and(|name| place.holds(name, wanted))
        })?;
        let file = place.open_file(path.file_name()?).ok()?;
        // Looked at once more through what is held.
        (file_id(&file).ok()? == wanted).then_some((file, path))
    }

    /// Whether the very content of an item is at `path`.
    pub(crate) fn is_at(&self, item: &Item, path: &Path) -> bool {
        open_at(path)
            .map_err(io::Error::other)
            .and_then(fingerprint)
            .is_ok_and(|found| found == (item.sha256.clone(), item.size))
    }

    fn write_content(&self, id: ItemId, whole: &mut WholeFile) -> Result<(), RestoreError> {
        let file = whole.file();
        self.read_content(id, &mut Sparse::new(file.as_fd()))?;
        file.sync_all().map_err(RestoreError::io("write the file"))
    }
}

/// The path that the file gets first, and those that become links to it.
fn paths(item: &Item, destination: &Destination) -> Result<(PathBuf, Vec<PathBuf>), RestoreError> {
    match destination {
        Destination::Elsewhere(path) | Destination::As(path) => Ok((path.clone(), Vec::new())),
        Destination::Original => {
            let mut paths = item.paths.iter().map(path_of);
            let first = paths.next().ok_or(RestoreError::NoOriginalPath)?;
            Ok((first, paths.collect()))
        }
    }
}

fn path_of(path: &quell_protocol::WirePath) -> PathBuf {
    PathBuf::from(OsString::from_vec(path.to_bytes()))
}

/// The names to try before anything is replaced, in this order.
fn names(path: &Path, on_conflict: OnConflict) -> impl Iterator<Item = PathBuf> {
    let beside = path.as_os_str().as_bytes().to_vec();
    let beside = (1..=MOST_NAMES).map(move |number| {
        let mut name = beside.clone();
        name.extend(format!(".restored-{number}").bytes());
        PathBuf::from(OsString::from_vec(name))
    });
    let further = match on_conflict {
        OnConflict::Fail | OnConflict::Replace => 0,
        OnConflict::Rename => MOST_NAMES as usize,
    };
    std::iter::once(path.to_owned()).chain(beside.take(further))
}

/// Whether somebody who is neither root nor the file's owner can exchange what is at any of its
/// paths. A directory that is not there decides nothing.
fn is_any_shared(item: &Item, place: &Place) -> Result<bool, RestoreError> {
    let owner = item.attributes.uid;
    let mut others = item
        .paths
        .iter()
        .filter_map(|path| Place::open(&path_of(path)).ok());
    Ok(place.is_shared(owner)? || others.any(|place| place.is_shared(owner).unwrap_or(true)))
}

/// The last step: what would have hindered the others.
fn finish(file: &OwnedFd, item: &Item) -> Result<Vec<RestoreNote>, RestoreError> {
    let notes = dress::give_flags(file.as_fd(), item.attributes.flags);
    rustix::fs::fsync(file)
        .map_err(|error| RestoreError::io("make the file durable")(error.into()))?;
    Ok(notes)
}

/// Gives the file that was restored to `restored` one more name, which nothing has yet.
///
/// # Errors
/// [`RestoreError`]; then nothing was changed.
pub(crate) fn add_name(restored: &Path, path: &Path) -> Result<(), RestoreError> {
    let place = Place::open(path)?;
    link_at(&open_at(restored)?, &place, &place.name, path)
}

fn link_at(file: &OwnedFd, place: &Place, name: &OsStr, path: &Path) -> Result<(), RestoreError> {
    let doing = "make the hard link";
    let own = format!("/proc/self/fd/{}", file.as_raw_fd());
    let follow = AtFlags::SYMLINK_FOLLOW;
    rustix::fs::linkat(CWD, own, &place.parent, name, follow)
        .map_err(io::Error::from)
        .map_err(RestoreError::naming(path, doing))?;
    rustix::fs::fsync(&place.parent).map_err(|error| RestoreError::io(doing)(error.into()))
}

/// What is at a path, no link followed on the way and none at its end.
fn open_at(path: &Path) -> Result<OwnedFd, RestoreError> {
    let place = Place::open(path)?;
    place.open_file(&place.name)
}

fn file_id(file: &OwnedFd) -> Result<FileId, RestoreError> {
    let stat = rustix::fs::fstat(file)
        .map_err(|error| RestoreError::io("examine the file")(error.into()))?;
    Ok(FileId::of(&stat))
}

/// The SHA-256 and the size of an open file, read from its beginning.
fn fingerprint(file: OwnedFd) -> io::Result<(String, u64)> {
    let mut file = std::fs::File::from(file);
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut counted = Counted::new();
    io::Seek::rewind(&mut file)?;
    io::copy(&mut file, &mut counted)?;
    Ok(counted.finish())
}
