//! The preconditions of *Stop and quarantine file*, of both services.

use super::rule::{Evidence, Rule, Sign, Source, Subject};
use crate::{ActionStatus, ErrorCode};

macro_rules! source {
    ($name:ident, $title:literal, $url:literal) => {
        const $name: Source = Source {
            title: $title,
            url: $url,
        };
    };
}

source!(
    OPERATION,
    "Stop and quarantine file API",
    "https://learn.microsoft.com/defender-endpoint/api/stop-and-quarantine-file"
);
source!(
    FILE_ACTIONS,
    "Take response actions on a file",
    "https://learn.microsoft.com/defender-endpoint/respond-file-alerts"
);
source!(
    MACHINE_ACTIONS,
    "Take response actions on a device",
    "https://learn.microsoft.com/defender-endpoint/respond-machine-alerts"
);
source!(
    SENSORS,
    "Fix unhealthy sensors",
    "https://learn.microsoft.com/defender-endpoint/fix-unhealthy-sensors"
);
source!(
    EXCLUSION,
    "Exclude devices",
    "https://learn.microsoft.com/defender-endpoint/exclude-devices"
);
source!(
    MACHINE,
    "Machine resource type",
    "https://learn.microsoft.com/defender-endpoint/api/machine"
);
source!(
    FILE,
    "File resource type",
    "https://learn.microsoft.com/defender-endpoint/api/files"
);
source!(
    SERVER,
    "quell's server",
    "https://github.com/quell-rs/quell/blob/main/docs/guide/server.md"
);

const fn refused(status: u16, code: ErrorCode) -> Sign {
    Sign::Refused { status, code }
}

const TIMES_OUT: &[Sign] = &[Sign::Ends(ActionStatus::TimeOut)];
const FAILS: &[Sign] = &[Sign::Ends(ActionStatus::Failed)];
const UNNOTICED: &[Sign] = &[Sign::Unnoticed];
const UNKNOWN_FILE: &[Sign] = &[refused(404, ErrorCode::ResourceNotFound)];

const DETERMINATION: Rule = Rule {
    subject: Subject::Determination,
    requires: "the file is one to be taken away",
    evidence: Evidence::Caution,
    source: FILE,
    signs: UNNOTICED,
    signs_evidence: Evidence::Inferred,
};

const PREVALENCE: Rule = Rule {
    subject: Subject::Prevalence,
    requires: "the file is not one that many have; the portal warns of such a file before it acts",
    evidence: Evidence::Documented,
    source: FILE_ACTIONS,
    signs: UNNOTICED,
    signs_evidence: Evidence::Inferred,
};

