//! The keys of this device's vault: one that new items are sealed under, and those before it.
//!
//! Each lies in a file of its own, `vault-N.key`; the greatest number that was made on this very
//! machine is the current one. A key knows its machine by a hash of the machine's id, so that a
//! vault that came with a cloned image gets a key of its own: whoever has the image has the old
//! one. `vault.key`, of the agent's first version, knows no machine and is only ever an old key.
//! None of this is a defence against root.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::directory::{is_ours_alone, names};
use super::key::{DeviceKey, KeyName, fill};
use super::stream::KEY;
use super::{VaultError, destroy};
use crate::whole_file::WholeFile;

/// The key file of the agent's first version: 32 bytes and nothing else.
const FIRST_FILE: &str = "vault.key";
/// The longest key file that is read, in bytes.
const MAX_FILE: u64 = 1024;
/// What the key files of today say that they are.
const VERSION: u32 = 1;

/// A machine, by a one-way hash of its id; nothing where it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Machine(Option<[u8; 32]>);

impl Machine {
    /// This machine. machine-id(5) asks that the id itself be written nowhere.
    pub(super) fn this() -> Self {
        Self::of(std::fs::read_to_string("/etc/machine-id").ok().as_deref())
    }

    pub(super) fn of(machine_id: Option<&str>) -> Self {
        let machine_id = machine_id.map(str::trim).filter(|id| !id.is_empty());
        Self(machine_id.map(|id| {
            let mut context = Context::new(&SHA256);
            context.update(b"quell vault machine\0");
            context.update(id.as_bytes());
            let mut hash = [0; 32];
            hash.copy_from_slice(context.finish().as_ref());
            hash
        }))
    }

    fn as_text(self) -> Option<String> {
        Some(super::reading::hex(&self.0?))
    }
}

/// A key file of today.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    version: u32,
    machine: Option<String>,
    key: String,
}

#[derive(Debug)]
struct Entry {
    /// 0 is the file of the first version.
    number: u32,
    key: DeviceKey,
    is_of_this_machine: bool,
}

/// All keys of a vault, the oldest first.
#[derive(Debug)]
pub(super) struct KeyRing(Vec<Entry>);

impl KeyRing {
    /// Reads all keys.
    pub(super) fn load(vault: BorrowedFd<'_>, machine: Machine) -> Result<Self, VaultError> {
        let mut entries = Vec::new();
        for number in names(vault)?.iter().filter_map(|name| number_of(name)) {
            // One that was removed since the names were read is needed by nothing.
            entries.extend(Entry::load(vault, number, machine)?);
        }
        entries.sort_unstable_by_key(|entry| entry.number);
        Ok(Self(entries))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key that new items are sealed under.
    pub(super) fn current(&self) -> Option<&DeviceKey> {
        let mut ours = self.0.iter().rev().filter(|entry| entry.is_of_this_machine);
        ours.next().map(|entry| &entry.key)
    }

    /// The key of this name.
    pub(super) fn named(&self, name: KeyName) -> Option<&DeviceKey> {
        let mut keys = self.0.iter().map(|entry| &entry.key);
        keys.find(|key| key.name() == name)
    }

    /// Makes a new key, which is the current one from now on.
    pub(super) fn make(&self, vault: BorrowedFd<'_>, machine: Machine) -> Result<(), VaultError> {
        let newest = self.0.last().map_or(0, |entry| entry.number);
        let name = file_of(newest.saturating_add(1));
        match write_new(vault, &name, machine) {
            // Somebody else made one at the same time: theirs is as good.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(VaultError::io("write its key")(error))
            }
            _ => Ok(()),
        }
    }

