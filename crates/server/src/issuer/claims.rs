//! What a token says, and whether it is good for this server now.

use quell_model::{Timestamp, is_accepted_audience};
use serde::{Deserialize, Serialize};

use crate::core::{Grant, TenantId};

/// How long a token lives from its `iat`, in seconds: as the service's own do.
const LIFE_SECONDS: i64 = 3900;
/// How long before now a token is dated, in seconds, so that a client whose clock is behind may
/// use it at once.
const BACKDATED_SECONDS: i64 = 300;
/// What `expires_in` says: what is left of the life, less one.
pub(super) const EXPIRES_IN: i64 = LIFE_SECONDS - BACKDATED_SECONDS - 1;
/// How far the clock may be off when times are checked, in seconds.
const LEEWAY_SECONDS: i64 = 60;

/// The claims of an application's token, as the service's first version has them.
#[derive(Debug, Serialize)]
pub(super) struct Minted<'a> {
    aud: &'a str,
    iss: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    appid: &'a str,
    appidacr: &'static str,
    app_displayname: &'a str,
    idp: &'a str,
    oid: &'a str,
    roles: &'a [String],
    sub: &'a str,
    tid: String,
    uti: &'a str,
    ver: &'static str,
}

/// What a token is minted from.
#[derive(Debug)]
pub(super) struct Mint<'a> {
    pub(super) tenant: TenantId,
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
    pub(super) client_id: &'a str,
    pub(super) display_name: &'a str,
    pub(super) object_id: &'a str,
    pub(super) roles: &'a [String],
    pub(super) unique: &'a str,
    pub(super) now: Timestamp,
}

impl<'a> From<&Mint<'a>> for Minted<'a> {
    fn from(mint: &Mint<'a>) -> Self {
        let issued = mint.now.unix_seconds() - BACKDATED_SECONDS;
        Self {
            aud: mint.audience,
            iss: mint.issuer,
            iat: issued,
            nbf: issued,
            exp: issued + LIFE_SECONDS,
            appid: mint.client_id,
            appidacr: "1",
            app_displayname: mint.display_name,
            idp: mint.issuer,
            oid: mint.object_id,
            roles: mint.roles,
            sub: mint.object_id,
            tid: mint.tenant.to_string(),
            uti: mint.unique,
            ver: "1.0",
        }
    }
}

/// The claims that are read of any token whose signature is good.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Claims {
    pub(super) aud: String,
    pub(super) iss: String,
    pub(super) exp: i64,
    pub(super) nbf: i64,
    pub(super) tid: String,
    pub(super) appid: String,
    #[serde(default)]
    pub(super) app_displayname: Option<String>,
    #[serde(default)]
    pub(super) roles: Vec<String>,
    #[serde(default)]
    pub(super) scp: Option<String>,
    #[serde(default)]
    pub(super) upn: Option<String>,
    #[serde(default)]
    pub(super) unique_name: Option<String>,
    #[serde(default)]
    pub(super) oid: Option<String>,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Whose data he sees.
    pub(crate) tenant: TenantId,
    /// The application that he calls through.
    pub(crate) client_id: String,
    /// His name in actions: the application's display name, or the person's principal name.
    pub(crate) requestor: String,
    /// What he may do.
    pub(crate) grant: Grant,
}

/// What is wrong with a token whose signature is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Flaw {
    #[error("The access token has expired.")]
    Expired,
    #[error("The access token is not valid yet.")]
    Early,
    #[error("The access token was issued for another resource.")]
    Audience,
    #[error("The access token was issued by another authority.")]
    Issuer,
}

impl Claims {
    /// Judges the claims. `issuer_of` says how the issuer of a tenant is named here.
    pub(super) fn check(
        &self,
        base_url: &str,
        issuer_of: impl FnOnce(TenantId) -> String,
        now: Timestamp,
    ) -> Result<Caller, Flaw> {
        let tenant: TenantId = self.tid.parse().map_err(|_| Flaw::Issuer)?;
        if self.iss != issuer_of(tenant) {
            return Err(Flaw::Issuer);
        }
        if !audience_is_ours(&self.aud, base_url) {
            return Err(Flaw::Audience);
        }
        let now = now.unix_seconds();
        if now >= self.exp.saturating_add(LEEWAY_SECONDS) {
            return Err(Flaw::Expired);
        }
        if now < self.nbf.saturating_sub(LEEWAY_SECONDS) {
            return Err(Flaw::Early);
        }
        Ok(self.caller(tenant))
    }

