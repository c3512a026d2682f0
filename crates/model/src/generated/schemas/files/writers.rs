// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for File {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::optional(
            &mut object,
            extra,
            "@odata.context",
            self.odata_context.as_ref(),
        )?;
        object.serialize_entry("sha1", &self.sha1)?;
        wire::nullable(&mut object, extra, "sha256", self.sha256.as_ref())?;
        wire::nullable(&mut object, extra, "md5", self.md5.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "globalPrevalence",
            self.global_prevalence.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "globalFirstObserved",
            self.global_first_observed.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "globalLastObserved",
            self.global_last_observed.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "size", self.size.as_ref())?;
        wire::nullable(&mut object, extra, "fileType", self.file_type.as_ref())?;
        wire::nullable(&mut object, extra, "isPeFile", self.is_pe_file.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "filePublisher",
            self.file_publisher.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "fileProductName",
            self.file_product_name.as_ref(),
        )?;
        wire::nullable(&mut object, extra, "signer", self.signer.as_ref())?;
        wire::nullable(&mut object, extra, "issuer", self.issuer.as_ref())?;
        wire::nullable(&mut object, extra, "signerHash", self.signer_hash.as_ref())?;
        wire::nullable(
            &mut object,
            extra,
            "isValidCertificate",
            self.is_valid_certificate.as_ref(),
        )?;
        wire::defaulted(
            &mut object,
            extra,
            "determinationType",
            &self.determination_type,
            || DeterminationType::Unknown,
        )?;
        wire::nullable(
            &mut object,
            extra,
            "determinationValue",
            self.determination_value.as_ref(),
        )?;
        wire::extra(&mut object, extra, super::readers::FILE_NAMES)?;
        object.end()
    }
}

impl Serialize for InOrgFileStats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let extra = &self.extra;
        wire::optional(
            &mut object,
            extra,
            "@odata.context",
            self.odata_context.as_ref(),
        )?;
        object.serialize_entry("sha1", &self.sha1)?;
        wire::optional(
            &mut object,
            extra,
            "orgPrevalence",
            self.org_prevalence.as_ref(),
        )?;
        wire::optional(
            &mut object,
            extra,
            "organizationPrevalence",
            self.organization_prevalence.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "orgFirstSeen",
            self.org_first_seen.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "orgLastSeen",
            self.org_last_seen.as_ref(),
        )?;
        wire::optional(
            &mut object,
            extra,
            "globalPrevalence",
            self.global_prevalence.as_ref(),
        )?;
        wire::optional(
            &mut object,
            extra,
            "globallyPrevalence",
            self.globally_prevalence.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "globalFirstObserved",
            self.global_first_observed.as_ref(),
        )?;
        wire::nullable(
            &mut object,
            extra,
            "globalLastObserved",
            self.global_last_observed.as_ref(),
        )?;
        wire::list(&mut object, extra, "topFileNames", &self.top_file_names)?;
        wire::extra(&mut object, extra, super::readers::IN_ORG_FILE_STATS_NAMES)?;
        object.end()
    }
}
