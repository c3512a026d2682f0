//! What can be asked of a machine.

use quell_model::FullActionType;

use super::Health;

/// Why an action cannot be asked, by the name that the API has for the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// No agent of this server's carries the action out.
    DisabledFeature,
    /// The machine was shut out, and gets no orders.
    NotOnboarded,
    /// The machine's agent and this server do not understand each other.
    ClientVersionNotSupported,
}

impl Unavailable {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DisabledFeature => "DisabledFeature",
            Self::NotOnboarded => "NotOnboarded",
            Self::ClientVersionNotSupported => "ClientVersionNotSupported",
        }
    }
}

/// Says of every action that the API knows whether this machine can be asked for it. A machine that
/// is merely silent can be: its orders wait.
pub fn availability(
    health: Health,
    revoked: bool,
) -> impl Iterator<Item = (FullActionType, Result<(), Unavailable>)> {
    let asked = match (revoked, health) {
        (true, _) => Err(Unavailable::NotOnboarded),
        (false, Health::ImpairedCommunication) => Err(Unavailable::ClientVersionNotSupported),
        (false, Health::Active | Health::Inactive) => Ok(()),
    };
    let known = FullActionType::KNOWN.iter().cloned();
    known.filter_map(move |action| match action {
        FullActionType::Unknown => None,
        FullActionType::StopAndQuarantineFile => Some((action, asked)),
        other => Some((other, Err(Unavailable::DisabledFeature))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_quarantine(health: Health, revoked: bool) -> Result<(), Unavailable> {
        availability(health, revoked)
            .find(|(action, _)| *action == FullActionType::StopAndQuarantineFile)
            .expect("it is always told")
            .1
    }

    #[test]
    fn quarantine_can_be_asked_of_whoever_will_get_the_order() {
        assert_eq!(of_quarantine(Health::Active, false), Ok(()));
        assert_eq!(of_quarantine(Health::Inactive, false), Ok(()));
        assert_eq!(
            of_quarantine(Health::ImpairedCommunication, false),
            Err(Unavailable::ClientVersionNotSupported)
        );
        assert_eq!(
            of_quarantine(Health::ImpairedCommunication, true),
            Err(Unavailable::NotOnboarded)
        );
    }

    #[test]
    fn every_other_action_is_named_and_off() {
        let others = availability(Health::Active, false)
            .filter(|(action, _)| *action != FullActionType::StopAndQuarantineFile);
        let others: Vec<_> = others.collect();
        assert_eq!(others.len() + 2, FullActionType::KNOWN.len());
        let off =
            |(_, told): &(_, Result<(), Unavailable>)| *told == Err(Unavailable::DisabledFeature);
        assert!(others.iter().all(off));
    }
}
