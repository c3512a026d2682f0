//! The life of a machine action.

use crate::{ActionStatus, FileIdentifierType, MachineAction, RelatedFileInfo, Sha1};

impl ActionStatus {
    /// Whether the action has ended, one way or another. A status that this version does not know
    /// is taken for one of an action that goes on.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Succeeded | Self::Failed | Self::Cancelled | Self::TimeOut
        )
    }

    /// Whether the action has ended as it was meant to.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Succeeded)
    }

    /// Whether an action of this status can next have that one.
    ///
    /// The documentation times an action out only while it waits for its machine; a machine that
    /// picked one up and never comes back must not hold it for ever, so `InProgress` can time out
    /// too. Nothing follows a final status, and a step that changes nothing is none.
    #[must_use]
    pub const fn can_become(&self, next: &Self) -> bool {
        match self {
            Self::Pending => matches!(next, Self::InProgress) || next.is_final(),
            Self::InProgress => next.is_final(),
            _ => false,
        }
    }
}

impl RelatedFileInfo {
    /// The file with this SHA-1.
    #[must_use]
    pub fn of(sha1: Sha1) -> Self {
        let mut info = Self::new();
        info.file_identifier = Some(sha1.to_string());
        info.file_identifier_type = Some(FileIdentifierType::Sha1);
        info
    }

    /// The file's SHA-1, where it is named by that.
    #[must_use]
    pub fn sha1(&self) -> Option<Sha1> {
        let is_sha1 = self.file_identifier_type == Some(FileIdentifierType::Sha1);
        self.file_identifier
            .as_deref()
            .filter(|_| is_sha1)?
            .parse()
            .ok()
    }
}

impl MachineAction {
    /// The SHA-1 of the file that the action is about, wherever the service of its time put it.
    #[must_use]
    pub fn file_sha1(&self) -> Option<Sha1> {
        let related = self
            .related_file_info
            .as_ref()
            .and_then(RelatedFileInfo::sha1);
        related.or_else(|| self.sha1.as_deref()?.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ActionStatus::{Cancelled, Failed, InProgress, Pending, Succeeded, TimeOut};

    const KNOWN: [ActionStatus; 6] = [Pending, InProgress, Succeeded, Failed, Cancelled, TimeOut];

    #[test]
    fn life_goes_forward_and_ends() {
        let steps: Vec<String> = KNOWN
            .iter()
            .flat_map(|from| KNOWN.iter().map(move |to| (from, to)))
            .filter(|(from, to)| from.can_become(to))
            .map(|(from, to)| format!("{from} → {to}"))
            .collect();
        insta::assert_snapshot!(steps.join("\n"), @r"
        Pending → InProgress
        Pending → Succeeded
        Pending → Failed
        Pending → Cancelled
        Pending → TimeOut
        InProgress → Succeeded
        InProgress → Failed
        InProgress → Cancelled
        InProgress → TimeOut
        ");
    }

    #[test]
    fn only_what_can_become_nothing_is_final() {
        for status in &KNOWN {
            assert_eq!(
                status.is_final(),
                !KNOWN.iter().any(|next| status.can_become(next))
            );
        }
    }

    #[test]
    fn unknown_status_goes_on() {
        let unknown = ActionStatus::from("Dreaming");
        assert!(!unknown.is_final() && !unknown.is_success());
        assert!(!unknown.can_become(&Succeeded) && !Pending.can_become(&unknown));
    }

    #[test]
    fn file_is_found_where_either_age_put_it() {
        let sha1: Sha1 = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9"
            .parse()
            .expect("a sha-1");
        let mut action = MachineAction::new(crate::ActionId::new("a").expect("an id"));
        assert_eq!(action.file_sha1(), None);
        action.sha1 = Some(sha1.to_string());
        assert_eq!(action.file_sha1(), Some(sha1));
        action.sha1 = None;
        action.related_file_info = Some(RelatedFileInfo::of(sha1));
        assert_eq!(action.file_sha1(), Some(sha1));
    }
}
