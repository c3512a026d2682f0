//! What the answers mean: pure.

use std::collections::HashMap;

use quell_model::precondition::{Evidence, Facts, Service, Source, Subject, Verdict, check};
use quell_model::{
    Machine, MachineAction, MachineId, Operation as _, OperationInfo, StopAndQuarantineFile,
    Timestamp, operations,
};

use super::finding::{Finding, Row, Topic, in_words};
use super::inquiry::{Known, key};
use super::open_actions;
use crate::auth::TokenClaims;
use crate::error::{Error, ErrorKind};
use crate::reconcile::is_same_id;

const OPERATION: &OperationInfo = StopAndQuarantineFile::INFO;
const PAGE: Source = Source::new(
    "Stop and quarantine file API",
    "https://learn.microsoft.com/defender-endpoint/api/stop-and-quarantine-file",
);

/// Who asks.
pub(super) struct Caller {
    /// What the token says of itself.
    pub(super) claims: Option<TokenClaims>,
    /// Of Microsoft's tokens it is known what their permissions mean.
    pub(super) tokens_are_microsofts: bool,
}

/// All findings: what holds for all machines alike, then machine by machine.
pub(super) fn findings(known: &Known, caller: &Caller, now: Timestamp) -> Vec<Finding> {
    let judge = Judge { known, caller, now };
    let mut findings = vec![permission(caller)];
    findings.extend(judge.of_lookups());
    findings.extend(judge.alike());
    let actions = judge.actions_by_machine();
    for id in &known.machines {
        let of_machine = judge.of_machine(id, actions.as_ref());
        findings.extend(of_machine.into_iter().map(|found| found.of_machine(id)));
    }
    findings
}

type ActionsByMachine<'a> = HashMap<String, Vec<&'a MachineAction>>;

struct Judge<'a> {
    known: &'a Known,
    caller: &'a Caller,
    now: Timestamp,
}

impl Judge<'_> {
    /// What was asked once and not answered.
    fn of_lookups(&self) -> Vec<Finding> {
        let known = self.known;
        let errors = [
            (&operations::GET_FILE, failure(known.file.as_ref())),
            (
                &operations::GET_FILE_STATS,
                failure(known.statistics.as_ref()),
            ),
            (
                &operations::LIST_FILE_MACHINES,
                failure(known.holders.as_ref()),
            ),
            (
                &operations::LIST_MACHINE_ACTIONS,
                failure(known.actions.as_ref()),
            ),
        ];
        errors
            .into_iter()
            .filter_map(|(operation, error)| Some(Finding::of_lookup(operation, error?)))
            .collect()
    }

    /// What is said of the file and of the organization is the same whichever machine it is.
    fn alike(&self) -> Vec<Finding> {
        let Some(id) = self.known.machines.first() else {
            return self.nobody_has_it();
        };
        // Where nothing is known of the machine, the file can still be judged.
        let nothing_known = Machine::new(id.clone());
        let described = self.known.described.get(id);
        let machine = described.and_then(|machine| machine.as_ref().ok());
        let findings = check(&self.facts(machine.unwrap_or(&nothing_known)));
        let findings = findings.into_iter().filter(|it| is_alike(it.rule.subject));
        findings.map(|it| self.explained(it.into())).collect()
    }

    /// Without a machine there is nothing to ask for, if the list of machines was to be had.
    fn nobody_has_it(&self) -> Vec<Finding> {
        let mut rules = self.known.service.rules().iter();
        let rule = rules.find(|rule| rule.subject == Subject::Sighting);
        let is_nobodys = matches!(&self.known.holders, Some(Ok(holders)) if holders.is_empty());
        let row = rule.filter(|_| is_nobodys).map(|rule| Row {
            topic: Topic::Precondition(Subject::Sighting),
            requires: rule.requires,
            evidence: rule.evidence,
            source: rule.source,
            breach: "there is no machine of which it could be asked",
        });
        let found = |row: Row| {
            let reason = "the service has seen the file on no machine";
            row.found(Verdict::Fails, "the file's machines", reason)
        };
        row.map(found).into_iter().collect()
    }

    fn of_machine(&self, id: &MachineId, actions: Option<&ActionsByMachine<'_>>) -> Vec<Finding> {
        let machine = match self.known.described.get(id) {
            Some(Ok(machine)) => machine,
            Some(Err(error)) => return vec![without_description(error)],
            None => return vec![machine_row().found(Verdict::CannotBeTold, "nothing", UNHEARD)],
        };
        let mut findings = vec![machine_row().found(
            Verdict::Holds,
            format!("id {}", machine.id),
            "the service knows the machine",
        )];
        findings.extend(self.address(id, machine));
        let found = check(&self.facts(machine)).into_iter();
        let of_machine = found.filter(|it| !is_alike(it.rule.subject));
        findings.extend(of_machine.map(|it| self.explained(it.into())));
        let service = self.known.service;
        findings.push(match actions {
            None => open_actions::unknown(service),
            Some(actions) => {
                let of_machine = actions.get(&key(&machine.id)).into_iter().flatten();
                open_actions::judged(service, self.known.sha1, of_machine.copied())
            }
        });
        findings
    }

    fn facts<'b>(&'b self, machine: &'b Machine) -> Facts<'b> {
        let known = self.known;
        let mut facts = Facts::new(known.sha1, machine, self.now).service(known.service);
        if let Some(claims) = &self.caller.claims {
            facts = facts.holder(claims.holder());
        }
        if let Some(Ok(file)) = &known.file {
            facts = facts.file(file);
        }
        if let Some(Ok(statistics)) = &known.statistics {
            facts = facts.statistics(statistics);
        }
        match known.sighting(machine) {
            Some(sighting) => facts.sighting(sighting),
            None => facts,
        }
    }

    /// What cannot be told because a lookup failed says which; why it failed is a finding of its own.
    fn explained(&self, mut found: Finding) -> Finding {
        let Topic::Precondition(subject) = found.topic else {
            return found;
        };
        let known = self.known;
        let rests_on = match subject {
            Subject::Signature | Subject::Determination => {
                failure(known.file.as_ref()).map(|_| &operations::GET_FILE)
            }
            Subject::Prevalence => {
                failure(known.statistics.as_ref()).map(|_| &operations::GET_FILE_STATS)
            }
            Subject::Sighting => {
                failure(known.holders.as_ref()).map(|_| &operations::LIST_FILE_MACHINES)
            }
            _ => None,
        };
        if let Some(operation) = rests_on.filter(|_| is_unknown(&found)) {
            found.reason = format!("not known, because {} failed", operation.name);
        }
        found
    }

    fn actions_by_machine(&self) -> Option<ActionsByMachine<'_>> {
        let actions = self.known.actions.as_ref()?.as_ref().ok()?;
        let mut by_machine = ActionsByMachine::new();
        for action in actions {
            if let Some(machine) = &action.machine_id {
                by_machine.entry(key(machine)).or_default().push(action);
            }
        }
        Some(by_machine)
    }

    /// The operation's page speaks of the id alone, and quell's server takes nothing else.
    fn address(&self, named: &MachineId, machine: &Machine) -> Option<Finding> {
        if is_same_id(named, &machine.id) {
            return None;
        }
        // Of Microsoft's service nobody says what comes of a name.
        let verdict = match self.known.service {
            Service::Quell => Verdict::Fails,
            _ => Verdict::CannotBeTold,
        };
        let row = Row {
            topic: Topic::Address,
            requires: "the machine is named by its id",
            evidence: Evidence::Inferred,
            source: PAGE,
            breach: "such a request is refused with 404 ResourceNotFound",
        };
        let reason = format!("ask for the machine by its id {}", machine.id);
        Some(row.found(verdict, format!("computerDnsName {named}"), reason))
    }
}

