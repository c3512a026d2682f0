//! `operations.rs`: what is known of each operation.

use proc_macro2::TokenStream;
use quote::quote;

use super::feature;
use crate::codegen::contract::{Contract, Operation};
use crate::codegen::names::{ident, screaming, upper_camel};
use crate::failure::Outcome;

/// Where the public documentation is.
const DOCUMENTATION: &str = "https://learn.microsoft.com/defender-endpoint/api/";

pub(super) fn operations(contract: &Contract) -> Outcome<TokenStream> {
    let operations = contract.document.operations()?;
    let operations: Vec<_> = operations.iter().filter(|one| one.needs_token).collect();
    let statics = operations
        .iter()
        .map(|one| {
            let (cfg, constant) = (behind(contract, one)?, ident(&screaming(one.id)));
            Ok(quote!(#cfg &#constant))
        })
        .collect::<Outcome<Vec<_>>>()?;
    let infos = operations
        .iter()
        .map(|one| info(contract, one))
        .collect::<Outcome<Vec<_>>>()?;
    Ok(quote! {
        //! Operations: method, path, permissions, limits, idempotency.

        use super::limits;
        use crate::operation::{AnyOf, Idempotency, Method, OperationInfo, QueryOption};

        /// Every operation that needs a token.
        pub static OPERATIONS: &[&OperationInfo] = &[#(#statics),*];

        #(#infos)*
    })
}

fn info(contract: &Contract, operation: &Operation<'_>) -> Outcome<TokenStream> {
    let row = contract.row(operation)?;
    let constant = ident(&screaming(operation.id));
    let (name, path, summary) = (upper_camel(operation.id), operation.path, operation.summary);
    let doc = format!(" {}: {}", name, summary);
    let method = ident(&upper_camel(&operation.method.to_lowercase()));
    let idempotency = ident(&upper_camel(&row.idempotency));
    let (application, delegated) = (halves(&row.application), halves(&row.delegated));
    let rate = ident(&screaming(&row.limits));
    let documentation = optional(
        row.page
            .as_ref()
            .map(|page| format!("{DOCUMENTATION}{page}")),
    );
    let (role, entity) = (optional(row.role.clone()), optional(row.entity.clone()));
    let (success, filter, cancelable) = (row.success, &row.filter, row.cancelable);
    let options = row.options.iter().map(|one| ident(&one.variant()));
    let cfg = behind(contract, operation)?;
    Ok(quote! {
        #[doc = #doc]
        #cfg
        pub static #constant: OperationInfo = OperationInfo {
            name: #name,
            summary: #summary,
            method: Method::#method,
            path: #path,
            success: #success,
            idempotency: Idempotency::#idempotency,
            application: #application,
            delegated: #delegated,
            role: #role,
            rate: &limits::#rate,
            entity: #entity,
            options: &[#(QueryOption::#options),*],
            filter: &[#(#filter),*],
            cancelable: #cancelable,
            documentation: #documentation,
        };
    })
}

/// The attribute of an operation that is behind a feature.
fn behind(contract: &Contract, operation: &Operation<'_>) -> Outcome<TokenStream> {
    Ok(feature(contract.row(operation)?.feature.as_deref()))
}

fn optional(text: Option<String>) -> TokenStream {
    text.map_or_else(|| quote!(None), |text| quote!(Some(#text)))
}

pub(super) fn halves(all_of: &[Vec<String>]) -> TokenStream {
    let halves = all_of.iter().map(|any_of| quote!(AnyOf(&[#(#any_of),*])));
    quote!(&[#(#halves),*])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_a_feature_is_not_there_without_it() {
        let folder = crate::workspace::root().expect("a root").join("docs/api");
        let contract = Contract::read(&folder).expect("readable");
        let source = operations(&contract).expect("generated").to_string();
        let cfg = quote!(#[cfg(feature = "high-risk")]).to_string();
        for name in ["OFFBOARD", "RUN_LIVE_RESPONSE", "GET_LIVE_RESPONSE_RESULT"] {
            assert!(
                source.contains(&format!("{cfg} & {name} ,")),
                "{name} in the list"
            );
            assert!(
                source.contains(&format!("{cfg} pub static {name} :")),
                "{name} itself"
            );
        }
        assert!(!source.contains(&format!("{cfg} pub static ISOLATE :")));
    }
}
