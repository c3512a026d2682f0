//! Parameters of a route's own in the query, beside OData's options.

use super::{ApiError, Call};
use crate::odata;

impl Call<'_> {
    /// The value of a parameter; `None` when it is absent.
    pub(super) fn parameter(&self, name: &'static str) -> Result<Option<String>, ApiError> {
        let raw = self.parts.uri.query().unwrap_or_default();
        Ok(odata::parameter(raw, name)?)
    }

    /// Whether a parameter is `true`; absent, it is not.
    pub(super) fn flag(&self, name: &'static str) -> Result<bool, ApiError> {
        match self.parameter(name)? {
            None => Ok(false),
            Some(value) if value.eq_ignore_ascii_case("false") => Ok(false),
            Some(value) if value.eq_ignore_ascii_case("true") => Ok(true),
            Some(value) => Err(ApiError::invalid_input(name, &value)),
        }
    }
}
