//! `limits.rs`: rates and bounds.

use proc_macro2::TokenStream;
use quote::quote;

use crate::codegen::contract::{Bound, Contract};
use crate::codegen::names::{ident, screaming};
use crate::failure::Outcome;

pub(super) fn limits(contract: &Contract) -> Outcome<TokenStream> {
    let rates = contract.limits.rate.iter().map(|rate| {
        let (name, doc) = (&rate.name, format!(" {}.", rate.meaning));
        let constant = ident(&screaming(name));
        let concurrent = match rate.concurrent {
            Some(most) => quote!(Some(#most)),
            None => quote!(None),
        };
        let windows = rate.windows.iter().map(|window| {
            let (calls, seconds) = (window.calls, window.seconds);
            quote!(RateWindow { calls: #calls, period: Duration::from_secs(#seconds) })
        });
        quote! {
            #[doc = #doc]
            pub static #constant: RateInfo = RateInfo {
                name: #name,
                windows: &[#(#windows),*],
                concurrent: #concurrent,
            };
        }
    });
    let statics = contract
        .limits
        .rate
        .iter()
        .map(|rate| ident(&screaming(&rate.name)));
    let bounds = contract
        .limits
        .bound
        .iter()
        .map(bound)
        .collect::<Outcome<Vec<_>>>()?;
    Ok(quote! {
        //! How often, how many, how long.

        use std::time::Duration;

        use crate::limit::{RateInfo, RateWindow};

        #(#rates)*

        /// Every rate.
        pub static LIMITS: &[&RateInfo] = &[#(&#statics),*];

        #(#bounds)*
    })
}

fn bound(bound: &Bound) -> Outcome<TokenStream> {
    let (constant, doc) = (
        ident(&screaming(&bound.name)),
        format!(" In {}: {}.", bound.unit, bound.meaning),
    );
    let value = bound.value;
    let (kind, value) = match bound.unit.as_str() {
        "seconds" => (quote!(Duration), quote!(Duration::from_secs(#value))),
        "hours" => {
            let value = u16::try_from(value)?;
            (quote!(u16), quote!(#value))
        }
        "bytes" => {
            let value = usize::try_from(value)?;
            (quote!(usize), quote!(#value))
        }
        "entities" => {
            let value = u32::try_from(value)?;
            (quote!(u32), quote!(#value))
        }
        other => return Err(format!("limits.toml: no type for the unit {other}").into()),
    };
    Ok(quote! {
        #[doc = #doc]
        pub const #constant: #kind = #value;
    })
}
