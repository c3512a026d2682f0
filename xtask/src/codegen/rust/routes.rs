//! The server's `routes.rs`: which operation a request's method and path ask for.

use proc_macro2::TokenStream;
use quote::quote;

use crate::codegen::contract::{Contract, Operation};
use crate::codegen::names::{ident, screaming, snake, upper_camel};
use crate::failure::Outcome;

pub(in crate::codegen) fn routes(contract: &Contract) -> Outcome<TokenStream> {
    let operations = contract.document.operations()?;
    let variants = operations.iter().map(variant);
    let infos = operations.iter().map(info);
    let arms = operations.iter().map(arm);
    Ok(quote! {
        //! Which operation a request asks for, by its method and its path.

        use quell_model::{OperationInfo, operations};

        /// An operation, with the parameters of its path as they were sent: percent-encoded.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Route<'a> {
            #(#variants)*
        }

        /// What is at a path.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Found<'a> {
            /// This operation.
            Route(Route<'a>),
            /// Something, but not by this method.
            OtherMethod,
            /// Nothing.
            Nothing,
        }

        impl<'a> Route<'a> {
            /// Looks a path up. Its fixed segments are matched without regard to case, and
            /// `/api/v1.0` is the same as `/api`.
            pub(crate) fn find(method: &str, path: &'a str) -> Found<'a> {
                let segments: Vec<&'a str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
                let found = match segments.as_slice() {
                    [api, version, rest @ ..]
                        if api.eq_ignore_ascii_case("api") && version.eq_ignore_ascii_case("v1.0") =>
                    {
                        let unversioned: Vec<&'a str> = [*api].iter().chain(rest).copied().collect();
                        Self::at(&unversioned)
                    }
                    segments => Self::at(segments),
                };
                match found.iter().find(|(known, _)| *known == method) {
                    Some((_, route)) => Found::Route(*route),
                    None if found.is_empty() => Found::Nothing,
                    None => Found::OtherMethod,
                }
            }

            /// Every operation at a path, with its method.
            fn at(segments: &[&'a str]) -> Vec<(&'static str, Self)> {
                let is = |segment: &str, fixed: &str| segment.eq_ignore_ascii_case(fixed);
                let mut found = Vec::new();
                #(#arms)*
                found
            }

            /// What is known of the operation; the token endpoint is none of the API's.
            pub(crate) fn info(self) -> Option<&'static OperationInfo> {
                match self {
                    #(#infos)*
                }
            }
        }
    })
}

/// The parameters of a path.
fn parameters(path: &str) -> Vec<String> {
    segments(path)
        .into_iter()
        .filter_map(|one| parameter(one).map(snake))
        .collect()
}

fn segments(path: &str) -> Vec<&str> {
    path.trim_start_matches('/').split('/').collect()
}

fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn variant(operation: &Operation<'_>) -> TokenStream {
    let name = ident(&upper_camel(operation.id));
    let doc = format!(
        " `{} {}`: {}",
        operation.method, operation.path, operation.summary
    );
    let names = parameters(operation.path);
    let docs = names.iter().map(|name| format!(" The parameter {name}."));
    let fields = names.iter().map(|name| ident(name));
    let body = if names.is_empty() {
        quote!()
    } else {
        quote!({ #(#[doc = #docs] #fields: &'a str,)* })
    };
    quote!(#[doc = #doc] #name #body,)
}

fn info(operation: &Operation<'_>) -> TokenStream {
    let name = ident(&upper_camel(operation.id));
    let rest = if parameters(operation.path).is_empty() {
        quote!()
    } else {
        quote!({ .. })
    };
    if operation.needs_token {
        let constant = ident(&screaming(operation.id));
        quote!(Self::#name #rest => Some(&operations::#constant),)
    } else {
        quote!(Self::#name #rest => None,)
    }
}

fn arm(operation: &Operation<'_>) -> TokenStream {
    let name = ident(&upper_camel(operation.id));
    let method = operation.method;
    let mut fixed = Vec::new();
    let mut pattern = Vec::new();
    for (index, segment) in segments(operation.path).into_iter().enumerate() {
        let bound = match parameter(segment) {
            Some(parameter) => ident(&snake(parameter)),
            None => {
                let bound = ident(&format!("fixed{index}"));
                fixed.push(quote!(is(#bound, #segment)));
                bound
            }
        };
        pattern.push(bound);
    }
    let fields: Vec<_> = parameters(operation.path)
        .iter()
        .map(|name| ident(name))
        .collect();
    let value = if fields.is_empty() {
        quote!()
    } else {
        quote!({ #(#fields),* })
    };
    quote! {
        if let [#(#pattern),*] = *segments && #(#fixed)&&* {
            found.push((#method, Self::#name #value));
        }
    }
}
