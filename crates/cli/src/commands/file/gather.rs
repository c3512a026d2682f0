//! Everything that the service tells of a file, part by part.

use quell::model::{Alert, File, GetFile, GetFileStats, InOrgFileStats, Machine};
use quell::{Client, Error, Sha1};

use super::hash::FileHash;

/// The answers. A part that is not there says why.
pub(super) struct Parts {
    pub(super) file: Result<File, Error>,
    pub(super) statistics: Result<InOrgFileStats, Error>,
    pub(super) machines: Result<Vec<Machine>, Error>,
    pub(super) alerts: Result<Vec<Alert>, Error>,
}

/// A part that is not there.
pub(super) struct Missing<'a> {
    pub(super) part: &'static str,
    pub(super) operation: &'static str,
    error: &'a Error,
}

type Described = (Result<File, Error>, Result<InOrgFileStats, Error>);
type Related = (Result<Vec<Machine>, Error>, Result<Vec<Alert>, Error>);

/// Asks for all parts at once; for a SHA-256 the service must tell the SHA-1 first, by which alone it
/// lists machines and alerts. If no part tells anything, the error is why the file is not told.
pub(super) async fn gather(client: &Client, hash: &FileHash) -> Result<Parts, Error> {
    match hash {
        FileHash::Sha1(sha1) => {
            let (described, related) =
                tokio::join!(described(client, hash), related(client, *sha1));
            Parts::of(described, related)
        }
        FileHash::Sha256(_) => match described(client, hash).await {
            (Err(error), Err(_)) => Err(error),
            (Ok(file), statistics) => {
                let related = related(client, file.sha1).await;
                Parts::of((Ok(file), statistics), related)
            }
            (file, Ok(statistics)) => {
                let related = related(client, statistics.sha1).await;
                Parts::of((file, Ok(statistics)), related)
            }
        },
    }
}

async fn described(client: &Client, hash: &FileHash) -> Described {
    let (get, count) = (GetFile::new(hash.id()), GetFileStats::new(hash.id()));
    tokio::join!(client.perform(&get), client.perform(&count))
}

async fn related(client: &Client, sha1: Sha1) -> Related {
    let file = client.file(sha1);
    tokio::join!(file.machines(), file.alerts())
}

impl Parts {
    fn of((file, statistics): Described, (machines, alerts): Related) -> Result<Self, Error> {
        // Of an unknown file the lists are empty, which is no knowledge.
        let is_somewhere = machines.as_ref().is_ok_and(|found| !found.is_empty());
        let has_alerts = alerts.as_ref().is_ok_and(|found| !found.is_empty());
        match file {
            Err(error) if statistics.is_err() && !is_somewhere && !has_alerts => Err(error),
            file => Ok(Self {
                file,
                statistics,
                machines,
                alerts,
            }),
        }
    }

    /// What is not there: the part, the operation that would tell it, and why not.
    pub(super) fn missing(&self) -> impl Iterator<Item = Missing<'_>> {
        let parts = [
            ("file", "GetFile", self.file.as_ref().err()),
            ("statistics", "GetFileStats", self.statistics.as_ref().err()),
            ("machines", "ListFileMachines", self.machines.as_ref().err()),
            ("alerts", "ListFileAlerts", self.alerts.as_ref().err()),
        ];
        parts.into_iter().filter_map(|(part, operation, error)| {
            Some(Missing {
                part,
                operation,
                error: error?,
            })
        })
    }
}

impl Missing<'_> {
    /// The error and its cause, in which a missing permission is named.
    pub(super) fn message(&self) -> String {
        match std::error::Error::source(self.error) {
            Some(cause) => format!("{}: {cause}", self.error),
            None => self.error.to_string(),
        }
    }

    pub(super) fn code(&self) -> Option<String> {
        Some(self.error.service_code()?.as_str().to_owned())
    }
}
