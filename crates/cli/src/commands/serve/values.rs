//! What settings take, and what would be right where something else is given.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use quell_server::audit::SyslogAddress;
use quell_server::core::BlastRadius;
use quell_server::{Limits, PermissionRule, UnknownFile};
use quell_terminal::Span;
use quell_terminal::log::{self, LogFormat};
use url::Url;

/// The value is wrong: this would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong(pub(super) String);

fn wrong<T>(what_would_be_right: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong(what_would_be_right.into()))
}

pub(super) fn text(text: &str) -> Result<String, Wrong> {
    match text.chars().any(char::is_control) {
        true => wrong("write it without control characters"),
        false => Ok(text.to_owned()),
    }
}

pub(super) fn path(text: &str) -> Result<PathBuf, Wrong> {
    match text.is_empty() || text.contains('\0') {
        true => wrong("write a path"),
        false => Ok(text.into()),
    }
}

pub(super) fn shown_path(path: &Path) -> String {
    path.display().to_string()
}

pub(super) fn address(text: &str) -> Result<SocketAddr, Wrong> {
    text.parse()
        .or_else(|_| wrong("write an IP address and a port, such as 127.0.0.1:8642 or [::1]:8642"))
}

pub(super) fn syslog(text: &str) -> Result<SyslogAddress, Wrong> {
    text.parse()
        .or_else(|_| wrong("write unix:/dev/log, udp:HOST:PORT or tcp:HOST:PORT"))
}

pub(super) fn url(text: &str) -> Result<Url, Wrong> {
    text.parse()
        .or_else(|_| wrong("write a URL, such as https://siem.example/quell"))
}

/// Without what may be a secret in it.
pub(super) fn shown_url(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

pub(super) fn count(text: &str) -> Result<usize, Wrong> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => wrong("write a whole number above 0"),
    }
}

pub(super) fn span(text: &str) -> Result<Duration, Wrong> {
    match text.parse::<Span>() {
        Ok(span) => Ok(span.duration()),
        Err(_) => wrong("write a whole number and a unit, such as 90d or 12h"),
    }
}

/// The shortest silence that can mean something: agents ask every 50 seconds, and are late at times.
const SHORTEST_SILENCE: Duration = Duration::from_secs(2 * 60);
/// Agents look at everything every six hours, and may be off for a day.
const SHORTEST_KEEPING: Duration = Duration::from_secs(2 * 24 * 60 * 60);

pub(super) fn silence(text: &str) -> Result<Duration, Wrong> {
    match span(text)? {
        time if time >= SHORTEST_SILENCE => Ok(time),
        _ => wrong("write a time of at least 2m: a machine asks every 50 seconds"),
    }
}

pub(super) fn keeping(text: &str) -> Result<Duration, Wrong> {
    match span(text)? {
        time if time >= SHORTEST_KEEPING => Ok(time),
        _ => wrong("write a time of at least 2d, such as 30d"),
    }
}

/// A number of machines, above 0.
pub(super) fn machines(text: &str) -> Result<u32, Wrong> {
    match text.parse() {
        Ok(most) if most > 0 => Ok(most),
        _ => wrong("write a whole number above 0"),
    }
}

