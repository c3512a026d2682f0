//! What would be refused, before anything is asked for.
//!
//! `inquiry` says what to ask and gathers the answers, `judge` decides; both are pure. `request` carries
//! the questions out.

mod finding;
mod inquiry;
mod judge;
mod open_actions;
mod question;
mod request;

use std::fmt;

use quell_model::precondition::{Service, Verdict};
use quell_model::{File, InOrgFileStats, Machine, MachineId, Sha1};

pub use finding::{Finding, Topic};
use inquiry::{Known, Lookup};
pub use request::CheckRequest;

use crate::error::Error;

/// What would become of a *Stop and quarantine file*, as far as the service tells; made by
/// [`FileHandle::check`](crate::FileHandle::check) and [`MachineHandle::check`](crate::MachineHandle::check).
///
/// A finding has three values. What [fails](Verdict::Fails) would be refused or come to nothing. What
/// cannot be told is a warning: on Microsoft's service there are always some, since the API tells neither
/// the antivirus's mode nor the plan. A lookup that failed is such a warning too.
pub struct Check {
    sha1: Sha1,
    service: Service,
    machines: Vec<CheckedMachine>,
    file: Option<File>,
    statistics: Option<InOrgFileStats>,
    findings: Vec<Finding>,
    failed_lookups: Vec<FailedLookup>,
}

/// A machine for which the file was checked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckedMachine {
    /// The machine as the caller named it, or its id.
    pub id: MachineId,
    /// The machine as the service describes it; `None` if it does not know it, or did not say.
    pub machine: Option<Machine>,
}

/// A question that the service did not answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct FailedLookup {
    /// The machine that was asked about, if it was about one.
    pub machine: Option<MachineId>,
    /// Why there is no answer. An unknown file or machine is an error of kind
    /// [`NotFound`](crate::ErrorKind::NotFound).
    pub error: Error,
}

impl Check {
    fn new(mut known: Known, findings: Vec<Finding>) -> Self {
        let mut failed = FailedLookups::default();
        let machines = known.machines.into_iter().map(|id| {
            let described = known.described.remove(&id);
            let machine = failed.without(Some(&id), described);
            CheckedMachine { id, machine }
        });
        Self {
            machines: machines.collect(),
            file: failed.without(None, known.file),
            statistics: failed.without(None, known.statistics),
            sha1: known.sha1,
            service: known.service,
            findings,
            failed_lookups: {
                failed.without(None, known.holders);
                failed.without(None, known.actions);
                failed.0
            },
        }
    }

    /// The file.
    #[must_use]
    pub const fn sha1(&self) -> Sha1 {
        self.sha1
    }

    /// Whose preconditions it was held against.
    #[must_use]
    pub const fn service(&self) -> Service {
        self.service
    }

    /// The machines: those that were named, in their order, or those that have the file.
    #[must_use]
    pub fn machines(&self) -> &[CheckedMachine] {
        &self.machines
    }

    /// What the service knows of the file: signer, size, what it holds it for.
    #[must_use]
    pub const fn file(&self) -> Option<&File> {
        self.file.as_ref()
    }

    /// How many machines have the file, in the organization and worldwide, and since when.
    #[must_use]
    pub const fn statistics(&self) -> Option<&InOrgFileStats> {
        self.statistics.as_ref()
    }

    /// Everything that was looked at: first what is the same for all machines, then machine by machine.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What would be refused or come to nothing.
    pub fn refusals(&self) -> impl Iterator<Item = &Finding> {
        self.of(Verdict::Fails)
    }

    /// What cannot be told.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.of(Verdict::CannotBeTold)
    }

    /// Whether nothing is known that would be refused. There may be warnings.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.refusals().next().is_none()
    }

    /// Whether nothing is known that would be refused for this machine, named as in
    /// [`machines`](Self::machines).
    ///
    /// ```no_run
    /// # async fn example(client: quell::Client) -> Result<(), quell::Error> {
    /// let check = client.file("87662bc3d60e4200ceaf7aae249d1c343f4b83c9").check().await?;
    /// for machine in check.machines().iter().filter(|machine| check.is_clear_for(&machine.id)) {
    ///     client.machine(&machine.id).stop_and_quarantine_file(check.sha1(), "alert 7").await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn is_clear_for(&self, machine: &MachineId) -> bool {
        let concerns = |finding: &&Finding| finding.machine.as_ref().is_none_or(|it| it == machine);
        !self.refusals().any(|finding| concerns(&finding))
    }

    /// The questions that the service did not answer; each is among the warnings too, but for a
    /// machine that it does not know, which is a refusal.
    #[must_use]
    pub fn failed_lookups(&self) -> &[FailedLookup] {
        &self.failed_lookups
    }

    fn of(&self, verdict: Verdict) -> impl Iterator<Item = &Finding> {
        let findings = self.findings.iter();
        findings.filter(move |finding| finding.verdict == verdict)
    }
}

#[derive(Default)]
struct FailedLookups(Vec<FailedLookup>);

impl FailedLookups {
    /// What was heard; if it is an error, that is kept.
    fn without<T>(&mut self, machine: Option<&MachineId>, lookup: Lookup<T>) -> Option<T> {
        match lookup? {
            Ok(heard) => Some(heard),
            Err(error) => {
                let machine = machine.cloned();
                self.0.push(FailedLookup { machine, error });
                None
            }
        }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("sha1", &self.sha1)
            .field("machines", &self.machines.len())
            .field("findings", &self.findings)
            .field("failed_lookups", &self.failed_lookups)
            .finish_non_exhaustive()
    }
}
