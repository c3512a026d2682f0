// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What requests consist of, and how a server reads them: strictly, see `request`.

use crate::request::RequestBody;
use crate::*;

/// What StopAndQuarantineFile is asked with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StopAndQuarantineFileRequest {
    /// `Comment`: Why.
    pub comment: Comment,
    /// `Sha1`: The file.
    pub sha1: Sha1,
    /// `ExternalId`: The caller's own id. Not documented for this operation, but part of the service's schema.
    pub external_id: Option<String>,
    /// `RequestSource`: Part of the service's schema; what a caller says here is not believed.
    pub request_source: Option<RequestSource>,
    /// `Title`: A heading. Not documented for this operation, but part of the service's schema.
    pub title: Option<String>,
}

impl StopAndQuarantineFileRequest {
    /// A request with what is required, and nothing else.
    #[must_use]
    pub fn new(comment: Comment, sha1: Sha1) -> Self {
        Self {
            comment,
            sha1,
            external_id: None,
            request_source: None,
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
            sha1: body.required("Sha1")?,
            external_id: body.optional("ExternalId")?,
            request_source: body.optional("RequestSource")?,
            title: body.optional("Title")?,
        })
    }
}

/// What cancelling an action is asked with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CancelMachineActionRequest {
    /// `Comment`: Why.
    pub comment: Comment,
    /// `ExternalId`: The caller's own id.
    pub external_id: Option<String>,
    /// `RequestSource`: Part of the service's schema; what a caller says here is not believed.
    pub request_source: Option<RequestSource>,
    /// `Title`: A heading.
    pub title: Option<String>,
}

impl CancelMachineActionRequest {
    /// A request with what is required, and nothing else.
    #[must_use]
    pub fn new(comment: Comment) -> Self {
        Self {
            comment,
            external_id: None,
            request_source: None,
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
            external_id: body.optional("ExternalId")?,
            request_source: body.optional("RequestSource")?,
            title: body.optional("Title")?,
        })
    }
}

/// What an action is asked with that wants nothing but a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommentRequest {
    /// `Comment`: Why.
    pub comment: Comment,
}

impl CommentRequest {
    /// A request with what is required, and nothing else.
    #[must_use]
    pub fn new(comment: Comment) -> Self {
        Self { comment }
    }
    /// Reads a request's body, whatever bytes it is.
    ///
    /// # Errors
    /// [`RequestFault`] with the documented code and message.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestFault> {
        let mut body = RequestBody::parse(body)?;
        Ok(Self {
            comment: body.required("Comment")?,
        })
    }
}

/// What an isolation is asked with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IsolateRequest {
    /// `Comment`: Why.
    pub comment: Comment,
    /// `IsolationType`: How far it reaches. Not marked as required, and what is done without it is not documented.
    pub isolation_type: Option<IsolationType>,
}

impl IsolateRequest {
    /// A request with what is required, and nothing else.
    #[must_use]
    pub fn new(comment: Comment) -> Self {
        Self {
            comment,
            isolation_type: None,
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
            isolation_type: body.optional("IsolationType")?,
        })
    }
}

/// What a scan is asked with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunAntiVirusScanRequest {
    /// `Comment`: Why.
    pub comment: Comment,
    /// `ScanType`: How much is scanned.
    pub scan_type: ScanType,
}

impl RunAntiVirusScanRequest {
    /// A request with what is required, and nothing else.
    #[must_use]
    pub fn new(comment: Comment, scan_type: ScanType) -> Self {
        Self { comment, scan_type }
    }
    /// Reads a request's body, whatever bytes it is.
    ///
    /// # Errors
    /// [`RequestFault`] with the documented code and message.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestFault> {
        let mut body = RequestBody::parse(body)?;
        Ok(Self {
            comment: body.required("Comment")?,
            scan_type: body.required("ScanType")?,
        })
    }
}
