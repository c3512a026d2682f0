//! StopAndQuarantineFile.

use axum::response::Response;
use quell_model::{ErrorCode, MachineId, Sha1, StopAndQuarantineFileRequest, Timestamp};
use quell_protocol::Protection;

use super::extras::Extras;
use super::order::Order;
use super::{Api, ApiError, Call, UnknownFile};
use crate::core::audit::{Deed, Refusal};
use crate::core::platform::{Unfit, unfit};
use crate::core::{Ask, Extent, Objection, TenantId};
use crate::store::StoreError;
use crate::store::record::MachineRecord;

/// Why a file is not stopped on a machine.
enum FileRefusal {
    /// There is something to be said against it, and the caller did not insist or cannot.
    Objection(Objection),
    /// It was not seen there.
    Unknown,
}

impl FileRefusal {
    /// In the words of the trail: who tries that is worth knowing.
    const fn told(&self) -> Refusal {
        match self {
            Self::Objection(Objection::OnManyMachines { .. }) => Refusal::BlastRadius,
            Self::Objection(Objection::OnTheServersList(_) | Objection::Protected(_)) => {
                Refusal::Protected
            }
            Self::Unknown => Refusal::UnknownFile,
        }
    }

    fn answer(&self, sha1: Sha1, machine: &MachineId, sees: &Extent) -> ApiError {
        match self {
            Self::Objection(objection) => {
                let why = match sees {
                    Extent::All => objection.to_string(),
                    Extent::Groups(_) => objection.without_counts(),
                };
                ApiError::new(
                    ErrorCode::DisallowedOperation,
                    format!("StopAndQuarantineFile is not allowed for Sha1 {sha1}: {why}."),
                )
            }
            Self::Unknown => ApiError::new(
                ErrorCode::ResourceNotFound,
                format!("Sha1 {sha1} was not found in machine {machine}"),
            ),
        }
    }
}

impl From<Protection> for FileRefusal {
    fn from(protection: Protection) -> Self {
        Self::Objection(Objection::Protected(protection))
    }
}

impl Api {
    pub(super) async fn stop_and_quarantine_file(
        &self,
        call: Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        let machine = self.machine_to_order_from(&call, segment).await?;
        let request = StopAndQuarantineFileRequest::from_json(&call.body.clone()?)?;
        let extras = call.extras()?;
        check_system(&machine)?;
        let now = self.clock.now();
        let (tenant, sha1) = (call.caller.tenant, request.sha1);
        if let Some(refusal) = self
            .file_refusal(tenant, &machine.id, sha1, extras.force, now)
            .await?
        {
            let error = refusal.answer(sha1, &machine.id, &call.caller.powers.sees);
            let deed = Deed::ActionRefused {
                machine: machine.id,
                sha1,
                why: refusal.told(),
            };
            self.store.tell(tenant, call.by(), deed, now).await?;
            return Err(error);
        }
        let Extras {
            force,
            hints,
            dry_run,
            stop_mappers,
        } = extras;
        let order = Order {
            sha1,
            ask: Ask::StopAndQuarantineFile {
                force,
                hints,
                dry_run,
                stop_mappers,
            },
            comment: request.comment,
            title: title(request.title, dry_run),
            external_id: request.external_id,
        };
        self.order(&call, machine, order, now).await
    }

    async fn file_refusal(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        sha1: Sha1,
        force: bool,
        now: Timestamp,
    ) -> Result<Option<FileRefusal>, StoreError> {
        // Not a file but every file without content: nobody can mean that.
        if sha1 == Sha1::OF_NOTHING {
            return Ok(Some(Protection::EmptyFile.into()));
        }
        let since = now.saturating_sub(self.sightings_kept);
        match self.store.sighted(tenant, machine, sha1, since).await? {
            Some(sighted) => match sighted.protection {
                Some(protection) if !force => return Ok(Some(protection.into())),
                _ => {}
            },
            None if self.unknown_file == UnknownFile::Deliver => {}
            None => return Ok(Some(FileRefusal::Unknown)),
        }
        if force {
            return Ok(None);
        }
        let objection = self.objection(tenant, sha1, since, now).await?;
        Ok(objection.map(FileRefusal::Objection))
    }
}

/// Refuses a machine for whose operating system the action does not exist.
fn check_system(machine: &MachineRecord) -> Result<(), ApiError> {
    let facts = &machine.facts;
    match unfit(&facts.os_platform, facts.version.as_deref()) {
        None => Ok(()),
        Some(Unfit::Platform) => Err(ApiError::new(
            ErrorCode::OsPlatformNotSupported,
            format!(
                "OS Platform {} isn't supported for this action.",
                facts.os_platform
            ),
        )),
        Some(Unfit::Version { first }) => Err(ApiError::new(
            ErrorCode::ClientVersionNotSupported,
            format!("StopAndQuarantineFile is supported on client version {first} and above."),
        )),
    }
}

/// Whoever reads the list of actions must not take a dry run for the thing itself.
fn title(given: Option<String>, dry_run: bool) -> Option<String> {
    match (dry_run, given) {
        (false, given) => given,
        (true, None) => Some("Dry run".to_owned()),
        (true, Some(given)) => Some(format!("Dry run: {given}")),
    }
}
