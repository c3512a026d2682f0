//! A file that holds a token or a key and nothing else.

use std::fs::{File, Metadata};
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
    let file = File::open(path)?;
    let opened = file.metadata()?;
    // It may have been exchanged since it was looked at.
    if !opened.is_file() || (links == Links::Refused && !is_same(&kind, &opened)) {
        return Err(unusable("it changed while it was opened"));
    }
    let mut text = String::new();
    file.take(longest.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(|error| io::Error::from(error.kind()))?;
    if u64::try_from(text.len()).is_ok_and(|length| length > longest) {
        return Err(unusable("it is too long"));
    }
    match text.trim() {
        "" => Err(unusable("it is empty")),
        // What is not even a word is some other file, which nobody wanted to send anywhere.
        text if !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Err(unusable("it is not one word of printable ASCII"))
        }
        text => Ok(SecretString::from(text)),
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere, links need a privilege.
#[cfg(not(unix))]
const fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
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
        for words in [&b"a b"[..], b"a\nb", b"\xef\xbb\xbfa", b"a\0"] {
            let several = Scratch::with("several", words);
            assert_eq!(
                why_not(&several.0, Links::Followed),
                "it is not one word of printable ASCII"
            );
        }
        let binary = Scratch::with("binary", b"\xff\xfe");
        assert!(read_now(&binary.0, 8, Links::Followed).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn another_file_is_not_taken_for_the_one_that_was_looked_at() {
        let (one, other) = (Scratch::with("one", b"a"), Scratch::with("other", b"a"));
        let about = |file: &Scratch| std::fs::metadata(&file.0).unwrap();
        assert!(is_same(&about(&one), &about(&one)));
        assert!(!is_same(&about(&one), &about(&other)));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_is_not_opened() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};

        let pipe = Scratch::with("pipe", b"");
        std::fs::remove_file(&pipe.0).unwrap();
        mknodat(CWD, &pipe.0, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        for links in [Links::Followed, Links::Refused] {
            assert_eq!(why_not(&pipe.0, links), "it is not a regular file");
        }
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
