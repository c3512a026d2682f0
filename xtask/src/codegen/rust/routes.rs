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
    let arms = most_specific_first(&operations).into_iter().map(arm);
    let samples = operations.iter().map(sample);
    Ok(quote! {
        //! Which operation a request asks for, by its method and its path.

        use quell_model::{OperationInfo, operations};

        use crate::odata::call_arguments;

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
            /// Looks a path up. Its fixed segments are matched without regard to case, a slash at its
            /// end is passed over, and `/api/v1.0` is the same as `/api`.
            pub(crate) fn find(method: &str, path: &'a str) -> Found<'a> {
                let path = path.strip_prefix('/').unwrap_or(path);
                let path = path.strip_suffix('/').unwrap_or(path);
                let segments: Vec<&'a str> = path.split('/').collect();
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

            /// Every operation at a path, with its method; one whose path says more comes first.
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
                    assert_eq!(Route::find(method, &format!("{path}/")), Found::Route(route));
                    assert_ne!(Route::find(method, &format!("{path}//")), Found::Route(route));
                }
            }

            #[test]
            fn other_methods_and_other_paths_are_told_apart() {
                for &(_, path, _) in SAMPLES {
                    assert_eq!(Route::find("PATCH", path), Found::OtherMethod);
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

/// What stands between two slashes of a path.
enum Segment<'a> {
    /// This word, in any case.
    Fixed(&'a str),
    /// Whatever a caller put there.
    Parameter(&'a str),
    /// A function of OData's with named arguments, each of them a parameter.
    Call {
        function: &'a str,
        arguments: Vec<Argument<'a>>,
    },
}

/// `ip='{ip}'`: the name, and the value with its parameter in it.
struct Argument<'a> {
    name: &'a str,
    value: &'a str,
}

impl<'a> Segment<'a> {
    fn of(text: &'a str) -> Self {
        if let Some(name) = text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'))
        {
            return Self::Parameter(name);
        }
        match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            Some((function, arguments)) => Self::Call {
                function,
                arguments: arguments
                    .split(',')
                    .filter_map(|argument| argument.split_once('='))
                    .map(|(name, value)| Argument { name, value })
                    .collect(),
            },
            None => Self::Fixed(text),
        }
    }

    fn parameters(&self) -> Vec<String> {
        match self {
            Self::Fixed(_) => Vec::new(),
            Self::Parameter(name) => vec![snake(name)],
            Self::Call { arguments, .. } => arguments.iter().map(Argument::parameter).collect(),
        }
    }

    /// How little it says of what matches it.
    const fn vagueness(&self) -> usize {
        match self {
            Self::Fixed(_) => 0,
            Self::Call { .. } => 1,
            Self::Parameter(_) => 2,
        }
    }
}

impl Argument<'_> {
    fn parameter(&self) -> String {
        snake(self.value.trim_matches(['\'', '{', '}']))
    }

    /// The value with `X` for its parameter.
    fn sample(&self) -> String {
        self.value
            .split_once('{')
            .and_then(|(before, rest)| Some((before, rest.split_once('}')?.1)))
            .map_or_else(String::new, |(before, after)| format!("{before}X{after}"))
    }
}

/// An operation with `X` for every parameter.
fn sample(operation: &Operation<'_>) -> TokenStream {
    let (name, method) = (ident(&upper_camel(operation.id)), operation.method);
    let mut path = String::new();
    let mut values = Vec::new();
    for segment in segments(operation.path) {
        path.push('/');
        match segment {
            Segment::Fixed(word) => path.push_str(word),
            Segment::Parameter(_) => {
                path.push('X');
                values.push("X".to_owned());
            }
            Segment::Call {
                function,
                arguments,
            } => {
                let given = arguments.iter().map(Argument::sample);
                values.extend(given.clone());
                let given = arguments.iter().zip(given);
                let given = given.map(|(argument, value)| format!("{}={value}", argument.name));
                path.push_str(&format!(
                    "{function}({})",
                    given.collect::<Vec<_>>().join(",")
                ));
            }
        }
    }
    let names = parameters(operation.path);
    let fields = names.iter().map(|name| ident(name));
    let value = if names.is_empty() {
        quote!()
    } else {
        quote!({ #(#fields: #values),* })
    };
    quote!((#method, #path, Route::#name #value))
}

/// `findbytag` before `{machineId}`: what matches less is looked at first.
fn most_specific_first<'a, 'b>(operations: &'b [Operation<'a>]) -> Vec<&'b Operation<'a>> {
    let mut sorted: Vec<_> = operations.iter().collect();
    sorted.sort_by_key(|operation| {
        let segments = segments(operation.path);
        segments.iter().map(Segment::vagueness).sum::<usize>()
    });
    sorted
}

/// The parameters of a path.
fn parameters(path: &str) -> Vec<String> {
    segments(path)
        .iter()
        .flat_map(Segment::parameters)
        .collect()
}

fn segments(path: &str) -> Vec<Segment<'_>> {
    path.trim_start_matches('/')
        .split('/')
        .map(Segment::of)
        .collect()
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
    let mut conditions = Vec::new();
    let mut pattern = Vec::new();
    for (index, segment) in segments(operation.path).iter().enumerate() {
        let bound = ident(&format!("fixed{index}"));
        match segment {
            Segment::Parameter(parameter) => {
                pattern.push(ident(&snake(parameter)));
                continue;
            }
            Segment::Fixed(word) => conditions.push(quote!(is(#bound, #word))),
            Segment::Call {
                function,
                arguments,
            } => {
                let values = segment.parameters();
                let values = values.iter().map(|name| ident(name));
                let names = arguments.iter().map(|argument| argument.name);
                conditions.push(quote!(
                    let Some([#(#values),*]) = call_arguments(#bound, #function, [#(#names),*])
                ));
            }
        }
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
        if let [#(#pattern),*] = *segments && #(#conditions)&&* {
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
        assert!(before.contains("\"findbyip\""));
        for name in ["getFile", "findMachinesByIp"] {
            contract.operations.get_mut(name).expect("a row").served = false;
        }
        let after = routes(&contract).expect("generated").to_string();
        assert!(!after.contains("GetFile {") && !after.contains("findbyip"));
        assert!(after.contains("IssueToken"));
    }

    #[test]
    fn call_has_its_arguments_as_parameters() {
        let path = "/api/machines/findbyip(ip='{ip}',timestamp={timeStamp})";
        assert_eq!(parameters(path), ["ip", "time_stamp"]);
        let segment = Segment::of("findbyip(ip='{ip}',timestamp={timeStamp})");
        let Segment::Call {
            function,
            arguments,
        } = segment
        else {
            panic!("no call")
        };
        let samples: Vec<_> = arguments.iter().map(Argument::sample).collect();
        assert_eq!(
            (function, samples),
            ("findbyip", vec!["'X'".to_owned(), "X".to_owned()])
        );
    }
}
