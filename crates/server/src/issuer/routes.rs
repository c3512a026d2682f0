//! What is asked of the issuer beside tokens.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{Method, StatusCode};
use std::net::{IpAddr, Ipv4Addr};

use super::Issuer;
use super::browser::{DEVICE_PAGE, DEVICE_SIGN_IN, Visitor};
use super::endpoint::{Version, is_form};
use super::pages::Page;
use crate::exchange;

/// A place of the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// `.well-known/openid-configuration`.
    Configuration { tenant: &'a str, v2: bool },
    /// The public keys.
    Keys { tenant: &'a str },
    /// What Microsoft's libraries ask about a host.
    Instance,
    /// An application asks a person.
    Authorize { tenant: &'a str },
    /// A person decides about it.
    SignIn { tenant: &'a str },
    /// A device asks for a code.
    DeviceCode { tenant: &'a str, version: Version },
    /// A person enters it.
    DevicePage,
    /// A person decides about it.
    DeviceSignIn,
    /// A person signs out.
    Logout,
}

impl<'a> Place<'a> {
    /// Looks a path up. Case is not regarded.
    pub(crate) fn find(path: &'a str) -> Option<Self> {
        let is = |place: &str| path.trim_end_matches('/').eq_ignore_ascii_case(place);
        if is(DEVICE_PAGE) {
            return Some(Self::DevicePage);
        }
        if is(DEVICE_SIGN_IN) {
            return Some(Self::DeviceSignIn);
        }
        let (tenant, rest) = path.strip_prefix('/')?.split_once('/')?;
        Some(match rest.to_ascii_lowercase().as_str() {
            ".well-known/openid-configuration" => Self::Configuration { tenant, v2: false },
            "v2.0/.well-known/openid-configuration" => Self::Configuration { tenant, v2: true },
            "discovery/keys" | "discovery/v2.0/keys" => Self::Keys { tenant },
            "discovery/instance" if tenant.eq_ignore_ascii_case("common") => Self::Instance,
            "oauth2/authorize" | "oauth2/v2.0/authorize" => Self::Authorize { tenant },
            "oauth2/sign-in" => Self::SignIn { tenant },
            "oauth2/devicecode" => Self::DeviceCode {
                tenant,
                version: Version::V1,
            },
            "oauth2/v2.0/devicecode" => Self::DeviceCode {
                tenant,
                version: Version::V2,
            },
            "oauth2/logout" | "oauth2/v2.0/logout" => Self::Logout,
            _ => return None,
        })
    }

    /// The methods that it has.
    pub(crate) fn methods(self) -> &'static [Method] {
        match self {
            Self::Configuration { .. } | Self::Keys { .. } | Self::Instance | Self::Logout => {
                &[Method::GET]
            }
            Self::Authorize { .. } | Self::DevicePage => &[Method::GET, Method::POST],
            Self::SignIn { .. } | Self::DeviceCode { .. } | Self::DeviceSignIn => &[Method::POST],
        }
    }
}

impl Issuer {
    /// Answers; `None` when there is nothing at this place. The method was looked at.
    pub(crate) async fn visit(
        &self,
        place: Place<'_>,
        parts: &Parts,
        body: Option<&Bytes>,
    ) -> Option<Response> {
        let query = parts.uri.query().unwrap_or_default();
        let json = |value: serde_json::Value| (StatusCode::OK, Json(value)).into_response();
        Some(match place {
            Place::Configuration { tenant, v2 } => json(self.configuration(tenant, v2).await?),
            Place::Keys { tenant } => json(self.public_keys(tenant).await?),
            Place::Instance => match self.instance(query) {
                Some(instance) => json(instance),
                None => (
                    StatusCode::BAD_REQUEST,
                    Json(serde_json::json!({
                        "error": "invalid_instance",
                        "error_description": "AADSTS50049: Unknown or invalid instance.",
                        "error_codes": [50_049],
                    })),
                )
                    .into_response(),
            },
            Place::DeviceCode { tenant, version } => {
                self.device_code(version, tenant, &parts.headers, body)
                    .await
            }
            Place::Logout => Page::note(
                "Signed out",
                "Nobody is kept signed in here. Close the application to end what it has.",
            )
            .into_response(),
            _ => self.visit_page(place, parts, body).await,
        })
    }

    async fn visit_page(&self, place: Place<'_>, parts: &Parts, body: Option<&Bytes>) -> Response {
        let visitor = Visitor {
            headers: &parts.headers,
            from: exchange::peer().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        };
        if parts.method == Method::GET {
            return match place {
                Place::Authorize { tenant } => {
                    let query = parts.uri.query().unwrap_or_default();
                    self.authorize(tenant, query, visitor).await
                }
                _ => self.device_page(visitor),
            };
        }
        let Some(body) = body.filter(|_| is_form(&parts.headers)) else {
            let sentence = "The request is too long, or no form.";
            return Page::refusal(StatusCode::BAD_REQUEST, sentence).into_response();
        };
        match place {
            Place::Authorize { tenant } => match std::str::from_utf8(body) {
                Ok(query) => self.authorize(tenant, query, visitor).await,
                Err(_) => self.authorize(tenant, "", visitor).await,
            },
            Place::SignIn { tenant } => self.sign_in(tenant, body, visitor).await,
            Place::DeviceSignIn => self.device_sign_in(body, visitor).await,
            _ => self.device_code_entered(body, visitor).await,
        }
    }
}
