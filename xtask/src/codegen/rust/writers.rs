//! `writers.rs`: what the service emits, in its order and with its nulls.

use proc_macro2::TokenStream;
use quote::quote;

use super::field::{Field, Presence, fields};
use crate::codegen::contract::{Contract, Resource};
use crate::codegen::names::ident;
use crate::failure::Outcome;

pub(super) fn writers(contract: &Contract, resource: &Resource) -> Outcome<TokenStream> {
    let answers = resource
        .objects()
        .map(|(name, schema)| Ok(writer(name, &fields(contract, name, schema)?, true)))
        .collect::<Outcome<Vec<_>>>()?;
    let requests = resource
        .requests()
        .map(|(name, schema)| Ok(writer(name, &fields(contract, name, schema)?, false)))
        .collect::<Outcome<Vec<_>>>()?;
    Ok(quote! {
        //! How answers and requests are written: in the service's order, with its nulls.

        use serde::ser::{Serialize, SerializeMap, Serializer};

        use crate::*;

        #(#answers)*
        #(#requests)*
    })
}

fn writer(name: &str, fields: &[Field<'_>], has_extra: bool) -> TokenStream {
    let name = ident(name);
    let entries = fields.iter().map(entry);
    let extra = has_extra.then(|| quote!(wire::extra(&mut object, &self.extra)?;));
    quote! {
        impl Serialize for #name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut object = serializer.serialize_map(None)?;
                #(#entries)*
                #extra
                object.end()
            }
        }
    }
}

fn entry(field: &Field<'_>) -> TokenStream {
    let (ident, wire) = (&field.ident, field.wire);
    match field.presence {
        Presence::Optional if field.may_be_absent => {
            quote!(wire::entry(&mut object, #wire, self.#ident.as_ref())?;)
        }
        Presence::List if field.may_be_absent => quote! {
            wire::entry(&mut object, #wire, Some(&self.#ident).filter(|list| !list.is_empty()))?;
        },
        _ => quote!(object.serialize_entry(#wire, &self.#ident)?;),
    }
}
