//! The server's certificate.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem};
use tokio_rustls::TlsAcceptor;

use crate::config::TlsFiles;

/// The certificate cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read or is no PEM.
    #[error("{} cannot be read as PEM", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// A file holds no certificate.
    #[error("{} holds no certificate", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Certificate and key do not go together.
    #[error("the certificate and the key cannot be used")]
    Unusable(#[source] rustls::Error),
}

/// TLS, ready to accept connections.
pub(super) struct Tls {
    pub(super) acceptor: TlsAcceptor,
    /// What machines are to trust, in DER.
    pub(super) authority: Vec<u8>,
    chain: Vec<CertificateDer<'static>>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    pub(super) fn load(files: &TlsFiles) -> Result<Self, TlsError> {
        let chain = certificates(&files.certificate)?;
        let trusted = match &files.authority {
            None => chain.last().cloned(),
            Some(file) => certificates(file)?.into_iter().next(),
        };
        let authority = trusted.ok_or_else(|| TlsError::Empty {
            path: files.certificate.clone(),
        })?;
        let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|source| TlsError::Pem {
            path: files.key.clone(),
            source,
        })?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder
                    .with_no_client_auth()
                    .with_single_cert(chain.clone(), key)
            })
            .map_err(TlsError::Unusable)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            authority: authority.as_ref().to_vec(),
            chain,
        })
    }

    /// Why a machine that trusts the authority alone would not accept the certificate of `host` now,
    /// if it would not.
    pub(super) fn objection(&self, host: &str) -> Option<String> {
        self.verify(host).err()
    }

    fn verify(&self, host: &str) -> Result<(), String> {
        let mut roots = RootCertStore::empty();
        let trusted = CertificateDer::from(self.authority.as_slice());
        roots.add(trusted).map_err(|error| error.to_string())?;
        let verifier = WebPkiServerVerifier::builder_with_provider(
            Arc::new(roots),
            Arc::new(default_provider()),
        )
        .build()
        .map_err(|error| error.to_string())?;
        // A URL writes an IPv6 address in brackets, a certificate does not.
        let name = ServerName::try_from(host.trim_matches(['[', ']']))
            .map_err(|error| error.to_string())?;
        let (own, between) = self.chain.split_first().ok_or("there is no certificate")?;
        let now = UnixTime::now();
        let verified = verifier.verify_server_cert(own, between, &name, &[], now);
        verified.map(drop).map_err(|error| error.to_string())
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let failed = |source| TlsError::Pem {
        path: file.to_owned(),
        source,
    };
    let found: Vec<_> = CertificateDer::pem_file_iter(file)
        .map_err(failed)?
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    match found.is_empty() {
        true => Err(TlsError::Empty {
            path: file.to_owned(),
        }),
        false => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

    use super::*;

    /// A certificate for `localhost` from an authority of its own, as files.
    fn files(directory: &Path) -> TlsFiles {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let files = TlsFiles {
            certificate: directory.join("certificate.pem"),
            key: directory.join("key.pem"),
            authority: Some(directory.join("authority.pem")),
        };
        std::fs::write(&files.certificate, certificate.pem()).unwrap();
        std::fs::write(&files.key, key.serialize_pem()).unwrap();
        std::fs::write(directory.join("authority.pem"), authority.pem()).unwrap();
        files
    }

    #[test]
    fn certificate_of_the_pinned_authority_is_accepted_for_its_name_only() {
        let directory = tempfile::tempdir().unwrap();
        let tls = Tls::load(&files(directory.path())).unwrap();
        assert_eq!(tls.objection("localhost"), None);
        assert!(
            tls.objection("elsewhere.example")
                .unwrap()
                .contains("not valid for name")
        );
    }

    #[test]
    fn certificate_that_signs_itself_is_its_own_authority() {
        let directory = tempfile::tempdir().unwrap();
        let names = ["localhost", "::1"].map(str::to_owned);
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let alone = TlsFiles {
            certificate: directory.path().join("certificate.pem"),
            key: directory.path().join("key.pem"),
            authority: None,
        };
        std::fs::write(&alone.certificate, made.cert.pem()).unwrap();
        std::fs::write(&alone.key, made.signing_key.serialize_pem()).unwrap();
        let tls = Tls::load(&alone).unwrap();
        assert_eq!(
            (tls.objection("localhost"), tls.objection("[::1]")),
            (None, None)
        );
    }

    #[test]
    fn certificate_without_its_authority_would_shut_machines_out() {
        let directory = tempfile::tempdir().unwrap();
        let alone = TlsFiles {
            authority: None,
            ..files(directory.path())
        };
        assert!(Tls::load(&alone).unwrap().objection("localhost").is_some());
    }
}
