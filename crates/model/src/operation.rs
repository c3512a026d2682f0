//! Operations: a request is a value, and so is its answer.
//!
//! An operation knows how it is written and how its answer is read, and nothing of who carries it,
//! when, or how often.

mod calls;
mod indicators;
mod info;
mod parts;

use serde::de::DeserializeOwned;

use crate::response::{self, ResponseError};

pub use calls::{
    CancelMachineAction, GetFile, GetMachine, GetMachineAction, ListFileMachines,
    ListMachineActions, ListMachines, StopAndQuarantineFile,
};
pub use indicators::ListIndicators;
pub use info::{AnyOf, Holder, Idempotency, Method, OperationInfo, QueryOption};
pub use parts::RequestParts;

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
