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
