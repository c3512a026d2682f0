//! What an attacker sends: each is refused or harmless, none reaches SQLite as SQL.

use proptest::prelude::*;

use super::rows::{MACHINES, Machine, Rows};
use crate::odata::{Filter, Query, QueryError};

fn fault(filter: &str) -> QueryError {
    Filter::parse(filter, &MACHINES).expect_err("a refusal")
}

#[test]
fn sql_in_a_text_is_a_text() {
    let attacks = [
        "'; DROP TABLE machine; --",
        "' OR 1=1 --",
        "\\' OR 1=1 --",
        "?1",
        "\") OR (\"1\"=\"1",
        "%' OR '%'='",
        "\u{2019} OR 1=1",
    ];
    let machines: Vec<_> = attacks
        .iter()
        .map(|attack| Machine {
            id: (*attack).to_owned(),
            ..Machine::default()
        })
        .collect();
    let rows = Rows::of_machines(&machines);
    for (number, attack) in (0..).zip(attacks) {
        let text = attack.replace('\'', "''");
        for filter in [
            format!("id eq '{text}'"),
            format!("startswith(id,'{text}') and endswith(id,'{text}')"),
            format!("id in ('{text}')"),
        ] {
            assert_eq!(rows.machines(&filter), Ok(vec![number]), "{filter}");
        }
    }
    assert_eq!(
        rows.machines("true").map(|found| found.len()),
        Ok(attacks.len())
    );
}

#[test]
fn sql_outside_a_text_is_no_filter() {
    for filter in [
        "id eq 'x'; DROP TABLE machine",
        "id eq 'x' --",
        "id eq 'x' OR 1=1",
        "id eq \"x\"",
        "id eq ?1",
        "id eq @p",
        "dns_name eq 'x'",
        "machine.id eq 'x'",
        "id like 'x'",
        "id eq 'x' union select 1",
        "id eq 'x'\u{0}",
    ] {
        assert!(Filter::parse(filter, &MACHINES).is_err(), "{filter}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |open: &str, levels: usize, close: &str| {
        format!("{}isAadJoined{}", open.repeat(levels), close.repeat(levels))
    };
    for (open, close) in [("(", ")"), ("not ", ""), ("true eq (", ")")] {
        assert!(
            Filter::parse(&nested(open, 50, close), &MACHINES).is_ok(),
            "{open}"
        );
        assert_eq!(
            fault(&nested(open, 51, close)),
            QueryError::TooDeep { limit: 50 },
            "{open}"
        );
        assert_eq!(
            fault(&nested(open, 100_000, close)),
            QueryError::TooDeep { limit: 50 },
            "{open}"
        );
    }
    assert_eq!(
        fault(&"contains(".repeat(60)),
        QueryError::TooDeep { limit: 50 }
    );
    assert_eq!(
        fault(&"machineTags/any(t:".repeat(60)),
        QueryError::TooDeep { limit: 50 }
    );
}

#[test]
fn length_is_bounded() {
    let list = |items: usize| format!("rbacGroupId in ({})", vec!["1"; items].join(","));
    assert!(Filter::parse(&list(1_000), &MACHINES).is_ok());
    assert_eq!(
        fault(&list(1_001)),
        QueryError::ListTooLong { limit: 1_000 }
    );
    assert_eq!(
        fault(&[list(990), list(990), list(990)].join(" or ")),
        QueryError::TooManyNodes { limit: 2_000 }
    );
    assert_eq!(
        fault(&vec!["true"; 1_002].join(" and ")),
        QueryError::TooManyNodes { limit: 2_000 }
    );
    let text = format!("id eq '{}'", "x".repeat(5_000));
    assert_eq!(
        fault(&text),
        QueryError::TextTooLong {
            position: 6,
            limit: 4_096
        }
    );
}

#[test]
fn whatever_is_within_the_bounds_is_within_those_of_sqlite() {
    let rows = Rows::of_machines(&[Machine::default()]);
    let flat = vec!["true"; 1_000].join(" and ");
    let deep = format!("{}true{}", "not (true and ".repeat(25), ")".repeat(25));
    let lambdas = vec!["machineTags/all(t: t eq 'x')"; 390].join(" or ");
    let pattern = format!("contains(computerDnsName,'{}')", "[".repeat(4_096));
    for filter in [&flat, &deep, &lambdas, &pattern] {
        assert!(rows.machines(filter).is_ok(), "{filter:.60}");
    }
    let deepest = format!(
        "{}{}{}",
        "(true eq ".repeat(50),
        vec!["true"; 900].join(" or "),
        ")".repeat(50)
    );
    assert_eq!(rows.machines(&deepest), Ok(vec![0]));
}

#[test]
fn broken_encodings_are_refused_wherever_they_stand() {
    for raw in [
        "$filter=%",
        "$filter=id eq '%c3'",
        "tag=%ff",
        "%f0%28%8c%bc=1",
        "$filter=%u0041",
    ] {
        let fault = Query::parse(raw, &MACHINES).expect_err(raw);
        assert!(matches!(fault, QueryError::Encoding(_)), "{raw}: {fault:?}");
    }
    let fault = Query::parse("$filter=id eq 'a%00b'", &MACHINES).expect_err("a null character");
    assert_eq!(fault, QueryError::NullCharacter);
}

/// Pieces that a filter is made of, so that random ones get far into the parser.
fn filter_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "(",
            ")",
            ",",
            "/",
            ":",
            "'",
            "''",
            " ",
            "and",
            "or",
            "not",
            "eq",
            "ne",
            "gt",
            "le",
            "in",
            "any",
            "all",
            "contains",
            "id",
            "machineTags",
            "isAadJoined",
            "lastSeen",
            "null",
            "true",
            "'x'",
            "-1",
            "2024-01-01",
            "2024-01-01T00:00Z",
            "0696c900-b8ce-42ce-96f6-1b68268b7bea",
            "t",
            "é",
            "%",
            "\0",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #[test]
    fn no_query_string_makes_it_panic(raw in "\\PC{0,200}") {
        let _ = Query::parse(&raw, &MACHINES);
        let _ = Query::parse(&format!("$filter={raw}"), &MACHINES);
    }

    #[test]
    fn no_filter_makes_it_panic_and_what_passes_is_sql(filter in filter_like()) {
        let rows = Rows::of_machines(&[Machine::default()]);
        if !filter.contains('\0') {
            let _ = rows.machines(&filter);
        }
        let _ = Filter::parse(&filter, &MACHINES);
    }
}

