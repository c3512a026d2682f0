//! `objects.rs`: the same objects once more as tables, for what is derived from them.
//!
//! Written as text, since the layout of a macro's rows is ours to choose.

use std::collections::BTreeMap;

use super::field::{Field, fields};
use super::requests;
use crate::codegen::contract::{Contract, Schema};
use crate::codegen::names::snake;
use crate::failure::Outcome;

const HEADING: &str = "\
//! What each object consists of, for what is derived from that: JSON schemas and property tests.

#![cfg(any(feature = \"schemars\", feature = \"proptest\"))]
";

pub(super) fn objects(contract: &Contract) -> Outcome<String> {
    let resources = &contract.document.resources;
    let mut answers = Vec::new();
    let mut requests: BTreeMap<Option<&str>, Vec<String>> = BTreeMap::new();
    let mut enumerations = vec!["            ErrorCode,\n".to_owned()];
    for resource in resources {
        for (name, schema) in resource.objects() {
            answers.push(rows(contract, name, schema)?);
        }
        let behind = requests.entry(resource.feature()?).or_default();
        for (name, schema) in resource.requests() {
            behind.push(rows(contract, name, schema)?);
        }
        let names = resource.enumerations().map(|(name, _)| name);
        enumerations.extend(names.map(|name| format!("            {name},\n")));
    }
    enumerations.sort_unstable();
    let mut text = HEADING.to_owned();
    let doc = "Each answer: its fields, their types and their names on the wire.";
    text.push_str(&table("answers", doc, None, &answers));
    for (feature, rows) in &requests {
        let name = feature.map_or_else(String::new, |name| format!("{}_", snake(name)));
        let doc = "Each request, in the same way.";
        text.push_str(&table(&format!("{name}requests"), doc, *feature, rows));
    }
    let doc = "Every open enumeration.";
    text.push_str(&table("enumerations", doc, None, &enumerations));
    Ok(text)
}

/// A macro that hands rows to another.
fn table(name: &str, doc: &str, feature: Option<&str>, rows: &[String]) -> String {
    let cfg = feature.map_or_else(String::new, |name| {
        format!("#[cfg(feature = \"{name}\")]\n")
    });
    let rows = rows.concat();
    format!(
        "\n/// {doc}\n{cfg}macro_rules! {name} {{\n    ($with:ident) => {{\n        $with! {{\n{rows}        }}\n    \
         }};\n}}\n\n{cfg}pub(crate) use {name};\n"
    )
}

/// An object as a row for each field; one that a value must be made with is `needed`.
fn rows(contract: &Contract, name: &str, schema: &Schema) -> Outcome<String> {
    let fields = fields(contract, name, schema)?;
    let rows: String = fields.iter().map(|field| row(field, schema)).collect();
    Ok(format!("            {name} {{\n{rows}            }}\n"))
}

fn row(field: &Field<'_>, schema: &Schema) -> String {
    let Field { ident, wire, .. } = field;
    let kind = field.kind().to_string().replace(' ', "");
    let is_needed = match schema.is_request() {
        true => requests::is_needed(field),
        false => field.is_insisted(),
    };
    let needed = if is_needed { " needed" } else { "" };
    format!("                {ident}: {kind} = \"{wire}\"{needed},\n")
}
