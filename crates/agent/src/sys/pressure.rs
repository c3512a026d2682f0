//! How much of the time somebody waits for the processor or for memory (`/proc/pressure`).

use std::fs;

/// The share of the last ten seconds in which somebody waited, in percent; 0 where the kernel does
/// not say.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Pressure {
    pub(crate) processor: f32,
    pub(crate) memory: f32,
}

impl Pressure {
    /// As it is now.
    pub(crate) fn now() -> Self {
        let told = |what: &str| {
            let text = fs::read_to_string(format!("/proc/pressure/{what}")).ok()?;
            some_avg10(&text)
        };
        Self {
            processor: told("cpu").unwrap_or_default(),
            memory: told("memory").unwrap_or_default(),
        }
    }
}

/// `some avg10=4.38 avg60=6.14 avg300=12.29 total=26687745648`, and a line that begins with `full`.
fn some_avg10(text: &str) -> Option<f32> {
    let some = text.lines().find_map(|line| line.strip_prefix("some "))?;
    let mut fields = some.split_ascii_whitespace();
    fields.find_map(|field| field.strip_prefix("avg10=")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressure_is_what_some_have_waited_for_lately() {
        let text = "full avg10=1.00 avg60=2.00 avg300=3.00 total=4\n\
                    some avg10=4.38 avg60=6.14 avg300=12.29 total=26687745648\n";
        assert_eq!(some_avg10(text), Some(4.38));
        for text in ["", "some", "some avg10=x", "full avg10=1.00"] {
            assert_eq!(some_avg10(text), None, "{text}");
        }
    }
}
