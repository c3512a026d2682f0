// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers are read: leniently, see `wire`.

use crate::wire::{self, Names};
use crate::*;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use std::fmt;

pub(super) const FILE_NAMES: Names = Names(&[
    ("@odata.context", "@odata.context"),
    ("sha1", "sha1"),
    ("sha256", "sha256"),
    ("md5", "md5"),
    ("globalPrevalence", "globalPrevalence"),
    ("globalFirstObserved", "globalFirstObserved"),
    ("globalLastObserved", "globalLastObserved"),
    ("size", "size"),
    ("fileType", "fileType"),
    ("isPeFile", "isPeFile"),
    ("filePublisher", "filePublisher"),
    ("fileProductName", "fileProductName"),
    ("signer", "signer"),
    ("issuer", "issuer"),
    ("signerHash", "signerHash"),
    ("isValidCertificate", "isValidCertificate"),
    ("determinationType", "determinationType"),
    ("determinationValue", "determinationValue"),
]);

impl<'de> Deserialize<'de> for File {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FileVisitor)
    }
}

struct FileVisitor;

impl<'de> Visitor<'de> for FileVisitor {
    type Value = File;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object File")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<File, A::Error> {
        let mut odata_context = None;
        let mut sha1 = None;
        let mut sha256 = None;
        let mut md5 = None;
        let mut global_prevalence = None;
        let mut global_first_observed = None;
        let mut global_last_observed = None;
        let mut size = None;
        let mut file_type = None;
        let mut is_pe_file = None;
        let mut file_publisher = None;
        let mut file_product_name = None;
        let mut signer = None;
        let mut issuer = None;
        let mut signer_hash = None;
        let mut is_valid_certificate = None;
        let mut determination_type = None;
        let mut determination_value = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(FILE_NAMES)? {
            match name.as_ref() {
                "@odata.context" => wire::fill(&mut object, &mut extra, name, &mut odata_context)?,
                "sha1" => wire::insist(&mut object, "sha1", &mut sha1)?,
                "sha256" => wire::fill(&mut object, &mut extra, name, &mut sha256)?,
                "md5" => wire::fill(&mut object, &mut extra, name, &mut md5)?,
                "globalPrevalence" => {
                    wire::fill(&mut object, &mut extra, name, &mut global_prevalence)?
                }
                "globalFirstObserved" => {
                    wire::fill(&mut object, &mut extra, name, &mut global_first_observed)?
                }
                "globalLastObserved" => {
                    wire::fill(&mut object, &mut extra, name, &mut global_last_observed)?
                }
                "size" => wire::fill(&mut object, &mut extra, name, &mut size)?,
                "fileType" => wire::fill(&mut object, &mut extra, name, &mut file_type)?,
                "isPeFile" => wire::fill(&mut object, &mut extra, name, &mut is_pe_file)?,
                "filePublisher" => wire::fill(&mut object, &mut extra, name, &mut file_publisher)?,
                "fileProductName" => {
                    wire::fill(&mut object, &mut extra, name, &mut file_product_name)?
                }
                "signer" => wire::fill(&mut object, &mut extra, name, &mut signer)?,
                "issuer" => wire::fill(&mut object, &mut extra, name, &mut issuer)?,
                "signerHash" => wire::fill(&mut object, &mut extra, name, &mut signer_hash)?,
                "isValidCertificate" => {
                    wire::fill(&mut object, &mut extra, name, &mut is_valid_certificate)?
                }
                "determinationType" => {
                    wire::fill(&mut object, &mut extra, name, &mut determination_type)?
                }
                "determinationValue" => {
                    wire::fill(&mut object, &mut extra, name, &mut determination_value)?
                }
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(File {
            odata_context,
            sha1: sha1.ok_or_else(|| A::Error::missing_field("sha1"))?,
            sha256,
            md5,
            global_prevalence,
            global_first_observed,
            global_last_observed,
            size,
            file_type,
            is_pe_file,
            file_publisher,
            file_product_name,
            signer,
            issuer,
            signer_hash,
            is_valid_certificate,
            determination_type: determination_type.unwrap_or(DeterminationType::Unknown),
            determination_value,
            extra,
        })
    }
}

wire::object!(File, FileVisitor);

pub(super) const IN_ORG_FILE_STATS_NAMES: Names = Names(&[
    ("@odata.context", "@odata.context"),
    ("sha1", "sha1"),
    ("orgPrevalence", "orgPrevalence"),
    ("organizationPrevalence", "organizationPrevalence"),
    ("orgFirstSeen", "orgFirstSeen"),
    ("orgLastSeen", "orgLastSeen"),
    ("globalPrevalence", "globalPrevalence"),
    ("globallyPrevalence", "globallyPrevalence"),
    ("globalFirstObserved", "globalFirstObserved"),
    ("globalLastObserved", "globalLastObserved"),
    ("topFileNames", "topFileNames"),
]);

impl<'de> Deserialize<'de> for InOrgFileStats {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrgFileStatsVisitor)
    }
}

struct InOrgFileStatsVisitor;

impl<'de> Visitor<'de> for InOrgFileStatsVisitor {
    type Value = InOrgFileStats;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object InOrgFileStats")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<InOrgFileStats, A::Error> {
        let mut odata_context = None;
        let mut sha1 = None;
        let mut org_prevalence = None;
        let mut organization_prevalence = None;
        let mut org_first_seen = None;
        let mut org_last_seen = None;
        let mut global_prevalence = None;
        let mut globally_prevalence = None;
        let mut global_first_observed = None;
        let mut global_last_observed = None;
        let mut top_file_names = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(IN_ORG_FILE_STATS_NAMES)? {
            match name.as_ref() {
                "@odata.context" => wire::fill(&mut object, &mut extra, name, &mut odata_context)?,
                "sha1" => wire::insist(&mut object, "sha1", &mut sha1)?,
                "orgPrevalence" => wire::fill(&mut object, &mut extra, name, &mut org_prevalence)?,
                "organizationPrevalence" => {
                    wire::fill(&mut object, &mut extra, name, &mut organization_prevalence)?
                }
                "orgFirstSeen" => wire::fill(&mut object, &mut extra, name, &mut org_first_seen)?,
                "orgLastSeen" => wire::fill(&mut object, &mut extra, name, &mut org_last_seen)?,
                "globalPrevalence" => {
                    wire::fill(&mut object, &mut extra, name, &mut global_prevalence)?
                }
                "globallyPrevalence" => {
                    wire::fill(&mut object, &mut extra, name, &mut globally_prevalence)?
                }
                "globalFirstObserved" => {
                    wire::fill(&mut object, &mut extra, name, &mut global_first_observed)?
                }
                "globalLastObserved" => {
                    wire::fill(&mut object, &mut extra, name, &mut global_last_observed)?
                }
                "topFileNames" => wire::fill(&mut object, &mut extra, name, &mut top_file_names)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(InOrgFileStats {
            odata_context,
            sha1: sha1.ok_or_else(|| A::Error::missing_field("sha1"))?,
            org_prevalence,
            organization_prevalence,
            org_first_seen,
            org_last_seen,
            global_prevalence,
            globally_prevalence,
            global_first_observed,
            global_last_observed,
            top_file_names: top_file_names.unwrap_or_default(),
            extra,
        })
    }
}

wire::object!(InOrgFileStats, InOrgFileStatsVisitor);
