//! What this server reads of a StopAndQuarantineFile beyond what the contract has. Clients of the
//! service's never send it, and no answer of the contract's repeats it.

use quell_protocol::{HintFault, Hints, WirePath};
use serde::Deserialize;
use serde_json::Value;

use super::{ApiError, Call};
use crate::core::extension::FORCE;

/// The properties as they were sent.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Sent {
    force: Option<Value>,
    file_size: Option<Value>,
    paths: Option<Value>,
    dry_run: Option<Value>,
    stop_mappers: Option<Value>,
}

/// What was asked beyond the contract.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Extras {
    /// Whether the caller insists on what the server would refuse to spare the fleet a mistake, and
    /// may.
    pub(super) force: bool,
    /// What the caller knows of the file.
    pub(super) hints: Hints,
    /// Whether nothing is to be touched.
    pub(super) dry_run: bool,
    /// Whether those are to be stopped, too, who only use the file as a shared library.
    pub(super) stop_mappers: bool,
}

impl Call<'_> {
    /// Whoever insists, or stops those whose program is another one, must hold a permission of its own
    /// for it, whether or not there would have been anything to refuse.
    pub(super) fn extras(&self) -> Result<Extras, ApiError> {
        let extras = read(&self.body.clone()?)?;
        if extras.force || extras.stop_mappers {
            self.caller.grant.holds(&FORCE)?;
        }
        Ok(extras)
    }
}

fn read(body: &[u8]) -> Result<Extras, ApiError> {
    let sent: Sent = serde_json::from_slice(body)
        .map_err(|_| ApiError::invalid_input("body", "a property is there twice"))?;
    let hints = Hints {
        file_size: taken("FileSize", sent.file_size, &HintFault::Size)?,
        paths: taken::<Vec<String>>("Paths", sent.paths, "it is a list of paths")?
            .unwrap_or_default()
            .into_iter()
            .map(|path| WirePath::from_bytes(path.as_bytes()))
            .collect(),
    };
    hints.check().map_err(|fault| {
        let property = match fault {
            HintFault::Size => "FileSize",
            _ => "Paths",
        };
        ApiError::invalid_input(property, &fault.to_string())
    })?;
    Ok(Extras {
        force: flag("Force", sent.force)?,
        hints,
        dry_run: flag("DryRun", sent.dry_run)?,
        stop_mappers: flag("StopMappers", sent.stop_mappers)?,
    })
}

fn flag(property: &str, value: Option<Value>) -> Result<bool, ApiError> {
    Ok(taken(property, value, "it is true or false")?.unwrap_or_default())
}

/// A property's value; null is as good as absent.
fn taken<T: serde::de::DeserializeOwned>(
    property: &str,
    value: Option<Value>,
    what: &(impl ToString + ?Sized),
) -> Result<Option<T>, ApiError> {
    match value {
        None => Ok(None),
        Some(value) => serde_json::from_value(value)
            .map_err(|_| ApiError::invalid_input(property, &what.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_that_are_absent_or_null_are_none() {
        for body in [
            r#"{"Comment":"c"}"#,
            r#"{"Force":null,"FileSize":null,"Paths":null,"DryRun":null,"StopMappers":null}"#,
            r#"{"Force":false,"Paths":[],"DryRun":false,"StopMappers":false}"#,
        ] {
            assert_eq!(read(body.as_bytes()).unwrap(), Extras::default(), "{body}");
        }
    }

    #[test]
    fn extras_are_read() {
        let body =
            br#"{"FileSize":7,"Paths":["/opt/x"],"DryRun":true,"Force":true,"StopMappers":true}"#;
        let extras = read(body).unwrap();
        assert_eq!(extras.hints.file_size, Some(7));
        assert_eq!(extras.hints.paths, [WirePath::from_bytes(b"/opt/x")]);
        assert!(extras.dry_run && extras.force && extras.stop_mappers);
    }

    #[test]
    fn extras_out_of_bounds_are_refused() {
        let long = format!(r#"{{"Paths":["/{}"]}}"#, "x".repeat(4095));
        let many = format!(r#"{{"Paths":[{}"/x"]}}"#, r#""/x","#.repeat(32));
        for body in [
            r#"{"FileSize":0}"#,
            r#"{"FileSize":-1}"#,
            r#"{"FileSize":1.5}"#,
            r#"{"FileSize":9223372036854775808}"#,
            r#"{"FileSize":"7"}"#,
            r#"{"Paths":"/x"}"#,
            r#"{"Paths":[7]}"#,
            r#"{"Paths":["x"]}"#,
            r#"{"Paths":["/a\u0000b"]}"#,
            r#"{"DryRun":"yes"}"#,
            r#"{"DryRun":true,"DryRun":false}"#,
            r#"{"Force":1}"#,
            r#"{"StopMappers":"all"}"#,
            &long,
            &many,
        ] {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
