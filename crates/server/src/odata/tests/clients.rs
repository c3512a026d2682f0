//! The queries that clients in the field send, as they send them.

use super::rows::{ACTIONS, MACHINES, Machine, Rows};

const FIRST: &str = "0696c900-b8ce-42ce-96f6-1b68268b7bea";
const SECOND: &str = "2e9da30d-27f6-4208-81f2-9cd3d67893ba";
const THIRD: &str = "f3b0c442-98fc-4c14-9afb-f4c8996fb924";
const MACHINE: &str = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07";

fn actions() -> Rows {
    let other = "7b1f4967d9728e5aa3c06a9e617a22a4a5a17378";
    Rows::of_actions(&[
        (
            FIRST,
            "Pending",
            "StopAndQuarantineFile",
            MACHINE,
            "app",
            "2024-10-21T11:25:48.3308187Z",
        ),
        (
            SECOND,
            "Succeeded",
            "Isolate",
            MACHINE,
            "analyst@example.com",
            "2024-10-22T00:00:00Z",
        ),
        (
            THIRD,
            "Pending",
            "StopAndQuarantineFile",
            other,
            "app",
            "2024-10-20T23:59:59.9999999Z",
        ),
    ])
}

fn machines() -> Rows {
    let named = |id: &str, name: &str, tags: &[&str]| Machine {
        id: id.to_owned(),
        dns_name: Some(name.to_owned()),
        health: Some("Active"),
        risk: Some("None"),
        tags: Some(tags.iter().map(|tag| (*tag).to_owned()).collect()),
        ..Machine::default()
    };
    Rows::of_machines(&[
        named("a", "desktop-1", &["ExampleTag", "b"]),
        named("b", "server-1", &[]),
        Machine {
            risk: Some("High"),
            ..named("c", "desktop-2.example.com", &["Example"])
        },
    ])
}

#[test]
fn machine_actions_are_found_as_clients_ask_for_them() {
    let cases: &[(&str, &[i64])] = &[
        // Kibana: one list for many actions, upper-case conjunction, percent or plus for blanks.
        (
            "$count=true&$filter=id%20in%20('0696c900-b8ce-42ce-96f6-1b68268b7bea'%2C'f3b0c442-98fc-4c14-9afb-f4c8996fb924')&$top=1000",
            &[0, 2],
        ),
        (
            "%24filter=machineId+eq+'1e5bc9d7e413ddd7902c2932e418702b84d0cc07'+AND+type+eq+'Isolate'&%24orderby=creationDateTimeUtc+desc",
            &[1],
        ),
        (
            "$filter=status%20in%20(%27Pending%27,%27InProgress%27)",
            &[0, 2],
        ),
        // MDEAutomator: a capital in the property's name.
        ("$orderby=CreationDateTimeUtc desc", &[1, 0, 2]),
        (
            "$filter=CreationDateTimeUtc ge 2024-10-21&$orderby=CreationDateTimeUtc",
            &[0, 1],
        ),
        // The documentation's and Rapid7's.
        (
            "$filter=creationDateTimeUtc%20ge%202024-10-21T00:00:00.000Z%20and%20status%20ne%20'Succeeded'",
            &[0],
        ),
        (
            "$filter=creationDateTimeUtc gt 2024-10-21T11:25:48.3308186Z&$top=10000",
            &[0, 1],
        ),
        (
            "$filter=creationDateTimeUtc eq 2024-10-21T13:25:48.3308187%2B02:00",
            &[0],
        ),
        (
            "$filter=requestor eq 'analyst@example.com' or machineId eq 'x'",
            &[1],
        ),
        ("$top=2", &[0, 1]),
        ("$top=2&$skip=2", &[2]),
        (
            "$orderby=status,creationDateTimeUtc asc&$skip=1&$top=1",
            &[0],
        ),
        ("$filter=id eq f3b0c442-98fc-4c14-9afb-f4c8996fb924", &[2]),
        ("$filter=id eq 'F3B0C442-98FC-4C14-9AFB-F4C8996FB924'", &[2]),
        ("", &[0, 1, 2]),
    ];
    let rows = actions();
    for (raw, expected) in cases {
        assert_eq!(
            rows.answer("action", raw, &ACTIONS).as_deref(),
            Ok(*expected),
            "{raw}"
        );
    }
}

#[test]
fn machines_are_found_as_clients_ask_for_them() {
    let cases: &[(&str, &[i64])] = &[
        // PSMDE and Siemplify; `$Filter` is PSMDE's too.
        ("$filter=startswith(computerDnsName,'desktop')", &[0, 2]),
        ("$Filter=startswith(computerDnsName,+'server')", &[1]),
        // Cortex: plus for blanks.
        ("$filter=computerDnsName+eq+'desktop-1'", &[0]),
        // check-msdefender.
        ("$filter=computerDnsName eq 'server-1'&$select=id", &[1]),
        // The documentation's samples.
        ("$filter=riskScore eq 'High'", &[2]),
        ("$filter=healthStatus ne 'Active'", &[]),
        ("$filter=machineTags/any(tag: tag eq 'ExampleTag')", &[0]),
        (
            "$filter=machineTags/any(tag:startswith(tag,'Example'))",
            &[0, 2],
        ),
        // OData 4.01: without the dollar sign.
        ("filter=riskScore eq 'None'&top=1", &[0]),
        // What is not OData's belongs to the route.
        ("tag=x&useStartsWithFilter=true&$skip=2", &[2]),
    ];
    let rows = machines();
    for (raw, expected) in cases {
        assert_eq!(
            rows.answer("machine", raw, &MACHINES).as_deref(),
            Ok(*expected),
            "{raw}"
        );
    }
}

#[test]
fn a_page_of_a_thousand_actions_by_id_fits_however_it_is_encoded() {
    let ids: Vec<_> = (0..999)
        .map(|n| format!("%27{n:08x}-0000-0000-0000-000000000000%27"))
        .collect();
    let raw = format!(
        "$filter=id%20in%20({}%2C%27{SECOND}%27)&$top=1000&$count=true",
        ids.join("%2C")
    );
    assert_eq!(actions().answer("action", &raw, &ACTIONS), Ok(vec![1]));
}
