// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Open enumerations: known values, and any other as it came.

use crate::open_enum::open_enum;

/// What the service thinks of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeterminationType {
    /// `Unknown`.
    Unknown,
    /// `Malware`.
    Malware,
    /// `Unwanted`.
    Unwanted,
    /// `Clean`.
    Clean,
    /// `Pua`.
    Pua,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl DeterminationType {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[
        Self::Unknown,
        Self::Malware,
        Self::Unwanted,
        Self::Clean,
        Self::Pua,
    ];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "Unknown",
            Self::Malware => "Malware",
            Self::Unwanted => "Unwanted",
            Self::Clean => "Clean",
            Self::Pua => "Pua",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const DETERMINATION_TYPE_SPELLINGS: &[(&str, DeterminationType)] = &[
    ("Unknown", DeterminationType::Unknown),
    ("Malware", DeterminationType::Malware),
    ("Unwanted", DeterminationType::Unwanted),
    ("Clean", DeterminationType::Clean),
    ("Pua", DeterminationType::Pua),
];

open_enum!(DeterminationType, DETERMINATION_TYPE_SPELLINGS);
