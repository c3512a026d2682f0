//! Clients and TLS configurations that were built elsewhere.

use std::sync::Arc;

use quell_transport::{
    HyperTransport, Proxy, ReqwestTransport, RootCertificates, Transport, TransportErrorKind,
    TransportOptions,
};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::fixture::{Authority, request};
use crate::trust::serve;

fn trusting(authority: &Authority) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(authority.pem_text().as_bytes()).unwrap();
    roots.add(root).unwrap();
    let mut tls =
        rustls::ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    tls.alpn_protocols = vec![b"of-no-use".to_vec()];
    tls
}

#[tokio::test]
async fn a_configuration_of_ones_own_decides_whom_to_trust() {
    let authority = Authority::new();
    let port = serve(&authority).await;
    let options = TransportOptions::default()
        .with_proxy(Proxy::Direct)
        .with_roots(RootCertificates::Only(vec![Authority::new().der()]));
    let reqwest = ReqwestTransport::with_tls_config(&options, trusting(&authority)).unwrap();
    let hyper = HyperTransport::with_tls_config(&options, trusting(&authority)).unwrap();
    assert_eq!(reqwest.send(request(port)).await.unwrap().body(), "secure");
    assert_eq!(hyper.send(request(port)).await.unwrap().body(), "secure");
}

#[tokio::test]
async fn a_client_of_ones_own_sends_and_its_errors_are_understood() {
    let authority = Authority::new();
    let port = serve(&authority).await;
    let client = |tls| {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy();
        let client = client.redirect(reqwest::redirect::Policy::none());
        let client = client.retry(reqwest::retry::never()).build().unwrap();
        ReqwestTransport::from_client(client, &TransportOptions::default())
    };
    let carrier = client(trusting_web(&authority));
    assert_eq!(carrier.send(request(port)).await.unwrap().body(), "secure");
    let distrusting = client(trusting_web(&Authority::new()));
    let error = distrusting.send(request(port)).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Tls);
}

fn trusting_web(authority: &Authority) -> rustls::ClientConfig {
    let mut tls = trusting(authority);
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    tls
}
