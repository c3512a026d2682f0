//! The server's `openapi.json`: the contract as quell's own server keeps it, in one document.
//!
//! It has the operations that the server has, their schemas beside them, and of refusals only those
//! that it gives. What says how the model is generated is left out; what our formats mean is said in
//! words that every tool knows.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::contract::{Contract, yaml, yaml_files};
use crate::failure::{Context, Outcome};

/// Stands where the server puts its own address.
const SERVER: &str = "{server}";
/// What concerns the generator alone, and readers of answers.
const OURS: [&str; 7] = [
    "x-extension",
    "x-face",
    "x-feature",
    "x-strict",
    "x-also-read-as",
    "x-enum-aliases",
    "x-refusals",
];

/// As much of the contract's document as becomes the server's.
#[derive(Deserialize)]
struct Source {
    openapi: String,
    info: Map<String, Value>,
    security: Value,
    paths: Map<String, Value>,
    components: Map<String, Value>,
}

/// The document as JSON, its keys in the alphabet's order, with an end of line.
pub(super) fn document(contract: &Contract, folder: &Path) -> Outcome<String> {
    let mut source: Source = yaml(&folder.join("openapi.yaml"))?;
    source
        .components
        .insert("schemas".to_owned(), Value::Object(schemas(folder)?));
    let document = json!({
        "openapi": source.openapi,
        "info": {
            "title": "quell: stop and quarantine files on machines of your own",
            "version": source.info.get("version"),
            "description": "What this server answers. Paths are matched without regard to case and to a \
                            slash at their end, and /api/v1.0 is the same as /api.",
        },
        "servers": [{ "url": SERVER }],
        "security": source.security,
        "paths": paths(contract, &source.paths)?,
        "components": source.components,
    });
    let mut document = plain(document);
    document.sort_all_objects();
    let mut text = serde_json::to_string_pretty(&document).context("openapi.json")?;
    text.push('\n');
    Ok(text)
}

/// Every schema by its name, which is its own among all files.
fn schemas(folder: &Path) -> Outcome<Map<String, Value>> {
    let mut all = Map::new();
    for (_, path) in yaml_files(&folder.join("schemas"))? {
        let mut file: Map<String, Value> = yaml(&path)?;
        file.values_mut().for_each(without_defaults);
        file.values_mut().for_each(with_null_lists);
        all.append(&mut file);
    }
    Ok(all)
}

/// Drops what a reader takes where an older service leaves a property out: this one leaves none out.
fn without_defaults(schema: &mut Value) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for property in properties.into_iter().flat_map(Map::values_mut) {
        if let Some(property) = property.as_object_mut() {
            property.remove("default");
        }
    }
}

/// A list that a request may leave out may be null as well.
fn with_null_lists(schema: &mut Value) {
    if schema.get("x-face") != Some(&json!("request")) {
        return;
    }
    let required = schema.get("required").and_then(Value::as_array).cloned();
    let required = required.unwrap_or_default();
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, property) in properties.into_iter().flatten() {
        let is_list = property.get("type") == Some(&json!("array"));
        let Some(property) = property.as_object_mut() else {
            continue;
        };
        if is_list && !required.contains(&json!(name)) {
            property.insert("type".to_owned(), json!(["array", "null"]));
        }
    }
}

fn paths(contract: &Contract, described: &Map<String, Value>) -> Outcome<Value> {
    let mut paths = json!({});
    for operation in contract.document.operations()? {
        let item = described.get(operation.path).context(operation.path)?;
        let method = operation.method.to_lowercase();
        let mut what = item.get(&method).context(operation.id)?.clone();
        if operation.needs_token {
            let row = contract.row(&operation)?;
            if !row.served {
                continue;
            }
            narrow(&mut what, row.disabled);
        }
        let path = within(&mut paths, operation.path)?;
        if let Some(parameters) = item.get("parameters") {
            *within(path, "parameters")? = parameters.clone();
        }
        *within(path, &method)? = what;
    }
    Ok(paths)
}

