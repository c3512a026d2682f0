//! `readers.rs`: the lenient face of answers.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::field::{Field, Presence, fields};
use crate::codegen::contract::{Contract, Resource};
use crate::codegen::names::{ident, screaming};
use crate::failure::Outcome;

pub(super) fn readers(contract: &Contract, resource: &Resource) -> Outcome<TokenStream> {
    let readers = resource
        .objects()
        .map(|(name, schema)| Ok(reader(name, &fields(contract, name, schema)?)))
        .collect::<Outcome<Vec<_>>>()?;
    Ok(quote! {
        //! How answers are read: leniently, see `wire`.

        use std::fmt;

        use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

        use crate::wire::{self, Names};
        use crate::*;

        #(#readers)*
    })
}

fn reader(name: &str, fields: &[Field<'_>]) -> TokenStream {
    let names = names(name);
    let visitor = ident(&format!("{name}Visitor"));
    let expecting = format!("the object {name}");
    let name = ident(name);
    let spellings = fields.iter().flat_map(|field| {
        let wire = field.wire;
        let also = field
            .also_read_as
            .iter()
            .map(move |seen| quote!((#seen, #wire)));
        std::iter::once(quote!((#wire, #wire))).chain(also)
    });
    let arms = fields.iter().map(arm);
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let members = fields.iter().map(member);
    quote! {
        pub(super) const #names: Names = Names(&[#(#spellings),*]);

        impl<'de> Deserialize<'de> for #name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map(#visitor)
            }
        }

        struct #visitor;

        impl<'de> Visitor<'de> for #visitor {
            type Value = #name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(#expecting)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<#name, A::Error> {
                #(let mut #idents = None;)*
                let mut extra = Extra::new();
                while let Some(name) = object.next_key_seed(#names)? {
                    match name.as_ref() {
                        #(#arms)*
                        _ => wire::keep(&mut object, &mut extra, name)?,
                    }
                }
                Ok(#name { #(#members,)* extra })
            }
        }

        wire::object!(#name, #visitor);
    }
}

/// The constant with an object's names, by which its writer tells what is not known.
pub(super) fn names(name: &str) -> Ident {
    ident(&format!("{}_NAMES", screaming(name)))
}

/// How a property's value is read.
fn arm(field: &Field<'_>) -> TokenStream {
    let Field { ident, wire, .. } = field;
    if field.is_strict {
        quote!(#wire => wire::insist(&mut object, #wire, &mut #ident)?,)
    } else {
        quote!(#wire => wire::fill(&mut object, &mut extra, name, &mut #ident)?,)
    }
}

/// What becomes of a property when the object has been read.
fn member(field: &Field<'_>) -> TokenStream {
    let (ident, wire) = (&field.ident, field.wire);
    match &field.presence {
        Presence::Insisted => quote!(#ident: #ident.ok_or_else(|| A::Error::missing_field(#wire))?),
        Presence::Defaulted(default) => match default.to_string().as_str() {
            "0" | "false" | "String :: new ()" => quote!(#ident: #ident.unwrap_or_default()),
            text if text.contains('(') => quote!(#ident: #ident.unwrap_or_else(|| #default)),
            _ => quote!(#ident: #ident.unwrap_or(#default)),
        },
        Presence::List => quote!(#ident: #ident.unwrap_or_default()),
        Presence::Optional => quote!(#ident),
    }
}
