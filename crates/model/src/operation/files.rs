//! Operations on files: what is known of one, and where it was seen.

use super::{Operation, OperationInfo, RequestParts};
use crate::odata::{ForeignLink, NextLink, ODataPage};
use crate::{Alert, File, FileId, InOrgFileStats, LookBackHours, Machine, Sha1, operations};

/// Gets what is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetFile {
    file: FileId,
}

impl GetFile {
    /// Asks for this file, by its SHA-1 or its SHA-256.
    #[must_use]
    pub fn new(file: impl Into<FileId>) -> Self {
        Self { file: file.into() }
    }
}

impl Operation for GetFile {
    type Output = File;
    const INFO: &'static OperationInfo = &operations::GET_FILE;

    fn encode(&self) -> RequestParts {
        RequestParts::get(format!("/api/files/{}", self.file.path_segment()), None)
    }
}

/// Gets on how many machines a file was seen, and when; 404 for a file that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetFileStats {
    file: FileId,
    look_back: Option<LookBackHours>,
}

impl GetFileStats {
    /// Asks for this file, over the last thirty days.
    #[must_use]
    pub fn new(file: impl Into<FileId>) -> Self {
        Self {
            file: file.into(),
            look_back: None,
        }
    }

    /// Only over so many hours.
    #[must_use]
    pub const fn look_back(mut self, hours: LookBackHours) -> Self {
        self.look_back = Some(hours);
        self
    }
}

impl Operation for GetFileStats {
    type Output = InOrgFileStats;
    const INFO: &'static OperationInfo = &operations::GET_FILE_STATS;

    fn encode(&self) -> RequestParts {
        let path = format!("/api/files/{}/stats", self.file.path_segment());
        let query = self.look_back.map(|hours| format!("lookBackHours={hours}"));
        RequestParts::get(path, query)
    }
}

/// A collection of what is related to one file. The service takes no other hash here and documents
/// no options.
macro_rules! related_to_a_file {
    ($(#[$doc:meta])* $name:ident, $entity:ident, $info:ident, $segment:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            sha1: Sha1,
            query: Option<String>,
        }

        impl $name {
            /// Asks it of this file. The service takes no other hash here and documents no filter.
            #[must_use]
            pub const fn new(sha1: Sha1) -> Self {
                Self { sha1, query: None }
            }

            /// Asks for the next page.
            ///
            /// # Errors
            /// [`ForeignLink`] when the link leads elsewhere. Its host is never used.
            pub fn following(sha1: Sha1, link: &NextLink) -> Result<Self, ForeignLink> {
                let query = Some(link.query_at(&Self::path(sha1))?);
                Ok(Self { sha1, query })
            }

            fn path(sha1: Sha1) -> String {
                format!(concat!("/api/files/{}/", $segment), sha1)
            }
        }

        impl Operation for $name {
            type Output = ODataPage<$entity>;
            const INFO: &'static OperationInfo = &operations::$info;

            fn encode(&self) -> RequestParts {
                RequestParts::get(Self::path(self.sha1), self.query.clone())
            }
        }
    };
}

related_to_a_file! {
    /// Lists the machines on which a file was seen; none for a file that is not known.
    ListFileMachines, Machine, LIST_FILE_MACHINES, "machines"
}

related_to_a_file! {
    /// Lists the alerts about a file; none for a file that is not known.
    ListFileAlerts, Alert, LIST_FILE_ALERTS, "alerts"
}
