//! References between the files of the contract: each must lead to something that is there.

use std::path::Path;

use serde_json::Value;

use super::schema::Resource;
use super::{yaml, yaml_files};
use crate::failure::{Context, Outcome};

/// What stands before the name of a schema's file in the document above them.
const FOLDER: &str = "schemas/";

/// Fails at the first reference that leads nowhere.
pub(super) fn check(folder: &Path, resources: &[Resource]) -> Outcome {
    let document: Value = yaml(&folder.join("openapi.yaml"))?;
    for reference in references(&document) {
        match reference.strip_prefix(FOLDER) {
            Some(schema) => resolve(resources, "openapi", schema)?,
            None => {
                let pointer = reference.strip_prefix('#');
                pointer
                    .and_then(|pointer| document.pointer(pointer))
                    .context(format_args!("openapi.yaml: {reference} leads nowhere"))?;
            }
        }
    }
    for (name, path) in yaml_files(&folder.join(FOLDER))? {
        for reference in references(&yaml(&path)?) {
            resolve(resources, &name, reference.as_str())?;
        }
    }
    Ok(())
}

/// Finds `file.yaml#/Name`, or `#/Name` in the file where it stands.
fn resolve(resources: &[Resource], here: &str, reference: &str) -> Outcome {
    let (file, name) = reference
        .split_once("#/")
        .context(format_args!("{reference} leads nowhere"))?;
    let resource = file.strip_suffix(".yaml").unwrap_or(here);
    resources
        .iter()
        .find(|one| one.name == resource)
        .and_then(|one| one.schemas.get(name))
        .map(|_| ())
        .context(format_args!("{here}.yaml: {reference} leads nowhere"))
}

/// Every reference in a document, however deep.
fn references(document: &Value) -> Vec<String> {
    match document {
        Value::Object(map) => {
            let here = map.get("$ref").and_then(Value::as_str).map(str::to_owned);
            let deeper = map.values().flat_map(references);
            here.into_iter().chain(deeper).collect()
        }
        Value::Array(list) => list.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
