//! `writers.rs`: what the service emits, in its order and with its nulls.

use proc_macro2::TokenStream;
use quote::quote;

use super::field::{Field, Presence, fields};
use super::readers;
use crate::codegen::contract::{Contract, Resource};
use crate::codegen::names::ident;
use crate::failure::Outcome;

pub(super) fn writers(contract: &Contract, resource: &Resource) -> Outcome<TokenStream> {
    let answers = resource
        .objects()
        .map(|(name, schema)| Ok(answer(name, &fields(contract, name, schema)?)))
        .collect::<Outcome<Vec<_>>>()?;
    let requests = resource
        .requests()
        .map(|(name, schema)| Ok(request(name, &fields(contract, name, schema)?)))
        .collect::<Outcome<Vec<_>>>()?;
    Ok(quote! {
        //! How answers and requests are written: in the service's order, with its nulls.

        use serde::ser::{Serialize, SerializeMap, Serializer};

        use crate::*;

        #(#answers)*
        #(#requests)*
    })
}

/// Writes an answer: with what its reader kept.
fn answer(name: &str, fields: &[Field<'_>]) -> TokenStream {
    let entries = fields.iter().map(|field| {
        let Field { ident, wire, .. } = field;
        let written = |by: &str, value: TokenStream| {
            let by = quote::format_ident!("{by}");
            quote!(wire::#by(&mut object, extra, #wire, #value)?;)
        };
        match &field.presence {
            _ if field.is_strict => quote!(object.serialize_entry(#wire, &self.#ident)?;),
            Presence::Optional if field.may_be_absent => {
                written("optional", quote!(self.#ident.as_ref()))
            }
            Presence::Optional => written("nullable", quote!(self.#ident.as_ref())),
            Presence::List if field.may_be_absent => {
                let list = quote!(Some(&self.#ident).filter(|list| !list.is_empty()));
                written("optional", list)
            }
            Presence::List => written("list", quote!(&self.#ident)),
            Presence::Defaulted(default) => {
                let default = function(default);
                written("defaulted", quote!(&self.#ident, #default))
            }
            Presence::Insisted => quote!(object.serialize_entry(#wire, &self.#ident)?;),
        }
    });
    let names = readers::names(name);
    let rest = quote!(wire::extra(&mut object, extra, super::readers::#names)?;);
    let takes = quote!(let extra = &self.extra;);
    serialize(name, &quote!(#takes #(#entries)* #rest))
}

/// What makes a default.
fn function(default: &TokenStream) -> TokenStream {
    match default.to_string().as_str() {
        "String :: new ()" => quote!(String::new),
        _ => quote!(|| #default),
    }
}

/// Writes a request, which has nothing that is not known.
fn request(name: &str, fields: &[Field<'_>]) -> TokenStream {
    let entries = fields.iter().map(|field| {
        let Field { ident, wire, .. } = field;
        match field.presence {
            Presence::Optional if field.may_be_absent => {
                quote!(wire::entry(&mut object, #wire, self.#ident.as_ref())?;)
            }
            Presence::List if field.may_be_absent => quote! {
                wire::entry(&mut object, #wire, Some(&self.#ident).filter(|list| !list.is_empty()))?;
            },
            _ => quote!(object.serialize_entry(#wire, &self.#ident)?;),
        }
    });
    serialize(name, &quote!(#(#entries)*))
}

fn serialize(name: &str, entries: &TokenStream) -> TokenStream {
    let name = ident(name);
    quote! {
        impl Serialize for #name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut object = serializer.serialize_map(None)?;
                #entries
                object.end()
            }
        }
    }
}
