//! The laws of the readers, over the fuzz targets' corpus and over mutations of it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where it fails"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::Index;
use quell_model::testing::laws::{LAWS, Law};

fn fuzz() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn paths(folder: &str) -> Vec<PathBuf> {
    fs::read_dir(fuzz().join(folder))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

fn names(paths: impl IntoIterator<Item = PathBuf>) -> BTreeSet<String> {
    let stem = |path: PathBuf| path.file_stem().map(|name| name.to_string_lossy().into());
    paths.into_iter().filter_map(stem).collect()
}

/// Whether it is a target of this crate, and not of another one.
fn is_ours(target: &PathBuf) -> bool {
    let text = fs::read_to_string(target).expect("a target");
    text.contains("quell_model::testing::laws::")
}

/// The corpus of a law, in the same order everywhere.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    files(fuzz().join("corpus").join(name))
}

/// The contract's examples, with which every target begins as well.
fn examples() -> Vec<Vec<u8>> {
    files(fuzz().join("../docs/api/examples"))
}

fn files(folder: PathBuf) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read(path).expect("a file"))
        .collect()
}

#[test]
fn every_law_has_a_fuzz_target_and_a_corpus() {
    let laws: BTreeSet<String> = LAWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let targets = paths("fuzz_targets");
    assert_eq!(names(targets.clone().into_iter().filter(is_ours)), laws);
    assert_eq!(names(paths("corpus")), names(targets));
}

#[test]
fn laws_hold_over_the_corpus() {
    for (name, law) in LAWS {
        let corpus = corpus(name);
        assert!(corpus.len() > 1, "{name}");
        corpus.iter().for_each(|bytes| law(bytes));
    }
}

#[test]
fn laws_hold_over_what_belongs_to_another_law() {
    for (_, law) in LAWS {
        examples().iter().for_each(|bytes| law(bytes));
        for (other, _) in LAWS {
            corpus(other).iter().for_each(|bytes| law(bytes));
        }
    }
}

#[test]
fn laws_hold_at_the_ends_of_nesting() {
    // The reader of JSON gives up at 128 levels: nothing may be read that cannot be read again.
    for depth in [1, 120, 124, 125, 126, 127, 128, 129, 10_000] {
        for (open, close) in [("[", "]"), ("{\"x\":", "}")] {
            let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            for body in [
                nested.clone(),
                format!(r#"{{"id":"a","sha1":"{}","x":{nested}}}"#, "0".repeat(40)),
                format!(r#"{{"value":[{{"id":"a","x":{nested}}}]}}"#),
                format!(r#"{{"error":{{"code":"c","message":"m","details":[{nested}]}}}}"#),
            ] {
                LAWS.iter().for_each(|(_, law)| law(body.as_bytes()));
            }
        }
    }
}

/// What a byte of a body may become, and what may be put beside it.
#[derive(Clone, Debug)]
enum Mutation {
    Flip(Index, u8),
    Cut(Index),
    Drop(Index, Index),
    Repeat(Index, Index),
    Splice(Index, Index, Index),
    Insert(Index, &'static str),
    /// Puts a value of another kind in the place of one.
    Swap(Index, &'static str),
}

/// Pieces of JSON that are rare in bodies and dear to attackers.
const PIECES: [&str; 16] = [
    "null",
    "true",
    "-0",
    "1e999",
    "-1e999",
    "18446744073709551616",
    "9223372036854775808",
    "0.1",
    "5e-324",
    "\"\\ud800\"",
    "\"\\u0000\\u001b[31m\"",
    "[]",
    "{}",
    "[[[[]]]]",
    "{\"id\":null,\"ID\":\"b\",\"Id\":7}",
    "\"0001-01-01T00:00:00Z\"",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    let piece = || prop::sample::select(&PIECES[..]);
    prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, bits)| Mutation::Flip(at, bits)),
        index().prop_map(Mutation::Cut),
        (index(), index()).prop_map(|(from, to)| Mutation::Drop(from, to)),
        (index(), index()).prop_map(|(from, to)| Mutation::Repeat(from, to)),
        (index(), index(), index()).prop_map(|(from, to, at)| Mutation::Splice(from, to, at)),
        (index(), piece()).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        (index(), piece()).prop_map(|(at, piece)| Mutation::Swap(at, piece)),
    ]
}

fn range(body: &[u8], from: &Index, to: &Index) -> std::ops::Range<usize> {
    let (from, to) = (from.index(body.len() + 1), to.index(body.len() + 1));
    from.min(to)..from.max(to)
}

fn mutated(mut body: Vec<u8>, mutation: &Mutation) -> Vec<u8> {
    match mutation {
        Mutation::Flip(at, bits) => {
            let at = at.index(body.len().max(1));
            if let Some(byte) = body.get_mut(at) {
                *byte ^= bits;
            }
        }
        Mutation::Cut(at) => body.truncate(at.index(body.len() + 1)),
        Mutation::Drop(from, to) => {
            let range = range(&body, from, to);
            body.drain(range);
        }
        Mutation::Repeat(from, to) => {
            let range = range(&body, from, to);
            let piece = body[range.clone()].to_vec();
            body.splice(range.end..range.end, piece);
        }
        Mutation::Splice(from, to, at) => {
            let piece = body[range(&body, from, to)].to_vec();
            let at = at.index(body.len() + 1);
            body.splice(at..at, piece);
        }
        Mutation::Insert(at, piece) => {
            let at = at.index(body.len() + 1);
            body.splice(at..at, piece.bytes());
        }
        Mutation::Swap(at, piece) => {
            let values: Vec<_> = values(&body).collect();
            if !values.is_empty() {
                body.splice(at.get(&values).clone(), piece.bytes());
            }
        }
    }
    body
}

/// Where the values of properties stand: after a colon, up to the next comma or end of an object.
fn values(body: &[u8]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b'\n');
    body.iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b':')
        .map(move |(colon, _)| {
            let length = body[colon..].iter().position(ends);
            colon + 1..length.map_or(body.len(), |length| colon + length.max(1))
        })
}

fn any_law() -> impl Strategy<Value = (Law, Vec<u8>)> {
    prop::sample::select(LAWS).prop_flat_map(|law| {
        let corpus = [corpus(law.0), examples()].concat();
        (Just(law), prop::sample::select(corpus))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn laws_hold_over_mutations(
        ((_, law), body) in any_law(),
        mutations in prop::collection::vec(mutation(), 1..6),
    ) {
        law(&mutations.iter().fold(body, mutated));
    }

    #[test]
    fn laws_hold_over_any_text(((_, law), _) in any_law(), text in any::<String>()) {
        law(text.as_bytes());
    }
}
