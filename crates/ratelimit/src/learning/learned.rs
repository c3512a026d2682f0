use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::hints::Hints;
use super::pace::Refused;
use crate::Moment;

/// What refusals taught: lowered limits, a slower pace, and what they rest on.
///
/// A store keeps it as the line of text that [`fmt::Display`] writes and [`FromStr`] reads; the
/// default is that nothing was learned. What concerns windows that a quota does not have is left
/// aside.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Learned {
    pub(super) limits: Vec<LimitNow>,
    pub(super) pace: Option<PaceNow>,
    /// When the last three adjustments were made, the latest last.
    pub(super) adjusted: [Option<Moment>; 3],
    /// When the pause after the last refusal ends: no quiet time passes before.
    pub(super) resumes: Moment,
    /// Up to when quiet time was rewarded.
    pub(super) eased: Moment,
    pub(super) refusals: u64,
    pub(super) suspect: Option<Suspect>,
    pub(super) hints: Hints,
}

/// A limit as it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LimitNow {
    pub(super) period: Duration,
    pub(super) limit: f64,
    /// When it was refused at so little use that it was not cut.
    pub(super) doubted: Option<Moment>,
}

/// The time between calls as it stands, and what was refused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PaceNow {
    pub(super) spacing: Duration,
    pub(super) refused: Refused,
}

/// A window that was full for the service after so many of our calls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Suspect {
    pub(super) period: Duration,
    pub(super) used: u32,
    pub(super) at: Moment,
}

impl Learned {
    /// Nothing was learned later than now.
    pub(crate) fn clamp_to(&mut self, now: Moment) {
        let limits = self
            .limits
            .iter_mut()
            .filter_map(|limit| limit.doubted.as_mut());
        let adjusted = self.adjusted.iter_mut().flatten();
        let suspect = self.suspect.iter_mut().map(|suspect| &mut suspect.at);
        let others = [&mut self.resumes, &mut self.eased];
        for moment in limits.chain(adjusted).chain(suspect).chain(others) {
            *moment = (*moment).min(now);
        }
        if let Some(pace) = &mut self.pace {
            let latest = now + pace.refused.probe_gap;
            pace.refused.next_probe = pace.refused.next_probe.min(latest);
        }
        self.hints.clamp_to(now);
    }
}

/// The text is not what [`Learned`] writes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("what was learned cannot be read at {part:?}")]
pub struct LearnedError {
    part: String,
}

/// The first word: what a later version writes otherwise is not misread.
const FORM: &str = "learned1";

impl fmt::Display for Learned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FORM)?;
        for limit in &self.limits {
            let (period, doubted) = (nanos(limit.period), moment(limit.doubted));
            write!(f, " limit:{period}:{}:{doubted}", limit.limit)?;
        }
        if let Some(PaceNow { spacing, refused }) = &self.pace {
            let (spacing, gap) = (nanos(*spacing), nanos(refused.probe_gap));
            let (faster, probe) = (nanos(refused.spacing), refused.next_probe.as_nanos());
            write!(f, " pace:{spacing}:{faster}:{gap}:{probe}")?;
        }
        let [first, second, third] = self.adjusted.map(moment);
        write!(f, " adjusted:{first}:{second}:{third}")?;
        let (resumes, eased) = (self.resumes.as_nanos(), self.eased.as_nanos());
        write!(f, " since:{resumes}:{eased} refusals:{}", self.refusals)?;
        if let Some(Suspect { period, used, at }) = &self.suspect {
            write!(f, " suspect:{}:{used}:{}", nanos(*period), at.as_nanos())?;
        }
        write!(
            f,
            " hints:{}:{}",
            self.hints.wrong,
            moment(self.hints.capped_until)
        )
    }
}

fn nanos(length: Duration) -> u64 {
    Moment::after_epoch(length).as_nanos()
}

fn moment(moment: Option<Moment>) -> String {
    moment.map_or_else(|| "-".to_owned(), |moment| moment.as_nanos().to_string())
}

impl FromStr for Learned {
    type Err = LearnedError;

    fn from_str(text: &str) -> Result<Self, LearnedError> {
        let unread = |part: &str| LearnedError {
            part: part.chars().take(40).collect(),
        };
        let mut parts = text.split_ascii_whitespace();
        let form = parts.next().unwrap_or_default();
        if form != FORM {
            return Err(unread(form));
        }
        let mut learned = Self::default();
        for part in parts {
            learned.read(part).ok_or_else(|| unread(part))?;
        }
        Ok(learned)
    }
}

