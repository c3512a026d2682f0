//! Mapping a collection's next link, whatever host it names, to the service.

use http::Uri;
use url::Url;

use super::{Endpoint, TargetError, has_user_information, target};

/// A service that sends longer links than this has something else in mind.
const MAX_LENGTH: usize = 16 * 1024;

/// Why a link to a next page is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NextLinkError {
    /// Longer than any real link.
    #[error("the next link is longer than {MAX_LENGTH} bytes")]
    TooLong,
    /// Not an absolute URL.
    #[error("the next link is not an absolute URL")]
    NotAUrl(#[source] url::ParseError),
    /// Neither https nor http.
    #[error("the next link is neither https nor http")]
    Scheme,
    /// A user name or password within the URL.
    #[error("the next link contains a user name or password")]
    UserInformation,
    /// The path or query cannot be sent.
    #[error("the next link's path or query cannot be sent")]
    Target(#[source] TargetError),
}

/// The link's path and query at the service's host. The link's own scheme and
/// host are dropped, so that it may safely name any.
pub(super) fn rewrite(link: &str, service: &Endpoint) -> Result<Uri, NextLinkError> {
    if link.len() > MAX_LENGTH {
        return Err(NextLinkError::TooLong);
    }
    let link = Url::parse(link).map_err(NextLinkError::NotAUrl)?;
    if !matches!(link.scheme(), "https" | "http") {
        return Err(NextLinkError::Scheme);
    }
    if has_user_information(&link) {
        return Err(NextLinkError::UserInformation);
    }
    target::check_path(link.path()).map_err(NextLinkError::Target)?;

    let mut target = String::from(if is_below(link.path(), service.prefix()) {
        ""
    } else {
        service.prefix()
    });
    target.push_str(link.path());
    if let Some(query) = link.query() {
        target.push('?');
        target.push_str(query);
    }
    service.at(target).map_err(NextLinkError::Target)
}

/// A gateway that knows its own prefix has put it into the link already.
fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rewritten(link: &str, service: &str) -> Result<String, NextLinkError> {
        rewrite(link, &service.parse().unwrap()).map(|uri| uri.to_string())
    }

    #[test]
    fn path_and_query_move_to_the_service() {
        let eu = "https://api-eu.example";
        for link in [
            "https://api-us3.example/api/machines?$filter=id%20eq%20'1'&$skip=10000",
            "http://10.0.0.9:81/api/machines?$filter=id eq '1'&$skip=10000#top",
        ] {
            let uri = rewritten(link, eu).unwrap();
            assert!(
                uri.starts_with("https://api-eu.example/api/machines?$filter=id%20eq%20"),
                "{uri}"
            );
            assert!(uri.ends_with("&$skip=10000"), "{uri}");
        }
    }

    #[test]
    fn a_prefix_is_added_once() {
        let gateway = "https://gw.example/mde";
        let expected = Ok("https://gw.example/mde/api/machines".to_owned());
        assert_eq!(
            rewritten("https://x.example/api/machines", gateway),
            expected
        );
        assert_eq!(
            rewritten("https://x.example/mde/api/machines", gateway),
            expected
        );
        assert_eq!(
            rewritten("https://x.example/mdetest/a", gateway),
            Ok("https://gw.example/mde/mdetest/a".to_owned())
        );
    }

    #[test]
    fn what_is_no_plain_link_is_refused() {
        let refused = |link: &str| rewritten(link, "https://api.example").unwrap_err();
        assert_eq!(refused("ftp://x.example/a"), NextLinkError::Scheme);
        assert_eq!(refused("javascript:alert(1)"), NextLinkError::Scheme);
        assert_eq!(
            refused("https://kim:pw@x.example/a"),
            NextLinkError::UserInformation
        );
        assert!(matches!(
            refused("/api/machines"),
            NextLinkError::NotAUrl(_)
        ));
        assert!(matches!(refused(""), NextLinkError::NotAUrl(_)));
        let long = format!("https://x.example/{}", "a".repeat(MAX_LENGTH));
        assert_eq!(refused(&long), NextLinkError::TooLong);
    }

    proptest! {
        #[test]
        fn no_link_leads_anywhere_else(link in "(https?:[/\\\\@]{0,3})?[ -~\t\n\u{e9}]{0,40}") {
            if let Ok(uri) = rewrite(&link, &"https://api.example".parse().unwrap()) {
                prop_assert_eq!(uri.scheme_str(), Some("https"));
                prop_assert_eq!(uri.authority().unwrap().as_str(), "api.example");
                let seen = Url::parse(&uri.to_string()).unwrap();
                prop_assert_eq!(seen.host_str(), Some("api.example"));
            }
        }
    }
}
