//! Values in conditions, as OData writes them.

use std::marker::PhantomData;

use crate::{
    ActionId, ActionStatus, ActionType, DeviceValue, ExposureLevel, HealthStatus, IndicatorAction,
    IndicatorSeverity, IndicatorType, MachineId, OnboardingStatus, RiskScore, Timestamp,
};

/// A value that a filter compares with. The set is closed: the service knows no others here.
pub trait FilterValue: sealed::Literal {}

/// A value that has an order.
pub trait Ordered: FilterValue {}

mod sealed {
    /// A value as OData writes it, quotes doubled.
    pub trait Literal {
        fn literal(&self) -> String;
    }
}

/// A list of values, of which a filter asks whether one is among them.
#[derive(Debug)]
pub struct List<V>(PhantomData<V>);

/// The tags of a machine.
pub type Tags = List<String>;

pub(super) fn literal(value: &impl FilterValue) -> String {
    sealed::Literal::literal(value)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

macro_rules! quoted_values {
    ($($type:ty),+) => {
        $(impl sealed::Literal for $type {
            fn literal(&self) -> String {
                quoted(self.as_str())
            }
        }

        impl FilterValue for $type {})+
    };
}

quoted_values!(
    String,
    MachineId,
    ActionId,
    ActionStatus,
    ActionType,
    DeviceValue,
    ExposureLevel,
    HealthStatus,
    OnboardingStatus,
    RiskScore,
    IndicatorAction,
    IndicatorSeverity,
    IndicatorType
);

/// Implements the value as it is shown, without quotes.
macro_rules! bare_values {
    ($($type:ty),+) => {
        $(impl sealed::Literal for $type {
            fn literal(&self) -> String {
                self.to_string()
            }
        }

        impl FilterValue for $type {})+
    };
}

bare_values!(Timestamp, i32, bool);

impl Ordered for Timestamp {}
impl Ordered for i32 {}
