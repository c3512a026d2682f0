//! The address that a platform hands tokens out at.

use http::Uri;
use url::{Host, Url};

use super::{IdentityHost, UserAssigned};

/// Why a managed identity cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManagedIdentityError {
    /// Not an address.
    #[error("the identity endpoint is not an absolute URL")]
    NotAUrl,
    /// Plain `http` to elsewhere than this machine's own network.
    #[error("the identity endpoint must be https, or http to loopback or a link-local address")]
    ClearText,
    /// The identity header cannot be sent.
    #[error("the identity header is empty or not printable ASCII")]
    Header,
    /// Arc's machines have one identity.
    #[error("a machine of Azure Arc has one identity: leave the user-assigned one out")]
    UserAssigned,
}

/// What is asked, but for the audience.
#[derive(Clone, Debug)]
pub(super) struct Question {
    url: Url,
}

impl Question {
    pub(super) fn new(
        host: &IdentityHost,
        assigned: Option<&UserAssigned>,
    ) -> Result<Self, ManagedIdentityError> {
        let (address, version) = match host {
            IdentityHost::Imds { base } => (base, "2018-02-01"),
            IdentityHost::AppService { endpoint, .. } => (endpoint, "2019-08-01"),
            IdentityHost::Arc { endpoint, .. } => (endpoint, "2020-06-01"),
        };
        let mut url = local(address)?;
        if let IdentityHost::Imds { .. } = host {
            let path = url.path().trim_end_matches('/');
            url.set_path(&format!("{path}/metadata/identity/oauth2/token"));
        }
        url.query_pairs_mut().append_pair("api-version", version);
        if let Some(assigned) = assigned {
            let (name, value) = named(host, assigned)?;
            url.query_pairs_mut().append_pair(name, value);
        }
        Ok(Self { url })
    }

    /// The address of this audience's tokens.
    pub(super) fn about(&self, audience: &str) -> Result<Uri, http::uri::InvalidUri> {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("resource", audience);
        url.as_str().parse()
    }
}

/// Each host has its own words for the same.
fn named<'a>(
    host: &IdentityHost,
    assigned: &'a UserAssigned,
) -> Result<(&'static str, &'a str), ManagedIdentityError> {
    Ok(match (host, assigned) {
        (IdentityHost::Arc { .. }, _) => return Err(ManagedIdentityError::UserAssigned),
        (_, UserAssigned::ClientId(id)) => ("client_id", id),
        (IdentityHost::Imds { .. }, UserAssigned::ObjectId(id)) => ("object_id", id),
        (IdentityHost::AppService { .. }, UserAssigned::ObjectId(id)) => ("principal_id", id),
        (IdentityHost::Imds { .. }, UserAssigned::ResourceId(id)) => ("msi_res_id", id),
        (IdentityHost::AppService { .. }, UserAssigned::ResourceId(id)) => ("mi_res_id", id),
    })
}

/// Platforms hand tokens out over plain http, which is no danger within the machine.
fn local(address: &str) -> Result<Url, ManagedIdentityError> {
    let mut url = Url::parse(address).map_err(|_| ManagedIdentityError::NotAUrl)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ManagedIdentityError::NotAUrl);
    }
    url.set_fragment(None);
    let within = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_link_local(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unicast_link_local(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err(ManagedIdentityError::NotAUrl),
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if within => Ok(url),
        "http" => Err(ManagedIdentityError::ClearText),
        _ => Err(ManagedIdentityError::NotAUrl),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ManagedIdentity;
    use super::*;

    const AUDIENCE: &str = "https://api.securitycenter.microsoft.com";
    const RESOURCE: &str = "resource=https%3A%2F%2Fapi.securitycenter.microsoft.com";

    fn address(identity: &ManagedIdentity) -> Result<String, ManagedIdentityError> {
        let question = Question::new(&identity.host, identity.assigned.as_ref())?;
        Ok(question.about(AUDIENCE).unwrap().to_string())
    }

    #[test]
    fn each_host_is_asked_in_its_own_words() {
        let id = || "an id".to_owned();
        let imds = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01";
        let app = "http://localhost:42356/msi/token?api-version=2019-08-01";
        let arc = "http://localhost:40342/x/token?api-version=2020-06-01";
        let app_service = || ManagedIdentity::app_service("http://localhost:42356/msi/token", "h");
        let cases = [
            (ManagedIdentity::imds(), format!("{imds}&{RESOURCE}")),
            (
                ManagedIdentity::imds().user_assigned(UserAssigned::ClientId(id())),
                format!("{imds}&client_id=an+id&{RESOURCE}"),
            ),
            (
                ManagedIdentity::imds().user_assigned(UserAssigned::ObjectId(id())),
                format!("{imds}&object_id=an+id&{RESOURCE}"),
            ),
            (
                ManagedIdentity::imds().user_assigned(UserAssigned::ResourceId(id())),
                format!("{imds}&msi_res_id=an+id&{RESOURCE}"),
            ),
            (app_service(), format!("{app}&{RESOURCE}")),
            (
                app_service().user_assigned(UserAssigned::ObjectId(id())),
                format!("{app}&principal_id=an+id&{RESOURCE}"),
            ),
            (
                app_service().user_assigned(UserAssigned::ResourceId(id())),
                format!("{app}&mi_res_id=an+id&{RESOURCE}"),
            ),
            (
                ManagedIdentity::arc("http://localhost:40342/x/token"),
                format!("{arc}&{RESOURCE}"),
            ),
        ];
        for (identity, expected) in cases {
            assert_eq!(address(&identity), Ok(expected));
        }
    }

    #[test]
    fn a_token_is_not_asked_for_in_clear_text_beyond_this_machine() {
        let refused = [
            ("http://10.0.0.1", ManagedIdentityError::ClearText),
            ("http://metadata.example", ManagedIdentityError::ClearText),
            ("http://169.255.0.1", ManagedIdentityError::ClearText),
            ("ftp://localhost", ManagedIdentityError::NotAUrl),
            ("localhost:80", ManagedIdentityError::NotAUrl),
            ("http://kim:pw@localhost", ManagedIdentityError::NotAUrl),
            ("", ManagedIdentityError::NotAUrl),
        ];
        for (base, expected) in refused {
            assert_eq!(
                address(&ManagedIdentity::imds_at(base)),
                Err(expected),
                "{base}"
            );
        }
        for base in [
            "https://imds.example",
            "http://127.0.0.1:1/",
            "http://[::1]",
        ] {
            assert!(address(&ManagedIdentity::imds_at(base)).is_ok(), "{base}");
        }
    }

    #[test]
    fn arc_has_no_choice() {
        let identity = ManagedIdentity::arc("http://localhost:1")
            .user_assigned(UserAssigned::ClientId("x".to_owned()));
        assert_eq!(address(&identity), Err(ManagedIdentityError::UserAssigned));
    }
}
