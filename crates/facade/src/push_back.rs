//! What a service says about waiting, in every form that it is said in.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, header};
use quell_ratelimit::{PushBack, Window};

/// Before the standard header, since they are finer; in this order of trust.
const MILLISECONDS: [HeaderName; 2] = [
    HeaderName::from_static("retry-after-ms"),
    HeaderName::from_static("x-ms-retry-after-ms"),
];

/// A service that wants no wait means a short one: nobody comes back in the same instant.
const SHORTEST: Duration = Duration::from_secs(1);

/// For windows of at most an hour a longer wait is a mistake.
const LONGEST: Duration = Duration::from_secs(65 * 60);

/// The wait that an answer asks for, from a second to 65 minutes, whatever it says.
///
/// An HTTP date is compared with the answer's own `Date`, so that our clock may be
/// wrong; `now` serves where there is none. A date that has passed is no wait.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let milliseconds = MILLISECONDS
        .iter()
        .find_map(|name| whole_number(headers, name));
    let asked = milliseconds.map(Duration::from_millis).or_else(|| {
        whole_number(headers, &header::RETRY_AFTER)
            .map(Duration::from_secs)
            .or_else(|| until_date(headers, now))
    });
    asked.map(|asked| asked.clamp(SHORTEST, LONGEST))
}

/// How long until there is room again, if an answer says that nothing is left in a window.
///
/// Read are `RateLimit` (draft-ietf-httpapi-ratelimit-headers, `"default";r=0;t=30`) and the two
/// pairs of headers that came before it. They are hints: we go slower for them, never faster, so
/// what is left is of interest only when it is nothing.
pub(crate) fn exhausted(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let reset = structured_reset(headers).or_else(|| {
        PAIRS.iter().find_map(|(remaining, reset)| {
            let nothing = whole_number(headers, remaining)? == 0;
            nothing.then(|| whole_number(headers, reset))?
        })
    })?;
    let wait = if reset < EPOCH {
        Duration::from_secs(reset)
    } else {
        let written = date(headers, &header::DATE).unwrap_or(now);
        let since_1970 = written.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Duration::from_secs(reset).saturating_sub(since_1970)
    };
    (!wait.is_zero()).then(|| wait.min(LONGEST))
}

/// Some services tell the moment of the reset, in seconds since 1970, and no wait is this long.
const EPOCH: u64 = 1_000_000_000;

/// What is left, and the seconds until it is more.
const PAIRS: [(HeaderName, HeaderName); 2] = [
    (
        HeaderName::from_static("ratelimit-remaining"),
        HeaderName::from_static("ratelimit-reset"),
    ),
    (
        HeaderName::from_static("x-ratelimit-remaining"),
        HeaderName::from_static("x-ratelimit-reset"),
    ),
];

/// The longest reset among the policies of a `RateLimit` header of which nothing remains.
fn structured_reset(headers: &HeaderMap) -> Option<u64> {
    let lines = headers.get_all("ratelimit").into_iter();
    let policies = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    let resets = policies.filter_map(|policy| {
        let parameter = |name: &str| {
            policy
                .split(';')
                .filter_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
                .find_map(digits)
        };
        (parameter("r")? == 0).then(|| parameter("t"))?
    });
    resets.max()
}

/// What a 429 tells the limiter: the wait, and the window that its message names.
pub(crate) fn push_back(headers: &HeaderMap, message: &str, now: SystemTime) -> PushBack {
    let mut push_back = PushBack::new();
    if let Some(wait) = retry_after(headers, now) {
        push_back = push_back.retry_after(wait);
    }
    if let Some(window) = named_window(message) {
        push_back = push_back.window(window);
    }
    push_back
}

/// The largest, where a proxy has added a header of its own or joined both in one line.
fn whole_number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let lines = headers.get_all(name).into_iter();
    let values = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    values.filter_map(|value| digits(value.trim())).max()
}

/// A number without a sign, which `u64::from_str` would take. One too long to hold is the largest.
fn digits(text: &str) -> Option<u64> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().unwrap_or(u64::MAX))
}

