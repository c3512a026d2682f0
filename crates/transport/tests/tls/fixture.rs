//! An authority, a server's identity, and the carriers under examination.

use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use quell_transport::{
    HyperTransport, Proxy, ReqwestTransport, RootCertificate, RootCertificates, SharedTransport,
    TransportOptions,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A host that only a proxy finds: the name has no address (RFC 6761 §6.4).
pub(crate) const BEHIND_PROXY: &str = "service.invalid";

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn der(&self) -> RootCertificate {
        RootCertificate::der(self.0.der().to_vec())
    }

    pub(crate) fn pem(&self) -> RootCertificate {
        RootCertificate::pem(self.pem_text())
    }

    pub(crate) fn pem_text(&self) -> String {
        self.0.pem()
    }

    /// The identity of `localhost` and [`BEHIND_PROXY`], offering these protocols.
    fn server_config(&self, protocols: &[&str]) -> rustls::ServerConfig {
        let key = KeyPair::generate().unwrap();
        let names = vec!["localhost".to_owned(), BEHIND_PROXY.to_owned()];
        let certificate = CertificateParams::new(names)
            .unwrap()
            .signed_by(&key, &self.0)
            .unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        config
    }
}

/// Hands every connection that completes its handshake to `serve`; returns the port.
pub(crate) async fn listen<F>(
    authority: &Authority,
    protocols: &[&str],
    serve: impl Fn(TlsStream<TcpStream>) -> F + Send + 'static,
) -> u16
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(authority.server_config(protocols)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                tokio::spawn(serve(stream));
            }
        }
    });
    port
}

/// Both carriers under the same options.
pub(crate) fn carriers(roots: RootCertificates) -> [SharedTransport; 2] {
    let options = TransportOptions::default()
        .with_proxy(Proxy::Direct)
        .with_roots(roots);
    carriers_with(&options)
}

pub(crate) fn carriers_with(options: &TransportOptions) -> [SharedTransport; 2] {
    [
        ReqwestTransport::new(options).unwrap().into(),
        HyperTransport::new(options).unwrap().into(),
    ]
}

pub(crate) fn request(port: u16) -> Request<Bytes> {
    Request::post(format!("https://localhost:{port}/"))
        .body(Bytes::from("{}"))
        .unwrap()
}
