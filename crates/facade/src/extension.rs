//! What quell's own server does beyond Microsoft's API: putting a file back, insisting, hints, dry runs, and what
//! became of each process and each path.
//!
//! It is behind the feature `extension`, and begins with an [`OwnServer`]: Microsoft's service would refuse the
//! one and pass over the other in silence, so no such request can be made for it.

use std::sync::Arc;

use quell_model::{
    ActionId, ActionType, Comment, Extras, GetActionResult, HOSTS, MachineAction, MachineId,
    Operation, RestoreConflict, RestoreFile, Sha1, StopAndQuarantineFile,
    StopAndQuarantineFileWith,
};
use quell_transport::Endpoint;

use crate::argument::{Argument, InvalidArgument};
use crate::call::Subject;
use crate::client::Client;
use crate::error::Error;
use crate::request::{ActionRequest, Draft};

/// The type of the actions that put files back.
#[must_use]
pub fn restore_file() -> ActionType {
    ActionType::from(RestoreFile::INFO.name)
}

/// A client of a server of one's own.
///
/// Its requests live as all others do: they keep the limits, are written to the journal before a byte leaves, are
/// never repeated blindly, and are found again when in doubt.
///
/// ```no_run
/// # async fn example(client: quell::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use quell::extension::OwnServer;
/// use quell::model::RestoreConflict;
///
/// let server = OwnServer::of(&client)?;
/// let taken = client.action("141408d1-384c-4c19-8b57-ba39e378011a").get().await?;
/// let restored = server
///     .restore_what(&taken, RestoreConflict::Rename, "false positive")
///     .tagged()
///     .await?;
/// client.action(restored.id()).wait().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OwnServer(Client);

/// The client talks to Microsoft's service, which does not know the extensions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{host} is Microsoft's, and only quell's own server restores files or lets anybody insist")]
pub struct MicrosoftsHost {
    host: String,
}

impl OwnServer {
    /// The server that this client talks to. Nothing is sent: whether it really is one of quell's is seen by
    /// its answers.
    ///
    /// # Errors
    ///
    /// [`MicrosoftsHost`], whether the client was built for a cloud or for such a host's URL.
    pub fn of(client: &Client) -> Result<Self, MicrosoftsHost> {
        match microsofts(client.shared().route.home()) {
            Some(host) => Err(MicrosoftsHost { host }),
            None => Ok(Self(client.clone())),
        }
    }

    /// Puts a file back on a machine that it was taken from, whichever actions did that.
    pub fn restore_file(
        &self,
        machine: impl Argument<MachineId>,
        sha1: impl Argument<Sha1>,
        conflict: RestoreConflict,
        comment: impl Argument<Comment>,
    ) -> ActionRequest<RestoreFile> {
        let asked = machine.read().and_then(|machine| {
            let sha1 = sha1.read()?;
            Ok((machine, sha1))
        });
        self.ask(
            restore_file(),
            asked,
            comment,
            move |machine, comment, sha1| {
                RestoreFile::of_file(machine, sha1, comment).conflict(conflict.clone())
            },
        )
    }

    /// Puts back what this action took away, where it took it.
    ///
    /// Awaited, the request fails without being sent if the action does not say its machine or its file.
    pub fn restore_what(
        &self,
        taken: &MachineAction,
        conflict: RestoreConflict,
        comment: impl Argument<Comment>,
    ) -> ActionRequest<RestoreFile> {
        let id = taken.id.clone();
        let machine = taken.machine_id.clone();
        let asked = machine
            .zip(taken.file_sha1())
            .ok_or(InvalidArgument::TakesNothing);
        self.ask(
            restore_file(),
            asked,
            comment,
            move |machine, comment, _| {
                RestoreFile::of_action(machine, id.clone(), comment).conflict(conflict.clone())
            },
        )
    }

