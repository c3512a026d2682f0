//! The contract as Rust: one generator for each file.

mod enums;
mod error_codes;
mod field;
mod hosts;
mod limits;
mod objects;
mod operations;
mod permissions;
mod properties;
mod readers;
mod readings;
mod requests;
mod routes;
mod structs;
mod writers;

use proc_macro2::TokenStream;
use quote::quote;

use super::contract::{Contract, Resource};
use super::names::{ident, snake};
use crate::failure::Outcome;

pub(super) use readings::readings;
pub(super) use routes::routes;

/// The model's file that is written as text.
pub(super) fn objects(contract: &Contract) -> Outcome<(&'static str, String)> {
    Ok(("objects", objects::objects(contract)?))
}

/// The model's files: name without ending, and contents.
pub(super) fn model(contract: &Contract) -> Outcome<Vec<(String, TokenStream)>> {
    let mut files = vec![
        (
            "error_codes".to_owned(),
            error_codes::error_codes(contract)?,
        ),
        ("hosts".to_owned(), hosts::hosts(contract)?),
        ("limits".to_owned(), limits::limits(contract)?),
        ("operations".to_owned(), operations::operations(contract)?),
        ("permissions".to_owned(), permissions::permissions(contract)),
        ("properties".to_owned(), properties::properties(contract)?),
    ];
    let mut modules = Vec::new();
    for resource in &contract.document.resources {
        let parts = parts(contract, resource)?;
        if parts.is_empty() {
            continue;
        }
        let module = ident(&snake(&resource.name));
        let cfg = feature(resource.feature()?);
        modules.push(quote!(#cfg mod #module;));
        modules.push(quote!(#cfg pub use #module::*;));
        files.push((format!("schemas/{module}"), index(&parts)));
        for Part { name, tokens, .. } in parts {
            files.push((format!("schemas/{module}/{name}"), tokens));
        }
    }
    let schemas = quote! {
        //! Objects, requests and enumerations: a module for each resource.

        #(#modules)*
    };
    files.push(("schemas".to_owned(), schemas));
    Ok(files)
}

/// A file of a resource.
struct Part {
    name: &'static str,
    /// Whether it has names of its own, rather than behavior of others' types.
    names: bool,
    tokens: TokenStream,
}

/// The files of a resource that have something in them.
fn parts(contract: &Contract, resource: &Resource) -> Outcome<Vec<Part>> {
    let mut parts = Vec::new();
    let mut part = |name, names, tokens| {
        parts.push(Part {
            name,
            names,
            tokens,
        })
    };
    let has_objects = resource.objects().next().is_some();
    let has_requests = resource.requests().next().is_some();
    if resource.enumerations().next().is_some() {
        part("enums", true, enums::enums(resource));
    }
    if has_objects {
        part("structs", true, structs::structs(contract, resource)?);
        part("readers", false, readers::readers(contract, resource)?);
    }
    if has_requests {
        part("requests", true, requests::requests(contract, resource)?);
    }
    if has_objects || has_requests {
        part("writers", false, writers::writers(contract, resource)?);
    }
    Ok(parts)
}

fn index(parts: &[Part]) -> TokenStream {
    let modules = parts.iter().map(|part| ident(part.name));
    let named = parts.iter().filter(|part| part.names);
    let named = named.map(|part| ident(part.name));
    quote! {
        #(mod #modules;)*
        #(pub use #named::*;)*
    }
}

/// The attribute that puts an item behind a feature, if it is behind one.
fn feature(name: Option<&str>) -> TokenStream {
    name.map_or_else(TokenStream::new, |name| quote!(#[cfg(feature = #name)]))
}
