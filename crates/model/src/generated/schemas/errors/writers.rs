// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for ErrorEnvelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("error", &self.error)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for ServiceError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("code", &self.code)?;
        object.serialize_entry("message", &self.message)?;
        wire::entry(&mut object, "target", self.target.as_ref())?;
        wire::entry(&mut object, "details", self.details.as_ref())?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for TokenError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("error", &self.error)?;
        object.serialize_entry("error_description", &self.error_description)?;
        wire::entry(
            &mut object,
            "error_codes",
            Some(&self.error_codes).filter(|list| !list.is_empty()),
        )?;
        wire::entry(&mut object, "timestamp", self.timestamp.as_ref())?;
        wire::entry(&mut object, "trace_id", self.trace_id.as_ref())?;
        wire::entry(&mut object, "correlation_id", self.correlation_id.as_ref())?;
        wire::entry(&mut object, "error_uri", self.error_uri.as_ref())?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}