    /// Removes every key but the current one that `is_needed` does not name; says how many.
    pub(super) fn drop_unneeded(
        &self,
        vault: BorrowedFd<'_>,
        is_needed: impl Fn(KeyName) -> bool,
    ) -> Result<usize, VaultError> {
        let current = self.current().map(DeviceKey::name);
        let mut dropped = 0;
        for entry in &self.0 {
            let name = entry.key.name();
            if Some(name) != current && !is_needed(name) {
                destroy::file(vault, &file_of(entry.number))
                    .map_err(VaultError::io("remove a key that nothing needs"))?;
                dropped += 1;
            }
        }
        Ok(dropped)
    }
}

impl Entry {
    fn load(
        vault: BorrowedFd<'_>,
        number: u32,
        machine: Machine,
    ) -> Result<Option<Self>, VaultError> {
        let name = file_of(number);
        let damaged = || VaultError::KeyDamaged { file: name.clone() };
        let Some(bytes) = read(vault, &name)? else {
            return Ok(None);
        };
        let (key, is_of_this_machine) = match number {
            0 => (<[u8; KEY]>::try_from(bytes).ok(), false),
            _ => {
                let file: KeyFile = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
                if file.version != VERSION {
                    return Err(damaged());
                }
                let key = STANDARD.decode(file.key).map_err(|_| damaged())?;
                (key.try_into().ok(), file.machine == machine.as_text())
            }
        };
        let key = key.as_ref().and_then(DeviceKey::new).ok_or_else(damaged)?;
        Ok(Some(Self {
            number,
            key,
            is_of_this_machine,
        }))
    }
}

/// The bytes of a key file that nobody else can have changed or read.
fn read(vault: BorrowedFd<'_>, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = match rustix::fs::openat(vault, name, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(Errno::NOENT) => return Ok(None),
        Err(error) => return Err(VaultError::io("open its key")(error.into())),
    };
    let stat = rustix::fs::fstat(&file).map_err(|e| VaultError::io("examine its key")(e.into()))?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE)
        .read_to_end(&mut bytes)
        .map_err(VaultError::io("read its key"))?;
    if is_ours_alone(&stat) {
        Ok(Some(bytes))
    } else {
        let file = name.to_owned();
        Err(VaultError::KeyDamaged { file })
    }
}

fn write_new(vault: BorrowedFd<'_>, name: &str, machine: Machine) -> io::Result<()> {
    let mut key = [0; KEY];
    fill(&mut key)?;
    let file = KeyFile {
        version: VERSION,
        machine: machine.as_text(),
        key: STANDARD.encode(key),
    };
    let mut whole = WholeFile::create(vault)?;
    whole.file().write_all(&serde_json::to_vec(&file)?)?;
    rustix::fs::fchmod(whole.file().as_fd(), Mode::RUSR)?;
    whole.publish(OsStr::new(name))
}

fn file_of(number: u32) -> String {
    match number {
        0 => FIRST_FILE.to_owned(),
        _ => format!("vault-{number}.key"),
    }
}

