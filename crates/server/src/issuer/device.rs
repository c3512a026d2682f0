//! A device asks for a code that a person enters elsewhere (RFC 8628).

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde_json::json;

use super::Issuer;
use super::endpoint::{Version, correlation, sent_form};
use super::fault::TokenFault;
use super::scopes::Scopes;
use crate::secret::{NoRandomness, Secret, random, sha256};
use crate::store::record::NewDeviceCode;

/// How long a code waits for its person.
const LIFE: Duration = Duration::from_secs(15 * 60);
/// How long a device waits between two questions, in seconds.
const PAUSE: u32 = 5;
/// How often another user code is made when one is taken already.
const ATTEMPTS: usize = 4;
/// Letters that are not taken for others, and make no words.
const LETTERS: [char; 20] = [
    'B', 'C', 'D', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X',
    'Z',
];
/// How many letters a user code has.
const LENGTH: usize = 8;

impl Issuer {
    /// Answers a device that wants a code.
    pub(super) async fn device_code(
        &self,
        version: Version,
        tenant: &str,
        headers: &HeaderMap,
        body: Option<&Bytes>,
    ) -> Response {
        match self.new_device_code(version, tenant, headers, body).await {
            Ok(response) => response,
            Err(fault) => fault.into_response(correlation(headers), self.clock.now()),
        }
    }

    async fn new_device_code(
        &self,
        version: Version,
        tenant: &str,
        headers: &HeaderMap,
        body: Option<&Bytes>,
    ) -> Result<Response, TokenFault> {
        let (form, basic) = sent_form(headers, body)?;
        let (client_id, proof) = form.client(basic)?;
        self.expect_patience(&client_id)?;
        let tenant = self.tenant_for(tenant, &client_id).await?;
        let client = self.client_for_person(tenant, &client_id, &proof).await?;
        let scopes = match (version, form.get("resource")) {
            (Version::V1, Some(resource)) => Scopes::of_resource(resource, &self.base_url)?,
            _ => Scopes::parse(form.required("scope")?, &self.base_url)?,
        };
        // What the application may never get is said now, not after the person has signed in.
        scopes.granted(&client.scopes, &client.scopes)?;
        let (device_code, user_code) = self.keep_device_code(tenant, &client.id, &scopes).await?;
        Ok(self.device_code_answer(version, &device_code, &user_code))
    }

    async fn keep_device_code(
        &self,
        tenant: crate::core::TenantId,
        client_id: &str,
        scopes: &Scopes,
    ) -> Result<(Secret, String), TokenFault> {
        for _ in 0..ATTEMPTS {
            let (device_code, user_code) = (Secret::generate()?, new_user_code()?);
            let code = NewDeviceCode {
                digest: sha256(device_code.expose().as_bytes()),
                user_code: user_code.clone(),
                tenant,
                client_id: client_id.to_owned(),
                scope: scopes.kept(),
                expires: self.clock.now().saturating_add(LIFE),
                pause: PAUSE,
            };
            let added = self.store.add_device_code(code).await;
            if added.map_err(TokenFault::Unavailable)? {
                return Ok((device_code, user_code));
            }
        }
        Err(NoRandomness.into())
    }

    fn device_code_answer(
        &self,
        version: Version,
        device_code: &Secret,
        user_code: &str,
    ) -> Response {
        let shown = shown(user_code);
        let address = format!("{}/devicelogin", self.base_url);
        let message =
            format!("To sign in, open the page {address} in a browser and enter the code {shown}.");
        let mut answer = json!({
            "user_code": shown,
            "device_code": device_code.expose(),
            "verification_uri": address,
            "message": message,
        });
        let numbers = [
            ("expires_in", LIFE.as_secs()),
            ("interval", u64::from(PAUSE)),
        ];
        if let Some(answer) = answer.as_object_mut() {
            for (name, number) in numbers {
                let value = match version {
                    Version::V1 => number.to_string().into(),
                    Version::V2 => number.into(),
                };
                answer.insert(name.to_owned(), value);
            }
            if version == Version::V1 {
                answer.insert("verification_url".to_owned(), address.into());
            }
        }
        let mut response = Json(answer).into_response();
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

fn new_user_code() -> Result<String, NoRandomness> {
    let mut code = String::new();
    while code.len() < LENGTH {
        for byte in random::<16>()? {
            // 240 is a multiple of 20: above it some letters would come more often.
            if byte < 240 && code.len() < LENGTH {
                code.extend(LETTERS.get(usize::from(byte % 20)));
            }
        }
    }
    Ok(code)
}

/// A user code in two halves.
pub(super) fn shown(user_code: &str) -> String {
    let (one, other) = user_code.split_at_checked(LENGTH / 2).unwrap_or_default();
    format!("{one}-{other}")
}

/// A user code as a person types it: in any case, with or without a hyphen.
pub(super) fn typed(text: &str) -> Option<String> {
    let letters: String = text
        .chars()
        .filter(|letter| !matches!(letter, '-' | ' '))
        .map(|letter| letter.to_ascii_uppercase())
        .take(LENGTH + 1)
        .collect();
    let is_code = letters.len() == LENGTH && letters.chars().all(|one| LETTERS.contains(&one));
    is_code.then_some(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_code_is_read_as_people_write_it() {
        let code = new_user_code().unwrap();
        assert_ne!(code, new_user_code().unwrap());
        let shown = shown(&code);
        assert_eq!(shown.len(), 9);
        for written in [
            shown.clone(),
            code.clone(),
            shown.to_lowercase(),
            format!(" {shown} "),
        ] {
            assert_eq!(typed(&written).as_deref(), Some(code.as_str()), "{written}");
        }
        for bad in [
            "",
            "BCDF",
            "BCDF-GHJKL",
            "AEIO-UAEI",
            "BCDF-GHJ1",
            "ÄCDF-GHJK",
        ] {
            assert_eq!(typed(bad), None, "{bad}");
        }
    }
}