    fn caller(&self, tenant: TenantId) -> Caller {
        let (requestor, grant) = match &self.scp {
            Some(scopes) => (
                self.upn
                    .as_ref()
                    .or(self.unique_name.as_ref())
                    .or(self.oid.as_ref()),
                Grant::Person(scopes.split_ascii_whitespace().map(str::to_owned).collect()),
            ),
            None => (
                self.app_displayname.as_ref(),
                Grant::Application(self.roles.clone()),
            ),
        };
        Caller {
            tenant,
            requestor: requestor.unwrap_or(&self.appid).clone(),
            client_id: self.appid.clone(),
            grant,
        }
    }
}

/// Whether a token for this resource opens this server: under any name of the service, so that a
/// client needs no other setting, or under the server's own.
pub(super) fn audience_is_ours(audience: &str, base_url: &str) -> bool {
    let own = audience.strip_suffix('/').unwrap_or(audience) == base_url;
    own || is_accepted_audience(audience)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "5a1c0e3e-8f3c-4b0a-9a0e-2f6f0a6e9b11";
    const BASE: &str = "http://127.0.0.1:9";
    const NOW: i64 = 1_700_000_000;

    fn claims() -> Claims {
        Claims {
            aud: "https://api.securitycenter.microsoft.com".to_owned(),
            iss: format!("{BASE}/{TENANT}/"),
            exp: NOW + 10,
            nbf: NOW - 10,
            tid: TENANT.to_owned(),
            appid: "app".to_owned(),
            app_displayname: Some("Name".to_owned()),
            roles: vec!["Machine.Read.All".to_owned()],
            scp: None,
            upn: None,
            unique_name: None,
            oid: None,
        }
    }

    fn check(claims: &Claims, now: i64) -> Result<Caller, Flaw> {
        claims.check(
            BASE,
            |tenant| format!("{BASE}/{tenant}/"),
            Timestamp::from_unix_seconds(now),
        )
    }

    #[test]
    fn application_is_known_by_its_display_name() {
        let caller = check(&claims(), NOW).unwrap();
        assert_eq!(caller.requestor, "Name");
        assert_eq!(
            caller.grant,
            Grant::Application(vec!["Machine.Read.All".to_owned()])
        );
    }

    #[test]
    fn scopes_make_a_person_whatever_the_roles() {
        let caller = check(
            &Claims {
                scp: Some("Machine.Read Machine.StopAndQuarantine".to_owned()),
                upn: Some("ana@contoso.example".to_owned()),
                ..claims()
            },
            NOW,
        )
        .unwrap();
        assert_eq!(caller.requestor, "ana@contoso.example");
        let Grant::Person(scopes) = caller.grant else {
            panic!("not a person")
        };
        assert_eq!(scopes, ["Machine.Read", "Machine.StopAndQuarantine"]);
    }

    #[test]
    fn times_are_kept_to_a_minute() {
        assert!(check(&claims(), NOW + 10 + 59).is_ok());
        assert_eq!(check(&claims(), NOW + 10 + 60), Err(Flaw::Expired));
        assert!(check(&claims(), NOW - 10 - 60).is_ok());
        assert_eq!(check(&claims(), NOW - 10 - 61), Err(Flaw::Early));
    }

    #[test]
    fn audience_is_any_name_of_the_service_or_our_own() {
        for good in [
            "https://api.securitycenter.microsoft.com/",
            "https://securitycenter.onmicrosoft.com/windowsatpservice",
            "fc780465-2017-40d4-a0c5-307022471b92",
            BASE,
        ] {
            let aud = good.to_owned();
            assert!(check(&Claims { aud, ..claims() }, NOW).is_ok(), "{good}");
        }
        for bad in [
            "",
            "https://graph.microsoft.com",
            "https://api.security.microsoft.com",
            "https://api.securitycenter.microsoft.com.evil.example",
        ] {
            let aud = bad.to_owned();
            assert_eq!(check(&Claims { aud, ..claims() }, NOW), Err(Flaw::Audience));
        }
    }

    #[test]
    fn issuer_and_tenant_belong_together() {
        let other = "00000000-0000-4000-8000-000000000000";
        for (iss, tid) in [
            (format!("{BASE}/{TENANT}/"), other.to_owned()),
            (
                format!("https://sts.windows.net/{TENANT}/"),
                TENANT.to_owned(),
            ),
            (format!("{BASE}/{TENANT}"), TENANT.to_owned()),
            (format!("{BASE}/common/"), "common".to_owned()),
        ] {
            let foreign = Claims {
                iss,
                tid,
                ..claims()
            };
            assert_eq!(check(&foreign, NOW), Err(Flaw::Issuer));
        }
    }
}
