//! Audit trails.

use crate::store::record::Happened;
use std::sync::Arc;

use quell_model::ActionId;

use super::*;
use crate::core::audit::{
    Checkpoint, Deed, Head, Link, PublicKey, Recorded, Signed, Trust, Walk, Walked,
};
use crate::core::{Ending, Event};
use crate::store::record::SweepRule;

/// What a trail says: deed, operation, outcome.
async fn told(store: &Arc<dyn Store>, tenant: TenantId) -> Vec<(String, String, Option<String>)> {
    let kept = store.entries(tenant, 0, 1000).await.unwrap();
    kept.iter()
        .map(|kept| {
            let read = Recorded::read(&kept.entry).unwrap();
            assert_eq!(read.sequence, kept.sequence);
            (read.deed, read.operation, read.outcome)
        })
        .collect()
}

async fn deeds(store: &Arc<dyn Store>, tenant: TenantId) -> Vec<String> {
    let told = told(store, tenant).await;
    told.into_iter().map(|(deed, ..)| deed).collect()
}

async fn walk(store: &Arc<dyn Store>, tenant: TenantId) -> Walked {
    let mut walk = match store.checkpoint(tenant).await.unwrap() {
        // The signature is none here; what counts is the link.
        Some(checkpoint) => {
            let link = checkpoint.statement.link;
            Walk::from_link(tenant, Trust::Anyone, link)
        }
        None => Walk::from_start(tenant, Trust::Anyone),
    };
    let above = walk.at().sequence;
    for kept in store.entries(tenant, above, 1000).await.unwrap() {
        walk.step(&kept.entry, kept.hash).unwrap();
    }
    let walked = walk.end().unwrap();
    assert_eq!(walked.end, store.trail_end(tenant).await.unwrap());
    walked
}

async fn frozen(store: &Arc<dyn Store>, tenant: TenantId, comment: &str) {
    let comment = comment.to_owned();
    let deed = Deed::Frozen { comment };
    store.tell(tenant, by(), deed, at(1)).await.unwrap();
}

fn key() -> PublicKey {
    "ab".repeat(32).parse().unwrap()
}

pub(in crate::store) async fn life_of_an_action_is_told_as_it_happens(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let machine = machine_id("m1");
    for (id, seconds) in [("a1", 0), ("a1b", 10), ("a1c", 100)] {
        let asked = submission(tenant, id, at(seconds));
        store.submit(asked).await.unwrap();
    }
    for _ in 0..2 {
        store.orders(tenant, &machine, 0, at(101)).await.unwrap();
    }
    let report = async |event: Event, seconds: i64| {
        let id = ActionId::new("a1").unwrap();
        let by = By::machine(machine_id("m1"), "report", None);
        let told = store.advance(
            tenant,
            &id,
            None,
            Happened {
                event,
                details: None,
                by,
                now: at(seconds),
            },
        );
        told.await.unwrap()
    };
    report(Event::TakenUp, 102).await;
    // A sign of life is no news, and what is final stays so.
    report(Event::TakenUp, 10_000).await;
    report(Event::Ended(Ending::Succeeded), 10_001).await;
    report(Event::Ended(Ending::Succeeded), 10_002).await;
    let outcome = |outcome: &str| Some(outcome.to_owned());
    let told = told(&store, tenant).await;
    let entry = |deed: &str, operation: &str, outcome: Option<String>| {
        (deed.to_owned(), operation.to_owned(), outcome)
    };
    assert_eq!(
        told,
        [
            entry("EnrolmentTokenMade", "test", None),
            entry("MachineEnrolled", "enrol", None),
            entry("ActionTaken", "test", None),
            entry("ActionRepeated", "test", None),
            entry("ActionRefused", "test", outcome("Active")),
            entry("OrderHandedOut", "hold", None),
            entry("ActionReported", "report", outcome("InProgress")),
            entry("ActionReported", "report", outcome("Succeeded")),
        ]
    );
    assert_eq!(walk(&store, tenant).await.end.sequence, 8);
}

pub(in crate::store) async fn what_passing_time_ends_is_told_by_the_server(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    store.submit(submission(tenant, "a1", at(0))).await.unwrap();
    let rule = SweepRule {
        inactive_after: std::time::Duration::from_secs(300),
        sightings_kept: std::time::Duration::from_secs(3600),
        held_back: std::time::Duration::ZERO,
    };
    store.sweep(rule, at(4 * 24 * 3600)).await.unwrap();
    let last = told(&store, tenant).await.pop().unwrap();
    assert_eq!(
        (last.0.as_str(), last.1.as_str()),
        ("ActionTimedOut", "sweep")
    );
}

