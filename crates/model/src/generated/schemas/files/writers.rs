// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers and requests are written: in the service's order, with its nulls.

use crate::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

impl Serialize for File {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        wire::entry(&mut object, "@odata.context", self.odata_context.as_ref())?;
        object.serialize_entry("sha1", &self.sha1)?;
        object.serialize_entry("sha256", &self.sha256)?;
        object.serialize_entry("md5", &self.md5)?;
        object.serialize_entry("globalPrevalence", &self.global_prevalence)?;
        object.serialize_entry("globalFirstObserved", &self.global_first_observed)?;
        object.serialize_entry("globalLastObserved", &self.global_last_observed)?;
        object.serialize_entry("size", &self.size)?;
        object.serialize_entry("fileType", &self.file_type)?;
        object.serialize_entry("isPeFile", &self.is_pe_file)?;
        object.serialize_entry("filePublisher", &self.file_publisher)?;
        object.serialize_entry("fileProductName", &self.file_product_name)?;
        object.serialize_entry("signer", &self.signer)?;
        object.serialize_entry("issuer", &self.issuer)?;
        object.serialize_entry("signerHash", &self.signer_hash)?;
        object.serialize_entry("isValidCertificate", &self.is_valid_certificate)?;
        object.serialize_entry("determinationType", &self.determination_type)?;
        object.serialize_entry("determinationValue", &self.determination_value)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}

impl Serialize for InOrgFileStats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        wire::entry(&mut object, "@odata.context", self.odata_context.as_ref())?;
        object.serialize_entry("sha1", &self.sha1)?;
        wire::entry(&mut object, "orgPrevalence", self.org_prevalence.as_ref())?;
        wire::entry(
            &mut object,
            "organizationPrevalence",
            self.organization_prevalence.as_ref(),
        )?;
        object.serialize_entry("orgFirstSeen", &self.org_first_seen)?;
        object.serialize_entry("orgLastSeen", &self.org_last_seen)?;
        wire::entry(
            &mut object,
            "globalPrevalence",
            self.global_prevalence.as_ref(),
        )?;
        wire::entry(
            &mut object,
            "globallyPrevalence",
            self.globally_prevalence.as_ref(),
        )?;
        object.serialize_entry("globalFirstObserved", &self.global_first_observed)?;
        object.serialize_entry("globalLastObserved", &self.global_last_observed)?;
        object.serialize_entry("topFileNames", &self.top_file_names)?;
        wire::extra(&mut object, &self.extra)?;
        object.end()
    }
}
