//! Which files a machine has seen.
//!
//! The public API answers *which machines have this file* and *was this file ever on this machine*
//! from these sightings. They nominate: before an agent acts on a file it hashes it again.

use quell_model::{Sha1, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{MachineFacts, ProtocolVersion, WirePath};

/// What a machine knows of its files, in one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    /// The version that the machine speaks.
    pub protocol_version: ProtocolVersion,
    /// The machine as it is now.
    pub machine: MachineFacts,
    /// `true`: these are all the files below the agent's roots and all running executables, and
    /// what is not named was not there. `false`: an addition to what was said before.
    pub complete: bool,
    /// The files.
    pub sightings: Vec<Sighting>,
}

/// One content at one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sighting {
    /// The content.
    pub sha1: Sha1,
    /// The SHA-256 of the same bytes, in 64 hex digits, when it was computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Where.
    #[serde(flatten)]
    pub path: WirePath,
    /// When the agent last saw it.
    pub seen_at: Timestamp,
    /// `true` while a process executes it.
    #[serde(default)]
    pub running: bool,
    /// Why the agent would refuse to act on it, if it would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
}

/// Why an agent never acts on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Protection {
    /// The executable of the host's process 1.
    Init,
    /// The agent itself.
    Agent,
    /// The dynamic loader or the C library.
    Loader,
    /// A library that process 1 or the agent is linked with.
    Library,
    /// A login or command shell.
    Shell,
    /// A language interpreter that other programs run in.
    Interpreter,
    /// What lets administrators in: sshd, sudo, su, login.
    RemoteAccess,
    /// What the rest of the system talks through: dbus, udev, the journal, the network's services.
    SystemService,
    /// What runs containers.
    ContainerRuntime,
    /// What installs and repairs packages.
    PackageManager,
    /// Another security product.
    SecurityAgent,
    /// A file of an installed package that is what the package contained, or of which that cannot
    /// be told.
    Package,
    /// The machine's own policy names it.
    LocalPolicy,
    /// Signed by Microsoft or by another publisher that the machine trusts.
    TrustedPublisher,
    /// The empty file: every empty file has this hash.
    EmptyFile,
    /// Its content was made to collide: other content may have the same SHA-1.
    HashCollisionSuspected,
    /// A reason that a newer agent knows.
    #[serde(other)]
    Other,
}

impl Protection {
    /// The reason as half a sentence: "… is protected: *it is a shell*".
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::Init => "it is the program of process 1",
            Self::Agent => "it is the quell agent",
            Self::Loader => "it is the dynamic loader or the C library",
            Self::Shell => "it is a shell",
            Self::Interpreter => "it is an interpreter that other programs run in",
            Self::Library => "process 1 or the agent is linked with it",
            Self::RemoteAccess => "it lets administrators in",
            Self::SystemService => "the rest of the system talks through it",
            Self::ContainerRuntime => "it runs containers",
            Self::PackageManager => "it installs and repairs packages",
            Self::Package => "it is part of an installed package",
            Self::LocalPolicy => "this machine's own policy names it",
            Self::SecurityAgent => "it belongs to another security product",
            Self::TrustedPublisher => "it is signed by a publisher that the machine trusts",
            Self::EmptyFile => "it is the hash of every empty file",
            Self::HashCollisionSuspected => {
                "its content was made so that other content can have the same SHA-1"
            }
            Self::Other => "the agent protects it",
        }
    }

    /// Whether somebody who insists and may, on a machine whose own policy consents, is obeyed.
    #[must_use]
    pub fn yields_to_force(self) -> bool {
        match self {
            Self::Loader
            | Self::Library
            | Self::Shell
            | Self::Interpreter
            | Self::RemoteAccess
            | Self::SystemService
            | Self::ContainerRuntime
            | Self::PackageManager
            | Self::SecurityAgent
            | Self::TrustedPublisher
            | Self::HashCollisionSuspected
            | Self::Package => true,
            Self::Init | Self::Agent | Self::EmptyFile | Self::LocalPolicy | Self::Other => false,
        }
    }
}
