//! A property as a field: its type, and what stands there when the service says nothing.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::codegen::contract::{Contract, Property, Schema, Shape};
use crate::codegen::names::{ident, snake, upper_camel};
use crate::failure::{Context, Outcome};

pub(super) struct Field<'a> {
    /// The property's name on the wire.
    pub(super) wire: &'a str,
    /// Other spellings of it.
    pub(super) also_read_as: &'a [String],
    pub(super) ident: Ident,
    pub(super) doc: String,
    /// The type of a value, without the Option around it.
    pub(super) value: TokenStream,
    pub(super) presence: Presence,
    /// Whether it is left out when it has no value, rather than written as null or [].
    pub(super) may_be_absent: bool,
    /// Whether a value of another type fails the answer, rather than being kept aside.
    pub(super) is_strict: bool,
}

/// What a reader does where the property is absent or null.
pub(super) enum Presence {
    /// It refuses.
    Insisted,
    /// It takes this.
    Defaulted(TokenStream),
    /// It takes an empty list.
    List,
    /// It takes nothing.
    Optional,
}

impl Field<'_> {
    /// The type of the field.
    pub(super) fn kind(&self) -> TokenStream {
        let value = &self.value;
        match self.presence {
            Presence::Optional => quote!(Option<#value>),
            _ => quote!(#value),
        }
    }

    pub(super) fn is_insisted(&self) -> bool {
        matches!(self.presence, Presence::Insisted)
    }

    /// Whether it is not for `Debug` to show.
    pub(super) fn is_secret(&self) -> bool {
        self.value.to_string() == "SecretText"
    }
}

/// A schema's properties as fields, in the order of the wire.
pub(super) fn fields<'a>(
    contract: &'a Contract,
    name: &str,
    schema: &'a Schema,
) -> Outcome<Vec<Field<'a>>> {
    let field = |(wire, property): (&'a str, &'a Property)| {
        let shape = property.shape()?;
        let may_be_absent = contract.may_be_absent(name, wire);
        let presence = presence(contract, property, &shape, may_be_absent)?;
        Ok(Field {
            wire,
            also_read_as: &property.also_read_as,
            ident: ident(&snake(wire)),
            doc: format!(" `{wire}`: {}", property.description),
            value: rust_type(&shape)?,
            is_strict: property.is_strict || matches!(presence, Presence::Insisted),
            presence,
            may_be_absent,
        })
    };
    schema.modelled().map(field).collect()
}

fn presence(
    contract: &Contract,
    property: &Property,
    shape: &Shape,
    may_be_absent: bool,
) -> Outcome<Presence> {
    Ok(match (shape, &property.default) {
        _ if property.is_nullable() => Presence::Optional,
        (Shape::List(_), _) => Presence::List,
        _ if may_be_absent => Presence::Optional,
        (shape, Some(default)) => Presence::Defaulted(default_value(contract, shape, default)?),
        (_, None) => Presence::Insisted,
    })
}

/// The type that holds a value of this shape.
pub(super) fn rust_type(shape: &Shape) -> Outcome<TokenStream> {
    Ok(match shape {
        Shape::Named(name) => {
            let name = ident(name);
            quote!(#name)
        }
        Shape::List(element) => {
            let element = rust_type(element)?;
            quote!(Vec<#element>)
        }
        Shape::Any => quote!(serde_json::Value),
        Shape::Plain(plain, format) => match (plain.as_str(), format.as_deref()) {
            ("string", None | Some("uuid")) => quote!(String),
            ("string", Some("date-time")) => quote!(Timestamp),
            ("string", Some("sha1")) => quote!(Sha1),
            ("string", Some("machine-id")) => quote!(MachineId),
            ("string", Some("machine-action-id")) => quote!(ActionId),
            ("string", Some("indicator-id")) => quote!(IndicatorId),
            ("string", Some("comment")) => quote!(Comment),
            ("string", Some("secret")) => quote!(SecretText),
            ("integer", Some("int32")) => quote!(i32),
            ("integer", Some("int64")) => quote!(i64),
            ("boolean", None) => quote!(bool),
            other => return Err(format!("no Rust type for {other:?}").into()),
        },
    })
}

fn default_value(contract: &Contract, shape: &Shape, default: &Value) -> Outcome<TokenStream> {
    Ok(match (shape, default) {
        (Shape::Named(name), Value::String(text)) => {
            let known = contract.document.schema(name)?.values.contains(text);
            let name = ident(name);
            if known {
                let variant = ident(&upper_camel(text));
                quote!(#name::#variant)
            } else {
                quote!(#name::from(#text))
            }
        }
        (Shape::Plain(_, Some(format)), Value::String(text)) if format == "date-time" => {
            if text != "0001-01-01T00:00:00Z" {
                return Err(format!("no constant for the moment {text}").into());
            }
            quote!(Timestamp::NEVER)
        }
        (Shape::Plain(_, None), Value::String(text)) if text.is_empty() => quote!(String::new()),
        (Shape::Plain(_, None), Value::String(text)) => quote!(#text.to_owned()),
        (_, Value::Bool(value)) => quote!(#value),
        (_, Value::Number(number)) => number.to_string().parse::<TokenStream>().context(number)?,
        (shape, other) => return Err(format!("no default {other} for {shape:?}").into()),
    })
}
