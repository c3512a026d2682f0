//! A certificate authority that is thrown away: it vouches for this machine's own loopback, for as
//! long as the stage lives, and nothing trusts it by itself.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use quell_terminal::Failure;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CidrSubnet, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
};

/// What the server is reached by.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The files of the stage's certificate.
#[derive(Debug, Clone)]
pub(crate) struct Authority {
    certificate: PathBuf,
    key: PathBuf,
    authority: PathBuf,
    pem: String,
}

impl Authority {
    /// Makes it, with a certificate for loopback. The authority's own key is forgotten at once, so
    /// that it can never vouch for anything else.
    pub(super) fn create(directory: &Path) -> Result<Self, Failure> {
        let [certificate, key, authority] =
            ["certificate.pem", "key.pem", "authority.pem"].map(|name| directory.join(name));
        let cannot = |error: &(dyn std::error::Error + 'static)| {
            Failure::fault("no certificate can be made").because(error)
        };
        let made = make().map_err(|error| cannot(&error))?;
        for (path, text) in [
            (&certificate, &made.certificate),
            (&key, &made.key),
            (&authority, &made.authority),
        ] {
            write_for_us_alone(path, text).map_err(|error| cannot(&error))?;
        }
        Ok(Self {
            certificate,
            key,
            authority,
            pem: made.authority,
        })
    }

    /// The options of `quell serve`.
    pub(super) fn options(&self) -> [(&'static str, &Path); 3] {
        [
            ("--tls-certificate", &self.certificate),
            ("--tls-key", &self.key),
            ("--tls-authority", &self.authority),
        ]
    }

    /// Removes the certificate's key, which the server has read: whoever finds what a killed stage
    /// left behind finds no secret.
    pub(super) fn forget_the_key(&self) -> Result<(), Failure> {
        std::fs::remove_file(&self.key).map_err(|error| {
            Failure::fault("the certificate's key cannot be removed").because(&error)
        })
    }

    /// The file that clients are to trust.
    pub(crate) fn file(&self) -> &Path {
        &self.authority
    }

    /// What is in it.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }
}

struct Made {
    authority: String,
    certificate: String,
    key: String,
}

fn make() -> Result<Made, rcgen::Error> {
    let authority = CertifiedIssuer::self_signed(authority_params(), KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(NAMES.map(str::to_owned))?;
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.signed_by(&key, &authority)?;
    Ok(Made {
        authority: authority.pem(),
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    })
}

/// What OpenSSL, Go and others ask of an authority before they believe it.
fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "quell lab, thrown away with it");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(Ipv4Addr::LOCALHOST.into(), 32)),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(
                Ipv6Addr::LOCALHOST.into(),
                128,
            )),
        ],
        excluded_subtrees: Vec::new(),
    });
    params
}

fn write_for_us_alone(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?
        .write_all(text.as_bytes())
}
