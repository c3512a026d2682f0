//! How simulated machines behave.

use std::time::Duration;

use quell_protocol::FailureReason;
use serde::Deserialize;

/// The most kinds of a profile.
const MAX_KINDS: usize = 256;
/// The longest name of a kind, in characters.
const MAX_NAME: usize = 32;
/// The longest delay: actions are given up after three days.
const MAX_DELAY: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Kinds of machines, and how many there are of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    kinds: Vec<Kind>,
}

/// Machines that behave alike.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kind {
    /// The first part of their names.
    pub name: String,
    /// What it shows, for people.
    pub shows: String,
    /// How many there are, before the rest is shared out; `None`: a share of the rest.
    pub count: Option<usize>,
    /// Their part of the rest, beside the other kinds' parts.
    pub share: u32,
    /// The operating system, as `osPlatform` spells it.
    pub os: String,
    /// Its version.
    pub version: Option<String>,
    /// Whether the common file is on them; `None`: on as many as was asked for.
    pub seen: Option<bool>,
    /// How they behave.
    pub behavior: Behavior,
}

/// How a machine behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Behavior {
    /// Whether it asks for orders.
    pub connection: Connection,
    /// How the antivirus runs; where it is off, every action fails.
    pub antivirus: Antivirus,
    /// The time from taking an action up to its end.
    pub delay: Duration,
    /// Why its actions fail, if they do.
    pub fails: Option<FailureReason>,
}

/// Whether a machine asks for orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Connection {
    /// It does.
    #[default]
    Online,
    /// It was enrolled once, and does not.
    Offline,
    /// It does, in a version of the protocol that the server does not serve.
    Impaired,
    /// It takes orders up, and is never heard of again.
    Lost,
}

/// How the antivirus of a machine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Antivirus {
    /// It protects the machine.
    #[default]
    Active,
    /// Another product does; it looks on, which is enough.
    Passive,
    /// It does not run.
    Off,
    /// The machine does not say.
    Unknown,
}

/// A profile cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// It is no TOML, or has keys or values that are not known.
    #[error("the profile is not understood")]
    Syntax(#[from] toml::de::Error),
    /// It has no machine, or too many kinds.
    #[error("a profile has one to {MAX_KINDS} kinds of machines")]
    Kinds,
    /// A name is no part of a DNS name.
    #[error("{0:?} is no name: a kind is called by 1 to {MAX_NAME} letters, digits and hyphens")]
    Name(String),
    /// Nobody knows the reason.
    #[error("no machine fails by {0:?}: the reasons stand in docs/api/agent-protocol.md")]
    Reason(String),
    /// A delay is no length of time, or too long.
    #[error("{0:?} is no delay: write 500ms, 90s, 10m or 6h, at most 7d")]
    Delay(String),
}

/// A profile as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    machine: Vec<WrittenKind>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKind {
    name: String,
    #[serde(default)]
    shows: String,
    count: Option<usize>,
    share: Option<u32>,
    os: Option<String>,
    version: Option<String>,
    seen: Option<bool>,
    #[serde(default)]
    connection: Connection,
    #[serde(default)]
    antivirus: Antivirus,
    delay: Option<String>,
    fails: Option<String>,
}

impl Profile {
    /// A profile of these kinds.
    #[must_use]
    pub(crate) fn of(kinds: Vec<Kind>) -> Self {
        Self { kinds }
    }

    /// Reads a profile: tables `[[machine]]` in TOML.
    ///
    /// ```
    /// let profile = quell_simulator::Profile::from_toml(r#"
    ///     [[machine]]
    ///     name = "till"
    ///     os = "Windows10"
    ///     version = "22H2"
    ///     share = 9
    ///
    ///     [[machine]]
    ///     name = "broken"
    ///     count = 2
    ///     antivirus = "passive"
    ///     delay = "5s"
    ///     fails = "VaultUnavailable"
    /// "#)?;
    /// assert_eq!(profile.kinds().len(), 2);
    /// # Ok::<(), quell_simulator::ProfileError>(())
    /// ```
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        let written: Written = toml::from_str(text)?;
        if written.machine.is_empty() || written.machine.len() > MAX_KINDS {
            return Err(ProfileError::Kinds);
        }
        let kinds = written.machine.into_iter().map(Kind::read);
        Ok(Self {
            kinds: kinds.collect::<Result<_, _>>()?,
        })
    }

    /// The kinds, in their order.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }
}

