//! What limits a mistake: a file that is on many machines is rarely what somebody wants stopped on
//! all of them.

use std::fmt;

use quell_protocol::Protection;

/// How many machines a file may be on before it takes an insisting caller to stop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlastRadius {
    /// Of a hundred of the tenant's machines.
    pub percent: u8,
    /// So many are always allowed: a tenth of five machines is none.
    pub floor: u64,
}

impl Default for BlastRadius {
    fn default() -> Self {
        Self {
            percent: 10,
            floor: 10,
        }
    }
}

impl BlastRadius {
    /// The most machines, of so many, that a file may be on.
    #[must_use]
    pub fn most(self, machines: u64) -> u64 {
        let share = u128::from(machines) * u128::from(self.percent) / 100;
        u64::try_from(share).unwrap_or(u64::MAX).max(self.floor)
    }
}

/// On how many machines a caller may have files stopped within an hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ceiling {
    /// Machines, whatever the file. None: any number.
    pub machines: Option<u32>,
    /// Machines, for one file. None: any number.
    pub machines_for_one_file: Option<u32>,
}

/// Why a file is not to be stopped unless somebody insists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objection {
    /// It is on the server's own list.
    OnTheServersList(String),
    /// A machine protects it.
    Protected(Protection),
    /// It is on more machines than may be.
    OnManyMachines {
        /// The most that may be.
        most: u64,
    },
}

impl Objection {
    /// The same for somebody who sees a part of the tenant: how large the whole is, is not his to
    /// know.
    #[must_use]
    pub fn without_counts(&self) -> String {
        match self {
            Self::OnManyMachines { .. } => "the file is on more machines than it may be".to_owned(),
            Self::OnTheServersList(_) | Self::Protected(_) => self.to_string(),
        }
    }
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnTheServersList(reason) => {
                write!(f, "the file is protected, it is on this server's list")?;
                match reason.is_empty() {
                    true => Ok(()),
                    false => write!(f, " ({reason})"),
                }
            }
            Self::Protected(protection) => {
                write!(f, "the file is protected, {}", protection.why())
            }
            Self::OnManyMachines { most } => {
                write!(f, "the file is on more than {most} machines")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_fleet_may_be_cleaned_and_a_large_one_not_all_at_once() {
        let radius = BlastRadius::default();
        for (machines, most) in [
            (0, 10),
            (5, 10),
            (100, 10),
            (109, 10),
            (110, 11),
            (1_000_000, 100_000),
        ] {
            assert_eq!(radius.most(machines), most, "{machines}");
        }
        let all = BlastRadius {
            percent: 100,
            floor: 0,
        };
        assert_eq!(all.most(u64::MAX), u64::MAX);
        let none = BlastRadius {
            percent: 0,
            floor: 0,
        };
        assert_eq!(none.most(1_000), 0);
    }
}
