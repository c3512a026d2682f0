//! Files: what is known of one, where it was seen, and how often.

use std::time::Duration;

use axum::response::Response;
use http::StatusCode;
use quell_model::{Alert, LookBackHours, Sha1};

use super::{Api, ApiError, Call, answer, entity, schema};
use crate::core::audit::{Deed, FileHash};
use crate::store::record::{FileName, MachineScope, Page};

impl Api {
    pub(super) async fn get_file(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let name = file_name(segment)?;
        let found = self.store.file(call.caller.view(), name.clone()).await?;
        self.tell_of_lookup(call, name, Some(found.is_some()))
            .await?;
        let record = found.ok_or_else(|| ApiError::no_file(segment))?;
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
        self.tell_of_lookup(call, FileName::Sha1(sha1), None)
            .await?;
        let since = self.clock.now().saturating_sub(self.sightings_kept);
        self.machines(call, MachineScope::WithFile { sha1, since }, query)
            .await
    }

    /// By SHA-1 alone. This server raises no alerts.
    pub(super) fn list_file_alerts(call: &Call<'_>, segment: &str) -> Result<Response, ApiError> {
        let _: Sha1 = segment.parse().map_err(|_| ApiError::bad_hash(segment))?;
        let query = call.query(&schema::ALERTS)?;
        let none: Page<Alert> = Page::of(Vec::new(), &query);
        Ok(answer::page(call, "Alerts", &query, none, |alert| alert))
    }

    pub(super) async fn get_file_stats(
        &self,
        call: &Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let name = file_name(segment)?;
        let look_back = look_back(call)?;
        let view = call.caller.view();
        let found = self.store.file(view.clone(), name.clone()).await?;
        self.tell_of_lookup(call, name, Some(found.is_some()))
            .await?;
        let file = found.ok_or_else(|| ApiError::no_file(segment))?;
        let hours = Duration::from_secs(u64::from(look_back.get()) * 3600);
        let since = self.clock.now().saturating_sub(hours);
        let seen = self.store.file_sightings(view, file.sha1, since).await?;
        let mut stats = entity::file_stats(&file, seen);
        let shape = "microsoft.windowsDefenderATP.api.InOrgFileStats";
        stats.odata_context = Some(call.origin.context(shape));
        Ok(answer::entity(StatusCode::OK, &stats))
    }
}

impl Api {
    /// Writes down, before the answer, that somebody asked for a file: who has which malware is
    /// worth knowing to an attacker too.
    async fn tell_of_lookup(
        &self,
        call: &Call<'_>,
        file: FileName,
        known: Option<bool>,
    ) -> Result<(), ApiError> {
        let file = match file {
            FileName::Sha1(sha1) => FileHash::Sha1(sha1),
            FileName::Sha256(sha256) => FileHash::Sha256(sha256),
        };
        let deed = Deed::FileLookedUp { file, known };
        Ok(self
            .store
            .tell(call.caller.tenant, call.by(), deed, self.clock.now())
            .await?)
    }
}

/// As far as the service looks, unless the caller says how far.
fn look_back(call: &Call<'_>) -> Result<LookBackHours, ApiError> {
    const NAME: &str = "lookBackHours";
    let Some(given) = call.parameter(NAME)? else {
        return Ok(LookBackHours::MOST);
    };
    let hours = given.trim().parse().ok().map(LookBackHours::new);
    match hours {
        Some(Ok(hours)) => Ok(hours),
        _ => Err(ApiError::invalid_input(NAME, &given)),
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
