//! From records to the API's entities.

use quell_model::{
    ActionStatus, ActionType, File, FileIdentifierType, HealthStatus, IpAddress, Machine,
    MachineAction, OnboardingStatus, RelatedFileInfo, RequestSource, RiskScore,
};

use crate::store::record::{ActionRecord, FileRecord, MachineRecord};

pub(super) fn action(record: ActionRecord) -> MachineAction {
    let mut file = RelatedFileInfo::new();
    file.file_identifier = Some(record.sha1.to_string());
    file.file_identifier_type = Some(FileIdentifierType::Sha1);

    let mut action = MachineAction::new(record.id);
    action.kind = ActionType::StopAndQuarantineFile;
    action.title = record.title;
    action.requestor = Some(record.requestor);
    action.requestor_comment = Some(record.comment);
    action.status = ActionStatus::from(record.state.status.as_str());
    action.machine_id = Some(record.machine);
    action.computer_dns_name = Some(record.computer_dns_name);
    action.creation_date_time_utc = record.created;
    action.last_update_date_time_utc = record.state.last_update;
    action.error_h_result = record.state.error_hresult;
    action.external_id = record.external_id;
    action.request_source = RequestSource::PublicApi;
    action.related_file_info = Some(file);
    if let Some(cancellation) = record.state.cancellation {
        action.cancellation_requestor = Some(cancellation.requestor);
        action.cancellation_comment = Some(cancellation.comment);
        action.cancellation_date_time_utc = Some(cancellation.at);
    }
    action
}

/// What is not known of a device of one's own is what the service says of a device of which it
/// knows nothing either.
pub(super) fn machine(record: MachineRecord) -> Machine {
    let facts = record.facts;
    let mut machine = Machine::new(record.id);
    machine.computer_dns_name = Some(facts.computer_dns_name);
    machine.first_seen = Some(record.first_seen);
    machine.last_seen = Some(record.last_seen);
    machine.os_platform = Some(facts.os_platform);
    machine.os_processor = facts.os_processor;
    machine.os_architecture = facts.os_architecture;
    machine.version = facts.version;
    // The same rule as in `schema`: by what is shown can be filtered.
    machine.last_ip_address = facts.ip_addresses.first().cloned().or(record.last_address);
    machine.agent_version = Some(facts.agent_version);
    machine.health_status = HealthStatus::from(record.health.as_str());
    machine.risk_score = Some(RiskScore::None);
    machine.is_aad_joined = Some(false);
    machine.onboarding_status = match record.revoked {
        true => OnboardingStatus::CanBeOnboarded,
        false => OnboardingStatus::Onboarded,
    };
    machine.ip_addresses = facts.ip_addresses.into_iter().map(interface).collect();
    machine
}

fn interface(address: String) -> IpAddress {
    let mut interface = IpAddress::new();
    interface.ip_address = Some(address);
    interface
}

pub(super) fn file(record: FileRecord) -> File {
    let mut file = File::new(record.sha1);
    file.sha256 = record.sha256;
    file.global_prevalence = i64::try_from(record.prevalence).ok();
    file.global_first_observed = Some(record.first_seen);
    file.global_last_observed = Some(record.last_seen);
    file.size = i64::try_from(record.size).ok();
    file
}
