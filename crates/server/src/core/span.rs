//! Moments around which a question asks.

use std::time::Duration;

use quell_model::Timestamp;

/// How far from the moment an address may have been seen, on either side: the service's.
pub const ADDRESS_TOLERANCE: Duration = Duration::from_secs(15 * 60);
/// How long ago the moment may be: the service's.
pub const ADDRESS_MEMORY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The moment is too long ago, or has not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the moment is not one of the last thirty days")]
pub struct OutOfMemory;

/// From when until when an address must have been a machine's, to have been its at this moment.
///
/// # Errors
/// [`OutOfMemory`]; a caller's clock may be ahead by as much as the tolerance.
pub fn around(moment: Timestamp, now: Timestamp) -> Result<(Timestamp, Timestamp), OutOfMemory> {
    let oldest = now.saturating_sub(ADDRESS_MEMORY);
    let newest = now.saturating_add(ADDRESS_TOLERANCE);
    if moment < oldest || moment > newest {
        return Err(OutOfMemory);
    }
    Ok((
        moment.saturating_sub(ADDRESS_TOLERANCE),
        moment.saturating_add(ADDRESS_TOLERANCE),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_an_hour_on_either_side_within_thirty_days() {
        let at = Timestamp::from_unix_seconds;
        let now = at(100 * 86_400);
        let days = 86_400;
        assert_eq!(
            around(now, now),
            Ok((at(100 * days - 900), at(100 * days + 900)))
        );
        assert!(around(at(70 * days), now).is_ok());
        assert_eq!(around(at(70 * days - 1), now), Err(OutOfMemory));
        assert!(around(at(100 * days + 900), now).is_ok());
        assert_eq!(around(at(100 * days + 901), now), Err(OutOfMemory));
    }
}
