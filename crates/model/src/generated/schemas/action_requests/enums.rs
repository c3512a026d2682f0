// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Open enumerations: known values, and any other as it came.

use crate::open_enum::open_enum;

/// How far an isolation reaches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IsolationType {
    /// `Full`: The machine reaches nothing but the service.
    Full,
    /// `Selective`: Only a limited set of applications is cut off.
    Selective,
    /// `UnManagedDevice`: The machine is not managed by the service, which contains it from outside.
    UnManagedDevice,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl IsolationType {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[Self::Full, Self::Selective, Self::UnManagedDevice];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Full => "Full",
            Self::Selective => "Selective",
            Self::UnManagedDevice => "UnManagedDevice",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const ISOLATION_TYPE_SPELLINGS: &[(&str, IsolationType)] = &[
    ("Full", IsolationType::Full),
    ("Selective", IsolationType::Selective),
    ("UnManagedDevice", IsolationType::UnManagedDevice),
];

open_enum!(IsolationType, ISOLATION_TYPE_SPELLINGS);

/// How much a scan looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScanType {
    /// `Quick`.
    Quick,
    /// `Full`.
    Full,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl ScanType {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[Self::Quick, Self::Full];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Quick => "Quick",
            Self::Full => "Full",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const SCAN_TYPE_SPELLINGS: &[(&str, ScanType)] =
    &[("Quick", ScanType::Quick), ("Full", ScanType::Full)];

open_enum!(ScanType, SCAN_TYPE_SPELLINGS);
