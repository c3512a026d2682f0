//! What each object consists of, for what is derived from that: JSON schemas and property tests.
//!
//! Strategies build each object from its row: one that lacks a property, has one too many or another
//! type does not compile. A test compares the names with what is written.

mod answers;
mod requests;

pub(crate) use answers::answers;
pub(crate) use requests::requests;
#[cfg(feature = "high-risk")]
pub(crate) use requests::risky_requests;

/// Every open enumeration.
macro_rules! enumerations {
    ($with:ident) => {
        $with! {
            ActionStatus,
            ActionType,
            AlertClassification,
            AlertDetermination,
            AlertSeverity,
            AlertStatus,
            CloudProvider,
            CommandParameterKey,
            CommandStatus,
            CommandType,
            DeterminationType,
            DeviceValue,
            ErrorCode,
            ExclusionReason,
            ExposureLevel,
            FileIdentifierType,
            FullActionType,
            HealthStatus,
            IndicatorAction,
            IndicatorSeverity,
            IndicatorSourceType,
            IndicatorType,
            InvestigationState,
            IpInterfaceType,
            IpOperationalStatus,
            IsolationType,
            ManagedBy,
            ManagedByStatus,
            OnboardingStatus,
            RequestSource,
            RiskScore,
            ScanType,
            TokenErrorCode,
        }
    };
}

pub(crate) use enumerations;
