// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What requests consist of, and how a server reads them: strictly, see `request`.

use crate::request::RequestBody;
use crate::*;

/// What a live response is asked with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunLiveResponseRequest {
    /// `Commands`: The commands, in the order PutFile, RunScript, GetFile; each kind as often as wanted.
    pub commands: Vec<Command>,
    /// `Comment`: Why.
    pub comment: Comment,
}

impl RunLiveResponseRequest {
    /// A request with what is required, and nothing else.
    #[must_use]
    pub fn new(commands: Vec<Command>, comment: Comment) -> Self {
        Self { commands, comment }
    }
    /// Reads a request's body, whatever bytes it is.
    ///
    /// # Errors
    /// [`RequestFault`] with the documented code and message.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestFault> {
        let mut body = RequestBody::parse(body)?;
        Ok(Self {
            commands: body.required("Commands")?,
            comment: body.required("Comment")?,
        })
    }
}
