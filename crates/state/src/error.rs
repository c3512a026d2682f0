use std::error::Error;
use std::path::PathBuf;

use crate::journal::IntentId;

/// Why state could not be read or written. Whatever it is, nothing may be sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The file or its directory cannot be made, opened or closed to others.
    #[error("the state file {} cannot be used", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file lies on a file system whose locks other hosts do not see, or not in time.
    #[error("the state file {} is on a network file system ({kind}), whose locks cannot be relied on: put it on a local disk, or share state through PostgreSQL", path.display())]
    NetworkFileSystem {
        /// The file.
        path: PathBuf,
        /// The file system, as Linux names it.
        kind: &'static str,
    },
    /// A newer version of this crate wrote the data.
    #[error(
        "the state has schema {found}, this version knows schemas up to {known}: use the newer version, on every host"
    )]
    TooNew {
        /// The schema that was found.
        found: i64,
        /// The newest schema that this version knows.
        known: i64,
    },
    /// The file is no database, or one that was damaged. It is left as it is: what was used of the
    /// quota in the last hour is no longer known.
    #[error(
        "the state is damaged: {what}; once an hour has passed since the last call it may be moved away"
    )]
    Damaged {
        /// What was found.
        what: String,
    },
    /// The file or its disk may not be written to.
    #[error("the state cannot be written: it is read-only")]
    ReadOnly {
        /// The database's own words.
        source: Cause,
    },
    /// The disk is full. What was written before is kept.
    #[error("the state cannot be written: the disk is full")]
    Full {
        /// The database's own words.
        source: Cause,
    },
    /// The database cannot be reached, or does not answer.
    #[error("the state's database cannot be reached")]
    Unreachable {
        /// Why.
        source: Cause,
    },
    /// The database did not do it.
    #[error("the state's database failed")]
    Database {
        /// Why.
        source: Cause,
    },
    /// The settings for the connection are wrong.
    #[error("the settings for the database are wrong: {0}")]
    Settings(String),
    /// No such intent was ever written down.
    #[error("no intent {0} was written down")]
    UnknownIntent(IntentId),
    /// The permit was taken back, because its lease or its deadline is over.
    #[error(transparent)]
    UnknownPermit(#[from] quell_ratelimit::UnknownPermit),
}

/// What lies under a [`StateError`].
pub type Cause = Box<dyn Error + Send + Sync>;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl StateError {
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}

impl From<StateError> for quell_ratelimit::StoreError {
    fn from(error: StateError) -> Self {
        Self::new(error)
    }
}