const UNHEARD: &str = "nothing was heard of the machine";

fn machine_row() -> Row {
    Row {
        topic: Topic::Machine,
        requires: "the service knows the machine",
        evidence: Evidence::Documented,
        source: Source::new(
            "Get machine by ID API",
            "https://learn.microsoft.com/defender-endpoint/api/get-machine-by-id",
        ),
        breach: "such a request is refused with 404 ResourceNotFound",
    }
}

fn without_description(error: &Error) -> Finding {
    match error.kind() {
        ErrorKind::NotFound => machine_row().found(Verdict::Fails, "GetMachine", in_words(error)),
        _ => Finding::of_lookup(&operations::GET_MACHINE, error),
    }
}

fn permission(caller: &Caller) -> Finding {
    let row = Row {
        topic: Topic::Permission,
        requires: "the token has Machine.StopAndQuarantine, and one of the permissions to read machines",
        evidence: Evidence::Reported,
        source: Source::new(
            "Stop and quarantine file API: two permissions are needed",
            "https://github.com/MicrosoftDocs/microsoft-365-docs/issues/6055",
        ),
        breach: "such a request is refused with 403 Forbidden",
    };
    let Some(claims) = &caller.claims else {
        let reason = "the token says nothing that can be read here";
        return row.found(Verdict::CannotBeTold, "nothing", reason);
    };
    let granted = claims.permissions();
    let looked_at = format!("permissions {}", crate::error::one_line(&granted.join(" ")));
    match OPERATION.missing(claims.holder(), granted) {
        None => row.found(Verdict::Holds, looked_at, "the token has what it takes"),
        Some(missing) => {
            let reason = format!("the token lacks {}", missing.0.join(" or "));
            // Another service may give the same words another meaning.
            let verdict = match caller.tokens_are_microsofts {
                true => Verdict::Fails,
                false => Verdict::CannotBeTold,
            };
            row.found(verdict, looked_at, reason)
        }
    }
}

fn is_alike(subject: Subject) -> bool {
    matches!(
        subject,
        Subject::Hash
            | Subject::Signature
            | Subject::Determination
            | Subject::Prevalence
            | Subject::Plan
    )
}

fn is_unknown(found: &Finding) -> bool {
    found.verdict == Verdict::CannotBeTold
}

fn failure<T>(lookup: Option<&Result<T, Error>>) -> Option<&Error> {
    lookup?.as_ref().err()
}