/// The value of a key, made where it is not there.
fn within<'a>(object: &'a mut Value, key: &str) -> Outcome<&'a mut Value> {
    let object = object.as_object_mut().context("an object is expected")?;
    Ok(object.entry(key).or_insert_with(|| json!({})))
}

/// Leaves of the answers those that the server gives.
fn narrow(operation: &mut Value, disabled: bool) {
    let Some(operation) = operation.as_object_mut() else {
        return;
    };
    let responses = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut);
    if let Some(responses) = responses {
        responses.remove("default");
        if disabled {
            responses.retain(|status, _| !is_behind_the_refusal(status));
        }
    }
    if disabled {
        let off = "No machine of this server does this: it is refused with 403 DisabledFeature.";
        operation.insert("description".to_owned(), json!(off));
    }
}

/// Whether a status is for those alone whose request is looked at further.
fn is_behind_the_refusal(status: &str) -> bool {
    status.starts_with('2') || matches!(status, "408" | "413" | "415")
}

/// The same without our keywords, with references within one document, and formats spelled out.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut plainer: Map<String, Value> = map
                .into_iter()
                .filter(|(key, _)| !OURS.contains(&key.as_str()))
                .map(|(key, value)| match (key.as_str(), &value) {
                    ("$ref", Value::String(reference)) => (key, json!(inside(reference))),
                    // Null is one of anything too.
                    ("oneOf", _) => ("anyOf".to_owned(), plain(value)),
                    _ => (key, plain(value)),
                })
                .collect();
            spell_out(&mut plainer);
            Value::Object(plainer)
        }
        Value::Array(list) => Value::Array(list.into_iter().map(plain).collect()),
        scalar => scalar,
    }
}

fn inside(reference: &str) -> String {
    match reference.split_once("#/") {
        Some((_, name)) if !name.starts_with("components/") => {
            format!("#/components/schemas/{name}")
        }
        _ => reference.to_owned(),
    }
}

/// What our formats allow.
fn spell_out(schema: &mut Map<String, Value>) {
    let meaning = match schema.get("format").and_then(Value::as_str) {
        Some("sha1") => json!({ "pattern": "^[0-9A-Fa-f]{40}$" }),
        Some("comment") => json!({ "pattern": "\\S" }),
        Some("machine-id" | "machine-action-id" | "indicator-id") => json!({ "minLength": 1 }),
        Some("secret") => json!({ "format": "password" }),
        _ => return,
    };
    schema.remove("format");
    schema.extend(meaning.as_object().cloned().unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served() -> Value {
        let folder = crate::workspace::root().unwrap().join("docs/api");
        let contract = Contract::read(&folder).unwrap();
        serde_json::from_str(&document(&contract, &folder).unwrap()).unwrap()
    }

    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|one| references(one, found));
            }
            Value::Array(list) => list.iter().for_each(|one| references(one, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere_in_the_document() {
        let document = served();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 100);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap_or_default();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn operation_that_is_off_has_no_success_and_no_operation_answers_with_anything() {
        let document = served();
        let path = |path: &str, method: &str| document["paths"][path][method].clone();
        let isolate = path("/api/machines/{machineId}/isolate", "post");
        let statuses: Vec<_> = isolate["responses"].as_object().unwrap().keys().collect();
        assert_eq!(statuses, ["400", "401", "403", "404", "429", "503"]);
        let stop = path("/api/machines/{machineId}/StopAndQuarantineFile", "post");
        assert!(stop["responses"].get("201").is_some());
        assert!(stop["responses"].get("default").is_none());
    }

    #[test]
    fn formats_of_ours_are_spelled_out_and_keywords_of_ours_are_gone() {
        let document = served();
        let request = &document["components"]["schemas"]["StopAndQuarantineFileRequest"];
        assert_eq!(
            request["properties"]["Sha1"]["pattern"],
            "^[0-9A-Fa-f]{40}$"
        );
        let anything = &document["components"]["schemas"]["Indicator"]["properties"]["version"];
        assert_eq!(anything["anyOf"], json!([{}, { "type": "null" }]));
        let text = document.to_string();
        for ours in OURS {
            assert!(!text.contains(ours), "{ours}");
        }
    }
}
