// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! What operations need by other readings than what the service was observed to ask.

use crate::core::authorization::Needs;
use quell_model::AnyOf;

/// The operations in which `documented` differs.
pub(crate) static DOCUMENTED: &[Needs] = &[Needs {
    operation: "StopAndQuarantineFile",
    application: &[AnyOf(&[
        "Machine.StopAndQuarantine",
        "Machine.Read.All",
        "Machine.ReadWrite.All",
    ])],
    delegated: &[AnyOf(&["Machine.StopAndQuarantine"])],
}];

/// The operations in which `documented-2021-03` differs.
pub(crate) static DOCUMENTED_2021_03: &[Needs] = &[Needs {
    operation: "StopAndQuarantineFile",
    application: &[AnyOf(&["Machine.StopAndQuarantine"])],
    delegated: &[AnyOf(&["Machine.StopAndQuarantine"])],
}];
