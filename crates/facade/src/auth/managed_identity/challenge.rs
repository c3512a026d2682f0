//! Arc's challenge: whoever may read a file that the agent names is let in.

use std::path::{Path, PathBuf};

use http::{HeaderMap, header};
use secrecy::SecretString;

use crate::auth::TokenError;
use crate::auth::token_file::{Links, read_at_most};

/// No key is longer.
const LONGEST: u64 = 4096;

/// The key that an answer asks for, if it lies where the agent keeps its keys.
///
/// The answer comes over plain http from a port that anybody could have opened: it must not
/// be able to make us read, and send to it, any other file.
pub(super) async fn key(headers: &HeaderMap, directory: &Path) -> Result<SecretString, TokenError> {
    let path = named_file(headers, directory).ok_or(TokenError::Unreadable {
        reason: "its challenge names no key of the agent",
    })?;
    read_at_most(&path, LONGEST, Links::Refused).await
}

fn named_file(headers: &HeaderMap, directory: &Path) -> Option<PathBuf> {
    let challenge = headers.get(header::WWW_AUTHENTICATE)?.to_str().ok()?;
    let (scheme, realm) = challenge.trim().split_once(' ')?;
    let path = realm.trim().strip_prefix("realm=")?.trim_matches('"');
    let path = PathBuf::from(path);
    let is_key = path.extension().is_some_and(|extension| extension == "key");
    let of_agent = path.is_absolute() && path.parent().is_some_and(|of| is_same(of, directory));
    (scheme.eq_ignore_ascii_case("Basic") && is_key && of_agent).then_some(path)
}

/// Windows does not tell `tokens` from `Tokens`, and the agent writes both.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || cfg!(windows) && one.as_os_str().eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn named(challenge: &str) -> Option<PathBuf> {
        let value = HeaderValue::from_str(challenge).unwrap();
        let headers = HeaderMap::from_iter([(header::WWW_AUTHENTICATE, value)]);
        named_file(&headers, Path::new("/var/opt/azcmagent/tokens"))
    }

    #[cfg(unix)]
    #[test]
    fn only_a_key_directly_in_the_agents_directory_is_read() {
        let good = Some(PathBuf::from("/var/opt/azcmagent/tokens/4f.key"));
        assert_eq!(named("Basic realm=/var/opt/azcmagent/tokens/4f.key"), good);
        assert_eq!(
            named("basic realm=\"/var/opt/azcmagent/tokens/4f.key\""),
            good
        );
        for bad in [
            "",
            "Basic",
            "Basic realm=",
            "Bearer realm=/var/opt/azcmagent/tokens/4f.key",
            "Basic realm=/etc/shadow",
            "Basic realm=/var/opt/azcmagent/tokens/4f.txt",
            "Basic realm=/var/opt/azcmagent/tokens/../secret.key",
            "Basic realm=/var/opt/azcmagent/tokens/sub/4f.key",
            "Basic realm=var/opt/azcmagent/tokens/4f.key",
            "Basic realm=/var/opt/azcmagent/tokens2/4f.key",
            "Basic realm=/var/opt/azcmagent/tokens/.key",
        ] {
            assert_eq!(named(bad), None, "{bad}");
        }
        assert_eq!(named_file(&HeaderMap::new(), Path::new("/")), None);
    }
}