/// What Microsoft Defender for Endpoint asks.
pub const DEFENDER: &[Rule] = &[
    Rule {
        subject: Subject::Platform,
        requires: "the machine runs Windows 10, Windows 11, or Windows Server 2012 R2 or later",
        evidence: Evidence::Documented,
        source: FILE_ACTIONS,
        signs: &[refused(400, ErrorCode::OsPlatformNotSupported)],
        signs_evidence: Evidence::Inferred,
    },
    Rule {
        subject: Subject::Version,
        requires: "Windows 10 is of version 1703 or later",
        evidence: Evidence::Documented,
        source: OPERATION,
        signs: &[
            refused(400, ErrorCode::ClientVersionNotSupported),
            refused(400, ErrorCode::OsPlatformNotSupported),
        ],
        signs_evidence: Evidence::Inferred,
    },
    Rule {
        subject: Subject::Onboarding,
        requires: "the machine is onboarded",
        evidence: Evidence::Inferred,
        source: MACHINE,
        signs: &[],
        signs_evidence: Evidence::Inferred,
    },
    Rule {
        subject: Subject::Record,
        requires: "the machine's record is neither excluded nor merged into another",
        evidence: Evidence::Caution,
        source: EXCLUSION,
        signs: TIMES_OUT,
        signs_evidence: Evidence::Inferred,
    },
    Rule {
        subject: Subject::Health,
        requires: "the machine's sensor reports, so that the machine can hear of the action",
        evidence: Evidence::Inferred,
        source: SENSORS,
        signs: TIMES_OUT,
        signs_evidence: Evidence::Inferred,
    },
    Rule {
        subject: Subject::LastSeen,
        requires: "the machine comes online within three days, for which an action waits",
        evidence: Evidence::Documented,
        source: FILE_ACTIONS,
        signs: TIMES_OUT,
        signs_evidence: Evidence::Inferred,
    },
    Rule {
        subject: Subject::DeviceGroup,
        requires: "a person acts only on machines of the device groups that are theirs",
        evidence: Evidence::Documented,
        source: OPERATION,
        signs: &[
            refused(403, ErrorCode::Forbidden),
            refused(404, ErrorCode::ResourceNotFound),
        ],
        signs_evidence: Evidence::Inferred,
    },
    Rule {
        subject: Subject::Antivirus,
        requires: "Microsoft Defender Antivirus runs, in passive mode at least",
        evidence: Evidence::Documented,
        source: FILE_ACTIONS,
        signs: FAILS,
        signs_evidence: Evidence::Inferred,
    },
    Rule {
        subject: Subject::Plan,
        requires: "the organization has Defender for Endpoint Plan 1 or Plan 2; Defender for Business \
                   does not include the action",
        evidence: Evidence::Documented,
        source: MACHINE_ACTIONS,
        signs: &[refused(403, ErrorCode::DisabledFeature)],
        signs_evidence: Evidence::Inferred,
    },
    Rule {
        subject: Subject::Hash,
        requires: "the hash is that of a file which has content",
        evidence: Evidence::Caution,
        source: FILE_ACTIONS,
        signs: UNNOTICED,
        signs_evidence: Evidence::Inferred,
    },
    Rule {
        subject: Subject::Sighting,
        requires: "the machine has had the file, within the last thirty days",
        evidence: Evidence::Documented,
        source: FILE_ACTIONS,
        signs: UNKNOWN_FILE,
        signs_evidence: Evidence::Reported,
    },
    Rule {
        subject: Subject::Signature,
        requires: "the file is signed neither by Microsoft nor by a publisher that Microsoft trusts",
        evidence: Evidence::Documented,
        source: FILE_ACTIONS,
        signs: &[
            refused(403, ErrorCode::DisallowedOperation),
            Sign::Ends(ActionStatus::Failed),
        ],
        signs_evidence: Evidence::Inferred,
    },
    DETERMINATION,
    PREVALENCE,
];

/// What a server of quell's own asks: its agent needs no antivirus, no plan, and looks at no signature.
pub const QUELL: &[Rule] = &[
    Rule {
        subject: Subject::Platform,
        requires: "the machine runs Linux, or a system for which Microsoft's service has the action",
        evidence: Evidence::Documented,
        source: SERVER,
        signs: &[refused(400, ErrorCode::OsPlatformNotSupported)],
        signs_evidence: Evidence::Documented,
    },
    Rule {
        subject: Subject::Version,
        requires: "Windows 10 is of version 1703 or later",
        evidence: Evidence::Documented,
        source: SERVER,
        signs: &[refused(400, ErrorCode::ClientVersionNotSupported)],
        signs_evidence: Evidence::Documented,
    },
    Rule {
        subject: Subject::Onboarding,
        requires: "the machine is enrolled, and not revoked",
        evidence: Evidence::Documented,
        source: SERVER,
        signs: &[refused(403, ErrorCode::DisallowedOperation)],
        signs_evidence: Evidence::Documented,
    },
    Rule {
        subject: Subject::Health,
        requires: "the machine's agent reports, so that the machine can hear of the action",
        evidence: Evidence::Documented,
        source: SERVER,
        signs: TIMES_OUT,
        signs_evidence: Evidence::Documented,
    },
    Rule {
        subject: Subject::LastSeen,
        requires: "the machine comes online within three days, for which an action waits",
        evidence: Evidence::Documented,
        source: SERVER,
        signs: TIMES_OUT,
        signs_evidence: Evidence::Documented,
    },
    Rule {
        subject: Subject::Hash,
        requires: "the hash is that of a file which has content",
        evidence: Evidence::Documented,
        source: SERVER,
        signs: &[refused(403, ErrorCode::DisallowedOperation)],
        signs_evidence: Evidence::Documented,
    },
    Rule {
        subject: Subject::Sighting,
        requires: "the machine has reported the file",
        evidence: Evidence::Documented,
        source: SERVER,
        signs: UNKNOWN_FILE,
        signs_evidence: Evidence::Documented,
    },
    DETERMINATION,
    PREVALENCE,
];
