//! The contract as Rust: one generator for each file.

mod enums;
mod error_codes;
mod field;
mod hosts;
mod limits;
mod operations;
mod permissions;
mod properties;
mod readers;
mod requests;
mod routes;
mod structs;
mod writers;

use proc_macro2::TokenStream;

use super::contract::Contract;
use crate::failure::Outcome;

pub(super) use routes::routes;

/// The model's files: name without ending, and contents.
pub(super) fn model(contract: &Contract) -> Outcome<Vec<(&'static str, TokenStream)>> {
    Ok(vec![
        ("enums", enums::enums(contract)?),
        ("error_codes", error_codes::error_codes(contract)?),
        ("hosts", hosts::hosts(contract)?),
        ("limits", limits::limits(contract)?),
        ("operations", operations::operations(contract)?),
        ("permissions", permissions::permissions(contract)),
        ("properties", properties::properties(contract)?),
        ("readers", readers::readers(contract)?),
        ("requests", requests::requests(contract)?),
        ("structs", structs::structs(contract)?),
        ("writers", writers::writers(contract)?),
    ])
}
