//! The contract as plain data: `docs/api/openapi.yaml` and the tables beside it.

mod openapi;
mod ordered;
mod references;
mod schema;
mod tables;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::failure::{Context, Outcome};

pub(super) use openapi::{Document, Operation};
pub(super) use schema::{Property, Resource, Schema, Shape};
pub(super) use tables::{
    Absences, Bound, ErrorCodeRow, ErrorCodes, HostTable, Limits, OperationRow, Operations,
    Permissions, QueryOption, ReadingRow,
};

/// Everything that `docs/api` says.
pub(super) struct Contract {
    pub(super) document: Document,
    pub(super) absences: Absences,
    pub(super) operations: Operations,
    pub(super) permissions: Permissions,
    pub(super) limits: Limits,
    pub(super) error_codes: ErrorCodes,
    pub(super) hosts: HostTable,
}

impl Contract {
    /// Reads the folder and checks that its parts agree.
    pub(super) fn read(folder: &Path) -> Outcome<Self> {
        let contract = Self {
            document: Document::read(folder)?,
            absences: table(folder, "null-or-absent.toml")?,
            operations: table(folder, "operations.toml")?,
            permissions: table(folder, "permissions.toml")?,
            limits: table(folder, "limits.toml")?,
            error_codes: table(folder, "error-codes.toml")?,
            hosts: table(folder, "hosts.toml")?,
        };
        contract.check_absences()?;
        contract.check_operations()?;
        contract.check_readings()?;
        Ok(contract)
    }

    /// What may be left out must exist and must not be required; everything else of an answer must be
    /// required, since the service always writes it.
    fn check_absences(&self) -> Outcome {
        for (schema, absence) in &self.absences {
            let properties = self.document.schema(schema)?.properties();
            for name in &absence.absent {
                properties.get(name).context(format_args!(
                    "null-or-absent.toml: {schema} has no property {name}"
                ))?;
            }
        }
        for (name, schema) in self.document.objects() {
            for (property, _) in schema.properties().iter() {
                let required = schema.required.iter().any(|one| one == property);
                if required == self.may_be_absent(name, property) {
                    return Err(format!(
                        "{name}.{property} must be either required by its schema or listed in null-or-absent.toml"
                    )
                    .into());
                }
            }
        }
        Ok(())
    }

    /// Every operation with a token has a row, every row an operation, and what a row names exists.
    fn check_operations(&self) -> Outcome {
        for operation in self
            .document
            .operations()?
            .iter()
            .filter(|one| one.needs_token)
        {
            self.row(operation)?;
        }
        let operations = self.document.operations()?;
        for (name, row) in &self.operations {
            operations
                .iter()
                .find(|one| one.id == name)
                .context(format_args!("openapi.yaml has no operation {name}"))?;
            self.check_collection(name, row)?;
            self.check_permissions(name, &row.application, &row.delegated)?;
            self.limits
                .rate(&row.limits)
                .context(format_args!("{name}: no rate {}", row.limits))?;
        }
        Ok(())
    }

    /// Readings name operations and permissions that there are.
    fn check_readings(&self) -> Outcome {
        for reading in &self.permissions.reading {
            for (name, needs) in &reading.operation {
                self.operations.get(name).context(format_args!(
                    "permissions.toml: {} has no operation {name}",
                    reading.name
                ))?;
                self.check_permissions(name, &needs.application, &needs.delegated)?;
            }
        }
        Ok(())
    }

    fn check_permissions(
        &self,
        name: &str,
        application: &[Vec<String>],
        delegated: &[Vec<String>],
    ) -> Outcome {
        for value in application.iter().chain(delegated).flatten() {
            let known = self.permissions.permission.iter().map(|one| &one.value);
            let ours = self.permissions.extension.iter().map(|one| &one.value);
            known
                .chain(ours)
                .find(|known| *known == value)
                .context(format_args!("{name}: no permission {value}"))?;
        }
        Ok(())
    }

    /// A filter is asked of a collection, and names properties that its entity has.
    fn check_collection(&self, name: &str, row: &OperationRow) -> Outcome {
        let takes_filter = row.options.contains(&QueryOption::Filter);
        if takes_filter == row.filter.is_empty() {
            return Err(format!("{name}: a filter needs both the option and properties").into());
        }
        let Some(entity) = &row.entity else {
            return match row.options.first() {
                Some(_) => Err(format!("{name}: options are for collections").into()),
                None => Ok(()),
            };
        };
        let properties = self.document.schema(entity)?.properties();
        for property in &row.filter {
            properties
                .get(property)
                .context(format_args!("{name}: {entity} has no property {property}"))?;
        }
        Ok(())
    }

    /// The row of operations.toml for an operation.
    pub(super) fn row(&self, operation: &Operation<'_>) -> Outcome<&OperationRow> {
        let name = operation.id;
        self.operations
            .get(name)
            .context(format_args!("operations.toml has no row for {name}"))
    }

    /// Whether a property without a value is left out rather than written as null.
    pub(super) fn may_be_absent(&self, schema: &str, property: &str) -> bool {
        self.absences
            .get(schema)
            .is_some_and(|one| one.absent.iter().any(|name| name == property))
    }
}

fn text(folder: &Path, name: &str) -> Outcome<String> {
    let path = folder.join(name);
    fs::read_to_string(&path).context(path.display())
}

pub(super) fn yaml<T: DeserializeOwned>(path: &Path) -> Outcome<T> {
    let text = fs::read_to_string(path).context(path.display())?;
    serde_saphyr::from_str(&text).context(path.display())
}

