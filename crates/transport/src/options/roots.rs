//! Whose certificates a carrier trusts.

use std::fmt;

/// The certificate authorities that may vouch for a server.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum RootCertificates {
    /// Those that the operating system trusts.
    #[default]
    Platform,
    /// Those that the operating system trusts, and these.
    PlatformAnd(Vec<RootCertificate>),
    /// These and no others: how an agent pins its server's authority.
    Only(Vec<RootCertificate>),
}

/// A certificate authority's certificate, as it was given.
///
/// It is read when a carrier is built, which then reports what is wrong with it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RootCertificate {
    /// One certificate in binary form (X.509 DER).
    Der(Vec<u8>),
    /// One or several certificates in text form (RFC 7468), one after the other.
    Pem(Vec<u8>),
}

impl RootCertificate {
    /// A certificate in binary form.
    #[must_use]
    pub fn der(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Der(bytes.into())
    }

    /// One or several certificates in text form.
    #[must_use]
    pub fn pem(text: impl Into<Vec<u8>>) -> Self {
        Self::Pem(text.into())
    }
}

impl fmt::Debug for RootCertificate {
    /// Names form and size: a certificate's bytes tell a reader nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Der(bytes) => write!(f, "Der({} bytes)", bytes.len()),
            Self::Pem(text) => write!(f, "Pem({} bytes)", text.len()),
        }
    }
}