fn number_of(name: &str) -> Option<u32> {
    if name == FIRST_FILE {
        return Some(0);
    }
    let number = name.strip_prefix("vault-")?.strip_suffix(".key")?;
    let number: u32 = number.parse().ok()?;
    (number > 0 && file_of(number) == name).then_some(number)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::*;

    const HERE: Option<&str> = Some("6f8e0f7d1c2b4a5d9e3f112233445566\n");

    fn ring(vault: &Path, machine: Machine) -> Result<KeyRing, VaultError> {
        KeyRing::load(File::open(vault).unwrap().as_fd(), machine)
    }

    fn with_key(vault: &Path, machine: Machine) -> KeyRing {
        let handle = File::open(vault).unwrap();
        let before = ring(vault, machine).unwrap();
        before.make(handle.as_fd(), machine).unwrap();
        ring(vault, machine).unwrap()
    }

    fn name(key: Option<&DeviceKey>) -> Option<KeyName> {
        key.map(DeviceKey::name)
    }

    #[test]
    fn a_key_is_closed_to_others_and_names_no_machine_id() {
        let vault = tempfile::tempdir().unwrap();
        with_key(vault.path(), Machine::of(HERE));
        let path = vault.path().join("vault-1.key");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o7777,
            0o400
        );
        assert!(!fs::read_to_string(path).unwrap().contains("6f8e0f7d"));
    }

    #[test]
    fn the_newest_key_of_this_machine_is_the_current_one() {
        let vault = tempfile::tempdir().unwrap();
        let here = Machine::of(HERE);
        let first = with_key(vault.path(), here);
        let second = with_key(vault.path(), here);
        assert_ne!(name(first.current()), name(second.current()));
        let old = first.current().unwrap().name();
        assert!(second.named(old).is_some());
    }

    #[test]
    fn a_clone_knows_that_its_key_is_anothers() {
        let vault = tempfile::tempdir().unwrap();
        let original = with_key(vault.path(), Machine::of(HERE));
        let shared = original.current().unwrap().name();
        for clone in [Machine::of(Some("0123")), Machine::of(None)] {
            let ring = ring(vault.path(), clone).unwrap();
            assert!(ring.current().is_none());
            assert!(ring.named(shared).is_some());
        }
        let clone = with_key(vault.path(), Machine::of(Some("0123")));
        assert_ne!(name(clone.current()), Some(shared));
        let original = ring(vault.path(), Machine::of(HERE)).unwrap();
        assert_eq!(name(original.current()), Some(shared));
    }

    #[test]
    fn the_key_of_the_first_version_opens_and_never_seals() {
        let vault = tempfile::tempdir().unwrap();
        let path = vault.path().join("vault.key");
        fs::write(&path, [7; KEY]).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        let name = DeviceKey::new(&[7; KEY]).unwrap().name();
        let ring = ring(vault.path(), Machine::of(None)).unwrap();
        assert!(ring.named(name).is_some());
        assert!(ring.current().is_none());
    }

    #[test]
    fn only_keys_that_are_needed_are_kept() {
        let vault = tempfile::tempdir().unwrap();
        let handle = File::open(vault.path()).unwrap();
        let machine = Machine::of(HERE);
        let needed = with_key(vault.path(), machine).current().unwrap().name();
        with_key(vault.path(), machine);
        let all = with_key(vault.path(), machine);
        let dropped = all.drop_unneeded(handle.as_fd(), |name| name == needed);
        assert_eq!(dropped.unwrap(), 1);
        let mut left = names(handle.as_fd()).unwrap();
        left.retain(|name| name.ends_with(".key"));
        left.sort();
        assert_eq!(left, ["vault-1.key", "vault-3.key"]);
    }

    #[test]
    fn a_key_file_that_is_damaged_or_open_to_others_is_named() {
        let whole =
            r#"{"version":1,"machine":null,"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}"#;
        for (file, content, mode) in [
            ("vault.key", "x".repeat(31), 0o400),
            ("vault.key", "x".repeat(33), 0o400),
            ("vault.key", "x".repeat(32), 0o440),
            ("vault-1.key", whole.to_owned(), 0o404),
            ("vault-1.key", whole.to_owned(), 0o420),
            ("vault-1.key", whole.replace(":1", ":2"), 0o400),
            ("vault-1.key", whole.replace("AAAA=", "AA="), 0o400),
            ("vault-1.key", String::new(), 0o400),
            ("vault-1.key", "[".repeat(100_000), 0o400),
        ] {
            let vault = tempfile::tempdir().unwrap();
            let path = vault.path().join(file);
            fs::write(&path, &content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = ring(vault.path(), Machine::of(None)).unwrap_err();
            assert!(
                matches!(&error, VaultError::KeyDamaged { file: named } if named == file),
                "{mode:o} {error}"
            );
        }
    }

    #[test]
    fn a_key_that_is_a_link_is_not_followed() {
        let vault = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/zero", vault.path().join("vault-1.key")).unwrap();
        assert!(matches!(
            ring(vault.path(), Machine::of(None)),
            Err(VaultError::Io { .. })
        ));
    }
}
