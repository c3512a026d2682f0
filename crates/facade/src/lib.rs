#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod action;
mod argument;
mod auth;
mod builder;
mod call;
mod check;
mod client;
mod counters;
mod deadline;
mod error;
#[cfg(feature = "extension")]
pub mod extension;
mod file;
mod hooks;
mod indicator;
mod journal;
mod life;
mod limits;
mod machine;
mod options;
mod outage;
mod outcome;
mod pages;
mod push_back;
mod query;
mod random;
mod reconcile;
mod request;
pub mod retry;
mod route;
mod service;
mod shared;
mod skew;
mod tag;
#[cfg(feature = "testing")]
pub mod testing;
mod wait;
mod watch;

pub use action::ActionHandle;
pub use argument::{Argument, InvalidArgument};
#[cfg(feature = "azure-identity")]
pub use auth::AzureIdentity;
pub use auth::{
    AccessToken, ClientSecret, Credential, DeviceCode, DevicePrompt, MalformedToken,
    ManagedIdentity, ManagedIdentityError, MissingPermission, MissingVariable, Objection,
    RefreshToken, Refusal, RefusalReason, StaticToken, TokenCache, TokenCacheKey, TokenClaims,
    TokenEndpoint, TokenError, TokenRequest, TokenSource, UserAssigned, WorkloadIdentity,
};
#[cfg(feature = "certificate")]
pub use auth::{AssertionSignature, Certificate, CertificateError, ClientCertificate};
#[cfg(feature = "nearest")]
pub use builder::NearestRegion;
pub use builder::{BuildError, ClientBuilder};
pub use check::{Check, CheckRequest, CheckedMachine, FailedLookup, Finding, Topic};
pub use client::Client;
pub use counters::{Counters, Histogram, Metrics, OperationMetrics, Waits};
pub use error::{Error, ErrorKind};
pub use file::FileHandle;
pub use hooks::{Done, Ended, Hooks, Sending, WaitReason, Waiting};
pub use indicator::IndicatorHandle;
pub use journal::{Intent, IntentId, Journal, JournalError, MemoryJournal, Settlement};
pub use limits::Limits;
pub use machine::MachineHandle;
pub use options::{CorrelationId, InvalidCorrelationId};
pub use outcome::Outcome;
pub use pages::{BrokenChain, Pages};
pub use query::{ActionQuery, IndicatorQuery, Listed, MachineQuery, Query};
pub use reconcile::Reconciled;
pub use request::{ActionRequest, InDoubt, Placed, Placement};
pub use retry::RetryPolicy;
pub use service::Service;
pub use tag::{InvalidTag, Tag};
pub use wait::Wait;
pub use watch::{Seen, Waited, Watch, Watched};

/// The wire contract: everything that the API says, typed.
#[doc(inline)]
pub use quell_model as model;
pub use quell_model::{
    ActionId, ActionStatus, ActionType, Cloud, Comment, ErrorCode, File, HealthStatus, HostFamily,
    Machine, MachineAction, MachineId, Region, Sha1, Timestamp, odata, precondition, properties,
};
/// Exact limits, for [`Limits::each`].
#[doc(inline)]
pub use quell_ratelimit as ratelimit;
pub use quell_ratelimit::Priority;
/// How requests are carried, for a transport of your own.
#[doc(inline)]
pub use quell_transport as transport;

/// The guide's code is compiled with the rest.
#[cfg(doctest)]
#[doc = include_str!("../guide.md")]
mod guide {}
