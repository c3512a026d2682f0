//! Whom the carriers believe.

use bytes::Bytes;
use http::{Request, Version};
use quell_transport::{
    BuildError, HyperTransport, ReqwestTransport, RootCertificate, RootCertificates,
    TransportErrorKind, TransportOptions,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::fixture::{Authority, carriers, listen, request};

/// A server that answers one request on each connection, whatever it asks.
pub(crate) async fn serve(authority: &Authority) -> u16 {
    listen(authority, &[], |mut stream| async move {
        let mut request = [0; 4096];
        if stream
            .read(&mut request)
            .await
            .is_ok_and(|length| length > 0)
        {
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecure";
            stream.write_all(answer).await.unwrap();
        }
    })
    .await
}

#[tokio::test]
async fn a_given_authority_is_trusted_in_either_form() {
    let authority = Authority::new();
    let port = serve(&authority).await;
    let der = authority.der();
    let pem = authority.pem();
    for roots in [
        RootCertificates::Only(vec![der.clone()]),
        RootCertificates::Only(vec![pem]),
        RootCertificates::PlatformAnd(vec![der]),
    ] {
        for carrier in carriers(roots.clone()) {
            let answer = carrier.send(request(port)).await.unwrap();
            assert_eq!(answer.body(), "secure", "{carrier:?} with {roots:?}");
            assert_eq!(answer.version(), Version::HTTP_11);
        }
    }
}

#[tokio::test]
async fn any_other_authority_is_not() {
    let port = serve(&Authority::new()).await;
    let other = Authority::new().der();
    for roots in [
        RootCertificates::Platform,
        RootCertificates::PlatformAnd(vec![other.clone()]),
        RootCertificates::Only(vec![other]),
    ] {
        for carrier in carriers(roots.clone()) {
            let error = carrier.send(request(port)).await.unwrap_err();
            assert_eq!(
                error.kind(),
                TransportErrorKind::Tls,
                "{carrier:?} with {roots:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_trusted() {
    let authority = Authority::new();
    let port = serve(&authority).await;
    let roots = RootCertificates::Only(vec![authority.pem()]);
    for carrier in carriers(roots) {
        let uri = format!("https://127.0.0.1:{port}/");
        let error = carrier
            .send(Request::get(uri).body(Bytes::new()).unwrap())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Tls);
    }
}

#[test]
fn an_unusable_certificate_is_named_when_the_carrier_is_built() {
    let good = Authority::new().pem();
    for bad in [
        RootCertificate::der(b"nonsense".to_vec()),
        RootCertificate::pem(""),
        RootCertificate::pem(
            "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n",
        ),
    ] {
        let roots = [
            RootCertificates::Only(vec![good.clone(), bad.clone()]),
            RootCertificates::PlatformAnd(vec![good.clone(), bad]),
        ];
        for roots in roots {
            let options = TransportOptions::default().with_roots(roots);
            let refused = [
                ReqwestTransport::new(&options).map(drop),
                HyperTransport::new(&options).map(drop),
            ];
            for refusal in refused {
                assert!(
                    matches!(refusal, Err(BuildError::Certificate { position: 1, .. })),
                    "{refusal:?}"
                );
            }
        }
    }
    let none = TransportOptions::default().with_roots(RootCertificates::Only(Vec::new()));
    assert!(matches!(
        ReqwestTransport::new(&none),
        Err(BuildError::NoCertificates)
    ));
    assert!(matches!(
        HyperTransport::new(&none),
        Err(BuildError::NoCertificates)
    ));
}
