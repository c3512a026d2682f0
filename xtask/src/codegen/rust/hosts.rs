//! `hosts.rs`: clouds, regions, hosts, audiences, authorities.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::codegen::contract::Contract;
use crate::codegen::names::{ident, upper_camel};
use crate::failure::{Context, Outcome};

pub(super) fn hosts(contract: &Contract) -> Outcome<TokenStream> {
    let table = &contract.hosts;
    let clouds = table
        .cloud
        .iter()
        .map(|row| (row.name.as_str(), row.variant.as_str()));
    let regions = table
        .region
        .iter()
        .map(|row| (row.name.as_str(), row.variant.as_str()));
    let (clouds, regions): (Vec<_>, Vec<_>) = (clouds.collect(), regions.collect());
    let cloud_enum = place(
        "Cloud",
        "Where a tenant is.",
        "CLOUDS",
        "CloudInfo",
        &clouds,
    );
    let region_enum = place(
        "Region",
        "Where the API is served.",
        "REGIONS",
        "RegionInfo",
        &regions,
    );
    let cloud_infos = table.cloud.iter().map(|row| {
        let variant = ident(&row.variant);
        let (name, authority, audience, meaning) =
            (&row.name, &row.authority, &row.audience, &row.meaning);
        quote! {
            CloudInfo {
                cloud: Cloud::#variant,
                name: #name,
                authority: #authority,
                audience: #audience,
                meaning: #meaning,
            }
        }
    });
    let region_infos = table.region.iter().map(|row| {
        let (variant, name, meaning) = (ident(&row.variant), &row.name, &row.meaning);
        quote!(RegionInfo { region: Region::#variant, name: #name, meaning: #meaning })
    });
    let hosts = table
        .host
        .iter()
        .map(|row| {
            let name = &row.name;
            let cloud = variant(&clouds, &row.cloud)?;
            let region = variant(&regions, &row.region)?;
            let family = ident(&upper_camel(&row.family));
            Ok(quote! {
                HostInfo {
                    name: #name,
                    cloud: Cloud::#cloud,
                    region: Region::#region,
                    family: HostFamily::#family,
                }
            })
        })
        .collect::<Outcome<Vec<_>>>()?;
    let audiences = &table.audiences.accepted;
    Ok(quote! {
        //! Clouds, regions, hosts, audiences and authorities.

        use crate::host::{CloudInfo, HostFamily, HostInfo, RegionInfo};

        #cloud_enum
        #region_enum

        /// Every cloud.
        pub static CLOUDS: &[CloudInfo] = &[#(#cloud_infos),*];

        /// Every region.
        pub static REGIONS: &[RegionInfo] = &[#(#region_infos),*];

        /// Every host; of a cloud and a region the older family first.
        pub static HOSTS: &[HostInfo] = &[#(#hosts),*];

        /// The names under which the resource application is registered.
        pub static ACCEPTED_AUDIENCES: &[&str] = &[#(#audiences),*];
    })
}

/// An enumeration of places, each with its row in a table of the same order.
fn place(name: &str, doc: &str, table: &str, info: &str, rows: &[(&str, &str)]) -> TokenStream {
    let doc = format!(" {doc}");
    let (name, table, info) = (ident(name), ident(table), ident(info));
    let docs = rows.iter().map(|(name, _)| format!(" `{name}`."));
    let variants: Vec<_> = rows.iter().map(|(_, variant)| ident(variant)).collect();
    let statics: Vec<TokenStream> = (0..rows.len())
        .map(|index| format!("&{table}[{index}]").parse().unwrap_or_default())
        .collect();
    quote! {
        #[doc = #doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#[doc = #docs] #variants,)*
        }

        impl #name {
            /// What is known of it.
            #[must_use]
            #[allow(clippy::indexing_slicing, reason = "the table has a row for every variant")]
            pub fn info(self) -> &'static #info {
                match self {
                    #(Self::#variants => #statics,)*
                }
            }
        }
    }
}

fn variant(rows: &[(&str, &str)], wanted: &str) -> Outcome<Ident> {
    let found = rows.iter().find(|(name, _)| *name == wanted);
    let (_, variant) = found.context(format_args!("hosts.toml knows no {wanted}"))?;
    Ok(ident(variant))
}
