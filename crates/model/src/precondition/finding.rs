//! What came of holding a precondition against the facts.

use std::fmt;

use serde::Serialize;

use super::rule::{Evidence, Rule, Sign};

/// Whether a precondition is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// It is.
    Holds,
    /// The facts do not say. A warning, never a reason to hold back.
    CannotBeTold,
    /// It is not: the request would be refused or come to nothing.
    Fails,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Holds => "holds",
            Self::CannotBeTold => "cannot be told",
            Self::Fails => "fails",
        })
    }
}

/// One precondition, held against the facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Finding {
    /// The precondition, with its source.
    #[serde(flatten)]
    pub rule: &'static Rule,
    /// Whether it is met.
    pub verdict: Verdict,
    /// What was looked at, as the service says it: `osPlatform Windows10, version 1607`.
    pub looked_at: String,
    /// Why, in words.
    pub reason: String,
}

impl Finding {
    /// How a breach would show, in words.
    #[must_use]
    pub fn breach(&self) -> String {
        let signs: Vec<String> = self.rule.signs.iter().map(Sign::to_string).collect();
        let known = match self.rule.signs_evidence {
            Evidence::Documented | Evidence::Reported => "",
            Evidence::Inferred | Evidence::Caution => "probably ",
        };
        match signs.as_slice() {
            [] => "it is not documented how a breach shows".to_owned(),
            signs => format!("such a request is {known}{}", signs.join(", or ")),
        }
    }
}

/// `fails: version: version 1607 is older than 1703`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}: {}",
            self.verdict, self.rule.subject, self.reason
        )
    }
}

/// Every precondition of a service, held against the facts of one machine and one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Findings(Vec<Finding>);

impl Findings {
    pub(super) const fn new(findings: Vec<Finding>) -> Self {
        Self(findings)
    }

    /// All of them, in the order of the service's rules.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// Those that fail.
    pub fn failed(&self) -> impl Iterator<Item = &Finding> {
        self.of(Verdict::Fails)
    }

    /// Those that cannot be told.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.of(Verdict::CannotBeTold)
    }

    fn of(&self, verdict: Verdict) -> impl Iterator<Item = &Finding> {
        self.iter()
            .filter(move |finding| finding.verdict == verdict)
    }

    /// All in one: one that fails decides, then one that cannot be told.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let found = |verdict| self.of(verdict).next().map(|_| verdict);
        found(Verdict::Fails)
            .or(found(Verdict::CannotBeTold))
            .unwrap_or(Verdict::Holds)
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A finding without its rule, as the judges give it.
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    pub(super) looked_at: String,
    pub(super) reason: String,
}

impl Judgement {
    pub(super) fn holds(looked_at: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::new(Verdict::Holds, looked_at, reason)
    }

    pub(super) fn fails(looked_at: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::new(Verdict::Fails, looked_at, reason)
    }

    pub(super) fn cannot_be_told(looked_at: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::new(Verdict::CannotBeTold, looked_at, reason)
    }

    fn new(verdict: Verdict, looked_at: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            verdict,
            looked_at: looked_at.into(),
            reason: reason.into(),
        }
    }
}
