//! As much of an OpenAPI 3.1 document as ours uses.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::ordered::Ordered;
use crate::failure::{Context, Outcome};

const SCHEMAS: &str = "#/components/schemas/";

#[derive(Deserialize)]
pub(crate) struct Document {
    paths: Ordered<PathItem>,
    components: Components,
}

#[derive(Deserialize)]
struct PathItem {
    get: Option<OperationItem>,
    post: Option<OperationItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OperationItem {
    operation_id: String,
    summary: String,
    security: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct Components {
    schemas: Ordered<Schema>,
}

/// An operation: where it is, and what it is called.
pub(crate) struct Operation<'a> {
    pub(crate) id: &'a str,
    pub(crate) path: &'a str,
    pub(crate) method: &'static str,
    pub(crate) summary: &'a str,
    pub(crate) needs_token: bool,
}

/// By which of its two faces a schema is read.
#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Face {
    /// Leniently, as an answer.
    #[default]
    Answer,
    /// Strictly, as a request.
    Request,
    /// Not at all: it is only described.
    None,
}

#[derive(Deserialize)]
pub(crate) struct Schema {
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default, rename = "x-face")]
    pub(crate) face: Face,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    #[serde(default)]
    properties: Ordered<Property>,
    #[serde(default, rename = "x-extensible-enum")]
    pub(crate) values: Vec<String>,
    #[serde(default, rename = "x-enum-descriptions")]
    pub(crate) value_descriptions: BTreeMap<String, String>,
    #[serde(default, rename = "x-enum-aliases")]
    pub(crate) value_aliases: BTreeMap<String, String>,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Property {
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) default: Option<Value>,
    #[serde(default, rename = "x-also-read-as")]
    pub(crate) also_read_as: Vec<String>,
    #[serde(flatten)]
    kind: Kind,
}

/// The part of a property that says what it holds.
#[derive(Clone, Default, Deserialize)]
struct Kind {
    #[serde(rename = "$ref")]
    reference: Option<String>,
    #[serde(rename = "type")]
    types: Option<OneOrMany>,
    format: Option<String>,
    items: Option<Box<Kind>>,
    #[serde(default, rename = "oneOf")]
    one_of: Vec<Kind>,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// What a property holds, whether or not it may be null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A schema of the document.
    Named(String),
    /// A type, and a format that narrows it.
    Plain(String, Option<String>),
    /// A list.
    List(Box<Shape>),
    /// Anything.
    Any,
}

impl Document {
    pub(crate) fn schema(&self, name: &str) -> Outcome<&Schema> {
        self.components
            .schemas
            .get(name)
            .context(format_args!("there is no schema {name}"))
    }

    /// Schemas of objects that are generated, in the order of the file.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&str, &Schema)> {
        let all = self.components.schemas.iter();
        all.filter(|(_, schema)| schema.face == Face::Answer && !schema.properties.is_empty())
    }

    /// Schemas of requests, in the order of the file.
    pub(crate) fn requests(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.components
            .schemas
            .iter()
            .filter(|(_, schema)| schema.face == Face::Request)
    }

    /// Schemas of enumerations, in the order of the file.
    pub(crate) fn enumerations(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.components
            .schemas
            .iter()
            .filter(|(_, schema)| !schema.values.is_empty())
    }

    /// Every operation, in the order of the file.
    pub(crate) fn operations(&self) -> Outcome<Vec<Operation<'_>>> {
        let mut operations = Vec::new();
        for (path, item) in self.paths.iter() {
            let methods = [("POST", &item.post), ("GET", &item.get)];
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

impl Schema {
    pub(crate) fn properties(&self) -> &Ordered<Property> {
        &self.properties
    }
}

impl Property {
    pub(crate) fn shape(&self) -> Outcome<Shape> {
        self.kind.shape()
    }

    pub(crate) fn is_nullable(&self) -> bool {
        self.kind.is_nullable()
    }
}

impl Kind {
    fn is_null(&self) -> bool {
        self.types().contains(&"null")
    }

    fn is_nullable(&self) -> bool {
        self.is_null() || self.one_of.iter().any(Self::is_null)
    }

    fn types(&self) -> Vec<&str> {
        match &self.types {
            None => Vec::new(),
            Some(OneOrMany::One(one)) => vec![one],
            Some(OneOrMany::Many(many)) => many.iter().map(String::as_str).collect(),
        }
    }

    fn shape(&self) -> Outcome<Shape> {
        if let Some(chosen) = self.one_of.iter().find(|one| !one.is_null()) {
            return chosen.shape();
        }
        if let Some(reference) = &self.reference {
            let name = reference.strip_prefix(SCHEMAS);
            return Ok(Shape::Named(
                name.context(format_args!("foreign {reference}"))?
                    .to_owned(),
            ));
        }
        match self.types().into_iter().find(|one| *one != "null") {
            Some("array") => {
                let items = self.items.as_ref().context("a list without items")?;
                Ok(Shape::List(Box::new(items.shape()?)))
            }
            Some(plain) => Ok(Shape::Plain(plain.to_owned(), self.format.clone())),
            None => Ok(Shape::Any),
        }
    }
}
