//! What filters mean, and in which words the wrong ones are refused.

use super::rows::{MACHINES, Machine, Rows};
use crate::odata::{Filter, QueryError};

const GUID: &str = "0696c900-b8ce-42ce-96f6-1b68268b7bea";

/// Number 0 has everything, number 1 nothing.
fn rows() -> Rows {
    let full = Machine {
        id: "full".to_owned(),
        dns_name: Some("it's [x]*?%_\\".to_owned()),
        last_seen: Some(10),
        first_seen: Some(10),
        health: Some("Active"),
        risk: Some("Low"),
        group_number: Some(7),
        joined: Some(true),
        device: Some(GUID),
        tags: Some(vec!["a".to_owned(), "full".to_owned()]),
    };
    let bare = Machine {
        id: "bare".to_owned(),
        ..Machine::default()
    };
    Rows::of_machines(&[full, bare])
}

#[test]
fn filters_mean_what_odata_says() {
    let cases: &[(&str, &[i64])] = &[
        // null
        ("computerDnsName eq null", &[1]),
        ("null ne computerDnsName", &[0]),
        ("null eq null", &[0, 1]),
        ("null", &[]),
        ("riskScore ne 'High'", &[0, 1]),
        ("not (riskScore eq 'High')", &[0, 1]),
        ("rbacGroupId lt 8", &[0]),
        ("not (rbacGroupId lt 8)", &[1]),
        ("rbacGroupId ge null or null le null", &[]),
        ("not (rbacGroupId gt null)", &[0, 1]),
        ("contains(computerDnsName,'x')", &[0]),
        ("not contains(computerDnsName,'q')", &[0]),
        ("contains(computerDnsName,'x') ne true", &[1]),
        ("isAadJoined", &[0]),
        ("not isAadJoined", &[]),
        ("isAadJoined eq null", &[1]),
        ("riskScore in ('Low')", &[0]),
        ("riskScore in ('High', null)", &[1]),
        ("riskScore in (null)", &[1]),
        ("not (riskScore in ('High'))", &[0, 1]),
        // precedence
        ("true or false and false", &[0, 1]),
        ("(true or false) and false", &[]),
        ("not true or true", &[0, 1]),
        ("not (true or true)", &[]),
        ("1 lt 2 eq true", &[0, 1]),
        ("true eq 2 lt 1", &[]),
        ("not id in ('full')", &[1]),
        ("NOT (ID EQ 'full') Or id Eq 'full'", &[0, 1]),
        // both sides
        ("'full' eq id", &[0]),
        ("8 gt rbacGroupId", &[0]),
        ("lastSeen eq firstSeen", &[0, 1]),
        ("lastSeen ge firstSeen", &[0]),
        ("'low' eq riskScore", &[0]),
        ("1 eq 1 and 'a' lt 'b' and 'a' ne 'A'", &[0, 1]),
        // values
        ("healthStatus eq 'ACTIVE'", &[0]),
        ("aadDeviceId eq 0696C900-B8CE-42CE-96F6-1B68268B7BEA", &[0]),
        (
            "aadDeviceId in ('0696c900-b8ce-42ce-96f6-1b68268b7bea')",
            &[0],
        ),
        ("lastSeen eq 1970-01-01T00:00:00.000001Z", &[0]),
        (
            "lastSeen gt 1970-01-01T00:00:00.0000009Z and lastSeen lt 1970-01-02",
            &[0],
        ),
        ("rbacGroupId eq 7 and rbacGroupId gt -1", &[0]),
        ("isAadJoined eq TRUE", &[0]),
        // texts stand for themselves
        ("computerDnsName eq 'it''s [x]*?%_\\'", &[0]),
        ("startswith(computerDnsName,'it''s [')", &[0]),
        ("contains(computerDnsName,'[x]*?')", &[0]),
        ("endswith(computerDnsName,'%_\\')", &[0]),
        ("contains(computerDnsName,'?*')", &[]),
        ("startswith(computerDnsName,'*')", &[]),
        ("startswith(computerDnsName,'IT')", &[]),
        ("StartsWith(computerDnsName,'')", &[0]),
        (
            "endswith(computerDnsName,'') and contains(computerDnsName,'')",
            &[0],
        ),
        // lists
        ("machineTags/any(t: t eq 'a' and id eq 'full')", &[0]),
        ("machineTags/any(t: t eq id)", &[0]),
        ("machineTags/any()", &[0]),
        ("not machineTags/any(t: t eq 'a')", &[1]),
        ("machineTags/all(t: t eq 'a')", &[1]),
        (
            "machineTags/all(t: contains(t,'a') or t eq 'full')",
            &[0, 1],
        ),
        (
            "machineTags/any(t: t eq 'a') and machineTags/any(t: t eq id)",
            &[0],
        ),
        ("machineTags/any(id: id eq 'a')", &[0]),
        ("machineTags/any(t: t in ('a','b'))", &[0]),
    ];
    let rows = rows();
    for (filter, expected) in cases {
        assert_eq!(rows.machines(filter).as_deref(), Ok(*expected), "{filter}");
    }
}