/// A generator that gives the same on every machine (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % bound
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    /// A filter that may be right, often with one character anywhere in it put in by chance, or cut.
    fn filter(&mut self) -> String {
        const TERMS: &[&str] = &[
            "id eq 'x'",
            "computerDnsName ne null",
            "lastSeen ge 2024-01-01",
            "rbacGroupId in (1,-2,null)",
            "isAadJoined",
            "contains(id,'''')",
            "machineTags/any(t:t eq 'x')",
            "machineTags/any()",
            "riskScore eq 'low'",
            "aadDeviceId eq 0696c900-b8ce-42ce-96f6-1b68268b7bea",
            "not true",
            "(1 lt 2)",
            "firstSeen lt lastSeen",
        ];
        let mut filter = self.pick(TERMS).to_owned();
        for _ in 0..self.below(6) {
            let word = self.pick(&[" and ", " OR ", "+and+"]);
            filter = format!("{filter}{word}{}", self.pick(TERMS));
        }
        let at = usize::try_from(self.below(filter.len() as u64)).unwrap();
        match self.below(3) {
            0 => filter.insert(at, char::from(u8::try_from(self.below(128)).unwrap())),
            1 => filter.truncate(at),
            _ => {}
        }
        filter
    }

    /// A query string of words that mean something, of escapes and of anything.
    fn query(&mut self) -> String {
        if self.below(2) == 0 {
            return format!("$filter={}", self.filter());
        }
        const WORDS: &[&str] = &[
            "$filter=",
            "$Filter=",
            "&",
            "=",
            "$top=",
            "$skip=",
            "$orderby=",
            "$select=",
            "$count=",
            "$",
            "%20",
            "+",
            "(",
            ")",
            ",",
            "'",
            "''",
            "%27",
            "/",
            ":",
            "id",
            "machineTags",
            "lastSeen",
            "healthStatus",
            "aadDeviceId",
            "rbacGroupId",
            " eq ",
            " ne ",
            " gt ",
            " le ",
            " and ",
            " or ",
            "not ",
            " in ",
            "any(",
            "all(t:t",
            "contains(",
            "startswith(",
            "null",
            "true",
            "0",
            "-9223372036854775808",
            "9223372036854775808",
            "2026-01-01",
            "9999-12-31T23:59:59.9999999Z",
            "0001-01-01T00:00Z",
            "0696c900-b8ce-42ce-96f6-1b68268b7bea",
            "%00",
            "%ff",
            "%ed%a0%80",
            "%f0%9f%a6%80",
            "%",
            "\u{0}",
            "\u{202e}",
            "é",
            "\u{10ffff}",
            "--",
            ";",
            "desc",
            "*",
        ];
        let length = self.below(24);
        let mut query = String::new();
        for _ in 0..length {
            match self.below(8) {
                0 => query.extend(char::from_u32(
                    u32::try_from(self.below(0x11_0000)).unwrap(),
                )),
                1 => query.push_str(&format!("%{:02x}", self.below(256))),
                _ => query.push_str(self.pick(WORDS)),
            }
        }
        query
    }
}

#[test]
fn a_hundred_thousand_random_queries_are_read_or_refused_in_a_bounded_sentence() {
    let mut dice = Dice(20_240_305);
    let (mut read, mut filters) = (0, 0);
    for _ in 0..100_000 {
        let query = dice.query();
        match Query::parse(&query, &MACHINES) {
            Ok(query) => {
                read += 1;
                filters += u32::from(query.filter().is_some());
            }
            Err(fault) => assert!(fault.message().len() < 1_000, "{query}"),
        }
        // Those without an option are one here.
        let _ = Filter::parse(&query, &MACHINES);
    }
    // So many got through that the way behind the grammar was walked too.
    assert!(
        read > 10_000 && filters > 10_000,
        "{read} read, {filters} of them with a filter"
    );
}
