//! `structs.rs`: what answers consist of, and how a server makes one.

use proc_macro2::{Ident, TokenStream};
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
    let has_secret = fields.iter().any(Field::is_secret);
    let derived = (!has_secret).then(|| quote!(Debug,));
    let debug = has_secret.then(|| debug(&name, fields));
    quote! {
        #[doc = #doc]
        #[derive(Clone, #derived PartialEq, Eq)]
        #[non_exhaustive]
        pub struct #name {
            #(#[doc = #docs] pub #idents: #kinds,)*
            /// What no field holds: see [`Extra`].
            pub extra: Extra,
        }

        #debug

        impl #name {
            #constructor
        }

        #default
    }
}

/// Beside a secret may stand others that are not known, so only their names are shown.
fn debug(name: &Ident, fields: &[Field<'_>]) -> TokenStream {
    let shown = name.to_string();
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let names = idents.iter().map(|ident| ident.to_string());
    quote! {
        /// Shows no secret, and of what no field holds only the names: it may be secret too.
        impl std::fmt::Debug for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(#shown)
                    #(.field(#names, &self.#idents))*
                    .field("extra", &self.extra.keys())
                    .finish()
            }
        }
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
