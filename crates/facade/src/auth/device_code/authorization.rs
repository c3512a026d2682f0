//! The authority's answer to "a person wants to sign in" (RFC 8628 §3.2).

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::DevicePrompt;
use crate::auth::TokenError;
use crate::error::one_line;

/// The interval where the authority says none, and the shortest and longest that are believed.
const INTERVAL: (u64, u64, u64) = (5, 1, 60);

/// How long a code lives where the authority does not say.
const LIFE: Duration = Duration::from_secs(900);

/// A code for the person, and one for us.
pub(super) struct Authorization {
    pub(super) device_code: SecretString,
    pub(super) prompt: DevicePrompt,
    pub(super) interval: Duration,
}

impl Authorization {
    /// No code is waited for longer.
    pub(super) const LONGEST_LIFE: Duration = Duration::from_secs(3600);

    pub(super) fn read(body: &[u8]) -> Result<Self, TokenError> {
        let unreadable = || TokenError::Unreadable {
            reason: "it is not the JSON of a device code",
        };
        let said: Map<String, Value> = serde_json::from_slice(body).map_err(|_| unreadable())?;
        let text = |name: &str| {
            let text = said.get(name).and_then(Value::as_str).map(str::trim);
            text.filter(|text| !text.is_empty())
        };
        let line = |name: &str| text(name).map(one_line);
        let address = line("verification_uri").or_else(|| line("verification_url"));
        let life = seconds(said.get("expires_in")).map_or(LIFE, Duration::from_secs);
        let interval = seconds(said.get("interval")).unwrap_or(INTERVAL.0);
        Ok(Self {
            device_code: text("device_code")
                .map(SecretString::from)
                .ok_or_else(unreadable)?,
            prompt: DevicePrompt {
                user_code: line("user_code").ok_or_else(unreadable)?,
                verification_uri: address.ok_or_else(unreadable)?,
                message: line("message").unwrap_or_default(),
                expires_in: life.min(Self::LONGEST_LIFE),
            },
            interval: Duration::from_secs(interval.clamp(INTERVAL.1, INTERVAL.2)),
        })
    }
}

/// A number, or a text that is one, as the first version writes them.
fn seconds(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn everything_is_read() {
        let read = Authorization::read(
            br#"{"user_code":"A1 B2","device_code":"dev","verification_uri":"https://login.example/device",
                 "expires_in":"600","interval":7,"message":"go\r\nthere"}"#,
        )
        .unwrap();
        assert_eq!(read.device_code.expose_secret(), "dev");
        assert_eq!(read.interval, Duration::from_secs(7));
        assert_eq!(read.prompt.expires_in(), Duration::from_secs(600));
        assert_eq!(
            (read.prompt.user_code(), read.prompt.message()),
            ("A1 B2", "go there")
        );
    }

    #[test]
    fn absent_and_absurd_times_have_their_bounds() {
        let times = |more: &str| {
            let body =
                format!(r#"{{"user_code":"u","device_code":"d","verification_url":"v"{more}}}"#);
            let read = Authorization::read(body.as_bytes()).unwrap();
            (read.interval.as_secs(), read.prompt.expires_in().as_secs())
        };
        assert_eq!(times(""), (5, 900));
        assert_eq!(times(r#","interval":0,"expires_in":999999999"#), (1, 3600));
        assert_eq!(times(r#","interval":99999,"expires_in":-1"#), (60, 900));
    }

    #[test]
    fn what_is_none_is_said_without_repeating_it() {
        for body in [
            "",
            "[]",
            r#"{"device_code":"canary"}"#,
            r#"{"device_code":"canary","user_code":" ","verification_uri":"v"}"#,
            r#"{"device_code":1,"user_code":"u","verification_uri":"v"}"#,
        ] {
            let Err(error) = Authorization::read(body.as_bytes()) else {
                panic!("{body} was taken");
            };
            assert!(!format!("{error:?}").contains("canary"));
        }
    }
}
