//! A file for programs.

use quell::model::{Alert, File, InOrgFileStats, Machine};
use serde::Serialize;

use super::gather::Parts;

/// All parts that there are, and why the others are not.
#[derive(Debug, Serialize)]
pub(super) struct Document<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a File>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<&'a InOrgFileStats>,
    #[serde(skip_serializing_if = "Option::is_none")]
    machines: Option<&'a [Machine]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alerts: Option<&'a [Alert]>,
    missing: Vec<Missing>,
}

/// A part that is not there.
#[derive(Debug, Serialize)]
struct Missing {
    part: &'static str,
    operation: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

impl<'a> Document<'a> {
    pub(super) fn of(parts: &'a Parts) -> Self {
        let missing = parts.missing().map(|it| Missing {
            part: it.part,
            operation: it.operation,
            message: it.message(),
            code: it.code(),
        });
        Self {
            file: parts.file.as_ref().ok(),
            statistics: parts.statistics.as_ref().ok(),
            machines: parts.machines.as_deref().ok(),
            alerts: parts.alerts.as_deref().ok(),
            missing: missing.collect(),
        }
    }
}
