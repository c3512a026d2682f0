//! What is asked of the machine.

use super::finding::Judgement;
use super::{Facts, Platform, ServerRelease, Service, WindowsVersion};
use crate::response::plain::line;
use crate::{HealthStatus, Holder, Machine, OnboardingStatus, limits};

pub(super) fn platform(facts: &Facts<'_>) -> Judgement {
    let Some(spelling) = facts.machine.os_platform.as_deref() else {
        return Judgement::cannot_be_told("no osPlatform", "the service names no operating system");
    };
    let looked_at = format!("osPlatform {}", line(spelling));
    let platform = Platform::from(spelling);
    match facts.service {
        Service::Defender => on_defender(&platform, looked_at),
        Service::Quell => on_quell(&platform, looked_at),
    }
}

fn on_defender(platform: &Platform, looked_at: String) -> Judgement {
    match platform {
        Platform::Windows10 => Judgement::holds(looked_at, "it runs Windows 10"),
        Platform::Windows11 => Judgement::holds(looked_at, "it runs Windows 11"),
        Platform::WindowsServer(release) => server(*release, looked_at),
        Platform::OlderWindows => {
            Judgement::fails(looked_at, "it runs a Windows older than Windows 10")
        }
        Platform::MacOs => Judgement::fails(looked_at, "the action does not exist for macOS"),
        Platform::Linux => Judgement::fails(looked_at, "the action does not exist for Linux"),
        Platform::Mobile => Judgement::fails(looked_at, "the action does not exist for phones"),
        Platform::Unknown(_) => {
            Judgement::cannot_be_told(looked_at, "this operating system is not known to quell")
        }
    }
}

fn server(release: ServerRelease, looked_at: String) -> Judgement {
    if release < ServerRelease::R2012_SECOND {
        let reason = format!("it runs Windows Server {release}, older than 2012 R2");
        Judgement::fails(looked_at, reason)
    } else if release < ServerRelease::R2019 {
        // Older agents for these two lack response actions, and no property tells them apart.
        let reason = format!("it runs Windows Server {release}; it also needs the unified agent");
        Judgement::holds(looked_at, reason)
    } else {
        Judgement::holds(looked_at, format!("it runs Windows Server {release}"))
    }
}

fn on_quell(platform: &Platform, looked_at: String) -> Judgement {
    match platform {
        Platform::Linux => Judgement::holds(looked_at, "it runs Linux"),
        Platform::Unknown(_) => Judgement::cannot_be_told(
            looked_at,
            "quell does not know this operating system; it may be a distribution of Linux",
        ),
        // Such machines are a lab's, simulated: its server asks of them what the service does.
        _ => on_defender(platform, looked_at),
    }
}

pub(super) fn version(machine: &Machine) -> Judgement {
    let platform = machine.os_platform.as_deref().map(Platform::from);
    match platform {
        Some(Platform::Windows10) => version_of_windows_10(machine),
        None | Some(Platform::Unknown(_)) => Judgement::cannot_be_told(
            looked_at_version(machine),
            "it matters for Windows 10 alone, and the operating system is not known",
        ),
        Some(_) => Judgement::holds(
            looked_at_version(machine),
            "it matters for Windows 10 alone",
        ),
    }
}

fn version_of_windows_10(machine: &Machine) -> Judgement {
    let looked_at = looked_at_version(machine);
    let named = machine
        .version
        .as_deref()
        .and_then(|text| text.parse().ok());
    let built = machine.os_build.and_then(WindowsVersion::of_build);
    match (named, built) {
        (Some(named), Some(built)) if is_recent(named) != is_recent(built) => {
            let reason = format!("version {named} and the build of {built} contradict each other");
            Judgement::cannot_be_told(looked_at, reason)
        }
        (Some(version), _) | (None, Some(version)) => recent(version, looked_at),
        (None, None) => {
            Judgement::cannot_be_told(looked_at, "neither version nor build is one that is known")
        }
    }
}

fn recent(version: WindowsVersion, looked_at: String) -> Judgement {
    let first = WindowsVersion::V1703;
    if is_recent(version) {
        Judgement::holds(looked_at, format!("version {version} is {first} or later"))
    } else {
        Judgement::fails(
            looked_at,
            format!("version {version} is older than {first}"),
        )
    }
}

fn is_recent(version: WindowsVersion) -> bool {
    version >= WindowsVersion::V1703
}

fn looked_at_version(machine: &Machine) -> String {
    let version = machine.version.as_deref().map(line);
    let version = version.map_or("no version".to_owned(), |text| format!("version {text}"));
    let build = machine.os_build;
    build.map_or(version.clone(), |build| {
        format!("{version}, osBuild {build}")
    })
}

