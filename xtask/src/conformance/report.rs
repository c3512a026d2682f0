//! What schemathesis reports, one event a line.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::base64;
use crate::failure::{Context as _, Outcome};

/// One check that failed on one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// Method and path, as the description has them.
    pub(super) operation: String,
    pub(super) check: String,
    /// The status of the answer; 0 where there was none.
    pub(super) status: u64,
    /// The `code` in the answer's envelope, or the token endpoint's `error`.
    pub(super) code: Option<String>,
    /// What the check said, and what was asked: for people.
    pub(super) said: String,
}

/// What was found, and in how many exchanges.
#[derive(Default)]
pub(super) struct Report {
    pub(super) findings: Vec<Finding>,
    pub(super) requests: usize,
    /// Operation, request and status of each success.
    successes: Vec<(String, String, u64)>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "ScenarioFinished")]
    scenario: Option<Scenario>,
    /// Something that is no check and kept an operation from being tried.
    #[serde(rename = "NonFatalError")]
    error: Option<Value>,
    #[serde(rename = "FatalError")]
    fatal: Option<Value>,
}

#[derive(Deserialize)]
struct Scenario {
    recorder: Recorder,
}

/// Exchanges by the name of their case.
#[derive(Deserialize)]
struct Recorder {
    #[serde(default)]
    cases: BTreeMap<String, Case>,
    #[serde(default)]
    checks: BTreeMap<String, Vec<Check>>,
    #[serde(default)]
    interactions: BTreeMap<String, Exchange>,
}

#[derive(Deserialize)]
struct Case {
    value: Asked,
}

/// Method and path, without what the case put into the path.
#[derive(Deserialize)]
struct Asked {
    method: String,
    path: String,
}

#[derive(Deserialize)]
struct Check {
    name: String,
    status: String,
    failure_info: Option<Value>,
}

#[derive(Deserialize)]
struct Exchange {
    request: Request,
    response: Option<Answer>,
}

#[derive(Deserialize)]
struct Request {
    method: String,
    uri: String,
}

#[derive(Deserialize)]
struct Answer {
    status_code: u64,
    content: Option<Value>,
}

impl Report {
    /// Reads a report.
    pub(super) fn read(&mut self, lines: &str) -> Outcome {
        for line in lines.lines().filter(|line| !line.is_empty()) {
            let event: Event = serde_json::from_str(line).context("a line of the report")?;
            if let Some(error) = event.error.or(event.fatal) {
                self.findings.push(trouble(&error));
            }
            if let Some(scenario) = event.scenario {
                self.read_scenario(&scenario.recorder)?;
            }
        }
        match self.requests {
            0 => Err("schemathesis asked nothing".into()),
            _ => Ok(()),
        }
    }

    fn read_scenario(&mut self, recorder: &Recorder) -> Outcome {
        for (case, exchange) in &recorder.interactions {
            self.requests += 1;
            if let Some(status @ 200..=299) = exchange.status() {
                let operation = recorder.operation(case)?;
                self.successes.push((operation, exchange.shown(), status));
            }
        }
        for (case, checks) in &recorder.checks {
            for check in checks.iter().filter(|check| check.status == "failure") {
                let exchange = recorder.interactions.get(case);
                let exchange = exchange.context(format_args!("{case} has no exchange"))?;
                self.findings
                    .push(finding(recorder.operation(case)?, check, exchange));
            }
        }
        Ok(())
    }

    /// Successes of operations that should have let nobody in, as findings.
    pub(super) fn let_in(&self, open: &[&str]) -> Vec<Finding> {
        let wrong = self.successes.iter();
        wrong
            .filter(|(operation, ..)| !open.contains(&operation.as_str()))
            .map(|(operation, request, status)| Finding {
                operation: operation.clone(),
                check: "permissions".to_owned(),
                status: *status,
                code: None,
                said: format!("answered without permission: {request}"),
            })
            .collect()
    }
}

fn trouble(error: &Value) -> Finding {
    let label = error.get("label").and_then(Value::as_str).unwrap_or("?");
    Finding {
        operation: label.to_owned(),
        check: "error".to_owned(),
        status: 0,
        code: None,
        said: error.to_string().chars().take(600).collect(),
    }
}

impl Recorder {
    fn operation(&self, case: &str) -> Outcome<String> {
        let case = self
            .cases
            .get(case)
            .context(format_args!("there is no {case}"))?;
        Ok(format!("{} {}", case.value.method, case.value.path))
    }
}

impl Exchange {
    fn status(&self) -> Option<u64> {
        self.response.as_ref().map(|answer| answer.status_code)
    }

    fn shown(&self) -> String {
        format!("{} {}", self.request.method, self.request.uri)
    }

    fn body(&self) -> Option<Value> {
        let content = self.response.as_ref()?.content.as_ref()?;
        let content = content.get("$base64")?.as_str()?;
        serde_json::from_slice(&base64::decode(content)?).ok()
    }
}

fn finding(operation: String, check: &Check, exchange: &Exchange) -> Finding {
    let failure = check.failure_info.as_ref();
    let message = failure.and_then(|info| info.pointer("/failure/message")?.as_str());
    Finding {
        operation,
        check: check.name.clone(),
        status: exchange.status().unwrap_or(0),
        code: exchange.body().as_ref().and_then(code_of),
        said: format!("{}\n{}", message.unwrap_or("?"), exchange.shown()),
    }
}

fn code_of(body: &Value) -> Option<String> {
    let error = body.get("error")?;
    let code = error.as_str().or_else(|| error.get("code")?.as_str())?;
    Some(code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One exchange, refused with the OData layer's error, and what a check said of it.
    const REFUSED: &str = r#"{"ScenarioFinished":{"recorder":{"label":"Stateful tests","cases":{"a":{"value":{"method":"GET","path":"/api/machines"}}},"checks":{"a":[{"name":"not_a_server_error","status":"success"},{"name":"positive_data_acceptance","status":"failure","failure_info":{"failure":{"message":"Valid data"}}}]},"interactions":{"a":{"request":{"method":"GET","uri":"http://h/api/machines?x"},"response":{"status_code":400,"content":{"$base64":"eyJlcnJvciI6eyJjb2RlIjoiIn19"}}}}}}}"#;

    fn read(lines: &str) -> Report {
        let mut report = Report::default();
        report.read(lines).unwrap();
        report
    }

    #[test]
    fn failed_check_is_a_finding_with_the_code_of_the_answer() {
        let report = read(REFUSED);
        assert_eq!(report.requests, 1);
        assert_eq!(
            report.findings,
            [Finding {
                operation: "GET /api/machines".to_owned(),
                check: "positive_data_acceptance".to_owned(),
                status: 400,
                code: Some(String::new()),
                said: "Valid data\nGET http://h/api/machines?x".to_owned(),
            }]
        );
    }

    #[test]
    fn success_where_nobody_may_in_is_a_finding() {
        let answered = REFUSED.replace(":400", ":200");
        let report = read(&answered);
        assert_eq!(report.let_in(&["GET /api/machines"]), []);
        let found = report.let_in(&["GET /api/machine"]);
        assert_eq!(found.len(), 1);
        assert!(read(REFUSED).let_in(&[]).is_empty());
    }

    #[test]
    fn operation_that_could_not_be_tried_is_a_finding_and_a_report_of_nothing_an_error() {
        let error = r#"{"NonFatalError":{"label":"GET /api/machines","value":"no"}}"#;
        let report = read(&format!("{error}\n{REFUSED}"));
        assert_eq!(
            report.findings.first().map(|one| one.check.as_str()),
            Some("error")
        );
        assert!(Report::default().read("").is_err());
    }
}
