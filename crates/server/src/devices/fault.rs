//! How a device's request is refused.

use std::fmt::Display;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use quell_protocol::{AssertionFault, Fault, FaultCode};

use crate::exchange;
use crate::store::StoreError;

/// A refusal.
#[derive(Debug)]
pub(super) struct DeviceFault(Fault);

impl DeviceFault {
    pub(super) fn new(code: FaultCode, why: impl Display) -> Self {
        Self(Fault {
            error: code,
            message: why.to_string(),
        })
    }

    pub(super) fn code(&self) -> FaultCode {
        self.0.error
    }

    pub(super) fn unavailable(why: impl Display) -> Self {
        Self::new(FaultCode::Unavailable, why)
    }
}

impl From<StoreError> for DeviceFault {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
        Self::unavailable("the server cannot answer now")
    }
}

impl From<serde_json::Error> for DeviceFault {
    fn from(error: serde_json::Error) -> Self {
        Self::new(FaultCode::InvalidMessage, error)
    }
}

impl From<AssertionFault> for DeviceFault {
    fn from(fault: AssertionFault) -> Self {
        let code = match fault {
            AssertionFault::Clock => FaultCode::ClockSkew,
            _ => FaultCode::InvalidAssertion,
        };
        Self::new(code, fault)
    }
}

impl IntoResponse for DeviceFault {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.error.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        // Escaped: some messages quote what the device said.
        exchange::note(|told| told.refusal = Some(format!("{:?}", self.0.error)));
        tracing::info!(error = ?self.0.error, why = ?self.0.message, "device refused");
        let mut response = (status, Json(self.0)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
