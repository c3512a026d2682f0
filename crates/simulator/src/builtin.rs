//! The profiles that need no file.

use std::time::Duration;

use quell_protocol::FailureReason;

use crate::profile::{Antivirus, Behavior, Connection, Kind, Profile};

const WINDOWS_11: (&str, Option<&str>) = ("Windows11", Some("23H2"));
const WINDOWS_10: (&str, Option<&str>) = ("Windows10", Some("22H2"));
const SERVER_2022: (&str, Option<&str>) = ("WindowsServer2022", Some("21H2"));
const SERVER_2019: (&str, Option<&str>) = ("WindowsServer2019", Some("1809"));
const SERVER_2012_R2: (&str, Option<&str>) = ("WindowsServer2012R2", None);
const UBUNTU: (&str, Option<&str>) = ("Ubuntu", Some("24.04"));

impl Profile {
    /// One machine for everything that can happen to an action, and then ordinary ones. Those that
    /// are slow take `slow`.
    #[must_use]
    pub fn every(slow: Duration) -> Self {
        let mut kinds = first(slow);
        kinds.extend(failing());
        kinds.extend(refused());
        kinds.extend(ordinary());
        Self::of(kinds)
    }

    /// Machines that do what they are asked at once.
    #[must_use]
    pub fn ordinary() -> Self {
        Self::of(ordinary())
    }
}

/// What a client's author meets first.
fn first(slow: Duration) -> Vec<Kind> {
    let slowly = Behavior {
        delay: slow,
        ..Behavior::default()
    };
    vec![
        one(
            "prompt",
            "Succeeded at once",
            WINDOWS_11,
            Behavior::default(),
        ),
        one(
            "slow",
            "InProgress for a while, then Succeeded; can be cancelled meanwhile; asked again it is ActiveRequestAlreadyExists after a minute",
            WINDOWS_10,
            slowly,
        ),
        one(
            "offline",
            "Pending; can be cancelled before it is picked up; TimeOut after three days; Inactive",
            WINDOWS_11,
            connected(Connection::Offline),
        ),
        one(
            "lost",
            "InProgress, and nothing more; TimeOut three days after that",
            SERVER_2019,
            connected(Connection::Lost),
        ),
        one(
            "av-off",
            "Failed 0x80070422: the antivirus is off",
            WINDOWS_10,
            runs(Antivirus::Off),
        ),
        one(
            "av-passive",
            "Succeeded: passive mode is enough",
            SERVER_2022,
            runs(Antivirus::Passive),
        ),
        one(
            "av-unknown",
            "Succeeded: the machine does not say how the antivirus runs",
            SERVER_2012_R2,
            runs(Antivirus::Unknown),
        ),
    ]
}

/// One for every `errorHResult` of quell's agents; that of the antivirus is above, and the one of a
/// file that is not there any more is every machine's second answer.
fn failing() -> Vec<Kind> {
    [
        (
            "not-there",
            "Failed 0x80070002: the file is not there any more",
            FailureReason::FileNotFound,
        ),
        (
            "denied",
            "Failed 0x80070005: access was denied",
            FailureReason::AccessDenied,
        ),
        (
            "vault-full",
            "Failed 0x80070070: there is no room to keep the file",
            FailureReason::VaultUnavailable,
        ),
        (
            "changing",
            "Failed 0x800703EE: the file kept changing",
            FailureReason::ContentChanged,
        ),
        (
            "policy",
            "Failed 0x800704EC: the machine's own policy forbids it",
            FailureReason::Policy,
        ),
        (
            "late",
            "TimeOut 0x800705B4: the order reached the machine too late",
            FailureReason::Expired,
        ),
        (
            "incomplete",
            "Failed 0x80004004: something of the file remains",
            FailureReason::Incomplete,
        ),
        (
            "faulty",
            "Failed 0x80004005: a fault of the agent itself",
            FailureReason::Internal,
        ),
    ]
    .map(|(name, shows, reason)| {
        let behavior = Behavior {
            fails: Some(reason),
            ..Behavior::default()
        };
        one(name, shows, WINDOWS_11, behavior)
    })
    .to_vec()
}

