//! A request that is ready to be sent any number of times.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Uri, header};
use quell_model::{ActionId, Idempotency, MachineId, Operation, OperationInfo};
use quell_transport::{Endpoint, TargetError};

use crate::journal::Entry;
use crate::retry::Repetition;

/// An operation on its way: encoded, with an absolute URI, without credentials.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) info: &'static OperationInfo,
    pub(crate) subject: Subject,
    /// What must be written down before its first byte leaves.
    pub(crate) entry: Option<Arc<Entry>>,
    method: Method,
    uri: Uri,
    body: Option<Bytes>,
}

/// What a call is about, for the log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subject {
    pub(crate) machine: Option<String>,
    pub(crate) action: Option<String>,
}

impl Call {
    /// Encodes an operation for a service.
    pub(crate) fn new<O: Operation>(
        operation: &O,
        service: &Endpoint,
    ) -> Result<Self, TargetError> {
        let parts = operation.encode();
        Ok(Self {
            info: O::INFO,
            subject: Subject::default(),
            entry: None,
            method: method_of(O::INFO),
            uri: service.join(&parts.path, parts.query.as_deref())?,
            body: parts.body.map(Bytes::from),
        })
    }

    /// The same operation on another page of its answer.
    pub(crate) fn at(&self, uri: Uri) -> Self {
        Self {
            uri,
            ..self.clone()
        }
    }

    pub(crate) fn about(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    pub(crate) fn written_to(mut self, entry: Arc<Entry>) -> Self {
        self.entry = Some(entry);
        self
    }

    pub(crate) const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// A fresh request to this URI; everything but credentials is in it.
    pub(crate) fn request(&self, uri: Uri) -> Result<Request<Bytes>, http::Error> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(uri)
            .header(header::ACCEPT, "application/json");
        if self.body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        request.body(self.body.clone().unwrap_or_default())
    }

    /// Only reads are repeated in doubt. Cancelling twice leaves the same state, but
    /// the second answer is a refusal that hides the first one's success.
    pub(crate) const fn repetition(&self) -> Repetition {
        match self.info.idempotency {
            Idempotency::Safe => Repetition::Harmless,
            _ => Repetition::ActsAgain,
        }
    }
}

fn method_of(info: &OperationInfo) -> Method {
    match info.method {
        quell_model::Method::Get => Method::GET,
        quell_model::Method::Delete => Method::DELETE,
        _ => Method::POST,
    }
}

impl Subject {
    pub(crate) fn machine(id: &MachineId) -> Self {
        Self {
            machine: Some(id.to_string()),
            action: None,
        }
    }

    pub(crate) fn action(id: &ActionId) -> Self {
        Self {
            machine: None,
            action: Some(id.to_string()),
        }
    }
}
