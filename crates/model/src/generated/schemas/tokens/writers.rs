// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for TokenResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::defaulted(&mut object, extra, "token_type", &self.token_type, || {
            "Bearer".to_owned()
        })?;
        object.serialize_entry("expires_in", &self.expires_in)?;
        wire::optional(
            &mut object,
            extra,
            "ext_expires_in",
            self.ext_expires_in.as_ref(),
        )?;
        wire::optional(&mut object, extra, "expires_on", self.expires_on.as_ref())?;
        wire::optional(&mut object, extra, "not_before", self.not_before.as_ref())?;
        wire::optional(&mut object, extra, "resource", self.resource.as_ref())?;
        object.serialize_entry("access_token", &self.access_token)?;
        wire::extra(&mut object, extra, super::readers::TOKEN_RESPONSE_NAMES)?;
        object.end()
    }
}