    /// Stops a file and takes it away, and insists where the server would refuse because the file is protected
    /// or on many machines. The machine protects itself all the same, if its own policy says so.
    pub fn stop_and_quarantine_file_by_force(
        &self,
        machine: impl Argument<MachineId>,
        sha1: impl Argument<Sha1>,
        comment: impl Argument<Comment>,
    ) -> ActionRequest<StopAndQuarantineFileWith> {
        let mut extras = Extras::none();
        extras.force = true;
        self.stop_and_quarantine_file_with(machine, sha1, comment, extras)
    }

    /// Stops a file and takes it away, with what the service knows nothing of: hints where the machine finds it
    /// sooner, a dry run that touches nothing, or insistence.
    ///
    /// A dry run's action is listed like any other, under the title `Dry run`, and what would have been done is
    /// told by [`result_of`](Self::result_of).
    pub fn stop_and_quarantine_file_with(
        &self,
        machine: impl Argument<MachineId>,
        sha1: impl Argument<Sha1>,
        comment: impl Argument<Comment>,
        extras: Extras,
    ) -> ActionRequest<StopAndQuarantineFileWith> {
        let asked = machine.read().and_then(|machine| {
            let sha1 = sha1.read()?;
            Ok((machine, sha1))
        });
        let kind = ActionType::StopAndQuarantineFile;
        self.ask(kind, asked, comment, move |machine, comment, sha1| {
            StopAndQuarantineFileWith {
                action: StopAndQuarantineFile::new(machine, sha1, comment),
                extras: extras.clone(),
            }
        })
    }

    /// What the machine said of an action that has ended: what became of each process and each path, what is left
    /// over, and how far was looked. It is the JSON that the crate `quell-protocol` reads as its `ActionResult`;
    /// properties are only ever added to it.
    ///
    /// # Errors
    ///
    /// [`Error`]; of kind [`NotFound`](crate::ErrorKind::NotFound) as long as the machine has said nothing.
    pub async fn result_of(&self, action: &ActionId) -> Result<serde_json::Value, Error> {
        let subject = Subject::action(action);
        let get = GetActionResult::new(action.clone());
        self.0.send_about(&get, subject).await
    }

    fn ask<O>(
        &self,
        kind: ActionType,
        asked: Result<(MachineId, Sha1), InvalidArgument>,
        comment: impl Argument<Comment>,
        make: impl Fn(MachineId, Comment, Sha1) -> O + Send + Sync + 'static,
    ) -> ActionRequest<O>
    where
        O: Operation<Output = MachineAction> + Send + Sync,
    {
        let draft = asked.and_then(|(machine, sha1)| {
            Ok(Draft {
                kind,
                machine,
                sha1: Some(sha1),
                comment: comment.read()?,
                make: Arc::new(move |machine, comment| make(machine, comment, sha1)),
            })
        });
        ActionRequest::new(self.0.clone(), draft)
    }
}

/// The host's name, if it is one of the service's or stands in the same domain as one.
fn microsofts(service: &Endpoint) -> Option<String> {
    // A dot at its end makes a name no other one.
    let host = service.url().host_str()?.trim_end_matches('.');
    let host = host.to_ascii_lowercase();
    let mut known = HOSTS.iter().filter_map(|one| domain(one.name));
    known
        .any(|domain| self::domain(&host) == Some(domain))
        .then_some(host)
}

/// The last two labels of a name.
fn domain(host: &str) -> Option<&str> {
    let (before, _) = host.rsplit_once('.')?;
    let begin = before.rfind('.').map_or(0, |dot| dot + 1);
    host.get(begin..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_microsoft_s_domains_are_microsoft_s_and_no_others() {
        for (url, expected) in [
            ("https://api.securitycenter.microsoft.com", true),
            ("https://API-eu.SecurityCenter.Microsoft.com./x", true),
            ("https://new.api.security.microsoft.com", true),
            ("https://api-gov.securitycenter.microsoft.us", true),
            ("https://microsoft.com.example.org", false),
            ("https://notmicrosoft.com", false),
            ("https://quell.example", false),
            ("http://127.0.0.1:8642", false),
            ("http://localhost:8642", false),
        ] {
            let found = microsofts(&url.parse().unwrap());
            assert_eq!(found.is_some(), expected, "{url}: {found:?}");
        }
    }
}
