// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for RestoreFileRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("Comment", &self.comment)?;
        wire::entry(&mut object, "ActionId", self.action_id.as_ref())?;
        wire::entry(&mut object, "Sha1", self.sha1.as_ref())?;
        wire::entry(&mut object, "Conflict", self.conflict.as_ref())?;
        wire::entry(&mut object, "ExternalId", self.external_id.as_ref())?;
        wire::entry(&mut object, "Title", self.title.as_ref())?;
        object.end()
    }
}
