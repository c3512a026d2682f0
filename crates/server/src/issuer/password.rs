//! Passwords, which people choose: kept so that a guess costs memory and time.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::secret::{NoRandomness, random};

/// 19 MiB, two passes, one lane: what OWASP recommends at least for Argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// How many passwords are looked at at once: bounds the memory that strangers can make us use.
const AT_ONCE: usize = 2;
/// The longest password, in bytes.
pub(crate) const MAX_PASSWORD: usize = 256;
/// The shortest, in characters (NIST SP 800-63B).
pub(crate) const MIN_PASSWORD: usize = 12;

/// A hash of the same cost that no password is known for: compared with when there is nobody, so
/// that the answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw$9dKqvuDgG3hfBSGmhp9Q8j7h6WmJ4S1qH3cYk1mXw0E";

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// What a password is compared with, in the PHC format. Takes some 20 milliseconds.
pub(crate) fn hash(password: &str) -> Result<String, NoRandomness> {
    let salt = SaltString::encode_b64(&random::<16>()?).map_err(|_| NoRandomness)?;
    let hash = argon2().hash_password(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|_| NoRandomness)
}

fn matches(hash: &str, password: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else {
        return false;
    };
    let verified = argon2().verify_password(password.as_bytes(), &hash);
    verified.is_ok()
}

/// Compares passwords, a few at once, off the asynchronous threads.
#[derive(Debug)]
pub(super) struct Passwords(Semaphore);

impl Default for Passwords {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

impl Passwords {
    /// Whether it is the password; `None` when there is nobody whose it could be.
    pub(super) async fn matches(&self, hash: Option<String>, password: String) -> bool {
        let Ok(_permit) = self.0.acquire().await else {
            return false;
        };
        let somebody = hash.is_some();
        let compared = tokio::task::spawn_blocking(move || {
            matches(hash.as_deref().unwrap_or(NOBODY), &password)
        });
        compared.await.unwrap_or(false) && somebody
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn password_is_known_again_and_no_other() {
        let kept = hash("correct horse battery").unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert_ne!(kept, hash("correct horse battery").unwrap());
        let passwords = Passwords::default();
        let matches = async |hash: Option<&str>, password: &str| {
            let hash = hash.map(str::to_owned);
            passwords.matches(hash, password.to_owned()).await
        };
        assert!(matches(Some(&kept), "correct horse battery").await);
        assert!(!matches(Some(&kept), "correct horse batterY").await);
        assert!(!matches(Some("garbled"), "").await);
        assert!(!matches(None, "correct horse battery").await);
    }

    #[test]
    fn nobody_costs_as_much_as_somebody() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let somebody = hash("x").unwrap();
        let somebody = PasswordHash::new(&somebody).unwrap();
        assert_eq!(nobody.algorithm, somebody.algorithm);
        assert_eq!(nobody.params, somebody.params);
        assert_eq!(nobody.hash.unwrap().len(), somebody.hash.unwrap().len());
    }
}
