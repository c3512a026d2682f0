// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What answers consist of. Each keeps the properties that this version does not know.

use crate::*;

/// What the service knows of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct File {
    /// `@odata.context`: Where the service describes this entity.
    pub odata_context: Option<String>,
    /// `sha1`: Names the file.
    pub sha1: Sha1,
    /// `sha256`: The file's SHA-256.
    pub sha256: Option<String>,
    /// `md5`: The file's MD5; not in the documentation's table.
    pub md5: Option<String>,
    /// `globalPrevalence`: On how many machines of all customers it was seen.
    pub global_prevalence: Option<i64>,
    /// `globalFirstObserved`: When any customer had it first.
    pub global_first_observed: Option<Timestamp>,
    /// `globalLastObserved`: When any customer had it last.
    pub global_last_observed: Option<Timestamp>,
    /// `size`: Its size in bytes.
    pub size: Option<i64>,
    /// `fileType`: Its type; often null.
    pub file_type: Option<String>,
    /// `isPeFile`: Whether it is a portable executable.
    pub is_pe_file: Option<bool>,
    /// `filePublisher`: Its publisher.
    pub file_publisher: Option<String>,
    /// `fileProductName`: Its product.
    pub file_product_name: Option<String>,
    /// `signer`: Who signed it.
    pub signer: Option<String>,
    /// `issuer`: Who issued the certificate.
    pub issuer: Option<String>,
    /// `signerHash`: The certificate's hash.
    pub signer_hash: Option<String>,
    /// `isValidCertificate`: Whether the signature is valid.
    pub is_valid_certificate: Option<bool>,
    /// `determinationType`: What the service thinks of it.
    pub determination_type: DeterminationType,
    /// `determinationValue`: The name of what it is, such as a malware family.
    pub determination_value: Option<String>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl File {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(sha1: Sha1) -> Self {
        Self {
            odata_context: None,
            sha1,
            sha256: None,
            md5: None,
            global_prevalence: None,
            global_first_observed: None,
            global_last_observed: None,
            size: None,
            file_type: None,
            is_pe_file: None,
            file_publisher: None,
            file_product_name: None,
            signer: None,
            issuer: None,
            signer_hash: None,
            is_valid_certificate: None,
            determination_type: DeterminationType::Unknown,
            determination_value: None,
            extra: Extra::new(),
        }
    }
}

/// Where and when a file was seen. Each count has two properties: a text of the older answers and a number of the newer; an answer may have both.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InOrgFileStats {
    /// `@odata.context`: Where the service describes this answer.
    pub odata_context: Option<String>,
    /// `sha1`: Names the file.
    pub sha1: Sha1,
    /// `orgPrevalence`: On how many machines of the tenant it was seen, as a text.
    pub org_prevalence: Option<String>,
    /// `organizationPrevalence`: On how many machines of the tenant it was seen.
    pub organization_prevalence: Option<i64>,
    /// `orgFirstSeen`: When the tenant had it first, within the hours looked back.
    pub org_first_seen: Option<Timestamp>,
    /// `orgLastSeen`: When the tenant had it last.
    pub org_last_seen: Option<Timestamp>,
    /// `globalPrevalence`: On how many machines of all customers it was seen, as a text.
    pub global_prevalence: Option<String>,
    /// `globallyPrevalence`: On how many machines of all customers it was seen.
    pub globally_prevalence: Option<i64>,
    /// `globalFirstObserved`: When any customer had it first.
    pub global_first_observed: Option<Timestamp>,
    /// `globalLastObserved`: When any customer had it last.
    pub global_last_observed: Option<Timestamp>,
    /// `topFileNames`: The names that it goes by most.
    pub top_file_names: Vec<String>,
    /// What no field holds: see [`Extra`].
    pub extra: Extra,
}

impl InOrgFileStats {
    /// One with everything else as it is when the service says nothing of it.
    #[must_use]
    pub fn new(sha1: Sha1) -> Self {
        Self {
            odata_context: None,
            sha1,
            org_prevalence: None,
            organization_prevalence: None,
            org_first_seen: None,
            org_last_seen: None,
            global_prevalence: None,
            globally_prevalence: None,
            global_first_observed: None,
            global_last_observed: None,
            top_file_names: Vec::new(),
            extra: Extra::new(),
        }
    }
}
