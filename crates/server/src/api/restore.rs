//! Putting a quarantined file back: an operation of this server's own, beside the contract's.

use axum::response::Response;
use http::StatusCode;
use quell_model::{ActionId, ErrorCode, Sha1};
use quell_protocol::Conflict;
use serde::Deserialize;
use uuid::Uuid;

use super::body::says_json;
use super::{Api, ApiError, Call};
use crate::core::extension::RESTORE;
use crate::core::{ActionKind, Ask};
use crate::store::record::{MachineRecord, Submission, Submitted};

/// What every path of this operation begins with.
const BEFORE: &str = "/quell/v1/machines/";
/// And ends with.
const AFTER: &str = "/restore";

/// The body.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    #[serde(default)]
    comment: Option<String>,
    #[serde(default)]
    action_id: Option<String>,
    #[serde(default)]
    sha1: Option<String>,
    #[serde(default)]
    conflict: Conflict,
    #[serde(default)]
    external_id: Option<String>,
    #[serde(default)]
    title: Option<String>,
}

/// The machine's segment of a path, if the path is this operation's.
pub(super) fn machine_of(path: &str) -> Option<&str> {
    path.strip_prefix(BEFORE)?
        .strip_suffix(AFTER)
        .filter(|segment| !segment.is_empty() && !segment.contains('/'))
}

impl Api {
    pub(super) async fn restore(
        &self,
        call: Call<'_>,
        segment: &str,
    ) -> Result<Response, ApiError> {
        call.caller.grant.holds(&RESTORE)?;
        let machine = self.machine_by_id(&call, segment).await?;
        self.expect_power(&call, machine.group)?;
        if machine.revoked {
            return Err(ApiError::revoked(&machine.id));
        }
        says_json(&call.parts.headers)?;
        let request = read(&call.body.clone()?)?;
        let comment = request
            .comment
            .clone()
            .filter(|text| !text.trim().is_empty());
        let comment = comment.ok_or_else(|| ApiError::missing("Comment"))?;
        let (sha1, taken_by) = self.what(&call, &machine, &request).await?;
        let tenant = call.caller.tenant;
        let submission = Submission {
            tenant,
            id: ActionId::new(Uuid::new_v4().to_string()).map_err(|_| ApiError::internal())?,
            machine: machine.id.clone(),
            computer_dns_name: machine.facts.computer_dns_name,
            sha1,
            ask: Ask::RestoreFile {
                taken_by,
                conflict: request.conflict,
            },
            application: call.caller.client_id.clone(),
            requestor: call.caller.requestor.clone(),
            comment,
            title: request.title,
            external_id: request.external_id,
            by: call.by.clone(),
            duplicates: self.duplicates,
            ceiling: crate::core::Ceiling::default(),
            now: self.clock.now(),
        };
        match self.store.submit(submission).await? {
            Submitted::New(action) => {
                self.announce(tenant, &action);
                Ok(call.action(StatusCode::CREATED, action))
            }
            Submitted::Again(action) => Ok(call.action(StatusCode::CREATED, action)),
            Submitted::Revoked => Err(ApiError::revoked(&machine.id)),
            Submitted::Refused | Submitted::Ceiling { .. } => Err(ApiError::new(
                ErrorCode::ActiveRequestAlreadyExists,
                "Action is already in progress",
            )),
        }
    }

    /// The file, and the action that took it if one is named.
    async fn what(
        &self,
        call: &Call<'_>,
        machine: &MachineRecord,
        request: &Request,
    ) -> Result<(Sha1, Option<ActionId>), ApiError> {
        let tenant = call.caller.tenant;
        match (&request.action_id, &request.sha1) {
            (Some(id), None) => {
                let id = ActionId::new(id.as_str()).map_err(|_| ApiError::no_action(id))?;
                let action = self.store.action(call.caller.view(), &id).await?;
                let action = action.filter(|action| {
                    action.machine == machine.id && action.kind == ActionKind::StopAndQuarantineFile
                });
                let action = action.ok_or_else(|| ApiError::no_action(id.as_str()))?;
                Ok((action.sha1, Some(action.id)))
            }
            (None, Some(sha1)) => {
                let sha1: Sha1 = sha1.parse().map_err(|_| ApiError::bad_hash(sha1))?;
                match self
                    .store
                    .was_quarantined(tenant, &machine.id, sha1)
                    .await?
                {
                    true => Ok((sha1, None)),
                    false => Err(ApiError::new(
                        ErrorCode::ResourceNotFound,
                        format!("Sha1 {sha1} was not quarantined on machine {}", machine.id),
                    )),
                }
            }
            (None, None) => Err(ApiError::missing("ActionId or Sha1")),
            (Some(_), Some(_)) => Err(ApiError::invalid_input(
                "ActionId",
                "name the action or the file, not both",
            )),
        }
    }
}

fn read(body: &[u8]) -> Result<Request, ApiError> {
    serde_json::from_slice(body)
        .map_err(|_| ApiError::new(ErrorCode::InvalidRequestBody, "Request body is incorrect"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_is_the_operation_s_or_it_is_not() {
        assert_eq!(
            machine_of("/quell/v1/machines/m%2F1/restore"),
            Some("m%2F1")
        );
        for other in [
            "/quell/v1/machines//restore",
            "/quell/v1/machines/a/b/restore",
            "/quell/v1/machines/a/restore/",
            "/api/machines/a/restore",
            "/quell/v1/device/hold",
        ] {
            assert_eq!(machine_of(other), None, "{other}");
        }
    }
}
