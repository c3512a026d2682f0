//! Every case of the threat model, by number.

mod cancellation;
mod clock;
mod content;
mod crashes;
mod execution;
mod herds;
mod kinds;
mod mounts;
mod names;
mod processes;
mod protection;
mod races;
mod size;
mod space;
mod vault;

pub(crate) use herds::{Hops, MANY_PROCESSES, one_fork_bomb, one_hopper, one_swarm};
pub(crate) use races::{Attack, Came, one as one_attacked};

use crate::case::Case;

/// Each family's cases.
const FAMILIES: [&[Case]; 15] = [
    &names::CASES,
    &kinds::CASES,
    &execution::CASES,
    &processes::CASES,
    &herds::CASES,
    &races::CASES,
    &content::CASES,
    &mounts::CASES,
    &space::CASES,
    &size::CASES,
    &crashes::CASES,
    &cancellation::CASES,
    &protection::CASES,
    &vault::CASES,
    &clock::CASES,
];

/// All of them, in the order of their numbers.
pub(crate) fn all() -> Vec<&'static Case> {
    let mut cases: Vec<&Case> = FAMILIES.iter().copied().flatten().collect();
    cases.sort_by_key(|case| case.number);
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_the_threat_model_is_there_once() {
        let numbers: Vec<u8> = all().iter().map(|case| case.number).collect();
        assert_eq!(numbers, (1..=59).collect::<Vec<_>>());
    }

    #[test]
    fn minimum_is_what_the_threat_model_asks_for() {
        let minimum = all().into_iter().filter(|case| case.minimum);
        let numbers: Vec<u8> = minimum.map(|case| case.number).collect();
        let asked_for = [
            1, 2, 5, 6, 7, 8, 10, 11, 12, 13, 15, 16, 19, 20, 21, 22, 25, 26, 27, 28, 30, 32, 33,
            35, 36, 41, 42, 44, 46, 54, 55,
        ];
        assert_eq!(numbers, asked_for);
    }
}
