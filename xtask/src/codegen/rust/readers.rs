//! `readers.rs`: the lenient face of answers.

use proc_macro2::TokenStream;
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
    let names = ident(&format!("{}_NAMES", screaming(name)));
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
    let wires = fields.iter().map(|field| field.wire);
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let members = fields.iter().map(member);
    quote! {
        const #names: Names = Names(&[#(#spellings),*]);

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
                        #(#wires => wire::fill(&mut object, &mut #idents)?,)*
                        _ => wire::keep(&mut object, &mut extra, name)?,
                    }
                }
                Ok(#name { #(#members,)* extra })
            }
        }

        wire::as_serde_reads!(#name);
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
