// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for StopAndQuarantineFileRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("Comment", &self.comment)?;
        object.serialize_entry("Sha1", &self.sha1)?;
        wire::entry(&mut object, "ExternalId", self.external_id.as_ref())?;
        wire::entry(&mut object, "RequestSource", self.request_source.as_ref())?;
        wire::entry(&mut object, "Title", self.title.as_ref())?;
        object.end()
    }
}

impl Serialize for CancelMachineActionRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("Comment", &self.comment)?;
        wire::entry(&mut object, "ExternalId", self.external_id.as_ref())?;
        wire::entry(&mut object, "RequestSource", self.request_source.as_ref())?;
        wire::entry(&mut object, "Title", self.title.as_ref())?;
        object.end()
    }
}

impl Serialize for CommentRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("Comment", &self.comment)?;
        object.end()
    }
}

impl Serialize for IsolateRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("Comment", &self.comment)?;
        wire::entry(&mut object, "IsolationType", self.isolation_type.as_ref())?;
        object.end()
    }
}

impl Serialize for RunAntiVirusScanRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("Comment", &self.comment)?;
        object.serialize_entry("ScanType", &self.scan_type)?;
        object.end()
    }
}
