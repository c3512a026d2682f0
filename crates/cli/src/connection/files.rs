//! Files that people keep for this command: hostile as everything from outside, so bounded.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use quell_terminal::Failure;
use secrecy::SecretString;

/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024;

/// The first line of a file that holds nothing but a secret.
pub(crate) fn read_secret(path: &Path) -> Result<SecretString, Failure> {
    let text = read_text(path).map_err(|error| {
        Failure::usage(format!("the secret file {} cannot be read", path.display())).because(&error)
    })?;
    match text.lines().next().map(str::trim_end) {
        Some(secret) if !secret.is_empty() => Ok(secret.into()),
        _ => Err(Failure::usage(format!(
            "the secret file {} is empty",
            path.display()
        ))),
    }
}

/// A certificate in PEM, with its key where it is ours.
pub(crate) fn read_certificate(path: &Path) -> Result<String, Failure> {
    read_text(path).map_err(|error| {
        let what = format!("the certificate file {} cannot be read", path.display());
        Failure::usage(what).because(&error)
    })
}

/// All of a file, if it is not too long.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let file = fs::File::open(path)?;
    let length = file.take(MAX_FILE + 1).read_to_string(&mut text)?;
    if length as u64 > MAX_FILE {
        return Err(io::Error::other(format!(
            "the file is longer than {MAX_FILE} bytes"
        )));
    }
    Ok(text)
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or_else(|| Path::new("."));
    make_private_directory(directory)?;
    // Made with mode 0600, and renamed only when everything is in it.
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    io::Write::write_all(&mut file, content)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn make_private_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    #[test]
    fn secret_file_is_its_first_line_and_bounded() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        fs::write(&file, "value \nrest").unwrap();
        assert_eq!(read_secret(&file).unwrap().expose_secret(), "value");
        fs::write(&file, "\n").unwrap();
        let told = read_secret(&file).unwrap_err().render();
        assert!(told.contains("is empty"), "{told}");
        let told = read_secret(Path::new("/dev/zero")).unwrap_err().render();
        assert!(told.contains("longer than"), "{told}");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_written_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("new").join("secret");
        write_private(&file, b"first").unwrap();
        write_private(&file, b"second").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"second");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(file.parent().unwrap()), 0o700);
    }
}
