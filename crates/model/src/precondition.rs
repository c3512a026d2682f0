//! What *Stop and quarantine file* asks of a machine and of a file, checked before anything is sent.
//!
//! Each precondition is a row of data ([`Rule`]): what is asked, how a breach shows on the wire, and
//! the public page that says so. [`check`] compares the rows with what is known of one machine and one
//! file. The answer has three values, because much of it the API does not tell: what fails would be
//! refused or come to nothing; what cannot be told is a warning and never a reason to hold back.
//!
//! ```
//! use quell_model::precondition::{Facts, Subject, Verdict, check};
//! use quell_model::{Machine, MachineId, Sha1, Timestamp};
//!
//! let sha1: Sha1 = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9".parse()?;
//! let now: Timestamp = "2024-10-21T11:25:48Z".parse()?;
//! let mut machine = Machine::new(MachineId::new("1e5bc9d7e413ddd7902c2932e418702b84d0cc07")?);
//! machine.os_platform = Some("Windows10".to_owned());
//! machine.version = Some("1607".to_owned());
//!
//! let findings = check(&Facts::new(sha1, &machine, now));
//! assert_eq!(findings.verdict(), Verdict::Fails);
//! let failed = findings.failed().next().expect("one fails");
//! assert_eq!(failed.rule.subject, Subject::Version);
//! assert_eq!(failed.reason, "version 1607 is older than 1703");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here asks a service or looks at a clock.

mod facts;
mod file;
mod finding;
mod machine;
mod platform;
mod rule;
mod rules;
mod version;

pub use facts::{Facts, Service, Sighting};
pub use file::{COMMON_IN_ORGANIZATION, COMMON_WORLDWIDE};
pub use finding::{Finding, Findings, Verdict};
pub use platform::{Platform, ServerRelease};
pub use rule::{Evidence, Rule, Sign, Source, Subject};
pub use rules::{DEFENDER, QUELL};
pub use version::{UnknownVersion, WindowsVersion};

use finding::Judgement;

/// Holds every precondition of the service against these facts, in the order of its rules.
#[must_use]
pub fn check(facts: &Facts<'_>) -> Findings {
    let judged = facts.service.rules().iter().map(|rule| {
        let Judgement {
            verdict,
            looked_at,
            reason,
        } = judge(rule.subject, facts);
        Finding {
            rule,
            verdict,
            looked_at,
            reason,
        }
    });
    Findings::new(judged.collect())
}

fn judge(subject: Subject, facts: &Facts<'_>) -> Judgement {
    match subject {
        Subject::Platform => machine::platform(facts),
        Subject::Version => machine::version(facts.machine),
        Subject::Onboarding => machine::onboarding(facts.machine),
        Subject::Record => machine::record(facts.machine),
        Subject::Health => machine::health(facts.machine),
        Subject::LastSeen => machine::last_seen(facts),
        Subject::DeviceGroup => machine::device_group(facts),
        Subject::Antivirus => machine::antivirus(facts.machine),
        Subject::Plan => machine::plan(),
        Subject::Hash => file::hash(facts),
        Subject::Sighting => file::sighting(facts),
        Subject::Signature => file::signature(facts),
        Subject::Determination => file::determination(facts),
        Subject::Prevalence => file::prevalence(facts),
    }
}
