use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use rcgen::{CertificateParams, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256};
use secrecy::ExposeSecret;

use super::*;

/// A key and a certificate for it, as `openssl req -x509` would make them.
struct Pair {
    key: rcgen::KeyPair,
    certificate: rcgen::Certificate,
}

fn pair() -> Pair {
    let rsa = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&rsa).unwrap();
    let key = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(
        &pkcs8.as_ref().to_vec().into(),
        &PKCS_RSA_SHA256,
    )
    .unwrap();
    certified(key)
}

fn certified(key: rcgen::KeyPair) -> Pair {
    let params = CertificateParams::new(["quell.example".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Pair { key, certificate }
}

impl Pair {
    fn pem(&self) -> String {
        self.certificate.pem() + &self.key.serialize_pem()
    }
}

fn endpoint() -> Uri {
    Uri::from_static("https://login.example/t/oauth2/v2.0/token")
}

/// The header and the claims of an assertion that this certificate's key has signed.
fn verified(certificate: &Certificate, algorithm: &'static RsaParameters) -> (Value, Value) {
    let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
    let assertion = certificate.assertion("app", &endpoint(), now).unwrap();
    let (signed, signature) = assertion.expose_secret().rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let public = UnparsedPublicKey::new(algorithm, certificate.key.public_key().as_ref());
    public.verify(signed.as_bytes(), &signature).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    (json(header), json(claims))
}

#[test]
fn the_assertion_is_signed_as_entra_documents_it() {
    let pair = pair();
    let certificate = Certificate::from_pem(pair.pem()).unwrap();
    let (header, claims) = verified(&certificate, &RSA_PSS_2048_8192_SHA256);
    let sha256 = digest::digest(&SHA256, pair.certificate.der());
    assert_eq!(
        header,
        json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(sha256) })
    );
    let id = claims["jti"].as_str().unwrap();
    assert_eq!(id.len(), 22);
    assert_eq!(
        claims,
        json!({
            "aud": "https://login.example/t/oauth2/v2.0/token", "iss": "app", "sub": "app",
            "jti": id, "iat": 1_000_000, "nbf": 1_000_000, "exp": 1_000_600,
        })
    );
    let (_, others) = verified(&certificate, &RSA_PSS_2048_8192_SHA256);
    assert_ne!(others["jti"], claims["jti"]);
}

#[test]
fn rs256_names_the_certificate_by_both_hashes_and_the_chain_may_go_along() {
    let (own, issuer) = (pair(), pair());
    let pem = issuer.certificate.pem() + &own.pem();
    let certificate = Certificate::from_pem(pem)
        .unwrap()
        .signature(AssertionSignature::Rs256)
        .send_chain();
    let (header, _) = verified(&certificate, &RSA_PKCS1_2048_8192_SHA256);
    let sha1 = digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, own.certificate.der());
    assert_eq!(header["alg"], "RS256");
    assert_eq!(header["x5t"], URL_SAFE_NO_PAD.encode(sha1));
    let chain = [&own, &issuer].map(|one| STANDARD.encode(one.certificate.der()));
    assert_eq!(header["x5c"], json!(chain));
}

#[test]
fn pkcs1_is_read_too() {
    let pair = pair();
    let pkcs8 = pair.key.serialize_der();
    // The PKCS #1 key is the octet string at the end of a version 1 PKCS #8 key: 26 bytes in.
    let pkcs1 = STANDARD.encode(&pkcs8[26..]);
    let pem = format!(
        "{}-----BEGIN RSA PRIVATE KEY-----\n{pkcs1}\n-----END RSA PRIVATE KEY-----\n",
        pair.certificate.pem()
    );
    let certificate = Certificate::from_pem(pem).unwrap();
    verified(&certificate, &RSA_PSS_2048_8192_SHA256);
}

#[test]
fn what_is_missing_or_unusable_is_named() {
    use CertificateError as Wrong;
    let (one, other) = (pair(), pair());
    let ec = certified(rcgen::KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap());
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let cases = [
        (String::new(), Wrong::NoKey),
        (one.certificate.pem(), Wrong::NoKey),
        (one.key.serialize_pem(), Wrong::NoCertificate),
        (
            one.certificate.pem() + &other.key.serialize_pem(),
            Wrong::AnothersKey,
        ),
        (one.pem() + &other.key.serialize_pem(), Wrong::SeveralKeys),
        (ec.pem(), Wrong::UnusableKey),
        (one.certificate.pem() + encrypted, Wrong::EncryptedKey),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n".to_owned(),
            Wrong::BrokenPem,
        ),
    ];
    for (pem, expected) in cases {
        assert_eq!(Certificate::from_pem(pem).map(|_| ()), Err(expected));
    }
}

#[test]
fn debug_shows_the_certificate_and_no_key() {
    let pair = pair();
    let shown = format!("{:?}", Certificate::from_pem(pair.pem()).unwrap());
    let sha256 = digest::digest(&SHA256, pair.certificate.der());
    assert!(shown.contains(&URL_SAFE_NO_PAD.encode(sha256)), "{shown}");
    assert!(shown.len() < 200, "{shown}");
}
