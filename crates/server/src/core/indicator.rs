//! Indicators: what may be kept as one, and who may see it.

use std::net::IpAddr;

use quell_model::{
    IndicatorAction, IndicatorSeverity, IndicatorType, SubmitIndicatorRequest, Timestamp, limits,
};
use url::{Host, Url};

use super::Grant;

/// The permission to see and change what others made.
const OTHERS_TOO: &str = "Ti.ReadWrite.All";

/// The most indicators that a tenant has at once.
pub const MAX_INDICATORS: u32 = limits::INDICATORS;

/// An indicator that may be kept: its value is of its kind, and written the one way in which values
/// of the kind are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What kind of text the value is.
    pub kind: IndicatorType,
    /// What is looked for.
    pub value: String,
    /// What is to be done where it turns up.
    pub action: IndicatorAction,
    /// The title of its alerts.
    pub title: String,
    /// What it is.
    pub description: String,
    /// The application that it belongs to.
    pub application: Option<String>,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// How bad it is.
    pub severity: Option<IndicatorSeverity>,
    /// What its alerts recommend.
    pub recommended_actions: Option<String>,
    /// The device groups that it holds for.
    pub rbac_group_names: Vec<String>,
    /// Where a person who is stopped by it can read why.
    pub educate_url: Option<String>,
    /// Whether an alert is to be raised where it turns up.
    pub generate_alert: bool,
}

/// What is wrong with an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The value is no hash of its kind.
    Hash(String),
    /// The value is no address.
    Address(String),
    /// The value is no domain.
    Domain(String),
    /// The value is no URL of the web.
    Url(String),
    /// A property has a value that it cannot have.
    Property {
        /// Which.
        name: &'static str,
        /// What it was given.
        value: String,
    },
}

impl Draft {
    /// Looks a request over.
    ///
    /// # Errors
    /// The first [`Misfit`], in the order of the properties.
    pub fn check(request: SubmitIndicatorRequest, now: Timestamp) -> Result<Self, Misfit> {
        let value = value(&request.indicator_type, &request.indicator_value)?;
        known("action", &request.action, IndicatorAction::KNOWN)?;
        if let Some(severity) = &request.severity {
            known("severity", severity, IndicatorSeverity::KNOWN)?;
        }
        let generate_alert = request.generate_alert.unwrap_or(false);
        if request.action == IndicatorAction::Audit && !generate_alert {
            return Err(Misfit::property("generateAlert", "false"));
        }
        if let Some(expires) = request.expiration_time.filter(|expires| *expires <= now) {
            return Err(Misfit::property("expirationTime", expires.to_string()));
        }
        Ok(Self {
            kind: request.indicator_type,
            value,
            action: request.action,
            title: request.title,
            description: request.description,
            application: request.application,
            expires: request.expiration_time,
            severity: request.severity,
            recommended_actions: request.recommended_actions,
            rbac_group_names: request.rbac_group_names,
            educate_url: request.educate_url,
            generate_alert,
        })
    }
}

impl Misfit {
    fn property(name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        Self::Property { name, value }
    }
}

fn known<T: PartialEq + AsRef<str>>(
    name: &'static str,
    value: &T,
    known: &[T],
) -> Result<(), Misfit> {
    match known.contains(value) {
        true => Ok(()),
        false => Err(Misfit::property(name, value.as_ref())),
    }
}

/// The value as values of its kind are compared.
fn value(kind: &IndicatorType, text: &str) -> Result<String, Misfit> {
    match kind {
        IndicatorType::FileSha1 | IndicatorType::CertificateThumbprint => hash(text, 40),
        IndicatorType::FileSha256 => hash(text, 64),
        IndicatorType::FileMd5 => hash(text, 32),
        IndicatorType::IpAddress => text
            .parse::<IpAddr>()
            .map(|address| address.to_string())
            .map_err(|_| Misfit::Address(text.to_owned())),
        IndicatorType::DomainName => domain(text).ok_or_else(|| Misfit::Domain(text.to_owned())),
        IndicatorType::Url => match is_of_the_web(text) {
            true => Ok(text.to_owned()),
            false => Err(Misfit::Url(text.to_owned())),
        },
        other => Err(Misfit::property("indicatorType", other.as_ref())),
    }
}

fn hash(text: &str, digits: usize) -> Result<String, Misfit> {
    let is_hash = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_hash {
        true => Ok(text.to_ascii_lowercase()),
        false => Err(Misfit::Hash(text.to_owned())),
    }
}

/// A name of at least two labels: one that names a whole top-level domain is a slip.
fn domain(text: &str) -> Option<String> {
    let plain =
        |character: char| character.is_alphanumeric() || matches!(character, '.' | '-' | '_');
    if !text.chars().all(plain) {
        return None;
    }
    match Host::parse(text).ok()? {
        Host::Domain(name) if is_full_name(&name) => Some(name),
        _ => None,
    }
}

fn is_full_name(name: &str) -> bool {
    let is_label = |label: &str| (1..=63).contains(&label.len());
    name.len() <= 253 && name.contains('.') && name.split('.').all(is_label)
}

/// A parser of URLs drops tabs and line breaks, which a comparison would not.
fn is_of_the_web(text: &str) -> bool {
    let no_blanks = !text
        .chars()
        .any(|one| one.is_control() || one.is_whitespace());
    no_blanks && Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// Whose indicators a caller sees and changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everyone's of the tenant.
    Everyone,
    /// Those that this application made.
    Own(String),
}