/// The YAML files of a folder by their names without ending, in the alphabet's order.
pub(super) fn yaml_files(folder: &Path) -> Outcome<BTreeMap<String, PathBuf>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).context(folder.display())? {
        let path = entry.context(folder.display())?.path();
        if path.extension().is_some_and(|ending| ending == "yaml") {
            let name = path
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned());
            files.insert(name.unwrap_or_default(), path);
        }
    }
    Ok(files)
}

fn table<T: DeserializeOwned>(folder: &Path, name: &str) -> Outcome<T> {
    toml::from_str(&text(folder, name)?).context(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contract with one text of one file replaced by another.
    fn changed(file: &str, from: &str, to: &str) -> Outcome<Contract> {
        let source = crate::workspace::root()?.join("docs/api");
        let copy = tempfile::tempdir()?;
        fs::create_dir(copy.path().join("schemas"))?;
        for folder in ["", "schemas"] {
            for entry in fs::read_dir(source.join(folder))? {
                let path = entry?.path();
                if let (true, Some(name)) = (path.is_file(), path.file_name()) {
                    fs::copy(&path, copy.path().join(folder).join(name))?;
                }
            }
        }
        let text = text(copy.path(), file)?;
        assert!(text.contains(from), "{file} does not have {from}");
        fs::write(copy.path().join(file), text.replacen(from, to, 1))?;
        Contract::read(copy.path())
    }

    fn refusal(file: &str, from: &str, to: &str) -> String {
        changed(file, from, to)
            .err()
            .map(|failure| failure.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn parts_that_disagree_are_told_apart() {
        assert_eq!(
            refusal("operations.toml", "[getFile]", "[getFyle]"),
            "operations.toml has no row for getFile"
        );
        assert_eq!(
            refusal(
                "operations.toml",
                "[[\"File.Read.All\"]]",
                "[[\"File.Reed.All\"]]"
            ),
            "getFile: no permission File.Reed.All"
        );
        assert_eq!(
            refusal(
                "permissions.toml",
                "[reading.operation.stopAnd",
                "[reading.operation.stopOr"
            ),
            "permissions.toml: documented has no operation stopOrQuarantineFile"
        );
        assert_eq!(
            refusal(
                "operations.toml",
                "limits = \"standard\"",
                "limits = \"none\""
            ),
            "stopAndQuarantineFile: no rate none"
        );
        assert_eq!(
            refusal("null-or-absent.toml", "\"fileId\"", "\"fyleId\""),
            "null-or-absent.toml: MachineAction has no property fyleId"
        );
        assert!(
            refusal("null-or-absent.toml", "\"fileId\", ", "").contains("MachineAction.fileId")
        );
    }

    #[test]
    fn references_that_lead_nowhere_are_refused() {
        assert_eq!(
            refusal("schemas/machines.yaml", "'#/VmMetadata'", "'#/VmMatter'"),
            "machines.yaml: #/VmMatter leads nowhere"
        );
        assert_eq!(
            refusal(
                "schemas/action-requests.yaml",
                "'machine-actions.yaml#/RequestSource'",
                "'machines.yaml#/RequestSource'"
            ),
            "action-requests.yaml: machines.yaml#/RequestSource leads nowhere"
        );
        assert_eq!(
            refusal(
                "openapi.yaml",
                "'schemas/files.yaml#/File'",
                "'schemas/files.yaml#/Fyle'"
            ),
            "openapi.yaml: files.yaml#/Fyle leads nowhere"
        );
        assert_eq!(
            refusal(
                "openapi.yaml",
                "'#/components/parameters/Top'",
                "'#/components/parameters/Tip'"
            ),
            "openapi.yaml: #/components/parameters/Tip leads nowhere"
        );
    }

    #[test]
    fn schemas_that_stand_together_are_behind_one_feature_or_none() {
        let contract = changed(
            "schemas/tokens.yaml",
            "  type: object\n",
            "  type: object\n  x-feature: some\n",
        );
        let contract = contract.expect("readable");
        let mixed = contract
            .document
            .resources
            .iter()
            .find_map(|one| one.feature().err());
        assert_eq!(
            mixed.map(|failure| failure.to_string()),
            Some("tokens.yaml: all of it must be behind one feature, or none".to_owned())
        );
    }

    #[test]
    fn collections_and_their_options_agree() {
        assert_eq!(
            refusal("operations.toml", "\"requestor\", ", "\"requester\", "),
            "listMachineActions: MachineAction has no property requester"
        );
        assert_eq!(
            refusal("operations.toml", "options = [\"filter\", ", "options = ["),
            "listMachineActions: a filter needs both the option and properties"
        );
        assert_eq!(
            refusal("operations.toml", "entity = \"MachineAction\"\n", ""),
            "listMachineActions: options are for collections"
        );
    }

    #[test]
    fn schema_of_a_name_that_is_taken_is_refused() {
        assert_eq!(
            refusal("schemas/tokens.yaml", "TokenRequest:", "Machine:"),
            "schemas: Machine is there twice"
        );
    }

    #[test]
    fn same_contract_gives_the_same_bytes() {
        let generated = || {
            let folder = crate::workspace::root()?.join("docs/api");
            super::super::generated(&Contract::read(&folder)?, &folder)
        };
        assert_eq!(
            generated().expect("generated"),
            generated().expect("generated")
        );
    }
}
