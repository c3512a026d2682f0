//! The ids of actions.

use quell_model::{ActionId, Timestamp};
use uuid::{NoContext, Uuid};

use super::ApiError;

const TICKS_PER_SECOND: u64 = 10_000_000;
const NANOSECONDS_PER_TICK: u32 = 100;

/// The action of this id. Ours are GUIDs in lower case; a GUID is the same in any.
pub(super) fn named(segment: &str) -> Result<ActionId, ApiError> {
    let id = ActionId::from_path_segment(segment).map_err(|_| ApiError::no_action(segment))?;
    let lower = id.as_str().to_ascii_lowercase();
    ActionId::new(lower).map_err(|_| ApiError::no_action(segment))
}

/// The id of an action that is asked for now: a GUID that begins with the time (RFC 9562, version 7).
/// What is written together then stands together in the database, where random ids would have a page
/// of its own written for each.
pub(super) fn fresh(now: Timestamp) -> Result<ActionId, ApiError> {
    let ticks = u64::try_from(now.unix_ticks()).unwrap_or(0);
    let rest = u32::try_from(ticks % TICKS_PER_SECOND).unwrap_or(0);
    let moment = uuid::Timestamp::from_unix(
        NoContext,
        ticks / TICKS_PER_SECOND,
        rest * NANOSECONDS_PER_TICK,
    );
    ActionId::new(Uuid::new_v7(moment).to_string()).map_err(|_| ApiError::internal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_ids_are_guids_that_differ_and_stand_in_the_order_of_time() {
        let at = |ticks| fresh(Timestamp::from_unix_ticks(ticks)).unwrap();
        let second = 10_000_000;
        let (one, twin, later) = (at(1_700 * second), at(1_700 * second), at(1_701 * second));
        assert_ne!(one, twin);
        assert!(one.as_str().max(twin.as_str()) < later.as_str());
        let read = Uuid::parse_str(one.as_str()).unwrap();
        assert_eq!(read.get_version_num(), 7);
        assert_eq!(read.to_string(), one.as_str());
        assert!(Uuid::parse_str(at(-1).as_str()).is_ok());
    }
}
