//! A certificate authority that is thrown away: it vouches for this machine's own loopback, for as
//! long as the stage lives, and nothing trusts it by itself.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use quell_terminal::Failure;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CidrSubnet, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustix::fs::{MemfdFlags, Mode, fchmod, memfd_create};

/// What the server is reached by.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The files of the stage's certificate.
#[derive(Debug, Clone)]
pub(crate) struct Authority {
    certificate: PathBuf,
    key: Key,
    authority: PathBuf,
    pem: String,
}

/// The certificate's key. It is on no disk: whoever finds what a killed stage left behind finds no
/// secret, and a server that reads its files again finds it where it was.
#[derive(Debug, Clone)]
struct Key {
    _memory: Arc<File>,
    /// What leads our own processes to it for as long as this one lives.
    path: PathBuf,
}

impl Key {
    fn keep(pem: &str) -> io::Result<Self> {
        // Children do not inherit it: not the agent, and not the sample.
        let mut memory = File::from(memfd_create("quell-lab-key", MemfdFlags::CLOEXEC)?);
        fchmod(&memory, Mode::RUSR)?;
        memory.write_all(pem.as_bytes())?;
        let path = format!("/proc/{}/fd/{}", std::process::id(), memory.as_raw_fd());
        Ok(Self {
            _memory: Arc::new(memory),
            path: path.into(),
        })
    }
}

impl Authority {
    /// Makes it, with a certificate for loopback. The authority's own key is forgotten at once, so
    /// that it can never vouch for anything else.
    pub(super) fn create(directory: &Path) -> Result<Self, Failure> {
        let [certificate, authority] =
            ["certificate.pem", "authority.pem"].map(|name| directory.join(name));
        let cannot = |error: &(dyn std::error::Error + 'static)| {
            Failure::fault("no certificate can be made").because(error)
        };
        let made = make().map_err(|error| cannot(&error))?;
        for (path, text) in [
            (&certificate, &made.certificate),
            (&authority, &made.authority),
        ] {
            write_for_us_alone(path, text).map_err(|error| cannot(&error))?;
        }
        let key = Key::keep(&made.key).map_err(|error| cannot(&error))?;
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
            ("--tls-key", &self.key.path),
            ("--tls-authority", &self.authority),
        ]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_in_memory_alone_and_can_be_read_again_by_our_processes() {
        let directory = tempfile::tempdir().unwrap();
        let authority = Authority::create(directory.path()).unwrap();
        let [_, (_, key), _] = authority.options();
        for _ in 0..2 {
            let read = std::process::Command::new("cat").arg(key).output().unwrap();
            let text = String::from_utf8(read.stdout).unwrap();
            assert!(text.contains("PRIVATE KEY"), "{text}");
        }
        for entry in std::fs::read_dir(directory.path()).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            assert!(!text.contains("PRIVATE KEY"), "{text}");
        }
        let path = key.to_owned();
        drop(authority);
        assert!(std::fs::read(path).is_err(), "it goes with the stage");
    }
}
