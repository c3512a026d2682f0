// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! How answers are read: leniently, see `wire`.

use crate::wire::{self, Names};
use crate::*;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use std::fmt;

pub(super) const ERROR_ENVELOPE_NAMES: Names = Names(&[("error", "error")]);

impl<'de> Deserialize<'de> for ErrorEnvelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ErrorEnvelopeVisitor)
    }
}

struct ErrorEnvelopeVisitor;

impl<'de> Visitor<'de> for ErrorEnvelopeVisitor {
    type Value = ErrorEnvelope;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object ErrorEnvelope")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<ErrorEnvelope, A::Error> {
        let mut error = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(ERROR_ENVELOPE_NAMES)? {
            match name.as_ref() {
                "error" => wire::insist(&mut object, "error", &mut error)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(ErrorEnvelope {
            error: error.ok_or_else(|| A::Error::missing_field("error"))?,
            extra,
        })
    }
}

wire::object!(ErrorEnvelope, ErrorEnvelopeVisitor);

pub(super) const SERVICE_ERROR_NAMES: Names = Names(&[
    ("code", "code"),
    ("message", "message"),
    ("target", "target"),
    ("details", "details"),
]);

impl<'de> Deserialize<'de> for ServiceError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ServiceErrorVisitor)
    }
}

struct ServiceErrorVisitor;

impl<'de> Visitor<'de> for ServiceErrorVisitor {
    type Value = ServiceError;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object ServiceError")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<ServiceError, A::Error> {
        let mut code = None;
        let mut message = None;
        let mut target = None;
        let mut details = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(SERVICE_ERROR_NAMES)? {
            match name.as_ref() {
                "code" => wire::fill(&mut object, &mut extra, name, &mut code)?,
                "message" => wire::fill(&mut object, &mut extra, name, &mut message)?,
                "target" => wire::fill(&mut object, &mut extra, name, &mut target)?,
                "details" => wire::fill(&mut object, &mut extra, name, &mut details)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(ServiceError {
            code: code.unwrap_or_else(|| ErrorCode::from("")),
            message: message.unwrap_or_default(),
            target,
            details,
            extra,
        })
    }
}

wire::object!(ServiceError, ServiceErrorVisitor);

pub(super) const TOKEN_ERROR_NAMES: Names = Names(&[
    ("error", "error"),
    ("error_description", "error_description"),
    ("error_codes", "error_codes"),
    ("timestamp", "timestamp"),
    ("trace_id", "trace_id"),
    ("correlation_id", "correlation_id"),
    ("error_uri", "error_uri"),
]);

impl<'de> Deserialize<'de> for TokenError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TokenErrorVisitor)
    }
}

struct TokenErrorVisitor;

impl<'de> Visitor<'de> for TokenErrorVisitor {
    type Value = TokenError;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object TokenError")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<TokenError, A::Error> {
        let mut error = None;
        let mut error_description = None;
        let mut error_codes = None;
        let mut timestamp = None;
        let mut trace_id = None;
        let mut correlation_id = None;
        let mut error_uri = None;
        let mut extra = Extra::new();
        while let Some(name) = object.next_key_seed(TOKEN_ERROR_NAMES)? {
            match name.as_ref() {
                "error" => wire::insist(&mut object, "error", &mut error)?,
                "error_description" => {
                    wire::fill(&mut object, &mut extra, name, &mut error_description)?
                }
                "error_codes" => wire::fill(&mut object, &mut extra, name, &mut error_codes)?,
                "timestamp" => wire::fill(&mut object, &mut extra, name, &mut timestamp)?,
                "trace_id" => wire::fill(&mut object, &mut extra, name, &mut trace_id)?,
                "correlation_id" => wire::fill(&mut object, &mut extra, name, &mut correlation_id)?,
                "error_uri" => wire::fill(&mut object, &mut extra, name, &mut error_uri)?,
                _ => wire::keep(&mut object, &mut extra, name)?,
            }
        }
        Ok(TokenError {
            error: error.ok_or_else(|| A::Error::missing_field("error"))?,
            error_description: error_description.unwrap_or_default(),
            error_codes: error_codes.unwrap_or_default(),
            timestamp,
            trace_id,
            correlation_id,
            error_uri,
            extra,
        })
    }
}

wire::object!(TokenError, TokenErrorVisitor);
