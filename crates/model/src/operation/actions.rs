//! Actions that are asked of one machine, each answered with a machine action that then goes on.

use super::{Operation, OperationInfo, RequestParts, json};
use crate::{
    Comment, CommentRequest, IsolateRequest, IsolationType, MachineAction, MachineId,
    RunAntiVirusScanRequest, ScanType, Sha1, StopAndQuarantineFileRequest, operations,
};

/// An operation that posts `$request` to a machine and answers with the action that it started.
macro_rules! asked_of_a_machine {
    ($(#[$doc:meta])* $name:ident, $request:ident, $info:ident, $segment:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            machine: MachineId,
            request: $request,
        }

        impl $name {
            /// Asks this of a machine.
            #[must_use]
            pub const fn from_request(machine: MachineId, request: $request) -> Self {
                Self { machine, request }
            }

            /// The machine.
            #[must_use]
            pub const fn machine(&self) -> &MachineId {
                &self.machine
            }

            /// What is asked of it.
            #[must_use]
            pub const fn request(&self) -> &$request {
                &self.request
            }
        }

        impl Operation for $name {
            type Output = MachineAction;
            const INFO: &'static OperationInfo = &operations::$info;

            fn encode(&self) -> RequestParts {
                let machine = self.machine.path_segment();
                let path = format!(concat!("/api/machines/{}/", $segment), machine);
                RequestParts::post(path, json(&self.request))
            }
        }
    };
}

/// One that wants nothing but a reason.
macro_rules! asked_with_a_reason {
    ($(#[$doc:meta])* $name:ident, $info:ident, $segment:literal) => {
        asked_of_a_machine! { $(#[$doc])* $name, CommentRequest, $info, $segment }

        impl $name {
            /// Asks it of one machine, with a reason.
            #[must_use]
            pub fn new(machine: MachineId, comment: Comment) -> Self {
                Self::from_request(machine, CommentRequest::new(comment))
            }
        }
    };
}

#[cfg(feature = "high-risk")]
pub(super) use {asked_of_a_machine, asked_with_a_reason};

asked_of_a_machine! {
    /// Stops the execution of a file on a machine and takes the file away.
    StopAndQuarantineFile, StopAndQuarantineFileRequest, STOP_AND_QUARANTINE_FILE,
    "StopAndQuarantineFile"
}

impl StopAndQuarantineFile {
    /// Asks it of one machine, for one file, with a reason.
    #[must_use]
    pub fn new(machine: MachineId, sha1: Sha1, comment: Comment) -> Self {
        Self::from_request(machine, StopAndQuarantineFileRequest::new(comment, sha1))
    }

    /// Sends an id of the caller's own along. The service's schema has it, the documentation of this
    /// operation has not: an action may come back without it.
    #[must_use]
    pub fn external_id(mut self, id: impl Into<String>) -> Self {
        self.request.external_id = Some(id.into());
        self
    }

    /// Sends a heading along, with the same doubt.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.request.title = Some(title.into());
        self
    }
}

asked_of_a_machine! {
    /// Cuts a machine off from the network. It still reaches the service, by which it is let back.
    Isolate, IsolateRequest, ISOLATE, "isolate"
}

impl Isolate {
    /// Asks it of one machine, this far, with a reason.
    #[must_use]
    pub fn new(machine: MachineId, reach: IsolationType, comment: Comment) -> Self {
        let mut request = IsolateRequest::new(comment);
        request.isolation_type = Some(reach);
        Self::from_request(machine, request)
    }
}

asked_with_a_reason! {
    /// Lets an isolated machine back into the network.
    Unisolate, UNISOLATE, "unisolate"
}

asked_with_a_reason! {
    /// Lets a machine run nothing but programs that Microsoft signed.
    RestrictCodeExecution, RESTRICT_CODE_EXECUTION, "restrictCodeExecution"
}

asked_with_a_reason! {
    /// Lets a restricted machine run any program again.
    UnrestrictCodeExecution, UNRESTRICT_CODE_EXECUTION, "unrestrictCodeExecution"
}

asked_of_a_machine! {
    /// Has a machine scan itself.
    RunAntiVirusScan, RunAntiVirusScanRequest, RUN_ANTI_VIRUS_SCAN, "runAntiVirusScan"
}

impl RunAntiVirusScan {
    /// Asks it of one machine, of this kind, with a reason.
    #[must_use]
    pub fn new(machine: MachineId, scan: ScanType, comment: Comment) -> Self {
        Self::from_request(machine, RunAntiVirusScanRequest::new(comment, scan))
    }
}

asked_with_a_reason! {
    /// Has a machine collect what an investigation needs. When the action has succeeded,
    /// [`GetPackageUri`](crate::GetPackageUri) tells where to download it.
    CollectInvestigationPackage, COLLECT_INVESTIGATION_PACKAGE, "collectInvestigationPackage"
}
