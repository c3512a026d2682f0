//! `properties.rs`: the properties that filters may name, typed by what they hold.

use proc_macro2::TokenStream;
use quote::quote;

use super::field::rust_type;
use crate::codegen::contract::{Contract, Shape};
use crate::codegen::names::{ident, screaming, snake};
use crate::failure::{Context, Outcome};

/// Collections with a filter: the operation, and the schema of its elements.
const FILTERED: [(&str, &str); 2] = [
    ("listMachineActions", "MachineAction"),
    ("listMachines", "Machine"),
];

pub(super) fn properties(contract: &Contract) -> Outcome<TokenStream> {
    let modules = FILTERED
        .iter()
        .map(|(operation, schema)| module(contract, operation, schema))
        .collect::<Outcome<Vec<_>>>()?;
    Ok(quote! {
        //! What filters and orders may name.

        #(#modules)*
    })
}

fn module(contract: &Contract, operation: &str, schema: &str) -> Outcome<TokenStream> {
    let row = contract
        .operations
        .get(operation)
        .context(format_args!("no row {operation}"))?;
    let properties = row
        .filter
        .iter()
        .map(|name| property(contract, schema, name))
        .collect::<Outcome<Vec<_>>>()?;
    let doc = format!(" Properties of a {schema} that a filter of {operation} may name.");
    let module = ident(&snake(schema));
    Ok(quote! {
        #[doc = #doc]
        pub mod #module {
            use crate::*;


            #(#properties)*
        }
    })
}

fn property(contract: &Contract, schema: &str, name: &str) -> Outcome<TokenStream> {
    let property = contract.document.schema(schema)?.properties().get(name);
    let property = property.context(format_args!("{schema} has no property {name}"))?;
    let value = match property.shape()? {
        Shape::List(_) => quote!(odata::Tags),
        shape => rust_type(&shape)?,
    };
    let (constant, entity) = (ident(&screaming(name)), ident(schema));
    let doc = format!(" `{name}`: {}", property.description);
    Ok(quote! {
        #[doc = #doc]
        pub const #constant: odata::Property<#entity, #value> = odata::Property::new(#name);
    })
}