fn until_date(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let until = date(headers, &header::RETRY_AFTER)?;
    let now = date(headers, &header::DATE).unwrap_or(now);
    Some(until.duration_since(now).unwrap_or(Duration::ZERO))
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

/// Finds `… maximum allowed 45 per 00:01:00` in a message (reported in 2021 for the
/// quotas of a minute and of an hour).
fn named_window(message: &str) -> Option<Window> {
    let mut words = message.split_whitespace();
    words
        .by_ref()
        .find(|word| word.eq_ignore_ascii_case("allowed"))?;
    let limit = words.next()?.parse().ok()?;
    words
        .next()
        .filter(|word| word.eq_ignore_ascii_case("per"))?;
    Window::new(limit, clock_time(words.next()?)?).ok()
}

/// Reads `hh:mm:ss`.
fn clock_time(text: &str) -> Option<Duration> {
    let mut parts = text.trim_end_matches(['.', '!', ',']).split(':');
    let mut next = || parts.next()?.parse::<u32>().ok().map(u64::from);
    let (hours, minutes, seconds) = (next()?, next()?, next()?);
    if parts.next().is_some() {
        return None;
    }
    Some(Duration::from_secs(hours * 3600 + minutes * 60 + seconds))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn now() -> SystemTime {
        httpdate::parse_http_date("Tue, 01 Jul 2025 12:00:00 GMT").unwrap()
    }

    fn asked(headers: &[(&'static str, &str)]) -> Option<Duration> {
        let headers = headers.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            )
        });
        retry_after(&headers.collect(), now())
    }

    #[test]
    fn every_form_is_read() {
        let cases = [
            ("retry-after", "17", Some(17_000)),
            ("retry-after", " 0 ", Some(1_000)),
            ("retry-after-ms", "1500", Some(1_500)),
            ("x-ms-retry-after-ms", "20", Some(1_000)),
            ("x-ms-retry-after-ms", "2500", Some(2_500)),
            ("retry-after", "1000000000", Some(3_900_000)),
            ("retry-after-ms", "99999999999999999999", Some(3_900_000)),
            (
                "retry-after",
                "Fri, 01 Jul 2050 12:00:00 GMT",
                Some(3_900_000),
            ),
            ("retry-after", "Tue, 01 Jul 2025 12:00:30 GMT", Some(30_000)),
            (
                "retry-after",
                "Tuesday, 01-Jul-25 12:01:00 GMT",
                Some(60_000),
            ),
            ("retry-after", "Tue Jul  1 12:00:05 2025", Some(5_000)),
            ("retry-after", "Tue, 01 Jul 2025 11:00:00 GMT", Some(1_000)),
            ("retry-after", "-1", None),
            ("retry-after", "+1", None),
            ("retry-after", "soon", None),
            ("retry-after", "", None),
            ("retry-after", "99999999999999999999", Some(3_900_000)),
            ("retry-after", "5, 60", Some(60_000)),
        ];
        for (name, value, expected) in cases {
            assert_eq!(
                asked(&[(name, value)]),
                expected.map(Duration::from_millis),
                "{value:?}"
            );
        }
    }

    #[test]
    fn milliseconds_go_before_seconds() {
        let headers = [("retry-after", "2"), ("retry-after-ms", "1400")];
        assert_eq!(asked(&headers), Some(Duration::from_millis(1400)));
        let headers = [("retry-after", "2"), ("retry-after-ms", "nonsense")];
        assert_eq!(asked(&headers), Some(Duration::from_secs(2)));
    }

    #[test]
    fn of_two_waits_the_longer_counts() {
        let twice = [("retry-after", "2"), ("retry-after", "30")];
        assert_eq!(asked(&twice), Some(Duration::from_secs(30)));
        let odd = [("retry-after", "soon"), ("retry-after", "30")];
        assert_eq!(asked(&odd), Some(Duration::from_secs(30)));
    }

    #[test]
    fn a_date_is_compared_with_the_clock_that_wrote_it() {
        let headers = [
            ("date", "Tue, 01 Jul 2025 15:00:00 GMT"),
            ("retry-after", "Tue, 01 Jul 2025 15:00:09 GMT"),
        ];
        assert_eq!(asked(&headers), Some(Duration::from_secs(9)));
    }

    #[test]
    fn the_window_in_the_message_is_found() {
        let window = |limit, seconds| Window::new(limit, Duration::from_secs(seconds)).ok();
        let message = "API calls quota exceeded! maximum allowed 45 per 00:01:00";
        assert_eq!(named_window(message), window(45, 60));
        assert_eq!(
            named_window("maximum Allowed 1500 per 01:00:00."),
            window(1500, 3600)
        );
        for other in [
            "",
            "allowed",
            "allowed 0 per 00:01:00",
            "allowed 5 per 00:00:00",
            "allowed 5 per minute",
            "allowed 5 per 1:2:3:4",
            "allowed -5 per 00:01:00",
        ] {
            assert_eq!(named_window(other), None, "{other:?}");
        }
    }

    #[test]
    fn nothing_left_is_heard_in_every_form_and_anything_left_is_not() {
        let said = |headers: &[(&'static str, &'static str)]| {
            let headers = headers.iter().map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            });
            exhausted(&headers.collect(), now())
        };
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(said(&[("ratelimit", r#""default";r=0;t=30"#)]), seconds(30));
        assert_eq!(
            said(&[(
                "ratelimit",
                r#""minute";r=0;t=30, "hour"; r=0; t=900, "day";r=7;t=9000"#
            )]),
            seconds(900)
        );
        assert_eq!(
            said(&[
                ("ratelimit", r#""minute";r=9;t=30"#),
                ("ratelimit", r#""hour";r=0;t=60"#)
            ]),
            seconds(60)
        );
        // Noon of that day is 1751371200.
        let epoch = |reset| said(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset)]);
        assert_eq!(epoch("1751371240"), seconds(40));
        assert_eq!(epoch("1751371100"), None, "it has passed");
        assert_eq!(said(&[("ratelimit", r#""default";r=1;t=30"#)]), None);
        assert_eq!(said(&[("ratelimit", r#""default";r=0"#)]), None);
        assert_eq!(said(&[("ratelimit", "nonsense;r=;t=")]), None);
        for [remaining, reset] in [
            ["ratelimit-remaining", "ratelimit-reset"],
            ["x-ratelimit-remaining", "x-ratelimit-reset"],
        ] {
            assert_eq!(said(&[(remaining, "0"), (reset, "12")]), seconds(12));
            assert_eq!(
                said(&[(remaining, "0"), (reset, "99999999999")]),
                seconds(3900)
            );
            assert_eq!(said(&[(remaining, "0"), (reset, "0")]), None);
            assert_eq!(said(&[(remaining, "3"), (reset, "12")]), None);
            assert_eq!(said(&[(remaining, "-1"), (reset, "12")]), None);
            assert_eq!(said(&[(remaining, "0")]), None);
        }
    }

    #[test]
    fn push_back_carries_both() {
        let headers = HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from_static("7"))]);
        let expected = PushBack::new()
            .retry_after(Duration::from_secs(7))
            .window(Window::new(45, Duration::from_secs(60)).unwrap());
        assert_eq!(
            push_back(&headers, "maximum allowed 45 per 00:01:00", now()),
            expected
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", allowed in "(allowed )?[0-9]{0,25} per [0-9:]{0,40}") {
            let _ = named_window(&text);
            let _ = named_window(&allowed);
            if let Ok(value) = HeaderValue::from_str(&text) {
                let headers = HeaderMap::from_iter([
                    (header::RETRY_AFTER, value.clone()),
                    (HeaderName::from_static("ratelimit"), value),
                ]);
                let within = |wait: Duration| (SHORTEST..=LONGEST).contains(&wait);
                prop_assert!(retry_after(&headers, now()).is_none_or(within));
                let _ = exhausted(&headers, now());
            }
        }
    }
}
