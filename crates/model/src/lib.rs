#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod action;
mod comment;
mod download;
mod error_code;
mod file;
mod generated;
mod host;
mod id;
#[cfg(feature = "schemars")]
mod json_schema;
mod limit;
mod look_back;
pub mod odata;
mod open_enum;
mod operation;
mod percent;
mod permission;
pub mod precondition;
mod request;
mod response;
mod secret;
mod sha1;
#[cfg(any(feature = "testing", feature = "proptest"))]
pub mod testing;
mod timestamp;
mod wire;

pub use comment::{Comment, EmptyComment};
pub use error_code::{ErrorCodeInfo, Retry};
pub use generated::error_codes::{ERROR_CODES, ErrorCode};
pub use generated::hosts::{ACCEPTED_AUDIENCES, CLOUDS, Cloud, HOSTS, REGIONS, Region};
pub use generated::limits::{self, LIMITS};
#[cfg(any(feature = "schemars", feature = "proptest"))]
use generated::objects;
pub use generated::operations::{self, OPERATIONS};
pub use generated::permissions::{PERMISSIONS, RESOURCE_APP_ID, RESOURCE_APP_NAME};
pub use generated::properties;
pub use generated::schemas::*;
pub use host::{CloudInfo, HostFamily, HostInfo, RegionInfo, UnknownName, is_accepted_audience};
pub use id::{ActionId, FileId, IndicatorId, InvalidId, MachineId};
pub use limit::{RateInfo, RateWindow};
pub use look_back::{InvalidLookBack, LookBackHours};
pub use open_enum::OpenEnum;
pub use operation::{
    AnyOf, CancelMachineAction, CollectInvestigationPackage, DeleteIndicator, FindMachinesByIp,
    FindMachinesByTag, GetFile, GetFileStats, GetMachine, GetMachineAction, GetPackageUri, Holder,
    Idempotency, Isolate, ListActionsOfMachine, ListAvailableMachineActions, ListFileAlerts,
    ListFileMachines, ListIndicators, ListLatestActionsOfMachine, ListMachineActions, ListMachines,
    Method, Operation, OperationInfo, QueryOption, RequestParts, RestrictCodeExecution,
    RunAntiVirusScan, StopAndQuarantineFile, SubmitIndicator, Unisolate, UnrestrictCodeExecution,
};
#[cfg(feature = "extension")]
pub use operation::{Extras, GetActionResult, RestoreFile, StopAndQuarantineFileWith};
#[cfg(feature = "high-risk")]
pub use operation::{GetLiveResponseResult, LiveResponseCommand, Offboard, RunLiveResponse};
pub use permission::PermissionInfo;
pub use request::RequestFault;
pub use response::{ApiFault, ResponseError};
pub use secret::SecretText;
pub use sha1::{ParseSha1Error, Sha1};
#[cfg(feature = "jiff02")]
pub use timestamp::OutOfRange;
pub use timestamp::{ParseTimestampError, Timestamp};
pub use wire::Extra;

/// The guide's code is compiled and run with the rest.
#[cfg(doctest)]
#[doc = include_str!("../guide.md")]
mod guide {}
