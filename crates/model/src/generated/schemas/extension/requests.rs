// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What requests consist of, and how a server reads them: strictly, see `request`.

use crate::request::RequestBody;
use crate::*;

/// What restoring is asked with; the file is named by the action that took it or by its hash, not by both.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestoreFileRequest {
    /// `Comment`: Why.
    pub comment: Comment,
    /// `ActionId`: The action that took the file away.
    pub action_id: Option<ActionId>,
    /// `Sha1`: The file.
    pub sha1: Option<Sha1>,
    /// `Conflict`: What becomes of the file where there is something at its path by now; fail by default.
    pub conflict: Option<RestoreConflict>,
    /// `ExternalId`: The caller's own id.
    pub external_id: Option<String>,
    /// `Title`: A heading.
    pub title: Option<String>,
}

impl RestoreFileRequest {
    /// A request with what is required, and nothing else.
    #[must_use]
    pub fn new(comment: Comment) -> Self {
        Self {
            comment,
            action_id: None,
            sha1: None,
            conflict: None,
            external_id: None,
            title: None,
        }
    }
    /// Reads a request's body, whatever bytes it is.
    ///
    /// # Errors
    /// [`RequestFault`] with the documented code and message.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestFault> {
        let mut body = RequestBody::parse(body)?;
        Ok(Self {
            comment: body.required("Comment")?,
            action_id: body.optional("ActionId")?,
            sha1: body.optional("Sha1")?,
            conflict: body.optional("Conflict")?,
            external_id: body.optional("ExternalId")?,
            title: body.optional("Title")?,
        })
    }
}
