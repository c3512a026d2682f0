//! Backups of a data directory's database, and putting one back.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::{Admin, AdminError};
use crate::core::audit::Deed;
use crate::data_dir::{DataDir, DataDirError};
use crate::store::{SchemaVersion, StoreError, Trail as _, check_copy, copy_store, schema_version};

/// A backup was not made, or not put back; what there was is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The data directory cannot be used, or a server runs on it.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// A database cannot be used.
    #[error("{} cannot be used", path.display())]
    Store {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: StoreError,
    },
    /// A file cannot be made, moved or synced.
    #[error("{} cannot be written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is something at the backup's place.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// There is nothing to back up.
    #[error("{} is no server's data directory", .0.display())]
    NoData(PathBuf),
}

/// What was put back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restored {
    /// The schema of the backup; the server brings it to its own when it starts.
    pub schema: i64,
    /// Where the database that was there before is now, if there was one.
    pub kept: Option<PathBuf>,
}

/// Tells of a copy in the trail of the first tenant, if data of this version are there: older ones are not brought
/// forward for it, as they may be on their way back to an older server. Says whether it was told.
///
/// # Errors
/// [`AdminError`] when the store cannot be used.
pub async fn tell_of_copy(data_dir: &Path, copied: Copied) -> Result<bool, AdminError> {
    let file = DataDir::create(data_dir)?.store_file();
    let SchemaVersion { found, known } = schema_version(&file)?;
    if found != known {
        return Ok(false);
    }
    let admin = Admin::open(data_dir).await?;
    let (deed, command) = match copied {
        Copied::Out => (Deed::BackupMade, "server backup"),
        Copied::Back => (Deed::BackupRestored, "server restore"),
    };
    let (by, now) = (admin.by(command), admin.clock.now());
    admin.store.tell(admin.tenant, by, deed, now).await?;
    Ok(true)
}

/// Which way data were copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// Out of a data directory: all that is in it is known elsewhere from then on.
    Out,
    /// Back into it: what was done since the backup was made is undone.
    Back,
}

/// Copies the database of a data directory to a new file, readable by its owner alone, whether or not a server
/// runs. The file is there when it is whole, and not before. `progress` is told pages done, and of how many.
///
/// # Errors
/// [`BackupError`].
pub fn backup(
    data_dir: &Path,
    to: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), BackupError> {
    if !DataDir::is_one(data_dir) {
        return Err(BackupError::NoData(data_dir.to_owned()));
    }
    if to.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let dir = DataDir::create(data_dir)?;
    let unfinished = Unfinished::beside(to)?;
    copied(&dir.store_file(), &unfinished.0, progress)?;
    // A link, unlike a renaming, replaces nothing.
    fs::hard_link(&unfinished.0, to).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists(to.to_owned()),
        _ => cannot_write(to, source),
    })?;
    drop(unfinished);
    sync_directory(to)
}

