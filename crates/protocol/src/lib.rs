#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod assertion;
pub mod coverage;
pub mod enrol;
pub mod fault;
pub mod hints;
pub mod hold;
pub mod inventory;
pub mod order;
pub mod report;
pub mod residual;
pub mod rotate;
pub mod route;
pub mod verdict;
pub mod version;
pub mod wire_path;

pub use assertion::{AssertionClaims, AssertionFault, Binding};
pub use coverage::{Barrier, Coverage, Limit, Tier, Unreached};
pub use enrol::{
    EnrolRequest, EnrolResponse, EnrolmentToken, EnrolmentTokenError, MachineFacts,
    UnusualMachineId, check_new_machine_id,
};
pub use fault::{Fault, FaultCode};
pub use hints::{Ability, HintFault, Hints};
pub use hold::{HoldRequest, HoldResponse, Life};
pub use inventory::{Inventory, Protection, Sighting};
pub use order::{Conflict, Order, Refusal, Verb};
pub use report::{
    ActionResult, Confidence, FileOutcome, FileResult, Phase, ProcessOutcome, ProcessResult,
    Rehearsal, Report,
};
pub use residual::{Residual, ResidualReason};
pub use rotate::RotateRequest;
pub use verdict::{FailureReason, Verdict};
pub use version::{ProtocolVersion, UnsupportedVersion};
pub use wire_path::WirePath;
