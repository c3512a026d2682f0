//! `permissions.rs`: who may do what.

use proc_macro2::TokenStream;
use quote::quote;

use crate::codegen::contract::Contract;
use crate::codegen::names::{ident, upper_camel};

pub(super) fn permissions(contract: &Contract) -> TokenStream {
    let table = &contract.permissions;
    let (name, app_id) = (&table.resource.name, &table.resource.app_id);
    let rows = table.permission.iter().map(|row| {
        let (value, id) = (&row.value, &row.id);
        let holder = ident(&upper_camel(&row.holder));
        let names = row
            .names()
            .map(|(language, name)| quote!((#language, #name)));
        quote! {
            PermissionInfo {
                value: #value,
                holder: Holder::#holder,
                id: #id,
                names: &[#(#names),*],
            }
        }
    });
    quote! {
        //! Permissions of the resource application.

        use crate::operation::Holder;
        use crate::permission::PermissionInfo;

        /// The name of the application that owns the permissions.
        pub const RESOURCE_APP_NAME: &str = #name;

        /// The id of the application that owns the permissions.
        pub const RESOURCE_APP_ID: &str = #app_id;

        /// Every permission.
        pub static PERMISSIONS: &[PermissionInfo] = &[#(#rows),*];
    }
}
