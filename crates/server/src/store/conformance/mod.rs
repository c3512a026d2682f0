//! What every store must do. A store's own tests are one line: `every_rule!(here, open)`, where `open`
//! makes an empty store.

mod external_issuers;
mod filters;
mod finding;
mod fleet;
mod guard;
mod identities;
mod indicators;
mod keys;
mod ledger;
mod prevalence;
mod sign_ins;
mod tenancy;
mod trail;
mod vitals;

use std::sync::Arc;

use quell_model::{ActionId, MachineId, Sha1, Timestamp};
use quell_protocol::{MachineFacts, Sighting, WirePath};

use super::Store;
use super::record::{Enrolled, Enrolment, NewEnrolmentToken, Submission};
use crate::core::audit::By;
use crate::core::{Ask, Ceiling, DuplicateRule, TenantId};
use crate::secret::sha256;

pub(super) use external_issuers::*;
pub(super) use filters::*;
pub(super) use finding::*;
pub(super) use fleet::*;
pub(super) use guard::*;
pub(super) use identities::*;
pub(super) use indicators::*;
pub(super) use keys::*;
pub(super) use ledger::*;
pub(super) use prevalence::*;
pub(super) use sign_ins::*;
pub(super) use tenancy::*;
pub(super) use trail::*;
pub(super) use vitals::*;

macro_rules! conformance {
    (here, $open:expr => $($name:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $name() {
                let (store, _kept) = $open();
                crate::store::conformance::$name(store).await;
            }
        )+
    };
    (on_postgres, $open:expr => $($name:ident),+ $(,)?) => {
        $(
            mod $name {
                #[tokio::test]
                async fn holds_on_postgres() {
                    let (store, _kept) = $open().await;
                    crate::store::conformance::$name(store).await;
                }
            }
        )+
    };
}

/// Every rule, against one way to open a store: `here`, or `on_postgres`.
macro_rules! every_rule {
    ($where:ident, $open:expr) => {
        crate::store::conformance::conformance!($where, $open =>
            server_keeps_its_name_and_its_first_tenant,
            application_belongs_to_its_tenant,
            signing_keys_stand_in_the_order_of_their_turns,
            signing_key_is_added_once_however_many_make_one,
            person_is_found_by_name_in_any_case,
            code_is_good_once_and_shown_again_ends_the_sign_in,
            code_shown_with_anything_wrong_is_of_no_more_use,
            refresh_token_is_good_once_and_shown_again_ends_all,
            device_waits_until_its_person_has_decided,
            other_password_ends_what_the_old_one_began,
            issuer_is_trusted_for_one_tenant,
            token_lets_in_as_often_and_as_long_as_it_says,
            same_key_is_let_in_again_and_uses_nothing_up,
            another_key_is_refused_until_the_first_is_revoked,
            revoked_machine_is_ordered_nothing,
            assertion_is_admitted_once,
            machine_is_found_by_either_name_in_any_case,
            silent_machine_becomes_inactive_and_a_call_makes_it_active,
            file_stays_seen_after_it_has_gone,
            protection_of_one_copy_protects_the_file,
            sighting_from_the_future_is_of_now,
            tenants_see_nothing_of_each_other,
            repeat_is_the_same_action_and_later_a_refusal,
            ended_action_makes_room_for_another,
            orders_wait_until_they_are_acknowledged,
            order_says_all_that_was_asked,
            acknowledgement_from_lost_data_hides_no_order,
            numbers_grow_though_the_clock_does_not,
            cancelled_order_is_recalled,
            order_expires_with_its_action,
            action_of_which_nothing_is_heard_times_out,
            only_its_machine_moves_an_action,
            first_details_are_kept,
            list_is_newest_first_and_filtered_and_counted,
            random_filters_find_what_they_say,
            hostile_text_is_compared_as_text,
            actions_of_a_machine_are_its_own_and_the_latest_is_one_of_each_type,
            address_is_a_machine_s_from_when_it_tells_it_until_it_tells_others,
            silent_machine_has_no_address,
            machine_that_was_shut_out_had_no_address_meanwhile,
            no_more_than_so_many_former_addresses_are_kept,
            machines_are_found_by_tags_of_their_tenant,
            file_sightings_reach_as_far_back_as_is_asked,
            names_of_a_file_are_told_by_frequency,
            indicator_of_the_same_value_is_changed_and_keeps_its_author,
            indicators_out_of_reach_are_neither_seen_nor_changed_nor_deleted,
            indicator_that_has_ended_is_none,
            indicators_belong_to_their_tenant,
            life_of_an_action_is_told_as_it_happens,
            what_passing_time_ends_is_told_by_the_server,
            revoked_machine_s_actions_are_cancelled_by_who_revoked_it,
            what_is_not_done_is_not_told,
            trails_of_two_tenants_are_apart,
            entries_of_many_writers_are_one_chain,
            archived_entries_leave_a_checkpoint,
            heads_and_positions_are_kept,
            file_counts_once_a_machine_until_its_last_copy_is_forgotten,
            freeze_withholds_orders_until_each_of_its_reach_is_thawed,
            file_is_objected_to_for_what_it_is_and_for_how_many_have_it,
            what_there_is_is_counted_by_tenant,
            file_was_quarantined_once_its_machine_began_to,
            clones_get_no_orders_until_they_are_settled,
            key_changes_in_two_halves_and_an_old_one_is_dead,
            token_that_was_revoked_lets_nobody_in_and_is_listed,
            machine_enrols_anew_once_it_was_allowed_and_its_old_key_is_dead,
            tenant_goes_with_no_more_than_was_known_of_it,
            machine_is_where_it_was_put_else_where_its_tags_say,
            person_may_what_the_roles_say_that_he_and_his_groups_hold,
            probe_is_a_write_whatever_the_clock_says,
            actions_are_counted_by_status,
            servers_are_known_until_they_end_or_fall_silent,
        );
    };
}
pub(super) use {conformance, every_rule};

