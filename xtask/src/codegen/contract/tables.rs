//! The tables beside the OpenAPI document. Each file's own heading explains its columns.

use std::collections::BTreeMap;

use serde::Deserialize;

pub(crate) type Absences = BTreeMap<String, Absence>;
pub(crate) type Operations = BTreeMap<String, OperationRow>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Absence {
    pub(crate) absent: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationRow {
    pub(crate) success: u16,
    pub(crate) idempotency: String,
    pub(crate) application: Vec<Vec<String>>,
    pub(crate) delegated: Vec<Vec<String>>,
    pub(crate) role: Option<String>,
    pub(crate) limits: String,
    #[serde(default)]
    pub(crate) served: bool,
    #[serde(default)]
    pub(crate) disabled: bool,
    pub(crate) entity: Option<String>,
    #[serde(default)]
    pub(crate) options: Vec<QueryOption>,
    #[serde(default)]
    pub(crate) filter: Vec<String>,
    #[serde(default)]
    pub(crate) cancelable: bool,
    pub(crate) page: Option<String>,
    pub(crate) feature: Option<String>,
}

/// An option of OData's that an operation takes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum QueryOption {
    Filter,
    Top,
    Skip,
    OrderBy,
    Select,
    Count,
}

impl QueryOption {
    /// The name of the model's variant.
    pub(crate) fn variant(self) -> String {
        format!("{self:?}")
    }

    /// The option as it stands in a query.
    pub(crate) fn shown(self) -> String {
        format!("${}", self.variant().to_lowercase())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Permissions {
    pub(crate) resource: Resource,
    pub(crate) permission: Vec<PermissionRow>,
    pub(crate) extension: Vec<ExtensionRow>,
    pub(crate) reading: Vec<ReadingRow>,
}

/// A permission that quell's own server asks for, and the service does not know.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExtensionRow {
    pub(crate) value: String,
    pub(crate) about: String,
}

/// What operations need by one reading of the documentation; those that it does not name need what
/// their rows say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadingRow {
    pub(crate) name: String,
    pub(crate) operation: BTreeMap<String, Needs>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Needs {
    pub(crate) application: Vec<Vec<String>>,
    pub(crate) delegated: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) app_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PermissionRow {
    pub(crate) value: String,
    pub(crate) holder: String,
    pub(crate) id: String,
    pub(crate) names: BTreeMap<String, String>,
}

impl PermissionRow {
    /// Language and name, English first.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&String, &String)> {
        let english = self.names.iter().filter(|(language, _)| *language == "en");
        english.chain(self.names.iter().filter(|(language, _)| *language != "en"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) rate: Vec<Rate>,
    pub(crate) bound: Vec<Bound>,
}

impl Limits {
    pub(crate) fn rate(&self, name: &str) -> Option<&Rate> {
        self.rate.iter().find(|rate| rate.name == name)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rate {
    pub(crate) name: String,
    pub(crate) windows: Vec<Window>,
    pub(crate) concurrent: Option<u32>,
    pub(crate) meaning: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Window {
    pub(crate) calls: u32,
    pub(crate) seconds: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bound {
    pub(crate) name: String,
    pub(crate) value: u64,
    pub(crate) unit: String,
    pub(crate) meaning: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorCodes {
    pub(crate) code: Vec<ErrorCodeRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorCodeRow {
    pub(crate) code: String,
    /// The variant's name, where the code gives none.
    pub(crate) variant: Option<String>,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    pub(crate) status: u16,
    pub(crate) retry: String,
    pub(crate) message: String,
    pub(crate) meaning: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HostTable {
    pub(crate) cloud: Vec<CloudRow>,
    pub(crate) region: Vec<RegionRow>,
    pub(crate) host: Vec<HostRow>,
    pub(crate) audiences: Audiences,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CloudRow {
    pub(crate) name: String,
    pub(crate) variant: String,
    pub(crate) authority: String,
    pub(crate) audience: String,
    pub(crate) meaning: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegionRow {
    pub(crate) name: String,
    pub(crate) variant: String,
    pub(crate) meaning: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HostRow {
    pub(crate) name: String,
    pub(crate) cloud: String,
    pub(crate) region: String,
    pub(crate) family: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Audiences {
    pub(crate) accepted: Vec<String>,
}
