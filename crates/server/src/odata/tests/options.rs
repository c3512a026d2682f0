//! The options beside the filter.

use super::rows::{ACTIONS, MACHINES};
use crate::odata::{Query, QueryError};

fn read(raw: &str) -> Query {
    Query::parse(raw, &MACHINES).unwrap_or_else(|fault| panic!("{raw}: {fault}"))
}

#[test]
fn options_are_read() {
    let query = read(
        "$TOP=10000&$Skip=20&$count=True&$select=ID, machinetags,id&$orderby=LastSeen Desc , id",
    );
    assert_eq!(
        (query.top(), query.skip(), query.count()),
        (Some(10_000), 20, true)
    );
    assert_eq!(query.select(), Some(["id", "machineTags"].as_slice()));
    assert_eq!(
        query.order_by().as_deref(),
        Some("machine.last_seen DESC NULLS LAST, id ASC NULLS FIRST")
    );
    assert!(query.filter().is_none());

    let query = read("$top=+0+&count=false&$select=id,*&other=1");
    assert_eq!(
        (query.top(), query.skip(), query.count()),
        (Some(0), 0, false)
    );
    assert_eq!((query.select(), query.order_by()), (None, None));
}

#[test]
fn wrong_options_are_refused_in_a_sentence() {
    let cases = [
        (
            "$stop=10",
            "Custom query option '$stop' that starts with '$' is not supported.",
        ),
        (
            "$expand=x",
            "Custom query option '$expand' that starts with '$' is not supported.",
        ),
        (
            "$=1",
            "Custom query option '$' that starts with '$' is not supported.",
        ),
        (
            "$$top=1",
            "Custom query option '$$top' that starts with '$' is not supported.",
        ),
        (
            "$top=1&%24Top=2",
            "Query option '$top' was specified more than once, but it must be specified at most once.",
        ),
        (
            "$filter=true&filter=true",
            "Query option '$filter' was specified more than once, but it must be specified at most once.",
        ),
        (
            "$filter=",
            "The value for OData query '$filter' cannot be empty.",
        ),
        (
            "$filter=+",
            "The value for OData query '$filter' cannot be empty.",
        ),
        (
            "$filter=++id",
            "The $filter expression must evaluate to a Boolean value, but its type is 'Edm.String'.",
        ),
        (
            "$filter=++id+is",
            "Syntax error at position 5: 'and', 'or' or the end expected.",
        ),
        (
            "$select",
            "The value for OData query '$select' cannot be empty.",
        ),
        (
            "$top=10001",
            "The limit of '10000' for Top query has been exceeded. The value from the incoming request is '10001'.",
        ),
        (
            "$top=-1",
            "Invalid value '-1' for $top query option found. The $top query option requires a non-negative integer value.",
        ),
        (
            "$top=%2B1",
            "Invalid value '+1' for $top query option found. The $top query option requires a non-negative integer value.",
        ),
        (
            "$skip=1.0",
            "Invalid value '1.0' for $skip query option found. The $skip query option requires a non-negative integer value.",
        ),
        (
            "$skip=9223372036854775808",
            "Invalid value '9223372036854775808' for $skip query option found. The $skip query option requires a non-negative integer value.",
        ),
        ("$count=1", "'1' is not a valid count option."),
        (
            "$orderby=nope",
            "Could not find a property named 'nope' on type 'test.Machine'.",
        ),
        (
            "$orderby=id,",
            "Could not find a property named '' on type 'test.Machine'.",
        ),
        (
            "$orderby=id up",
            "The $orderby term 'id up' is not a property followed by 'asc' or 'desc'.",
        ),
        (
            "$orderby=id desc desc",
            "The $orderby term 'id desc desc' is not a property followed by 'asc' or 'desc'.",
        ),
        (
            "$orderby=id,ID desc",
            "Duplicate property named 'id' is not supported in '$orderby'.",
        ),
        (
            "$orderby=machineTags",
            "The property 'machineTags' cannot be used in the $orderby query option.",
        ),
        (
            "$orderby=ipAddresses",
            "The property 'ipAddresses' cannot be used in the $orderby query option.",
        ),
        (
            "$select=id,nope",
            "Could not find a property named 'nope' on type 'test.Machine'.",
        ),
    ];
    for (raw, sentence) in cases {
        let fault = Query::parse(raw, &MACHINES).expect_err(raw);
        assert_eq!(fault.to_string(), sentence, "{raw}");
    }
}

#[test]
fn the_message_opens_as_the_service_does() {
    let fault = Query::parse("$stop=2", &ACTIONS).expect_err("no such option");
    assert_eq!(
        fault.message(),
        "The query specified in the URI is not valid. Custom query option '$stop' that starts with '$' is not supported."
    );
}

#[test]
fn the_next_page_asks_for_the_same() {
    let query = read("%24filter=id+ne+'a%26b'&$skip=5&tag=x&$count=true");
    let next = query.continued_at(10_005);
    assert_eq!(
        next,
        "%24filter=id+ne+'a%26b'&tag=x&$count=true&$skip=10005"
    );
    let again = read(&next);
    assert_eq!(
        (again.skip(), again.filter(), again.count()),
        (10_005, query.filter(), true)
    );
    assert_eq!(read("").continued_at(1), "$skip=1");
}

#[test]
fn the_whole_string_is_bounded() {
    let longest = format!("a={}", "x".repeat(crate::odata::MAX_QUERY_BYTES - 2));
    assert!(Query::parse(&longest, &MACHINES).is_ok());
    let fault = Query::parse(&format!("{longest}x"), &MACHINES).expect_err("too long");
    assert_eq!(
        fault,
        QueryError::TooLong {
            limit: crate::odata::MAX_QUERY_BYTES
        }
    );
}
