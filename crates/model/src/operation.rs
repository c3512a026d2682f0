//! Operations: a request is a value, and so is its answer.
//!
//! An operation knows how it is written and how its answer is read, and nothing of who carries it,
//! when, or how often.

mod actions;
#[cfg(feature = "extension")]
mod extension;
mod files;
#[cfg(feature = "high-risk")]
mod high_risk;
mod indicators;
mod info;
mod machine_actions;
mod machines;
mod parts;
mod search;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::response::{self, ResponseError};

pub use actions::{
    CollectInvestigationPackage, Isolate, RestrictCodeExecution, RunAntiVirusScan,
    StopAndQuarantineFile, Unisolate, UnrestrictCodeExecution,
};
#[cfg(feature = "extension")]
pub use extension::{Extras, GetActionResult, RestoreFile, StopAndQuarantineFileWith};
pub use files::{GetFile, GetFileStats, ListFileAlerts, ListFileMachines};
#[cfg(feature = "high-risk")]
pub use high_risk::{GetLiveResponseResult, LiveResponseCommand, Offboard, RunLiveResponse};
pub use indicators::{DeleteIndicator, ListIndicators, SubmitIndicator};
pub use info::{AnyOf, Holder, Idempotency, Method, OperationInfo, QueryOption};
pub use machine_actions::{
    CancelMachineAction, GetMachineAction, GetPackageUri, ListMachineActions,
};
pub use machines::{
    GetMachine, ListActionsOfMachine, ListAvailableMachineActions, ListLatestActionsOfMachine,
    ListMachines,
};
pub use parts::RequestParts;
pub use search::{FindMachinesByIp, FindMachinesByTag};

/// An operation of the API.
///
/// ```
/// use quell_model::{Comment, MachineId, Operation, Sha1, StopAndQuarantineFile};
///
/// let machine = MachineId::new("1e5bc9d7e413ddd7902c2932e418702b84d0cc07")?;
/// let sha1: Sha1 = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9".parse()?;
/// let request = StopAndQuarantineFile::new(machine, sha1, Comment::new("alert 4416")?).encode();
/// assert_eq!(
///     request.path,
///     "/api/machines/1e5bc9d7e413ddd7902c2932e418702b84d0cc07/StopAndQuarantineFile"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Operation {
    /// What a taken request answers with.
    type Output: DeserializeOwned;

    /// What is known of the operation before it is called.
    const INFO: &'static OperationInfo;

    /// The request, ready to be sent to any host.
    fn encode(&self) -> RequestParts;

    /// Reads an answer, whatever bytes it is. Any status from 200 to 299 is a success.
    ///
    /// # Errors
    /// [`ResponseError::Refused`] for every other status, [`ResponseError::Unreadable`] for a
    /// success of which the body is not what it should be.
    fn decode(status: u16, body: &[u8]) -> Result<Self::Output, ResponseError> {
        response::read(status, body)
    }
}

/// A body without maps of unusual keys, which JSON can always hold.
fn json(request: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(request).unwrap_or_default()
}
