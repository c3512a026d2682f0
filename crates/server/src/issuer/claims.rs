//! What a token says, and whether it is good for this server now.

use quell_model::{Timestamp, is_accepted_audience};
use serde::{Deserialize, Serialize};

use crate::core::{Grant, Powers, TenantId, View};

/// How long a token lives from its `iat`, in seconds: as the service's own do.
const LIFE_SECONDS: i64 = 3900;
/// How long before now a token is dated, in seconds, so that a client whose clock is behind may
/// use it at once.
const BACKDATED_SECONDS: i64 = 300;
/// The longest that any token may still live, in seconds: the service's own live for a day at most.
const LONGEST_SECONDS: i64 = 2 * 24 * 60 * 60;
/// What `expires_in` says: what is left of the life, less one.
pub(super) const EXPIRES_IN: i64 = LIFE_SECONDS - BACKDATED_SECONDS - 1;
/// How far the clock may be off when times are checked, in seconds.
const LEEWAY_SECONDS: i64 = 60;

/// The claims of an access token, as the service's first version has them.
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
    sub: &'a str,
    tid: String,
    uti: &'a str,
    ver: &'static str,
    #[serde(flatten)]
    holder: HolderClaims<'a>,
}

/// What the token of an application has, and what that of a person.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum HolderClaims<'a> {
    Application {
        roles: &'a [String],
    },
    Person {
        amr: [&'static str; 1],
        name: &'a str,
        scp: String,
        sid: &'a str,
        unique_name: &'a str,
        upn: &'a str,
    },
}

/// What a token is minted from.
#[derive(Debug)]
pub(super) struct Mint<'a> {
    pub(super) tenant: TenantId,
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
    pub(super) client_id: &'a str,
    /// How the client proved itself: 0 not at all, 1 by a secret, 2 by a certificate.
    pub(super) proved_by: &'static str,
    pub(super) display_name: &'a str,
    pub(super) object_id: &'a str,
    pub(super) bearer: Bearer<'a>,
    pub(super) unique: &'a str,
    pub(super) now: Timestamp,
}

/// Whose token it is.
#[derive(Debug)]
pub(super) enum Bearer<'a> {
    /// The application's own, with these roles.
    Application(&'a [String]),
    /// A person's, who gave the application these scopes.
    Person {
        name: &'a str,
        display_name: &'a str,
        scopes: &'a [String],
        sign_in: &'a str,
    },
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
            appidacr: mint.proved_by,
            app_displayname: mint.display_name,
            idp: mint.issuer,
            oid: mint.object_id,
            sub: mint.object_id,
            tid: mint.tenant.to_string(),
            uti: mint.unique,
            ver: "1.0",
            holder: match mint.bearer {
                Bearer::Application(roles) => HolderClaims::Application { roles },
                Bearer::Person {
                    name,
                    display_name,
                    scopes,
                    sign_in,
                } => HolderClaims::Person {
                    amr: ["pwd"],
                    name: display_name,
                    scp: scopes.join(" "),
                    sid: sign_in,
                    unique_name: name,
                    upn: name,
                },
            },
        }
    }
}

/// The claims of an id token (OpenID Connect Core, section 2). Its audience is the application, so
/// that it opens nothing here.
#[derive(Debug, Serialize)]
pub(super) struct IdToken<'a> {
    pub(super) aud: &'a str,
    pub(super) iss: &'a str,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nonce: Option<&'a str>,
    pub(super) oid: &'a str,
    pub(super) preferred_username: &'a str,
    pub(super) sub: &'a str,
    pub(super) tid: String,
    pub(super) uti: &'a str,
    pub(super) ver: &'static str,
}

impl IdToken<'_> {
    /// From when until when an id token is good that is issued now.
    pub(super) fn times(now: Timestamp) -> (i64, i64) {
        let issued = now.unix_seconds() - BACKDATED_SECONDS;
        (issued, issued + LIFE_SECONDS)
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
    #[serde(default)]
    pub(super) sid: Option<String>,
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
    /// The person's object id, if a person calls: what he may do beside his scopes hangs on it.
    pub(crate) person: Option<String>,
    /// The sign-in that a person's token belongs to.
    pub(crate) sign_in: Option<String>,
    /// What he may do.
    pub(crate) grant: Grant,
    /// On which machines.
    pub(crate) powers: Powers,
}

impl Caller {
    /// What he sees.
    pub(crate) fn view(&self) -> View {
        View {
            tenant: self.tenant,
            machines: self.powers.sees.clone(),
        }
    }
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
    #[error("The access token lives longer than is accepted.")]
    Lifetime,
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
        check_times(self.exp, Some(self.nbf), now)?;
        Ok(self.caller(tenant))
    }

    fn caller(&self, tenant: TenantId) -> Caller {
        let person = self.oid.clone().filter(|_| self.scp.is_some());
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
            person,
            sign_in: self.sid.clone(),
            grant,
            powers: Powers::UNLIMITED,
        }
    }
}

/// Whether a token is good now, and not for much longer than tokens are.
pub(super) fn check_times(exp: i64, nbf: Option<i64>, now: Timestamp) -> Result<(), Flaw> {
    let now = now.unix_seconds();
    if now >= exp.saturating_add(LEEWAY_SECONDS) {
        return Err(Flaw::Expired);
    }
    if nbf.is_some_and(|nbf| now < nbf.saturating_sub(LEEWAY_SECONDS)) {
        return Err(Flaw::Early);
    }
    if exp > now.saturating_add(LONGEST_SECONDS) {
        return Err(Flaw::Lifetime);
    }
    Ok(())
}

/// Whether a token for this resource opens this server: under any name of the service, so that a
/// client needs no other setting, or under the server's own.
pub(super) fn audience_is_ours(audience: &str, base_url: &str) -> bool {
    let own = audience.strip_suffix('/').unwrap_or(audience) == base_url;
    own || is_accepted_audience(audience)
}

/// Whether an issuer is a tenant of this server. Another may live at the same host, or have a name
/// that begins as ours.
pub(super) fn issuer_is_ours(issuer: &str, base_url: &str) -> bool {
    let path = issuer
        .strip_prefix(base_url)
        .and_then(|rest| rest.strip_prefix('/'));
    let tenant = path.and_then(|path| path.split('/').next());
    tenant.is_some_and(|tenant| tenant.parse::<TenantId>().is_ok())
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
            sid: None,
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
    fn neighbor_is_another_issuer() {
        for ours in [format!("{BASE}/{TENANT}/"), format!("{BASE}/{TENANT}/v2.0")] {
            assert!(issuer_is_ours(&ours, BASE), "{ours}");
        }
        for other in [
            format!("{BASE}/realms/x"),
            format!("{BASE}080/{TENANT}/"),
            format!("{BASE}.evil.example/{TENANT}/"),
            BASE.to_owned(),
        ] {
            assert!(!issuer_is_ours(&other, BASE), "{other}");
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