/// A time in the largest unit that says it whole.
pub(super) fn shown_span(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    match units
        .into_iter()
        .find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit))
    {
        Some((unit, name)) => format!("{}{name}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

/// The longest time that can be said, in seconds.
const MAX_SECONDS: u64 = 3600;

pub(super) fn seconds(text: &str) -> Result<Duration, Wrong> {
    match text.parse() {
        Ok(seconds) if seconds <= MAX_SECONDS => Ok(Duration::from_secs(seconds)),
        _ => wrong(format!(
            "write a whole number of seconds, at most {MAX_SECONDS}"
        )),
    }
}

pub(super) fn limits(text: &str) -> Result<Limits, Wrong> {
    match text {
        "off" => Ok(Limits::Off),
        "documented" => Ok(Limits::Documented),
        quota => quota.parse().map(Limits::Of).or_else(|error| {
            wrong(format!(
                "{error}: write documented, off, or calls and seconds such as 100/60s,1500/3600s"
            ))
        }),
    }
}

pub(super) fn shown_limits(limits: &Limits) -> String {
    match limits {
        Limits::Documented => "documented".to_owned(),
        Limits::Off => "off".to_owned(),
        Limits::Of(quota) => quota.to_string(),
    }
}

pub(super) fn unknown_file(text: &str) -> Result<UnknownFile, Wrong> {
    match text {
        "refuse" => Ok(UnknownFile::Refuse),
        "deliver" => Ok(UnknownFile::Deliver),
        _ => wrong("write refuse or deliver"),
    }
}

pub(super) fn shown_unknown_file(choice: UnknownFile) -> &'static str {
    match choice {
        UnknownFile::Refuse => "refuse",
        UnknownFile::Deliver => "deliver",
    }
}

pub(super) fn blast_radius(text: &str) -> Result<Option<BlastRadius>, Wrong> {
    if text == "off" {
        return Ok(None);
    }
    match text.parse() {
        Ok(percent @ 0..=100) => Ok(Some(BlastRadius {
            percent,
            ..BlastRadius::default()
        })),
        _ => wrong("write a number from 0 to 100, or off"),
    }
}

pub(super) fn shown_blast_radius(radius: Option<BlastRadius>) -> String {
    radius.map_or_else(|| "off".to_owned(), |radius| radius.percent.to_string())
}

/// The readings of the documentation, by name.
const READINGS: [(&str, PermissionRule); 3] = [
    ("observed", PermissionRule::Observed),
    ("documented", PermissionRule::Documented),
    ("documented-2021-03", PermissionRule::Documented202103),
];

pub(super) fn permissions(text: &str) -> Result<PermissionRule, Wrong> {
    match READINGS.iter().find(|(name, _)| *name == text) {
        Some((_, rule)) => Ok(*rule),
        None => wrong("write observed, documented or documented-2021-03"),
    }
}

pub(super) fn shown_permissions(rule: PermissionRule) -> &'static str {
    let reading = READINGS.iter().find(|(_, known)| *known == rule);
    reading.map_or("", |(name, _)| name)
}

pub(super) fn directives(text: &str) -> Result<String, Wrong> {
    match log::accepts(text) {
        true => Ok(text.to_owned()),
        false => wrong(
            "write error, warn, info, debug or trace, or directives such as quell_server=debug",
        ),
    }
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, Wrong> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => wrong("write text or json"),
    }
}

pub(super) fn shown_log_format(format: LogFormat) -> &'static str {
    match format {
        LogFormat::Text => "text",
        LogFormat::Json => "json",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_shown_alike() {
        for text in ["off", "documented", "100/60s,1500/3600s"] {
            assert_eq!(shown_limits(&limits(text).unwrap()), text);
        }
        for text in ["refuse", "deliver"] {
            assert_eq!(shown_unknown_file(unknown_file(text).unwrap()), text);
        }
        for text in ["90d", "36h", "90m", "61s"] {
            assert_eq!(shown_span(span(text).unwrap()), text);
        }
        for (text, _) in READINGS {
            assert_eq!(shown_permissions(permissions(text).unwrap()), text);
        }
        for text in ["text", "json"] {
            assert_eq!(shown_log_format(log_format(text).unwrap()), text);
        }
    }

    #[test]
    fn wrong_values_say_what_would_be_right() {
        let says = |Wrong(text)| text;
        assert!(says(address("localhost").unwrap_err()).contains("127.0.0.1:8642"));
        assert!(says(count("0").unwrap_err()).contains("above 0"));
        assert!(says(seconds("4000").unwrap_err()).contains("at most 3600"));
        assert!(says(limits("many").unwrap_err()).contains("100/60s"));
        assert!(says(unknown_file("maybe").unwrap_err()).contains("refuse or deliver"));
        assert!(says(silence("50s").unwrap_err()).contains("2m"));
        assert!(says(keeping("1d").unwrap_err()).contains("2d"));
        assert!(says(machines("0").unwrap_err()).contains("above 0"));
        assert!(says(directives("a=b=c").unwrap_err()).contains("info"));
        assert!(says(path("").unwrap_err()).contains("path"));
        assert!(says(text("a\u{7}").unwrap_err()).contains("control"));
    }
}
