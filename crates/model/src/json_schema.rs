//! JSON Schema of what is said on the wire.
//!
//! An object may have properties that are not known here, and an enumeration other values: its known
//! ones are examples. An answer needs no more than its reader insists on.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::objects::{answers, enumerations, requests};
use crate::odata::{NextLink, ODataPage};
use crate::*;

/// Implements [`JsonSchema`] for a type that is written as a string.
macro_rules! texts {
    ($($name:ident = $schema:tt;)+) => {
        $(impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> Cow<'static, str> {
                concat!("quell_model::", stringify!($name)).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        })+
    };
}

texts! {
    Sha1 = {"type": "string", "pattern": "^[0-9A-Fa-f]{40}$"};
    Timestamp = {"type": "string", "format": "date-time"};
    MachineId = {"type": "string", "minLength": 1};
    ActionId = {"type": "string", "minLength": 1};
    IndicatorId = {"type": "string", "minLength": 1};
    FileId = {"type": "string", "minLength": 1};
    Comment = {"type": "string", "pattern": "\\S"};
    SecretText = {"type": "string"};
    NextLink = {"type": "string"};
}

macro_rules! of_enumerations {
    ($($name:ident,)+) => {
        texts! {
            $($name = {
                "type": "string",
                "examples": $name::KNOWN.iter().map(|known| known.as_str()).collect::<Vec<_>>()
            };)+
        }
    };
}

enumerations!(of_enumerations);

macro_rules! of_objects {
    ($($name:ident { $($field:ident: $kind:ty = $wire:literal $($needed:ident)?,)* })+) => {
        $(impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> Cow<'static, str> {
                concat!("quell_model::", stringify!($name)).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let required: Vec<&str> =
                    [$((needed!($($needed)?), $wire)),*]
                        .into_iter()
                        .filter_map(|(needed, wire)| needed.then_some(wire))
                        .collect();
                json_schema!({
                    "type": "object",
                    "properties": { $($wire: generator.subschema_for::<$kind>()),* },
                    "required": required
                })
            }
        })+
    };
}

macro_rules! needed {
    () => {
        false
    };
    (needed) => {
        true
    };
}

answers!(of_objects);
requests!(of_objects);
#[cfg(feature = "extension")]
crate::objects::extension_requests!(of_objects);
#[cfg(feature = "high-risk")]
crate::objects::high_risk_requests!(of_objects);

impl<T: JsonSchema> JsonSchema for ODataPage<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}Page", T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("quell_model::ODataPage<{}>", T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "properties": {
                "@odata.context": generator.subschema_for::<Option<String>>(),
                "@odata.count": generator.subschema_for::<Option<u64>>(),
                "value": generator.subschema_for::<Vec<T>>(),
                "@odata.nextLink": generator.subschema_for::<Option<NextLink>>()
            },
            "required": ["value"]
        })
    }
}
