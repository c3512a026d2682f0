//! The laws of the codec between the two halves, over the fuzz target's corpus and mutations of it.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use quell_agent::bridge::laws::bridge;
use quell_agent::bridge::{FromNetwork, ToNetwork};

/// The corpus, in the same order everywhere.
fn corpus() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/bridge");
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn laws_hold_over_the_corpus() {
    corpus().iter().for_each(|bytes| bridge(bytes));
}

#[test]
fn corpus_has_messages_of_both_directions() {
    let corpus = corpus();
    let count = |reads: fn(&[u8]) -> bool| corpus.iter().filter(|bytes| reads(bytes)).count();
    assert!(count(|bytes| ToNetwork::decode(bytes).is_ok()) >= 2);
    assert!(count(|bytes| FromNetwork::decode(bytes).is_ok()) >= 5);
}

/// What is done to the bytes of a message.
#[derive(Clone, Debug)]
enum Mutation {
    Set(Index, u8),
    /// Puts a number where a length or a count may stand.
    Count(Index, u32),
    Cut(Index),
    Drop(Index, Index),
    Repeat(Index, Index),
    /// Puts the end of another message behind the beginning of this one.
    Cross(Index, Index, Vec<u8>),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    let count = prop_oneof![0..16_u32, Just(u32::MAX), Just(1 << 20), any::<u32>()];
    prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        (index(), count).prop_map(|(at, count)| Mutation::Count(at, count)),
        index().prop_map(Mutation::Cut),
        (index(), index()).prop_map(|(from, to)| Mutation::Drop(from, to)),
        (index(), index()).prop_map(|(from, to)| Mutation::Repeat(from, to)),
        (index(), index(), select(corpus()))
            .prop_map(|(at, from, other)| Mutation::Cross(at, from, other)),
    ]
}

fn range(bytes: &[u8], from: &Index, to: &Index) -> std::ops::Range<usize> {
    let (from, to) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
    from.min(to)..from.max(to)
}

fn mutated(mut bytes: Vec<u8>, mutation: &Mutation) -> Vec<u8> {
    match mutation {
        Mutation::Set(at, byte) => {
            let at = at.index(bytes.len().max(1));
            if let Some(there) = bytes.get_mut(at) {
                *there = *byte;
            }
        }
        Mutation::Count(at, count) => {
            let at = at.index(bytes.len().max(1));
            if let Some(there) = bytes.get_mut(at..at + 4) {
                there.copy_from_slice(&count.to_le_bytes());
            }
        }
        Mutation::Cut(at) => bytes.truncate(at.index(bytes.len() + 1)),
        Mutation::Drop(from, to) => {
            let range = range(&bytes, from, to);
            bytes.drain(range);
        }
        Mutation::Repeat(from, to) => {
            let range = range(&bytes, from, to);
            let piece = bytes[range.clone()].to_vec();
            bytes.splice(range.end..range.end, piece);
        }
        Mutation::Cross(at, from, other) => {
            bytes.truncate(at.index(bytes.len() + 1));
            bytes.extend_from_slice(&other[from.index(other.len() + 1)..]);
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn laws_hold_over_mutations(
        message in select(corpus()),
        mutations in prop::collection::vec(mutation(), 1..6),
    ) {
        bridge(&mutations.iter().fold(message, mutated));
    }
}