impl Learned {
    fn read(&mut self, part: &str) -> Option<()> {
        let (name, values) = part.split_once(':')?;
        let values: Vec<&str> = values.split(':').collect();
        match (name, values.as_slice()) {
            ("limit", [period, limit, doubted]) => self.limits.push(LimitNow {
                period: read_length(period)?,
                limit: limit.parse().ok().filter(|limit: &f64| limit.is_finite())?,
                doubted: read_moment(doubted)?,
            }),
            ("pace", [spacing, faster, gap, probe]) => {
                let refused = Refused {
                    spacing: read_length(faster)?,
                    probe_gap: read_length(gap)?,
                    next_probe: read_moment(probe)??,
                };
                let spacing = read_length(spacing)?;
                self.pace = Some(PaceNow { spacing, refused });
            }
            ("adjusted", [first, second, third]) => {
                self.adjusted = [
                    read_moment(first)?,
                    read_moment(second)?,
                    read_moment(third)?,
                ];
            }
            ("since", [resumes, eased]) => {
                self.resumes = read_moment(resumes)??;
                self.eased = read_moment(eased)??;
            }
            ("refusals", [refusals]) => self.refusals = refusals.parse().ok()?,
            ("suspect", [period, used, at]) => {
                self.suspect = Some(Suspect {
                    period: read_length(period)?,
                    used: used.parse().ok()?,
                    at: read_moment(at)??,
                });
            }
            ("hints", [wrong, until]) => {
                self.hints = Hints {
                    wrong: wrong.parse().ok()?,
                    capped_until: read_moment(until)?,
                };
            }
            _ => return None,
        }
        Some(())
    }
}

fn read_length(text: &str) -> Option<Duration> {
    text.parse().ok().map(Duration::from_nanos)
}

fn read_moment(text: &str) -> Option<Option<Moment>> {
    if text == "-" {
        return Some(None);
    }
    read_length(text).map(|elapsed| Some(Moment::after_epoch(elapsed)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moments() -> impl Strategy<Value = Moment> {
        any::<u64>().prop_map(|nanos| Moment::after_epoch(Duration::from_nanos(nanos)))
    }

    fn lengths() -> impl Strategy<Value = Duration> {
        any::<u64>().prop_map(Duration::from_nanos)
    }

    prop_compose! {
        fn limits()(
            period in lengths(),
            limit in 0.0..1e9_f64,
            doubted in prop::option::of(moments()),
        ) -> LimitNow {
            LimitNow { period, limit, doubted }
        }
    }

    prop_compose! {
        fn paces()(
            spacing in lengths(),
            faster in lengths(),
            probe_gap in lengths(),
            next_probe in moments(),
        ) -> PaceNow {
            let refused = Refused { spacing: faster, probe_gap, next_probe };
            PaceNow { spacing, refused }
        }
    }

    prop_compose! {
        fn learned()(
            limits in prop::collection::vec(limits(), 0..4),
            pace in prop::option::of(paces()),
            adjusted in prop::array::uniform3(prop::option::of(moments())),
            resumes in moments(),
            eased in moments(),
            refusals in any::<u64>(),
            suspect in prop::option::of((lengths(), any::<u32>(), moments())),
            wrong in any::<u8>(),
            capped_until in prop::option::of(moments()),
        ) -> Learned {
            let suspect = suspect.map(|(period, used, at)| Suspect { period, used, at });
            let hints = Hints { wrong, capped_until };
            Learned { limits, pace, adjusted, resumes, eased, refusals, suspect, hints }
        }
    }

    proptest! {
        #[test]
        fn line_of_text_says_all(learned in learned()) {
            prop_assert_eq!(learned.to_string().parse::<Learned>().unwrap(), learned);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(learned1)?[ a-z:0-9.-]*") {
            let _ = text.parse::<Learned>();
        }
    }

    #[test]
    fn text_of_another_version_is_refused() {
        assert!("learned2 refusals:1".parse::<Learned>().is_err());
        assert!("".parse::<Learned>().is_err());
        let error = "learned1 refusals:x".parse::<Learned>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "what was learned cannot be read at \"refusals:x\""
        );
        assert!("learned1 limit:1:NaN:-".parse::<Learned>().is_err());
    }
}
