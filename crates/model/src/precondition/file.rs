//! What is asked of the file.

use std::time::Duration;

use super::finding::Judgement;
use super::{Facts, Service, Sighting};
use crate::response::plain::line;
use crate::{DeterminationType, File, InOrgFileStats, Sha1};

/// Worldwide, a file with so many sightings is more often somebody's tool than an intruder's: a
/// caution of ours, no figure of the service.
pub const COMMON_WORLDWIDE: u64 = 10_000;
/// In one organization, a file on so many machines is worth a second look: a caution of ours, no
/// figure of the service.
pub const COMMON_IN_ORGANIZATION: u64 = 100;

/// For so long the service's page wants a file to have been seen.
const RECENT: Duration = Duration::from_secs(30 * 86_400);

const NO_FILE: &str = "no description of the file";

pub(super) fn hash(facts: &Facts<'_>) -> Judgement {
    let looked_at = format!("Sha1 {}", facts.sha1);
    if facts.sha1 != Sha1::OF_NOTHING {
        return Judgement::holds(looked_at, "it is not the hash of an empty file");
    }
    let every = "it is the hash of every empty file on every machine";
    match facts.service {
        Service::Quell => Judgement::fails(looked_at, format!("{every}; the server refuses it")),
        Service::Defender => Judgement::cannot_be_told(looked_at, every),
    }
}

pub(super) fn sighting(facts: &Facts<'_>) -> Judgement {
    let last_seen = facts.statistics.and_then(|of_file| of_file.org_last_seen);
    let in_time = last_seen
        .filter(|moment| !moment.is_never())
        .map(|moment| facts.now.saturating_duration_since(moment) <= RECENT);
    match (facts.sighting, in_time) {
        (None, _) => Judgement::cannot_be_told(
            "nothing",
            "the list of the file's machines was not asked for",
        ),
        (Some(Sighting::NotListed), _) => Judgement::fails(
            "the file's machines",
            "the service has not seen the file on this machine",
        ),
        (Some(Sighting::Listed), Some(false)) => Judgement::cannot_be_told(
            "the file's machines, orgLastSeen",
            "the machine has had the file, but no machine in the last thirty days",
        ),
        (Some(Sighting::Listed), _) => Judgement::holds(
            "the file's machines",
            "the service has seen the file on this machine",
        ),
    }
}

pub(super) fn signature(facts: &Facts<'_>) -> Judgement {
    let Some(file) = facts.file else {
        return Judgement::cannot_be_told(NO_FILE, "it is not known who signed the file");
    };
    let looked_at = looked_at_signature(file);
    match (file.is_valid_certificate, signer(file)) {
        (Some(false), Some(signer)) => Judgement::holds(
            looked_at,
            format!("the signature in the name of {signer} is not valid"),
        ),
        (Some(false), None) => Judgement::holds(looked_at, "the file has no valid signature"),
        (Some(true), _) if is_microsoft(file) => {
            Judgement::fails(looked_at, "the file is signed by Microsoft")
        }
        (Some(true), _) => Judgement::cannot_be_told(
            looked_at,
            "the file is validly signed; the API does not tell whether Microsoft trusts the publisher",
        ),
        (None, _) => Judgement::cannot_be_told(
            looked_at,
            "the service does not say whether the file is validly signed",
        ),
    }
}

fn signer(file: &File) -> Option<String> {
    let signer = file.signer.as_deref().map(line);
    signer.filter(|signer| !signer.is_empty())
}

/// The publisher's name in a file is what its maker wrote; only the certificate's names count. Of
/// these, Microsoft as issuer alone says little: Microsoft issues certificates to others as well.
fn is_microsoft(file: &File) -> bool {
    let issued = file.issuer.as_deref().is_none_or(is_of_microsoft);
    file.signer.as_deref().is_some_and(is_of_microsoft) && issued
}

fn is_of_microsoft(name: &str) -> bool {
    let first = name.split_whitespace().next();
    first.is_some_and(|word| word.eq_ignore_ascii_case("Microsoft"))
}

fn looked_at_signature(file: &File) -> String {
    let valid = match file.is_valid_certificate {
        Some(valid) => format!("isValidCertificate {valid}"),
        None => "no isValidCertificate".to_owned(),
    };
    let named = [("signer", &file.signer), ("issuer", &file.issuer)];
    let named = named
        .into_iter()
        .filter_map(|(property, name)| Some(format!("{property} {}", line(name.as_deref()?))));
    std::iter::once(valid)
        .chain(named)
        .collect::<Vec<_>>()
        .join(", ")
}

pub(super) fn determination(facts: &Facts<'_>) -> Judgement {
    let Some(file) = facts.file else {
        return Judgement::cannot_be_told(NO_FILE, "it is not known what the service holds it for");
    };
    let value = file.determination_value.as_deref().map(line);
    let value = value.filter(|value| !value.is_empty());
    let kind = line(file.determination_type.as_str());
    let looked_at = match &value {
        Some(value) => format!("determinationType {kind}, determinationValue {value}"),
        None => format!("determinationType {kind}"),
    };
    match file.determination_type {
        DeterminationType::Malware => {
            Judgement::holds(looked_at, "the service holds it for malware")
        }
        DeterminationType::Unwanted | DeterminationType::Pua => {
            Judgement::holds(looked_at, "the service holds it for unwanted")
        }
        DeterminationType::Clean => Judgement::cannot_be_told(
            looked_at,
            "the service holds it for clean: is it the file that is meant?",
        ),
        DeterminationType::Unknown if value.is_some_and(|value| is_threat(&value)) => {
            Judgement::holds(looked_at, "the service has a threat's name for it")
        }
        DeterminationType::Unknown | DeterminationType::UnknownValue(_) => {
            Judgement::cannot_be_told(looked_at, "the service has no opinion of the file")
        }
    }
}

/// Whether a text is a threat's name, such as `HackTool:MSIL/AutoKms`, which comes with files of
/// unknown determination too.
fn is_threat(value: &str) -> bool {
    let named = value.split_once(':').map(|(_, rest)| rest.split_once('/'));
    matches!(named, Some(Some((platform, family))) if !platform.is_empty() && !family.is_empty())
}

pub(super) fn prevalence(facts: &Facts<'_>) -> Judgement {
    let of_file = facts.file.and_then(|file| file.global_prevalence);
    let of_file = of_file.and_then(|count| u64::try_from(count).ok());
    let counted = facts.statistics;
    let worldwide = of_file.or(counted.and_then(InOrgFileStats::machines_globally));
    let here = counted.and_then(InOrgFileStats::machines_in_organization);
    let counts = [
        ("globalPrevalence", worldwide, COMMON_WORLDWIDE),
        ("organizationPrevalence", here, COMMON_IN_ORGANIZATION),
    ];
    let known: Vec<String> = counts
        .iter()
        .filter_map(|(property, count, _)| Some(format!("{property} {}", (*count)?)))
        .collect();
    if known.is_empty() {
        return Judgement::cannot_be_told("nothing", "it is not known how many have the file");
    }
    let common = counts
        .iter()
        .any(|(_, count, common)| count.is_some_and(|count| count >= *common));
    if common {
        let reason = "many have the file: is it the one that is meant?";
        Judgement::cannot_be_told(known.join(", "), reason)
    } else {
        Judgement::holds(known.join(", "), "few have the file")
    }
}
