//! dpkg's database: what it says of a file.
//!
//! An index over all packages nominates the few whose records are then read and compared with the
//! disk. Comparing is by inode, never by path: the database says `/bin/bash` where the file is
//! `/usr/bin/bash` since the directories were merged.

mod database;
mod diversions;
mod index;
mod package;

use std::path::Path;

use database::{Database, Seen};
use index::Index;
use package::{Entry, Known};

use super::locks::is_locked;
use super::record::{Recorded, file_at, md5, name_of};
use super::unknown;
use crate::engine::{Condition, Examined, Ownership};
use crate::hash::Hasher;

/// Larger files are not looked up by content, only by where they lie, in bytes. No package
/// contains many that are larger, and reading them costs seconds.
const LOOKED_UP_BY_CONTENT: u64 = 64 * 1024 * 1024;

/// The database as it was when it was last read.
#[derive(Debug, Default)]
pub(super) struct Dpkg {
    seen: Option<Seen>,
    knowledge: Knowledge,
}

#[derive(Debug, Default)]
enum Knowledge {
    /// This machine has no dpkg.
    #[default]
    None,
    Index(Box<Index>),
    /// It has one, but it cannot be read.
    Trouble(String),
}

impl Dpkg {
    /// Reads the database if it changed since.
    pub(super) fn refresh(&mut self, root: &Path) {
        let database = Database::below(root);
        let seen = database.seen();
        if self.seen == Some(seen) {
            return;
        }
        self.knowledge = match database.read() {
            Ok(None) => Knowledge::None,
            Ok(Some(index)) => Knowledge::Index(Box::new(index)),
            Err(error) => {
                let trouble = format!("dpkg's database cannot be read: {error}");
                tracing::warn!("{trouble}");
                Knowledge::Trouble(trouble)
            }
        };
        self.seen = Some(seen);
    }

    pub(super) fn trouble(&self) -> Option<String> {
        match &self.knowledge {
            Knowledge::Trouble(trouble) => Some(trouble.clone()),
            Knowledge::None | Knowledge::Index(_) => None,
        }
    }

    pub(super) fn ownership(
        &self,
        root: &Path,
        file: &Examined<'_>,
        hasher: &mut Hasher,
    ) -> Option<Ownership> {
        let index = match &self.knowledge {
            Knowledge::None => return None,
            Knowledge::Trouble(_) => return unknown(file),
            Knowledge::Index(index) => index,
        };
        let question = Question {
            root,
            database: Database::below(root),
            index,
            file,
        };
        match question.by_place(hasher) {
            Some(Place::Packaged(ownership)) => Some(ownership),
            Some(Place::Configuration) => None,
            None => question.by_content(hasher),
        }
    }
}

/// What the place of a file says.
enum Place {
    Packaged(Ownership),
    /// The administrator's to change, and it was changed.
    Configuration,
}

struct Question<'a> {
    root: &'a Path,
    database: Database,
    index: &'a Index,
    file: &'a Examined<'a>,
}

impl Question<'_> {
    /// Whether the file is at a place that a package filled.
    fn by_place(&self, hasher: &mut Hasher) -> Option<Place> {
        let names: Vec<&[u8]> = self.file.paths.iter().map(|path| name_of(path)).collect();
        let names = self.index.diversions.names_behind(&names);
        for package in self.index.naming(&names) {
            let Ok(entries) = self.entries(package) else {
                return unknown(self.file).map(Place::Packaged);
            };
            let named = |entry: &&Entry| names.iter().any(|name| name_of(&entry.path) == *name);
            let mut here = entries.iter().filter(named);
            if let Some(entry) = here.find(|entry| self.is_at(entry)) {
                return Some(self.judge(package, entry, hasher));
            }
        }
        None
    }

    fn judge(&self, package: u32, entry: &Entry, hasher: &mut Hasher) -> Place {
        let condition = match &entry.known {
            Known::Digest(digest) => digest.verify(self.file.content, hasher),
            Known::Configuration(Some(digest)) => match digest.verify(self.file.content, hasher) {
                Condition::Modified => return Place::Configuration,
                condition => condition,
            },
            Known::Configuration(None) => return Place::Configuration,
            Known::Nothing => Condition::Unverifiable,
        };
        // While packages are exchanged, files and records do not fit each other for a moment.
        let condition = match condition {
            Condition::Modified if is_locked(&self.database.lock()) => Condition::Unverifiable,
            condition => condition,
        };
        Place::Packaged(self.owned(package, condition))
    }

    /// Whether it is the content of a file that is installed: under another name, or a copy. An
    /// order means every file of that content, so it would mean the installed one as well.
    fn by_content(&self, hasher: &mut Hasher) -> Option<Ownership> {
        let size = rustix::fs::fstat(self.file.content).ok()?.st_size;
        if size == 0 || u64::try_from(size).ok()? > LOOKED_UP_BY_CONTENT {
            return None;
        }
        let digest = md5(self.file.content, hasher)?;
        for package in self.index.holding(&digest) {
            let recorded = Recorded::Md5(digest);
            for entry in self.entries(package).ok()? {
                if entry.known.digest() == Some(recorded)
                    && self.is_installed(&entry, size, &recorded, hasher)
                {
                    return Some(self.owned(package, Condition::Verified));
                }
            }
        }
        None
    }

    fn is_installed(
        &self,
        entry: &Entry,
        size: i64,
        digest: &Recorded,
        hasher: &mut Hasher,
    ) -> bool {
        if self.is_at(entry) {
            return true;
        }
        let opened = database::open(self.root, &entry.path);
        opened.is_ok_and(|(file, stat)| {
            stat.st_size == size && digest.verify(&file, hasher) == Condition::Verified
        })
    }

    fn is_at(&self, entry: &Entry) -> bool {
        file_at(self.root, &entry.path) == Some(self.file.id)
    }

    fn entries(&self, package: u32) -> std::io::Result<Vec<Entry>> {
        let stem = self.index.stem(package);
        package::read(&self.database, stem, self.index)
    }

    fn owned(&self, package: u32, condition: Condition) -> Ownership {
        let stem = self.index.stem(package);
        let name = stem.split(':').next().unwrap_or(stem);
        Ownership {
            package: Some(name.to_owned()),
            condition,
        }
    }
}
