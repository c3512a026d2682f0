//! From records to the API's entities.

use quell_model::{
    ActionStatus, ActionType, File, FileIdentifierType, HealthStatus, InOrgFileStats, Indicator,
    IpAddress, Machine, MachineAction, OnboardingStatus, RelatedFileInfo, RequestSource, RiskScore,
};

use crate::store::record::{
    ActionRecord, FileRecord, FileSightings, IndicatorRecord, MachineRecord,
};

pub(super) fn action(record: ActionRecord) -> MachineAction {
    let mut file = RelatedFileInfo::new();
    file.file_identifier = Some(record.sha1.to_string());
    file.file_identifier_type = Some(FileIdentifierType::Sha1);

    let mut action = MachineAction::new(record.id);
    action.kind = ActionType::from(record.kind.as_str());
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
    machine.is_potential_duplication = record.cloned;
    machine.risk_score = Some(RiskScore::None);
    machine.is_aad_joined = Some(false);
    machine.machine_tags = record.tags;
    machine.rbac_group_id = record.group.number();
    machine.rbac_group_name = record.group_name;
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

/// The world of this server is the tenant: what it does not know of others it does not make up.
pub(super) fn file_stats(file: &FileRecord, seen: FileSightings) -> InOrgFileStats {
    let mut stats = InOrgFileStats::new(file.sha1);
    stats.org_prevalence = Some(seen.machines.to_string());
    stats.organization_prevalence = i64::try_from(seen.machines).ok();
    stats.org_first_seen = seen.first_seen;
    stats.org_last_seen = seen.last_seen;
    stats.global_prevalence = Some(file.prevalence.to_string());
    stats.globally_prevalence = i64::try_from(file.prevalence).ok();
    stats.global_first_observed = Some(file.first_seen);
    stats.global_last_observed = Some(file.last_seen);
    stats.top_file_names = seen.names;
    stats
}

pub(super) fn indicator(record: IndicatorRecord) -> Indicator {
    let content = record.content;
    let mut indicator = Indicator::new(record.id);
    indicator.indicator_value = Some(content.value);
    indicator.indicator_type = content.kind;
    indicator.action = content.action;
    indicator.created_by = Some(record.author.id);
    indicator.severity = content.severity;
    indicator.category = Some(1);
    indicator.application = content.application;
    indicator.educate_url = content.educate_url;
    indicator.title = Some(content.title);
    indicator.description = Some(content.description);
    indicator.recommended_actions = content.recommended_actions;
    indicator.creation_time_date_time_utc = Some(record.created);
    indicator.expiration_time = content.expires;
    indicator.last_update_time = Some(record.last_update);
    indicator.last_updated_by = Some(record.last_updated_by);
    indicator.rbac_group_names = content.rbac_group_names;
    indicator.generate_alert = content.generate_alert;
    indicator.created_by_display_name = Some(record.author.display_name);
    indicator.created_by_source = Some(RequestSource::PublicApi.as_str().to_owned());
    indicator
}
