//! Files: what is known of one, and where it was seen.

use axum::response::Response;
use http::StatusCode;
use quell_model::Sha1;

use super::{Api, ApiError, Call, answer, entity, schema};
use crate::store::record::FileName;

impl Api {
    pub(super) async fn get_file(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let name = file_name(segment)?;
        let record = self
            .store
            .file(call.caller.tenant, name)
            .await?
            .ok_or_else(|| ApiError::no_file(segment))?;
        let mut file = entity::file(record);
        file.odata_context = Some(call.origin.context("Files/$entity"));
        Ok(answer::entity(StatusCode::OK, &file))
    }

    /// By SHA-1 alone; of an unknown file nobody has one: that is an empty page and no error.
    pub(super) async fn list_file_machines(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let sha1: Sha1 = segment.parse().map_err(|_| ApiError::bad_hash(segment))?;
        let query = call.query(&schema::MACHINES)?;
        let since = self.clock.now().saturating_sub(self.sightings_kept);
        let page = self
            .store
            .machines_with_file(call.caller.tenant, sha1, since, query.clone())
            .await?;
        Ok(answer::page(
            call,
            "Machines",
            &query,
            page,
            entity::machine,
        ))
    }
}

fn file_name(segment: &str) -> Result<FileName, ApiError> {
    if let Ok(sha1) = segment.parse() {
        return Ok(FileName::Sha1(sha1));
    }
    let is_sha256 = segment.len() == 64 && segment.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_sha256 {
        true => Ok(FileName::Sha256(segment.to_ascii_lowercase())),
        false => Err(ApiError::bad_hash(segment)),
    }
}
