//! The places that the machine's owner excluded, as they are at this moment.
//!
//! Whatever is found is told by one path, and the same directory may be reached by others: by a
//! symbolic link, or by a second mount of it. So a place is known by its path, and by its device and
//! inode number as well.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::find::{FileId, Found, behind_links, join, look_along};
use crate::policy::Policy;

/// The excluded places. See the module's head.
#[derive(Debug)]
pub(super) struct Excluded {
    places: Vec<Place>,
    by_id: HashMap<FileId, PathBuf>,
}

#[derive(Debug)]
struct Place {
    path: PathBuf,
    /// The device and the mount that it lies on, if it is there and no server must be asked.
    ground: Option<(u64, u64)>,
}

impl Excluded {
    /// What is found is told by its real path, and the machine's owner may have written another one: of
    /// a link, or through one. Both are meant, and a link may lead elsewhere by the next action.
    pub(super) fn by(policy: &Policy) -> Self {
        let written = policy.exclusions.iter();
        let real = written.clone().filter_map(|place| behind_links(place));
        let paths: Vec<PathBuf> = written.cloned().chain(real).collect();
        let mut excluded = Self {
            places: Vec::new(),
            by_id: HashMap::new(),
        };
        for path in paths {
            let look = look_along(path.as_os_str().as_bytes()).ok();
            if let Some(look) = look {
                excluded
                    .by_id
                    .entry(look.stamp.id)
                    .or_insert_with(|| path.clone());
            }
            let ground = look.map(|look| (look.stamp.id.dev, look.mount));
            excluded.places.push(Place { path, ground });
        }
        excluded
    }

    /// Whether a path of this machine is one of them or lies below one.
    pub(super) fn contains(&self, path: &[u8]) -> bool {
        let path = Path::new(OsStr::from_bytes(path));
        self.places
            .iter()
            .any(|place| path.starts_with(&place.path))
    }

    /// The name by which a file that was found is excluded, if it is.
    pub(super) fn name_of(&self, found: &Found) -> Option<Vec<u8>> {
        // A path in a container's mounts is another place than the same path here, and whoever makes
        // mounts of his own could call it as he likes. The directories themselves nobody can forge, but
        // he could mount what is his below one of ours.
        let is_ours = found.directory.view.is_none();
        let path = found.path();
        if is_ours && self.contains(&path) {
            return Some(path);
        }
        if let Some(place) = self.by_id.get(&found.stamp.id) {
            return Some(place.as_os_str().as_bytes().to_vec());
        }
        let place = |directory: FileId, is_on_one_mount: bool| {
            let place = self.by_id.get(&directory)?;
            (is_ours || is_on_one_mount).then_some(place)
        };
        let (place, rest) = found.below(place)?;
        Some(join(place.as_os_str().as_bytes(), &rest))
    }

    /// Those places in which a file that was found may have another name that was not: one that only a
    /// second mount shows, of something that lies within the place.
    pub(super) fn that_may_show(&self, found: &Found) -> impl Iterator<Item = &PathBuf> {
        let directory = &found.directory;
        let (device, mount) = (directory.id().dev, directory.mount);
        let is_shown = move |place: &&Place| {
            let on = |(its_device, its_mount)| its_device == device && its_mount != mount;
            place.ground.is_some_and(on)
        };
        self.places.iter().filter(is_shown).map(|place| &place.path)
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.places.iter().map(|place| &place.path)
    }
}
