//! Whatever is done to a trail up to its last signed head is found.

use proptest::prelude::*;
use quell_model::{Sha1, Timestamp};

use super::*;
use crate::core::{Status, TenantId};

fn tenant(number: u8) -> TenantId {
    format!("0b5f1a3e-0000-4000-8000-0000000000{number:02}")
        .parse()
        .unwrap()
}

fn key(number: u8) -> SigningKey {
    let seed = [number; 32];
    // PKCS #8 (RFC 8410): the seed behind its fixed beginning.
    let mut der = vec![
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    der.extend(seed);
    SigningKey::from_pkcs8(&der).unwrap()
}

/// What is kept: each entry with its hash.
type Trail = Vec<(String, Hash)>;

fn deed(number: u64) -> Deed {
    let ordered = Ordered {
        action: format!("action-{number}").parse().unwrap(),
        machine: "m1".parse().unwrap(),
        sha1: Sha1::from_bytes([7; 20]),
    };
    match number % 4 {
        0 => Deed::ActionTaken {
            ordered,
            comment: format!("alert {number}\n\"quoted\""),
            forced: false,
            dry_run: false,
            stop_mappers: false,
        },
        1 => Deed::ActionReported {
            ordered,
            status: Status::Failed,
            hresult: -2_147_024_891,
        },
        2 => Deed::Frozen {
            comment: String::new(),
        },
        _ => Deed::FileLookedUp {
            file: FileHash::Sha256("ab".repeat(32)),
            known: Some(true),
        },
    }
}

fn spelled(of: TenantId, sequence: u64, number: u64) -> String {
    let by = By {
        actor: Actor::Application {
            id: "app".to_owned(),
            name: "SOC robot".to_owned(),
        },
        operation: "StopAndQuarantineFile",
        request: Some("r1".to_owned()),
        peer: Some("192.0.2.1".parse().unwrap()),
    };
    let time = Timestamp::from_unix_seconds(1_700_000_000 + i64::try_from(number).unwrap());
    Entry {
        sequence,
        time,
        tenant: of,
        by: &by,
        deed: &deed(number),
    }
    .spelled()
}

fn chained(entries: impl IntoIterator<Item = String>) -> Trail {
    let mut at = Link::start(tenant(1));
    let kept = entries.into_iter().map(|entry| {
        at = at.followed_by(&entry);
        (entry, at.hash)
    });
    kept.collect()
}

fn trail(length: u64) -> Trail {
    chained((1..=length).map(|number| spelled(tenant(1), number, number)))
}

fn head(trail: &Trail, sequence: usize, by: &SigningKey) -> Signed<Head> {
    let link = Link {
        sequence: sequence as u64,
        hash: match sequence {
            0 => Hash::of_nothing(tenant(1)),
            _ => trail[sequence - 1].1,
        },
    };
    let statement = Head {
        tenant: tenant(1),
        link,
        time: Timestamp::from_unix_seconds(9),
    };
    Signed::by(by, statement)
}

fn verify(trail: &Trail, heads: &[Signed<Head>]) -> Result<Walked, Broken> {
    let mut walk = Walk::from_start(tenant(1), Trust::Keys(vec![key(1).public()]));
    for head in heads {
        walk.expect(head)?;
    }
    for (entry, hash) in trail {
        walk.step(entry, *hash)?;
    }
    walk.end()
}

/// What a thief does to the entries; each is another trail than before.
#[derive(Clone, Debug)]
enum Tampering {
    Change(usize),
    Remove(usize),
    Swap(usize),
    Insert(usize),
    Truncate(usize),
}

fn renumbered(entries: Vec<String>) -> Vec<String> {
    let numbers = 1u64..;
    let renumber = |(number, entry): (u64, String)| {
        let at = entry.find("\"sequence\":").unwrap() + "\"sequence\":".len();
        let end = at + entry[at..].find(',').unwrap();
        format!("{}{number}{}", &entry[..at], &entry[end..])
    };
    numbers.zip(entries).map(renumber).collect()
}

/// The trail after it, and the first entry that it touched.
fn tampered(trail: &Trail, tampering: &Tampering, rechain: bool) -> (Trail, usize) {
    let mut kept = trail.clone();
    let first = match *tampering {
        Tampering::Change(at) => {
            kept[at].0 = kept[at].0.replacen("SOC robot", "SOC r0bot", 1);
            at
        }
        Tampering::Remove(at) => {
            kept.remove(at);
            at
        }
        Tampering::Swap(at) => {
            kept.swap(at, at + 1);
            at
        }
        Tampering::Insert(at) => {
            kept.insert(at, (spelled(tenant(1), at as u64 + 1, 99), trail[at].1));
            at
        }
        Tampering::Truncate(at) => {
            kept.truncate(at);
            at
        }
    };
    if rechain {
        let entries = kept.into_iter().map(|(entry, _)| entry).collect();
        return (chained(renumbered(entries)), first);
    }
    (kept, first)
}

fn any_tampering(length: usize) -> impl Strategy<Value = Tampering> {
    prop_oneof![
        (0..length).prop_map(Tampering::Change),
        (0..length).prop_map(Tampering::Remove),
        (0..length - 1).prop_map(Tampering::Swap),
        (0..length).prop_map(Tampering::Insert),
        (0..length).prop_map(Tampering::Truncate),
    ]
}

const LENGTH: usize = 8;

proptest! {
    /// Who cannot count the hashes anew, or does not, is found anywhere but at the loose end.
    #[test]
    fn tampering_breaks_the_chain_or_shortens_it(tampering in any_tampering(LENGTH)) {
        let good = trail(LENGTH as u64);
        let last = head(&good, LENGTH, &key(1));
        let (bad, first) = tampered(&good, &tampering, false);
        let broken = verify(&bad, &[last]).unwrap_err();
        prop_assert_eq!(broken.entry(), first as u64 + 1);
    }

    /// Who counts every hash anew is found by the head, which he cannot sign.
    #[test]
    fn chain_that_was_written_anew_does_not_meet_its_head(
        tampering in any_tampering(LENGTH), signed in 1..=LENGTH
    ) {
        let good = trail(LENGTH as u64);
        let signed_head = head(&good, signed, &key(1));
        let (bad, first) = tampered(&good, &tampering, true);
        let verdict = verify(&bad, &[signed_head]);
        prop_assert_eq!(verdict.is_err(), first < signed, "{:?}", verdict);
    }

    /// No byte of an entry can be another one.
    #[test]
    fn every_byte_counts(entry in 0..LENGTH, place in 0usize..400, bit in 0u8..7) {
        let mut bad = trail(LENGTH as u64);
        let mut bytes = bad[entry].0.clone().into_bytes();
        let place = place % bytes.len();
        bytes[place] ^= 1 << bit;
        if let Ok(text) = String::from_utf8(bytes) {
            bad[entry].0 = text;
            prop_assert!(verify(&bad, &[]).is_err());
        }
    }

    #[test]
    fn every_bit_of_a_head_counts(bit in 0..512usize, sequence in 0u64..20) {
        let good = trail(3);
        let mut forged = head(&good, 3, &key(1));
        forged.signature[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verify(&good, &[forged]), Err(Broken::Forged(3)));
        let mut moved = head(&good, 3, &key(1));
        moved.statement.link.sequence = sequence;
        prop_assert_eq!(verify(&good, &[moved]).is_ok(), sequence == 3);
    }
}

#[test]
fn good_trail_is_good_and_says_what_is_confirmed() {
    let good = trail(5);
    let heads = [0, 3, 3].map(|sequence| head(&good, sequence, &key(1)));
    let walked = verify(&good, &heads).unwrap();
    assert_eq!((walked.end.sequence, walked.confirmed), (5, Some(3)));
    assert_eq!(walked.end.hash, good[4].1);
    assert_eq!(
        verify(&good, &[]).unwrap_err(),
        Broken::Unsigned(1),
        "whoever writes it anew takes the heads away"
    );
    assert_eq!(verify(&Trail::new(), &[]).unwrap().end.sequence, 0);
}

#[test]
fn entry_in_another_spelling_is_the_same_entry() {
    let mut respelled = trail(3);
    let heads = [head(&respelled, 3, &key(1))];
    respelled[1].0 = respelled[1].0.replace("\":", "\" :\t");
    verify(&respelled, &heads).unwrap();
    respelled[1].0 = respelled[1].0.replace("SOC robot", "SOC  robot");
    assert_eq!(verify(&respelled, &[]).unwrap_err(), Broken::Changed(2));
}

#[test]
fn head_of_a_stranger_and_of_another_trail_are_told_apart() {
    let good = trail(3);
    let stranger = head(&good, 3, &key(2));
    assert!(matches!(
        verify(&good, &[stranger]),
        Err(Broken::Stranger { sequence: 3, .. })
    ));
    let mut foreign = head(&good, 3, &key(1));
    foreign.statement.tenant = tenant(2);
    let foreign = Signed::by(&key(1), foreign.statement);
    assert_eq!(verify(&good, &[foreign]), Err(Broken::Foreign(3)));
}

#[test]
fn entry_of_another_trail_is_foreign() {
    let mut bad = trail(2);
    bad.push((spelled(tenant(2), 3, 3), bad[1].1));
    assert_eq!(verify(&bad, &[]), Err(Broken::Foreign(3)));
}

#[test]
fn trail_goes_on_from_a_checkpoint_and_from_no_other() {
    let good = trail(6);
    let at = Checkpoint {
        tenant: tenant(1),
        link: head(&good, 4, &key(1)).statement.link,
        time: Timestamp::from_unix_seconds(9),
    };
    let trust = || Trust::Keys(vec![key(1).public()]);
    let signed = Signed::by(&key(1), at);
    let mut walk = Walk::from_checkpoint(tenant(1), trust(), &signed).unwrap();
    for (entry, hash) in &good[4..] {
        walk.step(entry, *hash).unwrap();
    }
    assert_eq!(walk.end().unwrap().end.sequence, 6);
    let refused = |signed| Walk::from_checkpoint(tenant(1), trust(), &signed).map(drop);
    let moved = Signed {
        statement: Checkpoint {
            time: Timestamp::from_unix_seconds(10),
            ..at
        },
        ..signed
    };
    assert_eq!(refused(moved), Err(Broken::Forged(4)));
    let stranger = Signed::by(&key(2), at);
    assert!(matches!(refused(stranger), Err(Broken::Stranger { .. })));
}

#[test]
fn checkpoint_is_no_head() {
    let good = trail(3);
    let link = head(&good, 3, &key(1)).statement.link;
    let (tenant, time) = (tenant(1), Timestamp::from_unix_seconds(9));
    let checkpoint = Signed::by(&key(1), Checkpoint { tenant, link, time });
    let passed_off = Signed {
        statement: Head { tenant, link, time },
        key: checkpoint.key,
        signature: checkpoint.signature,
    };
    assert_eq!(verify(&good, &[passed_off]), Err(Broken::Forged(3)));
}

#[test]
fn signed_statement_is_read_as_it_is_written() {
    let signed = head(&trail(2), 2, &key(1));
    let json = serde_json::to_string(&Written::from(signed)).unwrap();
    let written: Written = serde_json::from_str(&json).unwrap();
    assert_eq!(Signed::<Head>::try_from(&written), Ok(signed));
    let damaged: Written =
        serde_json::from_str(&json.replace("\"hash\":\"", "\"hash\":\"x")).unwrap();
    assert_eq!(Signed::<Head>::try_from(&damaged), Err(head::Damaged));
}

#[test]
fn entry_says_who_did_what_to_which_machine() {
    assert_eq!(
        spelled(tenant(1), 12, 4),
        concat!(
            r#"{"action":"action-4","actor":{"id":"app","kind":"application","name":"SOC robot"},"#,
            r#""deed":"ActionTaken","details":{"comment":"alert 4\n\"quoted\"","forced":false},"#,
            r#""machine":"m1","operation":"StopAndQuarantineFile","peer":"192.0.2.1","#,
            r#""request":"r1","sequence":12,"sha1":"0707070707070707070707070707070707070707","#,
            r#""tenant":"0b5f1a3e-0000-4000-8000-000000000001","time":"2023-11-14T22:13:24Z","#,
            r#""version":1}"#
        )
    );
    let read = Recorded::read(&spelled(tenant(1), 12, 1)).unwrap();
    assert_eq!(read.outcome.as_deref(), Some("Failed"));
    assert_eq!(read.actor.name.as_deref(), Some("SOC robot"));
    assert_eq!(
        canonical::respelled(&spelled(tenant(1), 12, 1)).unwrap(),
        spelled(tenant(1), 12, 1)
    );
}

#[test]
fn schema_names_every_deed() {
    let schema = include_str!("../../../../../docs/reference/audit.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let named = &schema["$defs"]["entry"]["properties"]["deed"]["enum"];
    assert_eq!(*named, serde_json::json!(Deed::NAMES.as_slice()));
}