#[test]
fn wrong_filters_are_refused_in_a_sentence() {
    let cases = [
        (
            "nope eq 1",
            "Could not find a property named 'nope' on type 'test.Machine'.",
        ),
        (
            "agentVersion eq '1.0'",
            "The property 'agentVersion' cannot be used in the $filter query option.",
        ),
        (
            "ipAddresses/any()",
            "The property 'ipAddresses' cannot be used in the $filter query option.",
        ),
        (
            "lastSeen gt 'abc'",
            "A binary operator with incompatible types was detected. Found operand types 'Edm.DateTimeOffset' and 'Edm.String' for operator kind 'GreaterThan'.",
        ),
        (
            "lastSeen gt '2024-01-01T00:00:00Z'",
            "A binary operator with incompatible types was detected. Found operand types 'Edm.DateTimeOffset' and 'Edm.String' for operator kind 'GreaterThan'.",
        ),
        (
            "1 eq '1'",
            "A binary operator with incompatible types was detected. Found operand types 'Edm.Int64' and 'Edm.String' for operator kind 'Equal'.",
        ),
        (
            "healthStatus eq riskScore",
            "A binary operator with incompatible types was detected. Found operand types 'Edm.Enum' and 'Edm.Enum' for operator kind 'Equal'.",
        ),
        (
            "healthStatus gt 'Active'",
            "A binary operator with incompatible types was detected. Found operand types 'Edm.Enum' and 'Edm.Enum' for operator kind 'GreaterThan'.",
        ),
        (
            "isAadJoined le null",
            "A binary operator with incompatible types was detected. Found operand types 'Edm.Boolean' and 'null' for operator kind 'LessThanOrEqual'.",
        ),
        (
            "rbacGroupId in (1,'2')",
            "A binary operator with incompatible types was detected. Found operand types 'Edm.Int64' and 'Edm.String' for operator kind 'In'.",
        ),
        (
            "healthStatus eq 'Broken'",
            "The string 'Broken' is not a valid enumeration type constant.",
        ),
        (
            "riskScore in ('Low','')",
            "The string '' is not a valid enumeration type constant.",
        ),
        ("aadDeviceId eq 'x'", "Unrecognized literal 'x'."),
        (
            "lastSeen gt 2024-13-01",
            "Unrecognized literal '2024-13-01'.",
        ),
        (
            "id",
            "The $filter expression must evaluate to a Boolean value, but its type is 'Edm.String'.",
        ),
        (
            "isAadJoined and 1",
            "The $filter expression must evaluate to a Boolean value, but its type is 'Edm.Int64'.",
        ),
        (
            "not id eq 'x'",
            "The $filter expression must evaluate to a Boolean value, but its type is 'Edm.String'.",
        ),
        (
            "tolower(id) eq 'x'",
            "An unknown function with name 'tolower' was found.",
        ),
        (
            "startswith(id)",
            "The function 'startswith' requires a property of type Edm.String and a string literal.",
        ),
        (
            "endswith('x',id)",
            "The function 'endswith' requires a property of type Edm.String and a string literal.",
        ),
        (
            "contains(healthStatus,'x')",
            "The function 'contains' requires a property of type Edm.String and a string literal.",
        ),
        (
            "machineTags eq 'x'",
            "The property 'machineTags' is a collection; it can only be used with 'any' or 'all'.",
        ),
        (
            "id/any()",
            "The property 'id' is not a collection; it cannot be used with 'any' or 'all'.",
        ),
        (
            "machineTags/any(t: t/any())",
            "The property 't' is not a collection; it cannot be used with 'any' or 'all'.",
        ),
        (
            "machineTags/any(t: t eq 'x') and t eq 'x'",
            "Could not find a property named 't' on type 'test.Machine'.",
        ),
        (
            "machineTags/any(t: machineTags/all(u: u eq t))",
            "The functions 'any' and 'all' cannot be nested.",
        ),
        (
            "'a' in ('a')",
            "The left operand of the 'in' operator must be a property.",
        ),
        (
            "machineTags/all()",
            "Syntax error at position 16: a variable expected.",
        ),
        (
            "machineTags/first()",
            "Syntax error at position 12: 'any' or 'all' expected.",
        ),
        (
            "id eq 'a' id",
            "Syntax error at position 10: 'and', 'or' or the end expected.",
        ),
        (
            "id eq 'a' eq true",
            "Syntax error at position 10: 'and', 'or' or the end expected.",
        ),
        (
            "id eq",
            "Syntax error at position 5: a property, a literal or '(' expected.",
        ),
        ("(id eq 'a'", "Syntax error at position 10: ')' expected."),
        (
            "id in ()",
            "Syntax error at position 7: a literal expected.",
        ),
        (
            "id in ('a' 'b')",
            "Syntax error at position 11: ',' or ')' expected.",
        ),
        ("id in 'a'", "Syntax error at position 6: '(' expected."),
        (
            "id = 'a'",
            "Syntax error at position 3: a property, a literal or an operator expected.",
        ),
        (
            "id eq 'a",
            "There is an unterminated string literal at position 6.",
        ),
    ];
    for (filter, sentence) in cases {
        let fault = Filter::parse(filter, &MACHINES).expect_err(filter);
        assert_eq!(fault.to_string(), sentence, "{filter}");
    }
}