/// Puts a backup in the place of a data directory's database, which is kept beside it under another name. `now`
/// is a word for that name. No server may run on the directory.
///
/// # Errors
/// [`BackupError`]; [`DataDirError::InUse`] while a server runs.
pub fn restore(
    data_dir: &Path,
    from: &Path,
    now: &str,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Restored, BackupError> {
    let schema = examined(from)?;
    let dir = DataDir::create(data_dir)?;
    let _lock = dir.lock()?;
    let store = dir.store_file();
    let unfinished = Unfinished::beside(&store)?;
    copied(from, &unfinished.0, progress)?;
    let kept = set_aside(&store, now)?;
    fs::rename(&unfinished.0, &store).map_err(|source| cannot_write(&store, source))?;
    sync_directory(&store)?;
    Ok(Restored { schema, kept })
}

/// The schema of a backup that is whole and not too new.
fn examined(file: &Path) -> Result<i64, BackupError> {
    let unusable = |source| BackupError::Store {
        path: file.to_owned(),
        source,
    };
    // SQLite would make a file that is not there.
    File::open(file).map_err(|source| BackupError::Io {
        path: file.to_owned(),
        source,
    })?;
    check_copy(file).map_err(unusable)?;
    let SchemaVersion { found, known } = schema_version(file).map_err(unusable)?;
    match found > known {
        true => Err(unusable(StoreError::TooNew { found, known })),
        false => Ok(found),
    }
}

fn copied(from: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), BackupError> {
    copy_store(from, to, progress).map_err(|source| BackupError::Store {
        path: from.to_owned(),
        source,
    })?;
    File::open(to)
        .and_then(|file| file.sync_all())
        .map_err(|source| cannot_write(to, source))
}

/// Moves a database out of the way, with what SQLite keeps beside it: its log may hold commits.
fn set_aside(store: &Path, now: &str) -> Result<Option<PathBuf>, BackupError> {
    if !store.exists() {
        return Ok(None);
    }
    let kept = with_ending(store, &format!(".before-restore-{now}"));
    if kept.exists() {
        return Err(BackupError::Exists(kept));
    }
    // The database goes last: a log without its database is passed over, a database without its log is not whole.
    for ending in ["-shm", "-wal", ""] {
        let (from, to) = (with_ending(store, ending), with_ending(&kept, ending));
        match fs::rename(&from, &to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            done => done.map_err(|source| cannot_write(&to, source))?,
        }
    }
    Ok(Some(kept))
}

/// A file that is removed unless it was moved: what broke off leaves nothing behind.
struct Unfinished(PathBuf);

impl Unfinished {
    /// A new, empty file beside another one, for its owner alone.
    fn beside(file: &Path) -> Result<Self, BackupError> {
        let path = with_ending(file, &format!(".unfinished-{}", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(_) => Ok(Self(path)),
            Err(source) => Err(cannot_write(&path, source)),
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        for ending in ["-journal", "-wal", "-shm", ""] {
            // Most of them are not there.
            let _ = fs::remove_file(with_ending(&self.0, ending));
        }
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn cannot_write(path: &Path, source: io::Error) -> BackupError {
    BackupError::Io {
        path: path.to_owned(),
        source,
    }
}

/// A name is durable when its directory is.
fn sync_directory(file: &Path) -> Result<(), BackupError> {
    let directory = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or_else(|| Path::new("."));
    #[cfg(unix)]
    File::open(directory)
        .and_then(|opened| opened.sync_all())
        .map_err(|source| cannot_write(directory, source))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::NewApplication;

    fn quiet() -> impl FnMut(u64, u64) {
        |_, _| {}
    }

    async fn add(admin: &Admin, name: &str) {
        let application = NewApplication {
            display_name: name.to_owned(),
            permissions: vec!["Machine.Read.All".to_owned()],
            ..NewApplication::default()
        };
        admin.add_application(application).await.unwrap();
    }

    async fn names(data: &Path) -> Vec<String> {
        let admin = Admin::open(data).await.unwrap();
        let applications = admin.applications().await.unwrap();
        applications
            .into_iter()
            .map(|one| one.display_name)
            .collect()
    }

    #[tokio::test]
    async fn what_was_lost_since_a_backup_comes_back_and_what_was_there_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (data, copy) = (dir.path().join("data"), dir.path().join("copy.db"));
        let admin = Admin::open(&data).await.unwrap();
        add(&admin, "first").await;
        let mut told = Vec::new();
        backup(&data, &copy, &mut |done, of| told.push((done, of))).unwrap();
        assert!(
            told.last().is_some_and(|(done, of)| done == of && *of > 0),
            "{told:?}"
        );
        add(&admin, "second").await;
        drop(admin);
        assert!(matches!(
            backup(&data, &copy, &mut quiet()),
            Err(BackupError::Exists(_))
        ));

        let restored = restore(&data, &copy, "now", &mut quiet()).unwrap();
        assert_eq!(names(&data).await, ["first"]);
        let kept = restored.kept.unwrap();
        assert!(kept.ends_with("quell.db.before-restore-now"));
        let other = dir.path().join("other");
        restore(&other, &kept, "now", &mut quiet()).unwrap();
        assert_eq!(names(&other).await, ["first", "second"]);
        let left: Vec<_> = data
            .read_dir()
            .unwrap()
            .flatten()
            .map(|entry| entry.file_name())
            .collect();
        assert!(
            !left
                .iter()
                .any(|name| name.to_string_lossy().contains("unfinished")),
            "{left:?}"
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn backup_is_its_owner_s_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let (data, copy) = (dir.path().join("data"), dir.path().join("copy.db"));
        drop(Admin::open(&data).await.unwrap());
        backup(&data, &copy, &mut quiet()).unwrap();
        assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test]
    async fn server_that_runs_is_not_robbed_of_its_data() {
        let dir = tempfile::tempdir().unwrap();
        let (data, copy) = (dir.path().join("data"), dir.path().join("copy.db"));
        drop(Admin::open(&data).await.unwrap());
        backup(&data, &copy, &mut quiet()).unwrap();
        let _lock = DataDir::create(&data).unwrap().lock().unwrap();
        let refused = restore(&data, &copy, "now", &mut quiet()).unwrap_err();
        assert!(matches!(
            refused,
            BackupError::DataDir(DataDirError::InUse { .. })
        ));
        assert!(DataDir::is_one(&data));
    }

    #[tokio::test]
    async fn what_is_no_backup_is_not_put_back() {
        let dir = tempfile::tempdir().unwrap();
        let (data, copy) = (dir.path().join("data"), dir.path().join("copy.db"));
        add(&Admin::open(&data).await.unwrap(), "first").await;
        backup(&data, &copy, &mut quiet()).unwrap();
        let whole = fs::read(&copy).unwrap();
        let damaged: Vec<_> = whole.iter().copied().take(whole.len() / 2).collect();
        let foreign = rusqlite::Connection::open(dir.path().join("foreign.db")).unwrap();
        foreign.execute_batch("CREATE TABLE t (n)").unwrap();
        drop(foreign);
        let foreign = fs::read(dir.path().join("foreign.db")).unwrap();
        for content in [
            damaged,
            foreign,
            b"no database, and long enough to be one".to_vec(),
        ] {
            let bad = dir.path().join("bad.db");
            fs::write(&bad, content).unwrap();
            let refused = restore(&data, &bad, "now", &mut quiet()).unwrap_err();
            assert!(matches!(refused, BackupError::Store { .. }), "{refused:?}");
        }
        let newer = rusqlite::Connection::open(&copy).unwrap();
        newer.pragma_update(None, "user_version", 99).unwrap();
        drop(newer);
        let refused = restore(&data, &copy, "now", &mut quiet()).unwrap_err();
        let is_newer = |error: &BackupError| {
            matches!(
                error,
                BackupError::Store {
                    source: StoreError::TooNew { .. },
                    ..
                }
            )
        };
        assert!(is_newer(&refused), "{refused:?}");
        let missing = restore(&data, &dir.path().join("missing"), "now", &mut quiet());
        assert!(matches!(missing, Err(BackupError::Io { .. })));
        assert_eq!(names(&data).await, ["first"]);
    }
}
