//! What became of earlier requests whose outcome is unknown.
//!
//! A request that was written down and never settled may have been executed: its process was killed,
//! or its answer lost. Nothing is sent for the same machine and file before the service's list of
//! actions was asked.

use std::time::{Duration, SystemTime};

use quell::{
    ActionType, Client, Error, Intent, IntentId, MachineAction, MachineId, Reconciled, Settlement,
    Sha1, Timestamp,
};

/// How long after it was given up a request may still arrive, and its action then be missing from
/// the list.
const GRACE: Duration = Duration::from_secs(45);
/// A request without a deadline is taken to be on its way for this long.
const WITHOUT_DEADLINE: Duration = Duration::from_secs(3600);

/// Earlier requests of unknown outcome.
#[derive(Debug)]
pub(in crate::commands) struct Unsettled(Vec<(IntentId, Intent)>);

/// What became of one of them.
#[derive(Debug)]
pub(crate) enum Finding {
    /// This action was made for it.
    Found(Box<MachineAction>),
    /// It was not done, and will not be any more.
    NotPerformed,
    /// No action is there; one may still come within this time.
    MayArrive(Duration),
    /// Any of these actions may be its.
    Ambiguous(Vec<MachineAction>),
}

impl Unsettled {
    /// Those of the client's journal.
    pub(in crate::commands) async fn read(client: &Client) -> Result<Self, Error> {
        client.unsettled().await.map(Self)
    }

    /// Those that asked for the same of this machine about this file.
    pub(in crate::commands) fn about<'a>(
        &'a self,
        kind: &'a ActionType,
        machine: &'a MachineId,
        sha1: Sha1,
    ) -> impl Iterator<Item = (&'a IntentId, &'a Intent)> {
        let same = move |intent: &Intent| {
            let named = intent.machine.as_str();
            intent.kind == *kind
                && intent.sha1 == Some(sha1)
                && named.eq_ignore_ascii_case(machine.as_str())
        };
        let all = self.0.iter().map(|(id, intent)| (id, intent));
        all.filter(move |(_, intent)| same(intent))
    }
}

/// Asks the service's list what became of an earlier request, and settles it if that is known.
pub(crate) async fn find_out(
    client: &Client,
    id: &IntentId,
    intent: &Intent,
) -> Result<Finding, Error> {
    let finding = match client.reconcile(intent).await? {
        Reconciled::Found(action) => {
            let settlement = Settlement::Placed(action.id.clone());
            client.settle(id, &settlement).await?;
            Finding::Found(action)
        }
        Reconciled::Ambiguous(actions) => Finding::Ambiguous(actions),
        _ => match on_its_way(intent, SystemTime::now().into()) {
            Some(left) => Finding::MayArrive(left),
            None => {
                client.settle(id, &Settlement::NotPerformed).await?;
                Finding::NotPerformed
            }
        },
    };
    Ok(finding)
}

/// How long a request may still be on its way; `None` if it is not any more.
fn on_its_way(intent: &Intent, now: Timestamp) -> Option<Duration> {
    let age = now.saturating_duration_since(intent.begun);
    let longest = intent.within.unwrap_or(WITHOUT_DEADLINE) + GRACE;
    longest.checked_sub(age).filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use quell::Comment;

    fn intent(begun: &str, within: Option<u64>) -> Intent {
        let mut intent = Intent::new(
            ActionType::StopAndQuarantineFile,
            "Host-1".parse().unwrap(),
            Comment::new("c").unwrap(),
            begun.parse().unwrap(),
        );
        intent.sha1 = Some("87662bc3d60e4200ceaf7aae249d1c343f4b83c9".parse().unwrap());
        intent.within = within.map(Duration::from_secs);
        intent
    }

    #[test]
    fn request_is_on_its_way_until_its_deadline_and_some_grace() {
        let left = |now: &str, within| {
            let intent = intent("2026-11-22T01:00:00Z", within);
            on_its_way(&intent, now.parse().unwrap()).map(|left| left.as_secs())
        };
        assert_eq!(left("2026-11-22T01:00:00Z", Some(120)), Some(165));
        assert_eq!(left("2026-11-22T01:02:44Z", Some(120)), Some(1));
        assert_eq!(left("2026-11-22T01:02:45Z", Some(120)), None);
        assert_eq!(left("2026-11-22T01:30:00Z", None), Some(1845));
        assert_eq!(
            left("2026-11-22T00:00:00Z", Some(120)),
            Some(165),
            "a clock was set back"
        );
    }

    #[test]
    fn only_the_same_file_on_the_same_machine_is_meant() {
        let unsettled = Unsettled(vec![(
            IntentId::new("1"),
            intent("2026-11-22T01:00:00Z", None),
        )]);
        let kind = ActionType::StopAndQuarantineFile;
        let count = |machine: &str, sha1: &str| {
            let machine = machine.parse().unwrap();
            let about = unsettled.about(&kind, &machine, sha1.parse().unwrap());
            about.count()
        };
        let (file, other) = ("87662bc3d60e4200ceaf7aae249d1c343f4b83c9", "0".repeat(40));
        assert_eq!(count("host-1", file), 1);
        assert_eq!(count("host-2", file), 0);
        assert_eq!(count("host-1", &other), 0);
        let machine = "host-1".parse().unwrap();
        let restore = quell::extension::restore_file();
        let about = unsettled.about(&restore, &machine, file.parse().unwrap());
        assert_eq!(about.count(), 0, "what takes is not what puts back");
    }
}
