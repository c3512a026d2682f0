//! The server's `readings.rs`: what operations need by other readings than what was observed.

use proc_macro2::TokenStream;
use quote::quote;

use super::operations::halves;
use crate::codegen::contract::{Contract, ReadingRow};
use crate::codegen::names::{ident, screaming, upper_camel};

pub(in crate::codegen) fn readings(contract: &Contract) -> TokenStream {
    let readings = contract.permissions.reading.iter().map(reading);
    quote! {
        //! What operations need by other readings than what the service was observed to ask.

        use quell_model::AnyOf;

        use crate::core::authorization::Needs;

        #(#readings)*
    }
}

fn reading(row: &ReadingRow) -> TokenStream {
    let doc = format!(" The operations in which `{}` differs.", row.name);
    let constant = ident(&screaming(&row.name));
    let needs = row.operation.iter().map(|(operation, needs)| {
        let operation = upper_camel(operation);
        let (application, delegated) = (halves(&needs.application), halves(&needs.delegated));
        quote! {
            Needs {
                operation: #operation,
                application: #application,
                delegated: #delegated,
            }
        }
    });
    quote! {
        #[doc = #doc]
        pub(crate) static #constant: &[Needs] = &[#(#needs),*];
    }
}
