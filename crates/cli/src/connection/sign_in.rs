//! A person who signs in: what they are told, and where their sign-in is kept if they want it kept.

use std::io;
use std::path::PathBuf;

use async_trait::async_trait;
use quell::{DevicePrompt, RefreshToken, TokenCache, TokenCacheKey};
use quell_terminal::{output, printable};
use serde::{Deserialize, Serialize};

use super::files;

type CacheError = Box<dyn std::error::Error + Send + Sync>;

/// Says where to go, on standard error.
pub(crate) fn prompt(prompt: &DevicePrompt) {
    let (page, code) = (prompt.verification_uri(), prompt.user_code());
    let minutes = prompt.expires_in().as_secs() / 60;
    output::note(&printable(&format!(
        "To sign in, open {page} in a browser and enter {code} (good for {minutes} minutes)"
    )));
}

/// Sign-ins that are kept, a file each, for their owner alone.
#[derive(Debug, Clone)]
pub(crate) struct SignIns {
    directory: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    /// Whose it is; the file's name alone does not tell them apart.
    key: String,
    refresh_token: String,
}

impl SignIns {
    /// Kept in this directory.
    pub(crate) const fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    fn file(&self, key: &str) -> PathBuf {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let name: String = key.chars().map(plain).collect();
        self.directory.join(format!("{name}.json"))
    }

    fn read(&self, key: &str) -> Result<Option<RefreshToken>, CacheError> {
        let text = match files::read_text(&self.file(key)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // The parser's own words may repeat a part of the file.
        let kept: Kept = serde_json::from_str(&text).map_err(|_| "the file is damaged")?;
        Ok((kept.key == key).then(|| RefreshToken::new(kept.refresh_token)))
    }

    fn write(&self, key: &str, token: Option<&RefreshToken>) -> Result<(), CacheError> {
        let file = self.file(key);
        let Some(token) = token else {
            return match std::fs::remove_file(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
                _ => Ok(()),
            };
        };
        let kept = Kept {
            key: key.to_owned(),
            refresh_token: token.expose().to_owned(),
        };
        Ok(files::write_private(&file, &serde_json::to_vec(&kept)?)?)
    }
}

#[async_trait]
impl TokenCache for SignIns {
    async fn load(&self, key: &TokenCacheKey) -> Result<Option<RefreshToken>, CacheError> {
        self.read(&key.to_string())
    }

    async fn store(
        &self,
        key: &TokenCacheKey,
        token: Option<&RefreshToken>,
    ) -> Result<(), CacheError> {
        self.write(&key.to_string(), token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_is_found_again_by_its_own_key_and_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let kept = SignIns::new(directory.path().join("sign-ins"));
        let (ours, alike) = ("https://a/ tenant app", "https://a/-tenant-app");
        assert!(kept.read(ours).unwrap().is_none());
        let token = RefreshToken::new("refresh-1");
        kept.write(ours, Some(&token)).unwrap();
        assert_eq!(kept.read(ours).unwrap().unwrap().expose(), "refresh-1");
        assert!(
            kept.read(alike).unwrap().is_none(),
            "the file's name is the same"
        );
        kept.write(ours, None).unwrap();
        assert!(kept.read(ours).unwrap().is_none());
        kept.write(ours, None).unwrap();
    }

    #[test]
    fn damaged_file_is_an_error_that_does_not_repeat_it() {
        let directory = tempfile::tempdir().unwrap();
        let kept = SignIns::new(directory.path().to_owned());
        std::fs::write(kept.file("k"), "{\"canary\": ").unwrap();
        let told = kept.read("k").unwrap_err().to_string();
        assert!(!told.contains("canary"), "{told}");
    }
}