/// What the server refuses before any machine hears of it.
fn refused() -> Vec<Kind> {
    let plain = Behavior::default;
    vec![
        Kind {
            seen: Some(false),
            ..one(
                "clean",
                "404 ResourceNotFound: the file was never seen on it",
                WINDOWS_11,
                plain(),
            )
        },
        one(
            "mac",
            "400 OsPlatformNotSupported",
            ("macOS", Some("14")),
            plain(),
        ),
        one(
            "windows-7",
            "400 OsPlatformNotSupported",
            ("Windows7", None),
            plain(),
        ),
        one(
            "windows-1607",
            "400 ClientVersionNotSupported",
            ("Windows10", Some("1607")),
            plain(),
        ),
        one(
            "impaired",
            "Pending, then TimeOut; ImpairedCommunication",
            WINDOWS_10,
            connected(Connection::Impaired),
        ),
    ]
}

fn ordinary() -> Vec<Kind> {
    [
        ("desktop", WINDOWS_11, 45),
        ("laptop", WINDOWS_10, 25),
        ("server", SERVER_2022, 15),
        ("legacy", SERVER_2019, 5),
        ("linux", UBUNTU, 10),
    ]
    .map(|(name, system, share)| Kind {
        count: None,
        share,
        seen: None,
        ..one(name, "Succeeded at once", system, Behavior::default())
    })
    .to_vec()
}

fn one(name: &str, shows: &str, (os, version): (&str, Option<&str>), behavior: Behavior) -> Kind {
    Kind {
        name: name.to_owned(),
        shows: shows.to_owned(),
        count: Some(1),
        share: 0,
        os: os.to_owned(),
        version: version.map(str::to_owned),
        seen: Some(true),
        behavior,
    }
}

fn connected(connection: Connection) -> Behavior {
    Behavior {
        connection,
        ..Behavior::default()
    }
}

fn runs(antivirus: Antivirus) -> Behavior {
    Behavior {
        antivirus,
        ..Behavior::default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Fleet, Seed, Share};

    #[test]
    fn every_reason_of_the_protocol_is_met() {
        let profile = Profile::every(Duration::from_secs(1));
        let met: BTreeSet<i32> = profile
            .kinds()
            .iter()
            .filter_map(|kind| kind.behavior.failure())
            .map(FailureReason::hresult)
            .collect();
        let all = [
            FailureReason::FileNotFound,
            FailureReason::Protected,
            FailureReason::AccessDenied,
            FailureReason::ContentChanged,
            FailureReason::Incomplete,
            FailureReason::VaultUnavailable,
            FailureReason::Policy,
            FailureReason::EngineOff,
            FailureReason::Expired,
            FailureReason::Internal,
        ];
        assert_eq!(met, all.into_iter().map(FailureReason::hresult).collect());
    }

    #[test]
    fn what_a_kind_says_that_it_shows_names_its_number() {
        for kind in Profile::every(Duration::ZERO).kinds() {
            if let Some(reason) = kind.behavior.failure() {
                let number =
                    format!("{:#010X}", reason.hresult().cast_unsigned()).replace("0X", "0x");
                assert!(kind.shows.contains(&number), "{}: {number}", kind.name);
            }
        }
    }

    #[test]
    fn names_are_unique_and_twenty_machines_show_everything() {
        let profile = Profile::every(Duration::ZERO);
        let names: BTreeSet<&str> = profile
            .kinds()
            .iter()
            .map(|kind| kind.name.as_str())
            .collect();
        assert_eq!(names.len(), profile.kinds().len());
        let fleet = Fleet::plan(&profile, 20, Share::percent(30), Seed::default());
        let shown: BTreeSet<&str> = fleet
            .members()
            .iter()
            .map(|member| fleet.kind(member).unwrap().name.as_str())
            .collect();
        assert_eq!(shown.len(), 20);
        assert!(shown.contains("impaired"));
    }

    #[test]
    fn ordinary_machines_do_as_they_are_asked() {
        let ordinary = |kind: &Kind| kind.behavior == Behavior::default() && kind.count.is_none();
        assert!(Profile::ordinary().kinds().iter().all(ordinary));
    }
}
