//! What to ask, and what was heard: pure.

use std::collections::{HashMap, HashSet};

use quell_model::precondition::{Service, Sighting};
use quell_model::{File, InOrgFileStats, Machine, MachineAction, MachineId, Sha1};

use super::question::{Heard, Question};
use crate::error::Error;
use crate::reconcile::is_id;

/// What is to be checked.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) sha1: Sha1,
    pub(super) service: Service,
    /// The machines that were named; without any, those that have the file.
    pub(super) machines: Option<Vec<MachineId>>,
}

/// An answer, or why there is none; `None` where nothing was heard.
pub(super) type Lookup<T> = Option<Result<T, Error>>;

/// A check under way.
#[derive(Debug)]
pub(super) struct Inquiry {
    are_named: bool,
    known: Known,
}

/// What was heard.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) sha1: Sha1,
    pub(super) service: Service,
    pub(super) file: Lookup<File>,
    pub(super) statistics: Lookup<InOrgFileStats>,
    /// The ids, in lower case, of the machines that have the file.
    pub(super) holders: Lookup<HashSet<String>>,
    pub(super) actions: Lookup<Vec<MachineAction>>,
    pub(super) machines: Vec<MachineId>,
    pub(super) described: HashMap<MachineId, Result<Machine, Error>>,
}

impl Inquiry {
    /// The check, and what to ask first.
    pub(super) fn begin(target: Target) -> (Self, Vec<Question>) {
        let sha1 = target.sha1;
        let are_named = target.machines.is_some();
        let known = Known {
            sha1,
            service: target.service,
            file: None,
            statistics: None,
            holders: None,
            actions: None,
            machines: target.machines.map(without_repeats).unwrap_or_default(),
            described: HashMap::new(),
        };
        let mut first = vec![
            Question::Holders(sha1),
            Question::File(sha1),
            Question::Statistics(sha1),
        ];
        first.extend(match known.machines.as_slice() {
            // Actions are listed by the id, and a name is not one: the machine must tell it first.
            [name] if !is_id(name) => None,
            machines => about_actions_of(machines),
        });
        (Self { are_named, known }, first)
    }

    /// Takes an answer in, and says what to ask next.
    pub(super) fn hear(&mut self, heard: Heard) -> Vec<Question> {
        let known = &mut self.known;
        match heard {
            Heard::File(file) => known.file = Some(file),
            Heard::Statistics(statistics) => known.statistics = Some(statistics),
            Heard::Actions(actions) => known.actions = Some(actions),
            Heard::Holders(Ok(holders)) if self.are_named => return known.hear_of(holders),
            Heard::Holders(Ok(holders)) => return known.settle_on(holders),
            Heard::Holders(Err(error)) => {
                known.holders = Some(Err(error));
                return known.undescribed();
            }
            Heard::Machine(named, described) => return known.describe(named, described),
        }
        Vec::new()
    }

    pub(super) fn end(self) -> Known {
        self.known
    }
}

impl Known {
    /// Whether the list of the file's machines names this one.
    pub(super) fn sighting(&self, machine: &Machine) -> Option<Sighting> {
        let holders = self.holders.as_ref()?.as_ref().ok()?;
        Some(if holders.contains(&key(&machine.id)) {
            Sighting::Listed
        } else {
            Sighting::NotListed
        })
    }

    /// The machines that have the file are those that it is about.
    fn settle_on(&mut self, holders: Vec<Machine>) -> Vec<Question> {
        let ids = holders.iter().map(|machine| machine.id.clone()).collect();
        self.machines = without_repeats(ids);
        self.hear_of(holders);
        about_actions_of(&self.machines).into_iter().collect()
    }

    /// Of the machines that are asked about, those that have the file need not be asked for.
    fn hear_of(&mut self, holders: Vec<Machine>) -> Vec<Question> {
        let mut listed: HashMap<String, Machine> = holders
            .into_iter()
            .map(|machine| (key(&machine.id), machine))
            .collect();
        self.holders = Some(Ok(listed.keys().cloned().collect()));
        for id in &self.machines {
            if let Some(machine) = listed.remove(&key(id)) {
                self.described.insert(id.clone(), Ok(machine));
            }
        }
        self.undescribed()
    }

    fn undescribed(&self) -> Vec<Question> {
        let machines = self.machines.iter();
        let undescribed = machines.filter(|id| !self.described.contains_key(*id));
        undescribed.cloned().map(Question::Machine).collect()
    }

