//! `properties.rs`: the properties that queries may name, typed by what they hold.

use proc_macro2::TokenStream;
use quote::quote;

use super::field::rust_type;
use crate::codegen::contract::{Contract, Operation, Shape};
use crate::codegen::names::{ident, screaming, snake, upper_camel};
use crate::failure::{Context, Outcome};

/// What may be asked of collections of one entity.
struct Collection<'a> {
    entity: &'a str,
    filter: &'a [String],
    operations: Vec<&'a str>,
}

pub(super) fn properties(contract: &Contract) -> Outcome<TokenStream> {
    let operations = contract.document.operations()?;
    let modules = collections(contract, &operations)?
        .iter()
        .map(|one| module(contract, one))
        .collect::<Outcome<Vec<_>>>()?;
    Ok(quote! {
        //! What queries of collections may name: a module for each entity.

        #(#modules)*
    })
}

/// Entities that can be filtered. Every operation that can filter an entity takes the same
/// properties; one that differed would need properties of its own.
fn collections<'a>(
    contract: &'a Contract,
    operations: &[Operation<'a>],
) -> Outcome<Vec<Collection<'a>>> {
    let mut collections: Vec<Collection<'_>> = Vec::new();
    for operation in operations.iter().filter(|one| one.needs_token) {
        let row = contract.row(operation)?;
        let Some(entity) = row.entity.as_deref().filter(|_| !row.filter.is_empty()) else {
            continue;
        };
        match collections.iter_mut().find(|one| one.entity == entity) {
            Some(known) if known.filter == row.filter => known.operations.push(operation.id),
            Some(_) => {
                let name = operation.id;
                return Err(format!("{name}: {entity} is filtered by others elsewhere").into());
            }
            None => collections.push(Collection {
                entity,
                filter: &row.filter,
                operations: vec![operation.id],
            }),
        }
    }
    Ok(collections)
}

fn module(contract: &Contract, collection: &Collection<'_>) -> Outcome<TokenStream> {
    let Collection { entity, filter, .. } = collection;
    let properties = filter
        .iter()
        .map(|name| property(contract, entity, name))
        .collect::<Outcome<Vec<_>>>()?;
    let schema = contract.document.schema(entity)?;
    let selectable = schema.properties().iter().map(|(name, _)| name);
    let selectable = selectable.filter(|name| !name.starts_with('@'));
    let links = collection
        .operations
        .iter()
        .map(|one| format!("[`{0}`](crate::{0})", upper_camel(one)))
        .collect::<Vec<_>>()
        .join(" and ");
    let doc = format!(
        " Properties of [`{entity}`](crate::{entity}) that a filter of {links} may name, and an order where it takes one."
    );
    let module = ident(&snake(entity));
    Ok(quote! {
        #[doc = #doc]
        pub mod #module {
            use crate::*;

            /// Every property, by its name on the wire: what a `$select` may name.
            pub const SELECTABLE: &[&str] = &[#(#selectable),*];

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
