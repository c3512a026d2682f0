//! `error_codes.rs`: the service's error codes.

use proc_macro2::TokenStream;
use quote::quote;

use super::enums::{Variant, open_enum};
use crate::codegen::contract::{Contract, ErrorCodeRow};
use crate::codegen::names::{ident, upper_camel};
use crate::failure::Outcome;

pub(super) fn error_codes(contract: &Contract) -> Outcome<TokenStream> {
    let rows = &contract.error_codes.code;
    let variants: Vec<_> = rows.iter().map(variant).collect();
    let description = "Why the service refuses, for programs.";
    let enumeration = open_enum("ErrorCode", description, &variants);
    let infos = rows.iter().map(|row| {
        let code = ident(&variant(row).name);
        let retry = ident(&upper_camel(&row.retry));
        let ErrorCodeRow {
            status,
            message,
            meaning,
            ..
        } = row;
        quote! {
            ErrorCodeInfo {
                code: ErrorCode::#code,
                status: #status,
                retry: Retry::#retry,
                message: #message,
                meaning: #meaning,
            }
        }
    });
    Ok(quote! {
        //! Error codes: status, and what a client can do.

        use crate::error_code::{ErrorCodeInfo, Retry};
        use crate::open_enum::open_enum;

        #enumeration

        /// Every code that is known.
        pub static ERROR_CODES: &[ErrorCodeInfo] = &[#(#infos),*];
    })
}

fn variant(row: &ErrorCodeRow) -> Variant {
    let shown = if row.code.is_empty() {
        "(empty)".to_owned()
    } else {
        format!("`{}`", row.code)
    };
    Variant {
        name: row
            .variant
            .clone()
            .unwrap_or_else(|| upper_camel(&row.code)),
        wire: row.code.clone(),
        doc: format!(" {shown}, status {}: {}.", row.status, row.meaning),
        aliases: row.aliases.clone(),
    }
}
