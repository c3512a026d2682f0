//! One TLS configuration for every carrier: rustls on aws-lc-rs, always passed
//! explicitly. The process-wide default provider is neither read nor set, because
//! a library that does so decides for the whole program, and panics if another did.

use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::BuildError;
use crate::{RootCertificate, RootCertificates};

/// A configuration without protocol names: those are the HTTP library's.
pub(super) fn client_config(roots: &RootCertificates) -> Result<ClientConfig, BuildError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match roots {
        RootCertificates::Platform => Arc::new(PlatformTrust::new(Vec::new(), &provider)),
        RootCertificates::PlatformAnd(extra) => {
            Arc::new(PlatformTrust::new(read_all(extra)?, &provider))
        }
        RootCertificates::Only(these) => only(read_all(these)?, &provider)?,
    };
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(BuildError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

fn only(
    roots: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, BuildError> {
    let mut store = RootCertStore::empty();
    for (position, root) in roots.into_iter().enumerate() {
        store.add(root).map_err(|source| BuildError::Certificate {
            position,
            source: source.into(),
        })?;
    }
    // The only way this fails is an empty store.
    WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider))
        .build()
        .map_err(|_| BuildError::NoCertificates)
}

/// Reads every certificate now, so that a mistake shows when a carrier is built
/// and not at its first handshake.
fn read_all(given: &[RootCertificate]) -> Result<Vec<CertificateDer<'static>>, BuildError> {
    let mut read = Vec::with_capacity(given.len());
    for (position, certificate) in given.iter().enumerate() {
        let found = read_one(certificate)
            .and_then(trial)
            .map_err(|source| BuildError::Certificate { position, source })?;
        read.extend(found);
    }
    if read.is_empty() {
        Err(BuildError::NoCertificates)
    } else {
        Ok(read)
    }
}

type ReadError = Box<dyn std::error::Error + Send + Sync>;

fn read_one(certificate: &RootCertificate) -> Result<Vec<CertificateDer<'static>>, ReadError> {
    match certificate {
        RootCertificate::Der(bytes) => Ok(vec![CertificateDer::from(bytes.clone())]),
        RootCertificate::Pem(text) => {
            let found = CertificateDer::pem_slice_iter(text).collect::<Result<Vec<_>, _>>()?;
            if found.is_empty() {
                Err("no certificate in this text".into())
            } else {
                Ok(found)
            }
        }
    }
}

fn trial(found: Vec<CertificateDer<'static>>) -> Result<Vec<CertificateDer<'static>>, ReadError> {
    let mut store = RootCertStore::empty();
    for certificate in &found {
        store.add(certificate.clone())?;
    }
    Ok(found)
}

/// The operating system's trust, asked for at the first handshake.
///
/// A carrier that only ever speaks to loopback then neither spends the time to
/// load it nor fails on a machine that has none, as minimal containers do.
#[derive(Debug)]
struct PlatformTrust {
    extra: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
    loaded: OnceLock<Result<Verifier, rustls::Error>>,
}

impl PlatformTrust {
    fn new(extra: Vec<CertificateDer<'static>>, provider: &Arc<CryptoProvider>) -> Self {
        Self {
            extra,
            provider: Arc::clone(provider),
            loaded: OnceLock::new(),
        }
    }

    fn verifier(&self) -> Result<&Verifier, rustls::Error> {
        let load = || {
            Verifier::new_with_extra_roots(self.extra.iter().cloned(), Arc::clone(&self.provider))
        };
        self.loaded.get_or_init(load).as_ref().map_err(Clone::clone)
    }
}

impl ServerCertVerifier for PlatformTrust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.verifier()?.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
