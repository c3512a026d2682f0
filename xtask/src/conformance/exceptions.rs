//! Findings that are right: what the service does, and no schema can say.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::report::Finding;
use crate::failure::{Context as _, Outcome};

const FILE: &str = "xtask/conformance/exceptions.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exceptions {
    exception: Vec<Exception>,
}

/// One quirk, and the findings that it explains.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    /// Methods and paths.
    operations: Vec<String>,
    check: String,
    status: u64,
    /// The code of the refusal; none where the answer has none.
    code: Option<String>,
    /// Whether it depends on time or on how long a made-up body is, so that a run need not meet it.
    #[serde(default)]
    sometimes: bool,
    /// The quirk of the wire.
    because: String,
}

impl Exception {
    fn explains(&self, operation: &str, finding: &Finding) -> bool {
        operation == finding.operation
            && self.check == finding.check
            && self.status == finding.status
            && self.code == finding.code
    }
}

/// What is to be said of a run.
pub(super) struct Verdict<'a> {
    unexplained: Vec<&'a Finding>,
    /// Operations of exceptions that explained nothing, with the exception's check and code.
    idle: Vec<String>,
    /// How often each reason was needed.
    explained: BTreeMap<&'a str, usize>,
}

impl Exceptions {
    pub(super) fn read(root: &Path) -> Outcome<Self> {
        let text = fs::read_to_string(root.join(FILE)).context(FILE)?;
        let read: Self = toml::from_str(&text).context(FILE)?;
        let reasonless = read
            .exception
            .iter()
            .find(|one| one.because.trim().is_empty());
        match reasonless {
            Some(one) => Err(format!(
                "{FILE}: {} of {:?} has no reason",
                one.check, one.operations
            )
            .into()),
            None => Ok(read),
        }
    }

    /// Compares findings with exceptions; in a whole run each must have explained something.
    pub(super) fn judge<'a>(&'a self, findings: &'a [Finding], whole: bool) -> Verdict<'a> {
        let mut verdict = Verdict {
            unexplained: Vec::new(),
            idle: Vec::new(),
            explained: BTreeMap::new(),
        };
        for finding in findings {
            let reason = self.exception.iter().find(|one| {
                let mut operations = one.operations.iter();
                operations.any(|operation| one.explains(operation, finding))
            });
            match reason {
                Some(one) => *verdict.explained.entry(&one.because).or_default() += 1,
                None => verdict.unexplained.push(finding),
            }
        }
        if whole {
            verdict.idle = self.idle(findings);
        }
        verdict
    }

    fn idle(&self, findings: &[Finding]) -> Vec<String> {
        let always = self.exception.iter().filter(|one| !one.sometimes);
        let every = always.flat_map(|one| one.operations.iter().map(move |of| (one, of)));
        every
            .filter(|(one, of)| !findings.iter().any(|finding| one.explains(of, finding)))
            .map(|(one, of)| format!("{of}: {} with {} {:?}", one.check, one.status, one.code))
            .collect()
    }
}

impl Verdict<'_> {
    /// What was found and explained, for people.
    pub(super) fn table(&self) -> String {
        let lines = self.explained.iter();
        lines
            .map(|(because, times)| format!("{times:>6} times right: {because}"))
            .collect::<Vec<_>>()
            .join("\n")
    }

    pub(super) fn outcome(&self) -> Outcome {
        let mut wrong = Vec::new();
        let mut seen = Vec::new();
        for finding in &self.unexplained {
            let kind = (
                &finding.operation,
                &finding.check,
                finding.status,
                &finding.code,
            );
            if !seen.contains(&kind) {
                seen.push(kind);
                wrong.push(format!(
                    "{}: {} with {} {:?}\n    {}",
                    finding.operation,
                    finding.check,
                    finding.status,
                    finding.code,
                    finding.said.replace('\n', "\n    ")
                ));
            }
        }
        let idle = self.idle.iter();
        wrong.extend(idle.map(|one| format!("{FILE} explains what no longer happens: {one}")));
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(wrong.join("\n").into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exceptions() -> Exceptions {
        toml::from_str(
            r#"
            [[exception]]
            operations = ["GET /a", "GET /b"]
            check = "c"
            status = 400
            code = "Wrong"
            because = "so it is"
            "#,
        )
        .unwrap()
    }

    fn finding(operation: &str, code: &str) -> Finding {
        Finding {
            operation: operation.to_owned(),
            check: "c".to_owned(),
            status: 400,
            code: Some(code.to_owned()),
            said: "no".to_owned(),
        }
    }

    #[test]
    fn finding_is_explained_by_operation_check_status_and_code_together() {
        let exceptions = exceptions();
        let both = [finding("GET /a", "Wrong"), finding("GET /b", "Wrong")];
        let verdict = exceptions.judge(&both, true);
        assert!(verdict.outcome().is_ok());
        assert_eq!(verdict.table(), "     2 times right: so it is");
        for other in [finding("GET /c", "Wrong"), finding("GET /a", "Worse")] {
            let findings = [both[0].clone(), both[1].clone(), other];
            assert!(exceptions.judge(&findings, true).outcome().is_err());
        }
    }

    #[test]
    fn exception_that_explains_nothing_for_one_operation_fails_a_whole_run() {
        let exceptions = exceptions();
        let one = [finding("GET /a", "Wrong")];
        let failure = exceptions.judge(&one, true).outcome().unwrap_err();
        assert!(failure.to_string().contains("no longer happens: GET /b"));
        assert!(exceptions.judge(&one, false).outcome().is_ok());
        let sometimes = Exceptions {
            exception: exceptions
                .exception
                .into_iter()
                .map(|one| Exception {
                    sometimes: true,
                    ..one
                })
                .collect(),
        };
        assert!(sometimes.judge(&one, true).outcome().is_ok());
    }

    #[test]
    fn every_exception_that_is_checked_in_has_a_reason() {
        let root = crate::workspace::root().unwrap();
        assert!(!Exceptions::read(&root).unwrap().exception.is_empty());
    }
}
