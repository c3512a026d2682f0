// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers are read: leniently, see `wire`.

use crate::wire::{self, Names};
use crate::*;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use std::fmt;

pub(super) const TOKEN_RESPONSE_NAMES: Names = Names(&[
    ("token_type", "token_type"),
    ("expires_in", "expires_in"),
    ("ext_expires_in", "ext_expires_in"),
    ("expires_on", "expires_on"),
    ("not_before", "not_before"),
    ("resource", "resource"),
    ("access_token", "access_token"),
]);

impl<'de> Deserialize<'de> for TokenResponse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TokenResponseVisitor)
    }
}

struct TokenResponseVisitor;

impl<'de> Visitor<'de> for TokenResponseVisitor {
    type Value = TokenResponse;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object TokenResponse")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<TokenResponse, A::Error> {
        let mut token_type = None;
        let mut expires_in = None;
        let mut ext_expires_in = None;
        let mut expires_on = None;
        let mut not_before = None;
        let mut resource = None;
        let mut access_token = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(TOKEN_RESPONSE_NAMES)? {
            match name.as_ref() {
                "token_type" => wire::fill(&mut object, &mut extra, name, &mut token_type)?,
                "expires_in" => wire::insist(&mut object, "expires_in", &mut expires_in)?,
                "ext_expires_in" => wire::fill(&mut object, &mut extra, name, &mut ext_expires_in)?,
                "expires_on" => wire::fill(&mut object, &mut extra, name, &mut expires_on)?,
                "not_before" => wire::fill(&mut object, &mut extra, name, &mut not_before)?,
                "resource" => wire::fill(&mut object, &mut extra, name, &mut resource)?,
                "access_token" => wire::insist(&mut object, "access_token", &mut access_token)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(TokenResponse {
            token_type: token_type.unwrap_or_else(|| "Bearer".to_owned()),
            expires_in: expires_in.unwrap_or_default(),
            ext_expires_in,
            expires_on,
            not_before,
            resource,
            access_token: access_token.ok_or_else(|| A::Error::missing_field("access_token"))?,
            extra,
        })
    }
}

wire::object!(TokenResponse, TokenResponseVisitor);
