//! `enums.rs`: open enumerations.

use proc_macro2::TokenStream;
use quote::quote;

use crate::codegen::contract::{Resource, Schema};
use crate::codegen::names::{ident, screaming, upper_camel};

/// A value of an enumeration.
pub(super) struct Variant {
    pub(super) name: String,
    pub(super) wire: String,
    pub(super) doc: String,
    pub(super) aliases: Vec<String>,
}

pub(super) fn enums(resource: &Resource) -> TokenStream {
    let enums = resource
        .enumerations()
        .map(|(name, schema)| open_enum(name, &schema.description, &variants(schema)));
    quote! {
        //! Open enumerations: known values, and any other as it came.

        use crate::open_enum::open_enum;

        #(#enums)*
    }
}

fn variants(schema: &Schema) -> Vec<Variant> {
    let variant = |wire: &String| Variant {
        name: upper_camel(wire),
        wire: wire.clone(),
        doc: match schema.value_descriptions.get(wire) {
            Some(text) => format!(" `{wire}`: {text}"),
            None => format!(" `{wire}`."),
        },
        aliases: schema
            .value_aliases
            .iter()
            .filter(|(_, known)| *known == wire)
            .map(|(alias, _)| alias.clone())
            .collect(),
    };
    schema.values.iter().map(variant).collect()
}

/// An enumeration with its spellings; a macro of the model adds what all of them can do.
pub(super) fn open_enum(name: &str, description: &str, variants: &[Variant]) -> TokenStream {
    let doc = format!(" {description}");
    let spellings = ident(&format!("{}_SPELLINGS", screaming(name)));
    let name = ident(name);
    let docs = variants.iter().map(|variant| &variant.doc);
    let names: Vec<_> = variants
        .iter()
        .map(|variant| ident(&variant.name))
        .collect();
    let wires: Vec<_> = variants.iter().map(|variant| &variant.wire).collect();
    let (aliases, aliased): (Vec<_>, Vec<_>) = variants
        .iter()
        .flat_map(|variant| {
            variant
                .aliases
                .iter()
                .map(|alias| (alias, ident(&variant.name)))
        })
        .unzip();
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#[doc = #docs] #names,)*
            /// A value that this version does not know, as it came. To make one, use `from`.
            UnknownValue(String),
        }

        impl #name {
            /// Every value that this version knows, in the service's order.
            pub const KNOWN: &'static [Self] = &[#(Self::#names),*];

            /// The value as the service writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#names => #wires,)*
                    Self::UnknownValue(text) => text,
                }
            }

            /// Whether this version knows the value.
            #[must_use]
            pub const fn is_known(&self) -> bool {
                !matches!(self, Self::UnknownValue(_))
            }
        }

        const #spellings: &[(&str, #name)] = &[
            #((#wires, #name::#names),)*
            #((#aliases, #name::#aliased),)*
        ];

        open_enum!(#name, #spellings);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::format;

    #[test]
    fn enumeration_as_it_is_written() {
        let variants = [Variant {
            name: "Cancelled".to_owned(),
            wire: "Cancelled".to_owned(),
            doc: " `Cancelled`: it ended so.".to_owned(),
            aliases: vec!["Canceled".to_owned()],
        }];
        let tokens = open_enum("ActionStatus", "How far it got.", &variants);
        let source = format::rust("enums", tokens).expect("formatted");
        assert_eq!(source, include_str!("golden/enum.rs.txt"));
    }
}