pub(super) const SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000 + seconds)
}

pub(super) fn machine_id(name: &str) -> MachineId {
    MachineId::new(name).unwrap()
}

pub(super) fn facts(name: &str) -> MachineFacts {
    MachineFacts {
        computer_dns_name: name.to_owned(),
        os_platform: "Debian".to_owned(),
        version: Some("12".to_owned()),
        os_architecture: Some("64-bit".to_owned()),
        os_processor: Some("x64".to_owned()),
        ip_addresses: vec!["192.0.2.7".to_owned()],
        agent_version: "0.1.0".to_owned(),
        degraded: vec!["no root".to_owned()],
    }
}

pub(super) fn sighting(path: &str, seen: Timestamp) -> Sighting {
    Sighting {
        sha1: SHA1.parse().unwrap(),
        sha256: Some("AB".repeat(32)),
        size: 7,
        path: WirePath::from_bytes(path.as_bytes()),
        seen_at: seen,
        running: true,
        protection: None,
    }
}

pub(super) fn enrolment(secret: &str, machine: &str, key: u8, now: Timestamp) -> Enrolment {
    Enrolment {
        digest: sha256(secret.as_bytes()),
        machine: machine_id(machine),
        public_key: vec![key; 32],
        facts: facts("host.example"),
        address: Some("198.51.100.1".parse().unwrap()),
        now,
    }
}

pub(super) async fn add_token(store: &Arc<dyn Store>, tenant: TenantId, secret: &str, uses: u32) {
    store
        .add_enrolment_token(
            NewEnrolmentToken {
                tenant,
                digest: sha256(secret.as_bytes()),
                created: at(0),
                expires: at(3600),
                uses,
                tags: Vec::new(),
                replaces: None,
                group: None,
            },
            by(),
        )
        .await
        .unwrap();
}

/// The first tenant, with one machine.
pub(super) async fn with_machine(store: &Arc<dyn Store>, machine: &str) -> TenantId {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    add_token(store, tenant, machine, 1).await;
    let enrolled = store
        .enrol(enrolment(machine, machine, 1, at(0)))
        .await
        .unwrap();
    assert_eq!(enrolled, Enrolled::In(tenant, machine_id(machine)));
    tenant
}

pub(super) fn submission(tenant: TenantId, id: &str, now: Timestamp) -> Submission {
    Submission {
        tenant,
        id: ActionId::new(id).unwrap(),
        machine: machine_id("m1"),
        computer_dns_name: "host.example".to_owned(),
        sha1: sha1(),
        ask: Ask::StopAndQuarantineFile {
            force: false,
            hints: quell_protocol::Hints::default(),
            dry_run: false,
            stop_mappers: false,
        },
        application: "robot".to_owned(),
        requestor: "SOC".to_owned(),
        comment: "why".to_owned(),
        title: None,
        external_id: Some("case-7".to_owned()),
        by: by(),
        duplicates: DuplicateRule::default(),
        ceiling: Ceiling::default(),
        now,
    }
}

/// Whoever it is that does what a test is not about.
pub(super) fn by() -> By {
    By::server("test")
}

pub(super) fn sha1() -> Sha1 {
    SHA1.parse().unwrap()
}