pub(super) fn onboarding(machine: &Machine) -> Judgement {
    let status = &machine.onboarding_status;
    let looked_at = format!("onboardingStatus {}", line(status.as_str()));
    match status {
        OnboardingStatus::Onboarded => Judgement::holds(looked_at, "the service manages it"),
        OnboardingStatus::CanBeOnboarded => {
            Judgement::fails(looked_at, "it could be onboarded, but is not")
        }
        OnboardingStatus::Unsupported => {
            Judgement::fails(looked_at, "the service cannot manage such a machine")
        }
        OnboardingStatus::InsufficientInfo => Judgement::fails(
            looked_at,
            "it was seen on the network only, and is not onboarded",
        ),
        OnboardingStatus::UnknownValue(_) => {
            Judgement::cannot_be_told(looked_at, "the service does not say whether it manages it")
        }
    }
}

pub(super) fn record(machine: &Machine) -> Judgement {
    if let Some(other) = &machine.merged_into_machine_id {
        let other = line(other.as_str());
        return Judgement::cannot_be_told(
            format!("mergedIntoMachineId {other}"),
            format!("the record was merged into {other}, which may be the one to address"),
        );
    }
    if machine.is_excluded {
        let why = machine.exclusion_reason.as_ref();
        let why = why.map_or("no reason".to_owned(), |why| line(why.as_str()));
        return Judgement::cannot_be_told(
            format!("isExcluded, {why}"),
            "the machine was excluded by someone, for example because it no longer exists",
        );
    }
    if machine.is_potential_duplication {
        return Judgement::cannot_be_told(
            "isPotentialDuplication",
            "the service takes the record for a duplicate of another machine's",
        );
    }
    Judgement::holds(
        "mergedIntoMachineId, isExcluded, isPotentialDuplication",
        "the record is neither merged, nor excluded, nor a duplicate",
    )
}

pub(super) fn health(machine: &Machine) -> Judgement {
    let status = &machine.health_status;
    let looked_at = format!("healthStatus {}", line(status.as_str()));
    // None of these is an end: a machine that comes back in time carries the action out.
    let reason = match status {
        HealthStatus::Active => return Judgement::holds(looked_at, "its sensor reports"),
        HealthStatus::Inactive => "it has not reported for a week; it may be off, renamed or gone",
        HealthStatus::ImpairedCommunication | HealthStatus::NoSensorDataImpairedCommunication => {
            "its communication with the service is impaired; it may not hear of the action"
        }
        HealthStatus::NoSensorData => "its sensor sends nothing; it may not hear of the action",
        HealthStatus::Unknown | HealthStatus::UnknownValue(_) => {
            "the service does not say whether its sensor reports"
        }
    };
    Judgement::cannot_be_told(looked_at, reason)
}

pub(super) fn last_seen(facts: &Facts<'_>) -> Judgement {
    let known = facts.machine.last_seen.filter(|moment| !moment.is_never());
    let Some(moment) = known else {
        return Judgement::cannot_be_told(
            "no lastSeen",
            "the service does not say when it reported",
        );
    };
    let looked_at = format!("lastSeen {moment}");
    let silent = facts.now.saturating_duration_since(moment);
    if silent <= limits::DELIVERY {
        return Judgement::holds(looked_at, "it reported within the last three days");
    }
    let days = silent.as_secs() / 86_400;
    let reason = format!("it last reported {days} days ago; the action waits three days for it");
    Judgement::cannot_be_told(looked_at, reason)
}

pub(super) fn device_group(facts: &Facts<'_>) -> Judgement {
    let name = facts.machine.rbac_group_name.as_deref().map(line);
    let group = match (facts.machine.rbac_group_id, name) {
        (id, Some(name)) => format!("rbacGroupId {id} ({name})"),
        (id, None) => format!("rbacGroupId {id}"),
    };
    match facts.holder {
        Some(Holder::Application) => {
            Judgement::holds(group, "an application acts on every machine of its tenant")
        }
        Some(Holder::Delegated) => Judgement::cannot_be_told(
            group,
            "the service does not say whether the person's roles cover this device group",
        ),
        None => Judgement::cannot_be_told(
            group,
            "it is not known whether an application asks or a person",
        ),
    }
}

/// Older answers have a `defenderAvStatus`; it speaks of the antivirus's updates, not of its mode.
pub(super) fn antivirus(machine: &Machine) -> Judgement {
    let status = machine.defender_av_status.as_deref().map(line);
    let looked_at = status.map_or("nothing".to_owned(), |status| {
        format!("defenderAvStatus {status}, which is not the mode")
    });
    Judgement::cannot_be_told(looked_at, "the API does not tell the antivirus's mode")
}

pub(super) fn plan() -> Judgement {
    Judgement::cannot_be_told("nothing", "the API does not tell the organization's plan")
}