#[test]
fn no_value_is_written_into_the_sql() {
    let filter =
        "contains(computerDnsName,'canary') and id in ('canary','x') and rbacGroupId eq 4711";
    let condition = Filter::parse(filter, &MACHINES)
        .expect("a filter")
        .condition(5);
    assert_eq!(
        condition.sql,
        "((0 < instr(dns_name, ?5)) AND ((id IS NOT NULL AND id IN (?6, ?7)) AND \
         (group_number = ?8 AND group_number IS NOT NULL)))"
    );
    assert_eq!(condition.parameters.len(), 4);
}

#[test]
fn an_index_is_used_where_one_helps() {
    let rows = rows();
    rows.index("CREATE INDEX by_name ON machine (dns_name)");
    for filter in [
        "computerDnsName eq 'x'",
        "computerDnsName eq null",
        "computerDnsName gt 'x'",
        "computerDnsName in ('x','y')",
        "startswith(computerDnsName,'x')",
        "rbacGroupId eq 1 and computerDnsName eq 'x'",
    ] {
        let plan = rows.plan(filter);
        assert!(plan.contains("USING INDEX by_name"), "{filter}: {plan}");
    }
}

#[test]
fn what_was_given_is_shown_in_part_and_without_control_characters() {
    let name = "x".repeat(101);
    let fault = Filter::parse(&format!("{name} eq 1"), &MACHINES).expect_err("no such property");
    assert_eq!(
        fault.to_string(),
        format!(
            "Could not find a property named '{}…' on type 'test.Machine'.",
            "x".repeat(100)
        )
    );
    let fault =
        Filter::parse("healthStatus eq 'a\u{1b}[2J'", &MACHINES).expect_err("no such value");
    assert_eq!(fault, QueryError::UnknownEnumValue("a\u{fffd}[2J".into()));
}
