//! Schemas: objects, requests and enumerations, a file for each resource.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::ordered::Ordered;
use crate::failure::{Context, Outcome};

/// The schemas of one file: what belongs together, and is generated together.
pub(crate) struct Resource {
    /// The file's name without its ending, such as `machine-actions`.
    pub(crate) name: String,
    pub(crate) schemas: Ordered<Schema>,
}

impl Resource {
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.schemas.iter().filter(|(_, one)| one.is_object())
    }

    pub(crate) fn requests(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.schemas.iter().filter(|(_, one)| one.is_request())
    }

    pub(crate) fn enumerations(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.schemas.iter().filter(|(_, one)| one.is_enumeration())
    }

    /// The feature behind which it is, as a whole or not at all.
    pub(crate) fn feature(&self) -> Outcome<Option<&str>> {
        let mut features = self.schemas.iter().map(|(_, one)| one.feature.as_deref());
        let first = features.next().flatten();
        if features.all(|other| other == first) {
            Ok(first)
        } else {
            Err(format!(
                "{}.yaml: all of it must be behind one feature, or none",
                self.name
            )
            .into())
        }
    }
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
    #[serde(rename = "x-feature")]
    pub(crate) feature: Option<String>,
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
    #[serde(default, rename = "x-strict")]
    pub(crate) is_strict: bool,
    /// Only quell's own server knows it: it is described, and no struct of the model has it.
    #[serde(default, rename = "x-extension")]
    is_extension: bool,
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

impl Schema {
    /// Whether it is an object of answers.
    pub(crate) fn is_object(&self) -> bool {
        self.face == Face::Answer && !self.properties.is_empty()
    }

    /// Whether it is what an operation is asked with.
    pub(crate) fn is_request(&self) -> bool {
        self.face == Face::Request
    }

    pub(crate) fn is_enumeration(&self) -> bool {
        !self.values.is_empty()
    }

    pub(crate) fn properties(&self) -> &Ordered<Property> {
        &self.properties
    }

    /// Those that the model has.
    pub(crate) fn modelled(&self) -> impl Iterator<Item = (&str, &Property)> {
        self.properties.iter().filter(|(_, one)| !one.is_extension)
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
            let (_, name) = reference
                .split_once("#/")
                .context(format_args!("{reference} leads nowhere"))?;
            return Ok(Shape::Named(name.to_owned()));
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