impl Kind {
    fn read(written: WrittenKind) -> Result<Self, ProfileError> {
        let is_name = (1..=MAX_NAME).contains(&written.name.len())
            && written
                .name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_name {
            return Err(ProfileError::Name(written.name));
        }
        Ok(Self {
            name: written.name,
            shows: written.shows,
            count: written.count,
            share: written.share.unwrap_or(1),
            os: written.os.unwrap_or_else(|| "Windows11".to_owned()),
            version: written.version,
            seen: written.seen,
            behavior: Behavior {
                connection: written.connection,
                antivirus: written.antivirus,
                delay: written.delay.map(delay).transpose()?.unwrap_or_default(),
                fails: written.fails.map(reason).transpose()?,
            },
        })
    }
}

impl Behavior {
    /// Why an action fails on such a machine, if it does.
    pub(crate) fn failure(&self) -> Option<FailureReason> {
        match self.antivirus {
            Antivirus::Off => Some(FailureReason::EngineOff),
            Antivirus::Active | Antivirus::Passive | Antivirus::Unknown => self.fails,
        }
    }

    /// What such a machine says of protections that are off.
    pub(crate) fn degraded(&self) -> Vec<String> {
        let sentence = match self.antivirus {
            Antivirus::Active => return Vec::new(),
            Antivirus::Passive => "antivirus runs in passive mode",
            Antivirus::Off => "antivirus is off",
            Antivirus::Unknown => "antivirus does not say how it runs",
        };
        vec![sentence.to_owned()]
    }
}

/// By the protocol's own names; a reason that only others know is none.
fn reason(text: String) -> Result<FailureReason, ProfileError> {
    let known = serde_json::from_value(text.clone().into()).ok();
    known
        .filter(|reason| *reason != FailureReason::Other)
        .ok_or(ProfileError::Reason(text))
}

fn delay(text: String) -> Result<Duration, ProfileError> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let number: Option<u64> = digits.parse().ok();
    let unit = match text.strip_prefix(digits) {
        Some("ms") => Some(1),
        Some("s") => Some(1_000),
        Some("m") => Some(60_000),
        Some("h") => Some(3_600_000),
        Some("d") => Some(86_400_000),
        _ => None,
    };
    let delay = number
        .zip(unit)
        .and_then(|(number, unit)| number.checked_mul(unit));
    delay
        .map(Duration::from_millis)
        .filter(|delay| *delay <= MAX_DELAY)
        .ok_or(ProfileError::Delay(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_an_ordinary_machine() {
        let profile = Profile::from_toml("[[machine]]\nname = 'x'").unwrap();
        let kind = &profile.kinds()[0];
        assert_eq!((kind.os.as_str(), kind.share), ("Windows11", 1));
        assert_eq!(kind.behavior, Behavior::default());
    }

    #[test]
    fn every_key_is_read() {
        let text = "[[machine]]\nname='a-1'\nshows='s'\ncount=2\nshare=3\nos='macOS'\nversion='14'\nseen=true\nconnection='lost'\nantivirus='off'\ndelay='90s'\nfails='Policy'";
        let kind = Profile::from_toml(text).unwrap().kinds()[0].clone();
        assert_eq!(
            (kind.count, kind.share, kind.seen),
            (Some(2), 3, Some(true))
        );
        assert_eq!(kind.behavior.connection, Connection::Lost);
        assert_eq!(kind.behavior.delay, Duration::from_secs(90));
        assert_eq!(kind.behavior.fails, Some(FailureReason::Policy));
        assert_eq!(kind.behavior.failure(), Some(FailureReason::EngineOff));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let machine = |more: &str| Profile::from_toml(&format!("[[machine]]\nname='x'\n{more}"));
        for (more, named) in [
            ("fails='SunSpots'", "SunSpots"),
            ("fails='Other'", "Other"),
            ("delay='soon'", "soon"),
            ("delay='8d'", "8d"),
            ("delay='5'", "5"),
        ] {
            let error = machine(more).unwrap_err().to_string();
            assert!(error.contains(named), "{more}: {error}");
        }
        for bad in [
            "",
            "x",
            "[[machine]]\nname=''",
            "[[machine]]\nname='a.b'",
            "[[machine]]\nname='x'\ncolour='red'",
        ] {
            assert!(Profile::from_toml(bad).is_err(), "{bad}");
        }
    }
}