    fn describe(
        &mut self,
        named: MachineId,
        described: Result<Box<Machine>, Error>,
    ) -> Vec<Question> {
        let described = described.map(|machine| *machine);
        let next = match (&described, self.machines.as_slice()) {
            (Ok(machine), [_]) if !is_id(&named) => Some(Question::ActionsOf(machine.id.clone())),
            _ => None,
        };
        self.described.insert(named, described);
        next.into_iter().collect()
    }
}

/// For one machine its own list is the shortest; for several one list of what is open.
fn about_actions_of(machines: &[MachineId]) -> Option<Question> {
    match machines {
        [] => None,
        [one] => Some(Question::ActionsOf(one.clone())),
        _ => Some(Question::OpenActions),
    }
}

/// By what ids are compared, whichever case they come in.
pub(super) fn key(machine: &MachineId) -> String {
    machine.as_str().to_ascii_lowercase()
}

fn without_repeats(machines: Vec<MachineId>) -> Vec<MachineId> {
    let mut seen = HashSet::new();
    let fresh = |machine: &MachineId| seen.insert(key(machine));
    machines.into_iter().filter(fresh).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    const ONE: &str = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07";
    const OTHER: &str = "2e5bc9d7e413ddd7902c2932e418702b84d0cc07";

    fn sha1() -> Sha1 {
        "87662bc3d60e4200ceaf7aae249d1c343f4b83c9".parse().unwrap()
    }

    fn id(text: &str) -> MachineId {
        text.parse().unwrap()
    }

    fn begin(machines: Option<&[&str]>) -> (Inquiry, Vec<Question>) {
        Inquiry::begin(Target {
            sha1: sha1(),
            service: Service::Defender,
            machines: machines.map(|names| names.iter().map(|name| id(name)).collect()),
        })
    }

    fn holders(ids: &[&str]) -> Heard {
        Heard::Holders(Ok(ids.iter().map(|name| Machine::new(id(name))).collect()))
    }

    fn of_the_file() -> Vec<Question> {
        vec![
            Question::Holders(sha1()),
            Question::File(sha1()),
            Question::Statistics(sha1()),
        ]
    }

    #[test]
    fn of_one_machine_its_own_actions_are_asked_for() {
        let (_, first) = begin(Some(&[ONE]));
        assert_eq!(first[..3], of_the_file());
        assert_eq!(first[3..], [Question::ActionsOf(id(ONE))]);
        let (_, first) = begin(Some(&[ONE, OTHER]));
        assert_eq!(first[3..], [Question::OpenActions]);
    }

    #[test]
    fn a_named_machine_that_has_the_file_is_not_asked_for() {
        let upper = ONE.to_ascii_uppercase();
        let (mut inquiry, _) = begin(Some(&[&upper, OTHER, ONE]));
        let next = inquiry.hear(holders(&[ONE]));
        assert_eq!(next, [Question::Machine(id(OTHER))]);
        let known = inquiry.end();
        assert_eq!(known.machines, [id(&upper), id(OTHER)]);
        assert!(known.described.contains_key(&id(&upper)));
    }

    #[test]
    fn without_the_list_every_named_machine_is_asked_for() {
        let (mut inquiry, _) = begin(Some(&[ONE, OTHER]));
        let next = inquiry.hear(Heard::Holders(Err(Error::new(ErrorKind::Forbidden))));
        assert_eq!(
            next,
            [Question::Machine(id(ONE)), Question::Machine(id(OTHER))]
        );
    }

    #[test]
    fn of_a_machine_named_by_its_name_actions_are_asked_for_by_its_id() {
        let (mut inquiry, first) = begin(Some(&["web-1.contoso.example"]));
        assert_eq!(first, of_the_file());
        let named = id("web-1.contoso.example");
        let next = inquiry.hear(holders(&[ONE]));
        assert_eq!(next, [Question::Machine(named.clone())]);
        let next = inquiry.hear(Heard::Machine(
            named.clone(),
            Ok(Box::new(Machine::new(id(ONE)))),
        ));
        assert_eq!(next, [Question::ActionsOf(id(ONE))]);
        let machine = Machine::new(id(ONE));
        assert_eq!(inquiry.end().sighting(&machine), Some(Sighting::Listed));
    }

    #[test]
    fn without_names_it_is_about_the_machines_that_have_the_file() {
        let (mut inquiry, first) = begin(None);
        assert_eq!(first, of_the_file());
        assert_eq!(
            inquiry.hear(holders(&[ONE, OTHER])),
            [Question::OpenActions]
        );
        assert_eq!(inquiry.end().machines, [id(ONE), id(OTHER)]);

        let (mut inquiry, _) = begin(None);
        assert_eq!(inquiry.hear(holders(&[])), []);
    }
}
