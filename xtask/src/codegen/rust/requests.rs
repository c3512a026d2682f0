//! `requests.rs`: the strict face of requests.

use proc_macro2::TokenStream;
use quote::quote;

use super::field::{Field, Presence, fields};
use crate::codegen::contract::{Contract, Resource};
use crate::codegen::names::ident;
use crate::failure::Outcome;

pub(super) fn requests(contract: &Contract, resource: &Resource) -> Outcome<TokenStream> {
    let requests = resource
        .requests()
        .map(|(name, schema)| {
            Ok(request(
                name,
                &schema.description,
                &fields(contract, name, schema)?,
            ))
        })
        .collect::<Outcome<Vec<_>>>()?;
    Ok(quote! {
        //! What requests consist of, and how a server reads them: strictly, see `request`.

        use crate::request::RequestBody;
        use crate::*;

        #(#requests)*
    })
}

fn request(name: &str, description: &str, fields: &[Field<'_>]) -> TokenStream {
    let doc = format!(" {description}");
    let name = ident(name);
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let docs = fields.iter().map(|field| &field.doc);
    let kinds = fields.iter().map(Field::kind);
    let (needed, others): (Vec<_>, Vec<_>) = fields.iter().partition(|field| is_needed(field));
    let needed_idents: Vec<_> = needed.iter().map(|field| &field.ident).collect();
    let needed_kinds = needed.iter().map(|field| &field.value);
    let absent = others.iter().map(|field| {
        let ident = &field.ident;
        match field.presence {
            Presence::List => quote!(#ident: Vec::new()),
            _ => quote!(#ident: None),
        }
    });
    let taken = fields.iter().map(|field| {
        let (ident, wire) = (&field.ident, field.wire);
        match field.presence {
            _ if is_needed(field) => quote!(#ident: body.required(#wire)?),
            Presence::List => quote!(#ident: body.optional(#wire)?.unwrap_or_default()),
            _ => quote!(#ident: body.optional(#wire)?),
        }
    });
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct #name {
            #(#[doc = #docs] pub #idents: #kinds,)*
        }

        impl #name {
            /// A request with what is required, and nothing else.
            #[must_use]
            pub fn new(#(#needed_idents: #needed_kinds),*) -> Self {
                Self { #(#needed_idents,)* #(#absent,)* }
            }

            /// Reads a request's body, whatever bytes it is.
            ///
            /// # Errors
            /// [`RequestFault`] with the documented code and message.
            pub fn from_json(body: &[u8]) -> Result<Self, RequestFault> {
                let mut body = RequestBody::parse(body)?;
                Ok(Self { #(#taken,)* })
            }
        }
    }
}

/// Whether a request cannot be without it.
pub(super) fn is_needed(field: &Field<'_>) -> bool {
    let is_list = matches!(field.presence, Presence::List);
    field.is_insisted() || (is_list && !field.may_be_absent)
}
