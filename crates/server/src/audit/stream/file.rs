//! Appending to a file, which others may rotate.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::{DeliveryError, Receiver};
use crate::admin::Line;
use crate::core::TenantId;
use crate::store::record::KeptEntry;

/// Appends a line an entry, and syncs each batch.
#[derive(Debug)]
pub(super) struct FileReceiver {
    path: PathBuf,
}

impl FileReceiver {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

#[async_trait]
impl Receiver for FileReceiver {
    async fn deliver(&mut self, _: TenantId, entries: &[KeptEntry]) -> Result<(), DeliveryError> {
        let lines: String = entries
            .iter()
            .map(|entry| Line::of_entry(entry) + "\n")
            .collect();
        let path = self.path.clone();
        tokio::task::spawn_blocking(move || append(&path, &lines))
            .await
            .map_err(io::Error::other)??;
        Ok(())
    }
}

/// Opens the file anew for each batch: if it was renamed, the lines go to a new one.
fn append(path: &Path, lines: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    if ends_within_a_line(&mut file)? {
        file.write_all(b"\n")?;
    }
    file.write_all(lines.as_bytes())?;
    file.sync_data()
}

/// A full disk may have cut the last line short; what was cut is written again behind it.
fn ends_within_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::audit::Link;

    fn entry(sequence: u64) -> KeptEntry {
        KeptEntry {
            sequence,
            entry: format!("{{\"sequence\":{sequence}}}"),
            hash: Link::start(TenantId::fresh()).hash,
        }
    }

    #[tokio::test]
    async fn lines_go_on_in_a_new_file_after_rotation_and_behind_a_cut_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("audit.jsonl");
        let mut receiver = FileReceiver::new(path.clone());
        let tenant = TenantId::fresh();
        let mut deliver = async |sequence| receiver.deliver(tenant, &[entry(sequence)]).await;
        deliver(1).await.unwrap();
        deliver(2).await.unwrap();
        let rotated = dir.path().join("audit.jsonl.1");
        std::fs::rename(&path, &rotated).unwrap();
        deliver(3).await.unwrap();
        let read = |path: &Path| std::fs::read_to_string(path).unwrap();
        assert_eq!(read(&rotated).lines().count(), 2);
        assert_eq!(read(&path).lines().count(), 1);
        let cut = read(&path);
        std::fs::write(&path, &cut[..cut.len() - 5]).unwrap();
        deliver(3).await.unwrap();
        let lines: Vec<_> = read(&path).lines().map(Line::read).collect();
        assert_eq!(lines[0], None);
        assert!(matches!(&lines[1], Some(Line::Entry(entry, _)) if entry == "{\"sequence\":3}"));
    }
}
