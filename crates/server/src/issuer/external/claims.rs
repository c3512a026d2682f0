//! What a token of another issuer says, in the words of either version of Entra's and of others.

use quell_model::Timestamp;
use serde::Deserialize;

use super::super::claims::{Caller, Flaw, check_times};
use super::super::verify::{FlawedToken, Unauthorized};
use crate::core::{Grant, Powers};
use crate::store::record::ExternalIssuer;

/// One text, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(Vec<String>),
}

impl Texts {
    fn words(&self) -> Vec<String> {
        let split = |text: &String| text.split_ascii_whitespace().map(str::to_owned).collect();
        match self {
            Self::One(text) => split(text),
            Self::Many(texts) => texts
                .iter()
                .flat_map(|text| -> Vec<_> { split(text) })
                .collect(),
        }
    }

    fn any(&self, is: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::One(text) => is(text),
            Self::Many(texts) => texts.iter().any(|text| is(text)),
        }
    }
}

/// The claims. One that is there twice is an error: readers differ in which of them they take.
#[derive(Debug, Deserialize)]
pub(super) struct ExternalClaims {
    iss: String,
    aud: Texts,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    tid: Option<String>,
    #[serde(default)]
    appid: Option<String>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    app_displayname: Option<String>,
    #[serde(default)]
    idtyp: Option<String>,
    #[serde(default)]
    oid: Option<String>,
    #[serde(default)]
    sub: Option<String>,
    #[serde(default)]
    upn: Option<String>,
    #[serde(default)]
    preferred_username: Option<String>,
    #[serde(default)]
    unique_name: Option<String>,
    #[serde(default)]
    roles: Option<Texts>,
    #[serde(default)]
    scp: Option<Texts>,
}

impl ExternalClaims {
    pub(super) fn check(
        &self,
        issuer: &ExternalIssuer,
        now: Timestamp,
    ) -> Result<Caller, Unauthorized> {
        let tenant = issuer.foreign_tenant.as_deref();
        if self.iss != issuer.issuer || tenant.is_some_and(|ours| self.tid.as_deref() != Some(ours))
        {
            return Err(FlawedToken::from(Flaw::Issuer).into());
        }
        let is_ours = |audience: &str| issuer.audiences.iter().any(|ours| ours == audience);
        if !self.aud.any(is_ours) {
            return Err(FlawedToken::from(Flaw::Audience).into());
        }
        check_times(self.exp, self.nbf, now).map_err(FlawedToken::from)?;
        self.caller(issuer)
    }

    fn caller(&self, issuer: &ExternalIssuer) -> Result<Caller, Unauthorized> {
        let client_id = self
            .azp
            .as_ref()
            .or(self.appid.as_ref())
            .or(self.client_id.as_ref())
            .ok_or(Unauthorized::BadToken)?;
        let (requestor, person, grant) = match &self.scp {
            Some(scopes) => {
                let object = self.oid.as_ref().or(self.sub.as_ref());
                let object = object.ok_or(Unauthorized::BadToken)?;
                let name = self
                    .upn
                    .as_ref()
                    .or(self.preferred_username.as_ref())
                    .or(self.unique_name.as_ref());
                // No id of another issuer is ever taken for one of ours.
                let person = format!("{} {object}", issuer.issuer);
                let requestor = name.unwrap_or(object).clone();
                (requestor, Some(person), Grant::Person(scopes.words()))
            }
            None if self.is_an_application_s(client_id) => {
                let roles = self.roles.as_ref().map(Texts::words).unwrap_or_default();
                let name = self.app_displayname.as_ref().unwrap_or(client_id);
                (name.clone(), None, Grant::Application(roles))
            }
            // A person's token without scopes, such as an id token: its roles are the person's.
            None => return Err(Unauthorized::BadToken),
        };
        Ok(Caller {
            tenant: issuer.tenant,
            client_id: client_id.clone(),
            requestor,
            person,
            sign_in: None,
            grant,
            powers: Powers::UNLIMITED,
        })
    }

    /// Whether the token speaks of nobody but the application itself. Of Entra's, those have one id
    /// in `oid` and `sub`; of others, the application is the subject.
    fn is_an_application_s(&self, client_id: &str) -> bool {
        match (&self.idtyp, &self.oid, &self.sub) {
            (Some(kind), _, _) => kind == "app",
            (None, Some(object), Some(subject)) => object == subject,
            (None, None, Some(subject)) => subject == client_id,
            (None, _, None) => false,
        }
    }
}