impl Reach {
    /// An application sees its own, unless it may see all; a person sees all.
    #[must_use]
    pub fn of(grant: &Grant, client_id: &str) -> Self {
        match grant {
            Grant::Application(roles) if !roles.iter().any(|role| role == OTHERS_TOO) => {
                Self::Own(client_id.to_owned())
            }
            Grant::Application(_) | Grant::Person(_) => Self::Everyone,
        }
    }

    /// Whether it extends to what this author made.
    #[must_use]
    pub fn includes(&self, author: &str) -> bool {
        match self {
            Self::Everyone => true,
            Self::Own(own) => own == author,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn request(kind: &str, value: &str) -> SubmitIndicatorRequest {
        SubmitIndicatorRequest::new(
            value.to_owned(),
            IndicatorType::from(kind),
            IndicatorAction::Block,
            "title".to_owned(),
            "description".to_owned(),
        )
    }

    fn check(request: SubmitIndicatorRequest) -> Result<Draft, Misfit> {
        Draft::check(request, Timestamp::from_unix_seconds(NOW))
    }

    #[test]
    fn values_are_written_one_way() {
        let hash = |digits: usize| ("AB".repeat(digits / 2), "ab".repeat(digits / 2));
        let [sha1, sha256, md5] = [40, 64, 32].map(hash);
        for (kind, given, kept) in [
            ("FileSha1", sha1.0.as_str(), sha1.1.as_str()),
            ("CertificateThumbprint", &sha1.0, &sha1.1),
            ("FileSha256", &sha256.0, &sha256.1),
            ("FileMd5", &md5.0, &md5.1),
            ("IpAddress", "2001:DB8:0::1", "2001:db8::1"),
            ("DomainName", "Bad.Example", "bad.example"),
            ("DomainName", "bücher.example", "xn--bcher-kva.example"),
            ("Url", "https://Bad.example/A?b", "https://Bad.example/A?b"),
        ] {
            assert_eq!(check(request(kind, given)).unwrap().value, kept, "{given}");
        }
    }

    #[test]
    fn values_of_another_kind_are_refused() {
        let sha1 = "a".repeat(40);
        for (kind, value) in [
            ("FileSha1", "b".repeat(64)),
            ("FileSha1", "z".repeat(40)),
            ("FileSha256", sha1.clone()),
            ("FileMd5", sha1.clone()),
            ("CertificateThumbprint", String::new()),
        ] {
            let refused = check(request(kind, &value)).unwrap_err();
            assert_eq!(refused, Misfit::Hash(value), "{kind}");
        }
        for value in ["", "10.0.0", "10.0.0.0/8", "example.com"] {
            let refused = check(request("IpAddress", value)).unwrap_err();
            assert_eq!(refused, Misfit::Address(value.to_owned()));
        }
        let long = format!("{}.example", "a".repeat(64));
        for value in [
            "", "com", "com.", "a..b", ".a.b", "a b.c", "%61.b", "10.0.0.1", "a/b.c", &long,
        ] {
            let refused = check(request("DomainName", value)).unwrap_err();
            assert_eq!(refused, Misfit::Domain(value.to_owned()));
        }
        for value in [
            "",
            "a.example",
            "ftp://a.example",
            "https://",
            "https://a\n.example",
            "javascript:x",
        ] {
            let refused = check(request("Url", value)).unwrap_err();
            assert_eq!(refused, Misfit::Url(value.to_owned()));
        }
        for kind in ["WebCategory", "ProcessMemorySimilarityHash", "FileSha512"] {
            let refused = check(request(kind, &sha1)).unwrap_err();
            assert_eq!(refused, Misfit::property("indicatorType", kind));
        }
    }

    #[test]
    fn properties_that_cannot_be_are_refused() {
        let sha1 = "a".repeat(40);
        let with = |change: fn(&mut SubmitIndicatorRequest)| {
            let mut request = request("FileSha1", &sha1);
            change(&mut request);
            check(request)
        };
        let bad = |name, value: &str| Err(Misfit::property(name, value));
        assert_eq!(
            with(|one| one.action = "Ignore".into()),
            bad("action", "Ignore")
        );
        assert_eq!(
            with(|one| one.severity = Some("Dire".into())),
            bad("severity", "Dire")
        );
        assert_eq!(
            with(|one| one.action = IndicatorAction::Audit),
            bad("generateAlert", "false")
        );
        assert!(
            with(|one| {
                one.action = IndicatorAction::Audit;
                one.generate_alert = Some(true);
            })
            .is_ok()
        );
        assert_eq!(
            with(|one| one.expiration_time = Some(Timestamp::from_unix_seconds(NOW))),
            bad("expirationTime", "2023-11-14T22:13:20Z")
        );
        assert!(
            with(|one| one.expiration_time = Some(Timestamp::from_unix_seconds(NOW + 1))).is_ok()
        );
    }

    #[test]
    fn application_reaches_its_own_unless_it_may_reach_all() {
        let application = |roles: &[&str]| {
            let roles = roles.iter().map(|&role| role.to_owned()).collect();
            Reach::of(&Grant::Application(roles), "me")
        };
        let own = application(&["Ti.ReadWrite"]);
        assert!(own.includes("me") && !own.includes("you"));
        assert!(application(&["Ti.ReadWrite", "Ti.ReadWrite.All"]).includes("you"));
        let person = Grant::Person(vec!["Ti.ReadWrite".to_owned()]);
        assert!(Reach::of(&person, "me").includes("you"));
    }
}
