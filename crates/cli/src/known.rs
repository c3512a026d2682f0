//! Values of the contract's enumerations on the command line.
//!
//! The service's enumerations are open: what it says and we do not know is kept. What a person types
//! and nobody knows is a slip, and a filter for it would find nothing without saying why.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use quell_model::{ActionStatus, HealthStatus};

/// A status of a machine action; the other spelling of one is seen in the wild.
pub(crate) fn action_status() -> impl TypedValueParser<Value = ActionStatus> {
    PossibleValuesParser::new([
        PossibleValue::new("Pending"),
        PossibleValue::new("InProgress"),
        PossibleValue::new("Succeeded"),
        PossibleValue::new("Failed"),
        PossibleValue::new("TimeOut"),
        PossibleValue::new("Cancelled").alias("Canceled"),
    ])
    .map(ActionStatus::from)
}

/// The health of a machine.
pub(crate) fn health_status() -> impl TypedValueParser<Value = HealthStatus> {
    PossibleValuesParser::new([
        "Active",
        "Inactive",
        "ImpairedCommunication",
        "NoSensorData",
        "NoSensorDataImpairedCommunication",
        "Unknown",
    ])
    .map(HealthStatus::from)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const CONTRACT: &str = include_str!("../../../docs/reference/enumerations.md");

    /// The values that the contract knows: the second cell of the enumeration's row.
    fn in_contract(enumeration: &str) -> BTreeSet<String> {
        let heading = format!("| {enumeration} | ");
        let row = CONTRACT
            .lines()
            .find_map(|line| line.strip_prefix(&heading));
        let cell = row.unwrap().split(" | ").next().unwrap();
        cell.split(", ")
            .map(|value| value.trim_matches('`').to_owned())
            .collect()
    }

    fn offered<T>(parser: &impl TypedValueParser<Value = T>) -> BTreeSet<String> {
        let values = parser.possible_values().unwrap();
        values.map(|value| value.get_name().to_owned()).collect()
    }

    #[test]
    fn exactly_what_the_contract_knows_is_offered() {
        assert_eq!(offered(&action_status()), in_contract("ActionStatus"));
        assert_eq!(offered(&health_status()), in_contract("HealthStatus"));
    }
}
