//! The server's `routes.rs`: which operation a request's method and path ask for.

use proc_macro2::TokenStream;
use quote::quote;

use crate::codegen::contract::{Contract, Operation};
use crate::codegen::names::{ident, screaming, snake, upper_camel};
use crate::failure::Outcome;

pub(in crate::codegen) fn routes(contract: &Contract) -> Outcome<TokenStream> {
    let operations = served(contract)?;
    let variants = operations.iter().map(variant);
    let infos = operations.iter().map(info);
    let arms = operations.iter().map(arm);
    let samples = operations.iter().map(sample);
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

        #[cfg(test)]
        mod tests {
            use super::*;

            /// Every operation: method, path, and what it is.
            const SAMPLES: &[(&str, &str, Route<'_>)] = &[#(#samples),*];

            #[test]
            fn every_operation_is_found_in_any_case_and_version() {
                for &(method, path, route) in SAMPLES {
                    assert_eq!(Route::find(method, path), Found::Route(route));
                    assert_eq!(Route::find(method, &path.to_uppercase()), Found::Route(route));
                    let versioned = path.replacen("/api/", "/Api/V1.0/", 1);
                    assert_eq!(Route::find(method, &versioned), Found::Route(route));
                }
            }

            #[test]
            fn other_methods_and_other_paths_are_told_apart() {
                for &(_, path, _) in SAMPLES {
                    assert_eq!(Route::find("DELETE", path), Found::OtherMethod);
                    for other in [format!("/more{path}"), format!("{path}/x/y/z")] {
                        assert_eq!(Route::find("GET", &other), Found::Nothing, "{other}");
                    }
                }
            }
        }
    })
}

/// The operations that quell's own server has: the token endpoint's, and those whose row says so.
fn served(contract: &Contract) -> Outcome<Vec<Operation<'_>>> {
    let mut served = Vec::new();
    for operation in contract.document.operations()? {
        if !operation.needs_token || contract.row(&operation)?.served {
            served.push(operation);
        }
    }
    Ok(served)
}

/// An operation with `X` for every parameter.
fn sample(operation: &Operation<'_>) -> TokenStream {
    let (name, method) = (ident(&upper_camel(operation.id)), operation.method);
    let filled = |segment| {
        if parameter(segment).is_some() {
            "X"
        } else {
            segment
        }
    };
    let path: String = segments(operation.path)
        .into_iter()
        .map(|one| format!("/{}", filled(one)))
        .collect();
    let names = parameters(operation.path);
    let fields = names.iter().map(|name| ident(name));
    let value = if names.is_empty() {
        quote!()
    } else {
        quote!({ #(#fields: "X"),* })
    };
    quote!((#method, #path, Route::#name #value))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_for_what_the_server_has() {
        let folder = crate::workspace::root().expect("a root").join("docs/api");
        let mut contract = Contract::read(&folder).expect("readable");
        let before = routes(&contract).expect("generated").to_string();
        assert!(before.contains("GetFile") && before.contains("IssueToken"));
        assert!(!before.contains("Isolate") && !before.contains("findbyip"));
        let row = contract.operations.get_mut("getFile").expect("a row");
        row.served = false;
        let after = routes(&contract).expect("generated").to_string();
        assert!(!after.contains("GetFile") && after.contains("IssueToken"));
    }
}
