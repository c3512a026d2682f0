//! Everything that the service tells of a file, part by part.

use quell::model::{Alert, File, GetFile, GetFileStats, InOrgFileStats, Machine};
use quell::{Client, Error, Sha1};

use super::hash::FileHash;

/// The answers. A part that is not there says why.
pub(super) struct Parts {
    pub(super) file: Result<File, Error>,
    pub(super) statistics: Result<InOrgFileStats, Error>,
    pub(super) machines: Result<Vec<Machine>, Absent>,
    pub(super) alerts: Result<Vec<Alert>, Absent>,
}

/// Why a part is not there.
pub(super) enum Absent {
    Error(Error),
    /// It was looked up by SHA-256, and nothing told the SHA-1 that this part needs.
    NeedsSha1,
}

/// Asks for all parts at once; for a SHA-256 the file must tell its SHA-1 first.
pub(super) async fn gather(client: &Client, hash: &FileHash) -> Parts {
    let (get, count) = (GetFile::new(hash.id()), GetFileStats::new(hash.id()));
    let described = async { tokio::join!(client.perform(&get), client.perform(&count)) };
    match hash {
        FileHash::Sha1(sha1) => {
            let ((file, statistics), (machines, alerts)) =
                tokio::join!(described, related(client, *sha1));
            Parts {
                file,
                statistics,
                machines,
                alerts,
            }
        }
        FileHash::Sha256(_) => {
            let (file, statistics) = described.await;
            let of_file = file.as_ref().ok().map(|file| file.sha1);
            let sha1 = of_file.or_else(|| Some(statistics.as_ref().ok()?.sha1));
            let (machines, alerts) = match sha1 {
                Some(sha1) => related(client, sha1).await,
                None => (Err(Absent::NeedsSha1), Err(Absent::NeedsSha1)),
            };
            Parts {
                file,
                statistics,
                machines,
                alerts,
            }
        }
    }
}

async fn related(
    client: &Client,
    sha1: Sha1,
) -> (Result<Vec<Machine>, Absent>, Result<Vec<Alert>, Absent>) {
    let file = client.file(sha1);
    let (machines, alerts) = tokio::join!(file.machines(), file.alerts());
    (
        machines.map_err(Absent::Error),
        alerts.map_err(Absent::Error),
    )
}

impl Parts {
    /// Of an unknown file the lists are empty, which is no knowledge.
    pub(super) fn tell_something(&self) -> bool {
        let some = |count: Option<usize>| count.is_some_and(|count| count > 0);
        self.file.is_ok()
            || self.statistics.is_ok()
            || some(self.machines.as_ref().ok().map(Vec::len))
            || some(self.alerts.as_ref().ok().map(Vec::len))
    }

    /// What is not there: the part, the operation that would tell it, and why not.
    pub(super) fn missing(&self) -> Vec<Missing<'_>> {
        let of = |part, operation, error| Missing {
            part,
            operation,
            error,
        };
        let mut missing = Vec::new();
        if let Err(error) = &self.file {
            missing.push(of("file", "GetFile", Some(error)));
        }
        if let Err(error) = &self.statistics {
            missing.push(of("statistics", "GetFileStats", Some(error)));
        }
        if let Err(absent) = &self.machines {
            missing.push(of("machines", "ListFileMachines", absent.error()));
        }
        if let Err(absent) = &self.alerts {
            missing.push(of("alerts", "ListFileAlerts", absent.error()));
        }
        missing
    }
}

/// A part that is not there.
pub(super) struct Missing<'a> {
    pub(super) part: &'static str,
    pub(super) operation: &'static str,
    error: Option<&'a Error>,
}

impl Missing<'_> {
    pub(super) fn message(&self) -> String {
        let Some(error) = self.error else {
            return format!(
                "{}: the API takes a SHA-1 alone here, and did not tell this file's",
                self.operation
            );
        };
        let because = std::error::Error::source(error);
        match because {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        }
    }

    pub(super) fn code(&self) -> Option<String> {
        Some(self.error?.service_code()?.as_str().to_owned())
    }
}

impl Absent {
    const fn error(&self) -> Option<&Error> {
        match self {
            Self::Error(error) => Some(error),
            Self::NeedsSha1 => None,
        }
    }
}
