//! A file that holds a token or a key and nothing else.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::TokenError;

/// No token is longer: headers that carry them are not.
const LONGEST: u64 = 64 * 1024;

/// Reads the file anew: whoever rotates it does not tell.
pub(crate) async fn read(path: &Path) -> Result<SecretString, TokenError> {
    read_at_most(path, LONGEST, Links::Followed).await
}

/// Whether the last part of the path may be a symbolic link. A platform's rotated token
/// is one; a key that an answer named must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    Followed,
    Refused,
}

pub(crate) async fn read_at_most(
    path: &Path,
    longest: u64,
    links: Links,
) -> Result<SecretString, TokenError> {
    let path = path.to_owned();
    let name = path.clone();
    let read = tokio::task::spawn_blocking(move || read_now(&path, longest, links)).await;
    read.unwrap_or_else(|ended| Err(io::Error::other(ended)))
        .map_err(|source| TokenError::File { path: name, source })
}

fn read_now(path: &PathBuf, longest: u64, links: Links) -> io::Result<SecretString> {
    let unusable = |what| io::Error::new(io::ErrorKind::InvalidData, what);
    let kind = match links {
        Links::Followed => std::fs::metadata(path)?,
        Links::Refused => std::fs::symlink_metadata(path)?,
    };
    // Opening a pipe would wait for whoever writes to it.
    if !kind.is_file() {
        return Err(unusable("it is not a regular file"));
    }
    let mut text = String::new();
    let mut file = File::open(path)?.take(longest.saturating_add(1));
    file.read_to_string(&mut text)
        .map_err(|error| io::Error::from(error.kind()))?;
    if u64::try_from(text.len()).is_ok_and(|length| length > longest) {
        return Err(unusable("it is too long"));
    }
    match text.trim() {
        "" => Err(unusable("it is empty")),
        text => Ok(SecretString::from(text)),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    struct Scratch(PathBuf);

    impl Scratch {
        fn with(name: &str, content: &[u8]) -> Self {
            let name = format!("quell-token-file-{}-{name}", std::process::id());
            let path = std::env::temp_dir().join(name);
            std::fs::write(&path, content).unwrap();
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn why_not(path: &PathBuf, links: Links) -> String {
        read_now(path, 8, links).unwrap_err().to_string()
    }

    #[test]
    fn the_content_is_read_without_the_line_break_at_its_end() {
        let file = Scratch::with("whole", b"canary\n");
        let secret = read_now(&file.0, 8, Links::Refused).unwrap();
        assert_eq!(secret.expose_secret(), "canary");
    }

    #[test]
    fn what_is_no_token_is_refused_unread() {
        let long = Scratch::with("long", b"123456789");
        assert_eq!(why_not(&long.0, Links::Followed), "it is too long");
        let empty = Scratch::with("empty", b" \n");
        assert_eq!(why_not(&empty.0, Links::Followed), "it is empty");
        let folder = std::env::temp_dir();
        assert_eq!(
            why_not(&folder, Links::Followed),
            "it is not a regular file"
        );
        let binary = Scratch::with("binary", b"\xff\xfe");
        assert!(read_now(&binary.0, 8, Links::Followed).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_only_where_it_is_expected() {
        let file = Scratch::with("target", b"canary");
        let link = Scratch::with("link", b"");
        std::fs::remove_file(&link.0).unwrap();
        std::os::unix::fs::symlink(&file.0, &link.0).unwrap();
        assert!(read_now(&link.0, 8, Links::Followed).is_ok());
        assert_eq!(why_not(&link.0, Links::Refused), "it is not a regular file");
    }
}
