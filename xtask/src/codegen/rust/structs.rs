//! `structs.rs`: what answers consist of, and how a server makes one.

use proc_macro2::TokenStream;
use quote::quote;

use super::field::{Field, Presence, fields};
use crate::codegen::contract::{Contract, Resource};
use crate::codegen::names::ident;
use crate::failure::Outcome;

pub(super) fn structs(contract: &Contract, resource: &Resource) -> Outcome<TokenStream> {
    let structs = resource
        .objects()
        .map(|(name, schema)| {
            Ok(object(
                name,
                &schema.description,
                &fields(contract, name, schema)?,
            ))
        })
        .collect::<Outcome<Vec<_>>>()?;
    Ok(quote! {
        //! What answers consist of. Each keeps the properties that this version does not know.

        use crate::*;

        #(#structs)*
    })
}

fn object(name: &str, description: &str, fields: &[Field<'_>]) -> TokenStream {
    let doc = format!(" {description}");
    let name = ident(name);
    let members = fields.iter().map(|Field { ident, doc, .. }| (ident, doc));
    let (idents, docs): (Vec<_>, Vec<_>) = members.unzip();
    let kinds = fields.iter().map(Field::kind);
    let constructor = constructor(fields);
    let default = (!fields.iter().any(Field::is_insisted)).then(|| {
        quote! {
            impl Default for #name {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct #name {
            #(#[doc = #docs] pub #idents: #kinds,)*
            /// Properties that this version does not know.
            pub extra: Extra,
        }

        impl #name {
            #constructor
        }

        #default
    }
}

/// Takes what every reader insists on; the rest is as if the service had said nothing.
fn constructor(fields: &[Field<'_>]) -> TokenStream {
    let insisted: Vec<_> = fields.iter().filter(|field| field.is_insisted()).collect();
    let arguments = insisted.iter().map(|field| &field.ident);
    let kinds = insisted.iter().map(|field| &field.value);
    let members = fields.iter().map(|field| {
        let ident = &field.ident;
        match &field.presence {
            Presence::Insisted => quote!(#ident),
            Presence::Defaulted(default) => quote!(#ident: #default),
            Presence::List => quote!(#ident: Vec::new()),
            Presence::Optional => quote!(#ident: None),
        }
    });
    quote! {
        /// One with everything else as it is when the service says nothing of it.
        #[must_use]
        pub fn new(#(#arguments: #kinds),*) -> Self {
            Self { #(#members,)* extra: Extra::new() }
        }
    }
}