pub(in crate::store) async fn revoked_machine_s_actions_are_cancelled_by_who_revoked_it(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    store.submit(submission(tenant, "a1", at(0))).await.unwrap();
    let by = By::server("revoke");
    let revoked = store.revoke(tenant, &machine_id("M1"), by, at(1)).await;
    assert!(revoked.unwrap());
    let told = told(&store, tenant).await;
    let last: Vec<_> = told[3..]
        .iter()
        .map(|(deed, operation, _)| (deed.as_str(), operation.as_str()))
        .collect();
    assert_eq!(
        last,
        [("MachineRevoked", "revoke"), ("ActionCancelled", "revoke")]
    );
}

pub(in crate::store) async fn what_is_not_done_is_not_told(store: Arc<dyn Store>) {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    let nobody = machine_id("m9");
    assert!(!store.revoke(tenant, &nobody, by(), at(1)).await.unwrap());
    let removed = store.remove_application(tenant, "nobody", by(), at(1));
    assert!(!removed.await.unwrap());
    assert_eq!(deeds(&store, tenant).await, Vec::<String>::new());
    assert_eq!(store.trail_end(tenant).await.unwrap(), Link::start(tenant));
    assert_eq!(store.trails().await.unwrap(), []);
}

pub(in crate::store) async fn trails_of_two_tenants_are_apart(store: Arc<dyn Store>) {
    let (one, other) = (TenantId::fresh(), TenantId::fresh());
    for (tenant, comment) in [(one, "1"), (other, "2"), (one, "3")] {
        frozen(&store, tenant, comment).await;
    }
    assert_eq!(walk(&store, one).await.end.sequence, 2);
    assert_eq!(walk(&store, other).await.end.sequence, 1);
}

pub(in crate::store) async fn entries_of_many_writers_are_one_chain(store: Arc<dyn Store>) {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    let writers: Vec<_> = (0..40)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { frozen(&store, tenant, &number.to_string()).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(walk(&store, tenant).await.end.sequence, 40);
}

pub(in crate::store) async fn archived_entries_leave_a_checkpoint(store: Arc<dyn Store>) {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    for number in 0..5 {
        frozen(&store, tenant, &number.to_string()).await;
    }
    let third = store.entries(tenant, 2, 1).await.unwrap().remove(0);
    let archive = async |hash| {
        let link = Link { sequence: 3, hash };
        let time = at(9);
        let checkpoint = Signed {
            statement: Checkpoint { tenant, link, time },
            key: key(),
            signature: [7; 64],
        };
        let archived = store.archive(checkpoint, by(), at(9)).await.unwrap();
        (archived, checkpoint)
    };
    let wrong = archive(Link::start(tenant).hash).await;
    assert!(!wrong.0, "another trail is left alone");
    assert_eq!(store.checkpoint(tenant).await.unwrap(), None);
    let (archived, checkpoint) = archive(third.hash).await;
    assert!(archived);
    assert_eq!(store.checkpoint(tenant).await.unwrap(), Some(checkpoint));
    let kept = store.entries(tenant, 0, 9).await.unwrap();
    let numbers: Vec<_> = kept.iter().map(|kept| kept.sequence).collect();
    assert_eq!(numbers, [4, 5, 6], "and the archiving is told");
    assert_eq!(walk(&store, tenant).await.end.sequence, 6);
}

pub(in crate::store) async fn heads_and_positions_are_kept(store: Arc<dyn Store>) {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    assert_eq!(store.last_head(tenant).await.unwrap(), None);
    let head = |sequence| Signed {
        statement: Head {
            tenant,
            link: Link {
                sequence,
                hash: Link::start(tenant).hash,
            },
            time: at(1),
        },
        key: key(),
        signature: [7; 64],
    };
    for sequence in [3, 5, 3] {
        store.keep_head(head(sequence)).await.unwrap();
    }
    assert_eq!(store.last_head(tenant).await.unwrap(), Some(head(5)));
    let all = store.heads(tenant, 0, 9).await.unwrap();
    assert_eq!(all, [head(3), head(5)]);
    assert_eq!(store.heads(tenant, 4, 9).await.unwrap(), [head(5)]);
    assert_eq!(store.position("file", tenant).await.unwrap(), 0);
    for sequence in [3, 9] {
        let kept = store.set_position("file", tenant, sequence).await;
        kept.unwrap();
    }
    assert_eq!(store.position("file", tenant).await.unwrap(), 9);
    assert_eq!(store.position("syslog", tenant).await.unwrap(), 0);
}
