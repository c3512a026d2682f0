//! As much of an OpenAPI 3.1 document as ours uses: its operations, and the schemas beside it.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::ordered::Ordered;
use super::schema::{Resource, Schema};
use super::{references, yaml_files};
use crate::failure::{Context, Outcome};

/// What is said of the API in OpenAPI's words.
pub(crate) struct Document {
    paths: Ordered<PathItem>,
    /// In the alphabet's order.
    pub(crate) resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct OpenApi {
    paths: Ordered<PathItem>,
}

#[derive(Deserialize)]
struct PathItem {
    get: Option<OperationItem>,
    post: Option<OperationItem>,
    delete: Option<OperationItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OperationItem {
    operation_id: String,
    summary: String,
    security: Option<Vec<Value>>,
}

/// An operation: where it is, and what it is called.
pub(crate) struct Operation<'a> {
    pub(crate) id: &'a str,
    pub(crate) path: &'a str,
    pub(crate) method: &'static str,
    pub(crate) summary: &'a str,
    pub(crate) needs_token: bool,
}

impl Document {
    /// Reads `openapi.yaml` and every file of `schemas`, and checks that references lead somewhere.
    pub(super) fn read(folder: &Path) -> Outcome<Self> {
        let document: OpenApi = super::yaml(&folder.join("openapi.yaml"))?;
        let mut resources = Vec::new();
        for (name, path) in yaml_files(&folder.join("schemas"))? {
            let schemas = super::yaml(&path)?;
            resources.push(Resource { name, schemas });
        }
        let read = Self {
            paths: document.paths,
            resources,
        };
        read.check_names()?;
        references::check(folder, &read.resources)?;
        Ok(read)
    }

    /// Generated types stand side by side, whatever file they come from.
    fn check_names(&self) -> Outcome {
        let mut names = BTreeSet::new();
        match self.schemas().find(|(name, _)| !names.insert(*name)) {
            Some((twice, _)) => Err(format!("schemas: {twice} is there twice").into()),
            None => Ok(()),
        }
    }

    fn schemas(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.resources.iter().flat_map(|one| one.schemas.iter())
    }

    pub(crate) fn schema(&self, name: &str) -> Outcome<&Schema> {
        let mut all = self.schemas();
        all.find(|(known, _)| *known == name)
            .map(|(_, schema)| schema)
            .context(format_args!("there is no schema {name}"))
    }

    /// Schemas of objects that are generated.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.resources.iter().flat_map(Resource::objects)
    }

    /// Every operation, in the order of the file.
    pub(crate) fn operations(&self) -> Outcome<Vec<Operation<'_>>> {
        let mut operations = Vec::new();
        for (path, item) in self.paths.iter() {
            let methods = [
                ("POST", &item.post),
                ("GET", &item.get),
                ("DELETE", &item.delete),
            ];
            operations.extend(methods.into_iter().filter_map(|(method, operation)| {
                let operation = operation.as_ref()?;
                Some(Operation {
                    id: &operation.operation_id,
                    path,
                    method,
                    summary: &operation.summary,
                    needs_token: operation.security.is_none(),
                })
            }));
        }
        Ok(operations)
    }
}
