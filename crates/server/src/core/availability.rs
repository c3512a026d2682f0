//! What can be asked of a machine.

use quell_model::FullActionType;

use super::Health;
use super::platform::Unfit;

/// Why an action cannot be asked, by the name that the API has for the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// No agent of this server's carries the action out.
    DisabledFeature,
    /// The machine was shut out, and gets no orders.
    NotOnboarded,
    /// The machine's agent and this server do not understand each other.
    ClientVersionNotSupported,
    /// The action does not exist for the machine's operating system.
    OsPlatformNotSupported,
    /// The action exists for later versions of the machine's operating system.
    OsVersionNotSupported,
    /// The caller's roles let him see the machine, and not act on it.
    Forbidden,
}

impl Unavailable {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DisabledFeature => "DisabledFeature",
            Self::NotOnboarded => "NotOnboarded",
            Self::ClientVersionNotSupported => "ClientVersionNotSupported",
            Self::OsPlatformNotSupported => "OsPlatformNotSupported",
            Self::OsVersionNotSupported => "OsVersionNotSupported",
            Self::Forbidden => "Forbidden",
        }
    }
}

/// Says of every action that the API knows whether this machine can be asked for it, by a caller who
/// may ask something of it. A machine that is merely silent can be: its orders wait.
pub fn availability(
    health: Health,
    revoked: bool,
    unfit: Option<Unfit>,
    may_act: bool,
) -> impl Iterator<Item = (FullActionType, Result<(), Unavailable>)> {
    let asked = match (revoked, unfit, health) {
        _ if !may_act => Err(Unavailable::Forbidden),
        (true, _, _) => Err(Unavailable::NotOnboarded),
        (_, Some(Unfit::Platform), _) => Err(Unavailable::OsPlatformNotSupported),
        (_, Some(Unfit::Version { .. }), _) => Err(Unavailable::OsVersionNotSupported),
        (_, _, Health::ImpairedCommunication) => Err(Unavailable::ClientVersionNotSupported),
        (_, _, Health::Active | Health::Inactive) => Ok(()),
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
        availability(health, revoked, None, true)
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
    fn system_without_the_action_is_named_as_the_reason() {
        let reason = |unfit| {
            availability(Health::Active, false, Some(unfit), true)
                .find(|(action, _)| *action == FullActionType::StopAndQuarantineFile)
                .expect("it is always told")
                .1
        };
        let refused = Err(Unavailable::OsPlatformNotSupported);
        assert_eq!(reason(Unfit::Platform), refused);
        let first = "1703".parse().unwrap();
        let refused = Err(Unavailable::OsVersionNotSupported);
        assert_eq!(reason(Unfit::Version { first }), refused);
    }

    #[test]
    fn every_other_action_is_named_and_off() {
        let others = availability(Health::Active, false, None, true)
            .filter(|(action, _)| *action != FullActionType::StopAndQuarantineFile);
        let others: Vec<_> = others.collect();
        assert_eq!(others.len() + 2, FullActionType::KNOWN.len());
        let off =
            |(_, told): &(_, Result<(), Unavailable>)| *told == Err(Unavailable::DisabledFeature);
        assert!(others.iter().all(off));
    }
}
