// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for ErrorEnvelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        object.serialize_entry("error", &self.error)?;
        wire::extra(&mut object, extra, super::readers::ERROR_ENVELOPE_NAMES)?;
        object.end()
    }
}

impl Serialize for ServiceError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::defaulted(&mut object, extra, "code", &self.code, || {
            ErrorCode::from("")
        })?;
        wire::defaulted(&mut object, extra, "message", &self.message, String::new)?;
        wire::optional(&mut object, extra, "target", self.target.as_ref())?;
        wire::optional(&mut object, extra, "details", self.details.as_ref())?;
        wire::extra(&mut object, extra, super::readers::SERVICE_ERROR_NAMES)?;
        object.end()
    }
}

impl Serialize for TokenError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        object.serialize_entry("error", &self.error)?;
        wire::defaulted(
            &mut object,
            extra,
            "error_description",
            &self.error_description,
            String::new,
        )?;
        wire::optional(
            &mut object,
            extra,
            "error_codes",
            Some(&self.error_codes).filter(|list| !list.is_empty()),
        )?;
        wire::optional(&mut object, extra, "timestamp", self.timestamp.as_ref())?;
        wire::optional(&mut object, extra, "trace_id", self.trace_id.as_ref())?;
        wire::optional(
            &mut object,
            extra,
            "correlation_id",
            self.correlation_id.as_ref(),
        )?;
        wire::optional(&mut object, extra, "error_uri", self.error_uri.as_ref())?;
        wire::extra(&mut object, extra, super::readers::TOKEN_ERROR_NAMES)?;
        object.end()
    }
}
