// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Open enumerations: known values, and any other as it came.

use crate::open_enum::open_enum;

/// What becomes of a file that is to be put back to a path where there is something. That which is there stays in either case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RestoreConflict {
    /// `fail`: It stays in the vault.
    Fail,
    /// `rename`: It gets another name beside the path, NAME.restored-1.
    Rename,
    /// A value that this version does not know, as it came. To make one, use `from`.
    UnknownValue(String),
}

impl RestoreConflict {
    /// Every value that this version knows, in the service's order.
    pub const KNOWN: &'static [Self] = &[Self::Fail, Self::Rename];
    /// The value as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Fail => "fail",
            Self::Rename => "rename",
            Self::UnknownValue(text) => text,
        }
    }
    /// Whether this version knows the value.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::UnknownValue(_))
    }
}

const RESTORE_CONFLICT_SPELLINGS: &[(&str, RestoreConflict)] = &[
    ("fail", RestoreConflict::Fail),
    ("rename", RestoreConflict::Rename),
];

open_enum!(RestoreConflict, RESTORE_CONFLICT_SPELLINGS);
