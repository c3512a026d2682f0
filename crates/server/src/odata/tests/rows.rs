//! Two collections and an SQLite database with rows of them.

use rusqlite::{Connection, params, params_from_iter, types};

use crate::odata::{Filter, Kind, Property, Query, QueryError, Schema, Value};

pub(super) const HEALTH: &[&str] = &["Active", "Inactive", "NoSensorData"];
pub(super) const RISK: &[&str] = &["None", "Low", "High"];

/// Columns named unlike the properties, and `id` as `json_each` has one too.
pub(super) const MACHINES: Schema = Schema::new(
    "test.Machine",
    &[
        Property::stored("id", "id", Kind::Text).filterable(),
        Property::stored("computerDnsName", "dns_name", Kind::Text).filterable(),
        Property::stored("lastSeen", "machine.last_seen", Kind::DateTime).filterable(),
        Property::stored("firstSeen", "first_seen", Kind::DateTime).filterable(),
        Property::stored("healthStatus", "health", Kind::Enum(HEALTH)).filterable(),
        Property::stored("riskScore", "risk", Kind::Enum(RISK)).filterable(),
        Property::stored("rbacGroupId", "group_number", Kind::Int).filterable(),
        Property::stored("isAadJoined", "joined", Kind::Bool).filterable(),
        Property::stored("aadDeviceId", "device", Kind::Guid).filterable(),
        Property::stored("machineTags", "tags", Kind::TextList).filterable(),
        Property::stored("agentVersion", "agent", Kind::Text),
        Property::computed("ipAddresses").filterable(),
    ],
);

pub(super) const ACTIONS: Schema = Schema::new(
    "test.MachineAction",
    &[
        Property::stored("id", "id", Kind::Guid).filterable(),
        Property::stored(
            "status",
            "status",
            Kind::Enum(&["Pending", "InProgress", "Succeeded"]),
        )
        .filterable(),
        Property::stored(
            "type",
            "kind",
            Kind::Enum(&["Isolate", "StopAndQuarantineFile"]),
        )
        .filterable(),
        Property::stored("machineId", "machine", Kind::Text).filterable(),
        Property::stored("requestor", "requestor", Kind::Text).filterable(),
        Property::stored("creationDateTimeUtc", "created", Kind::DateTime).filterable(),
        Property::stored("title", "title", Kind::Text),
    ],
);

/// A row of `machine`; its place in a list is its number.
#[derive(Clone, Debug, Default)]
pub(super) struct Machine {
    pub(super) id: String,
    pub(super) dns_name: Option<String>,
    pub(super) last_seen: Option<i64>,
    pub(super) first_seen: Option<i64>,
    pub(super) health: Option<&'static str>,
    pub(super) risk: Option<&'static str>,
    pub(super) group_number: Option<i64>,
    pub(super) joined: Option<bool>,
    pub(super) device: Option<&'static str>,
    pub(super) tags: Option<Vec<String>>,
}

pub(super) struct Rows(Connection);

impl Rows {
    pub(super) fn of_machines(machines: &[Machine]) -> Self {
        let rows = Connection::open_in_memory().expect("a database");
        rows.execute_batch(
            "CREATE TABLE machine (number INTEGER, id TEXT, dns_name TEXT, last_seen INTEGER,
             first_seen INTEGER, health TEXT, risk TEXT, group_number INTEGER, joined INTEGER,
             device TEXT, tags TEXT, agent TEXT)",
        )
        .expect("a table");
        for (number, machine) in machines.iter().enumerate() {
            let tags = machine
                .tags
                .as_ref()
                .map(|tags| serde_json::json!(tags).to_string());
            rows.execute(
                "INSERT INTO machine VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, '1.0')",
                params![
                    i64::try_from(number).expect("few"),
                    machine.id,
                    machine.dns_name,
                    machine.last_seen,
                    machine.first_seen,
                    machine.health,
                    machine.risk,
                    machine.group_number,
                    machine.joined,
                    machine.device,
                    tags,
                ],
            )
            .expect("a row");
        }
        Self(rows)
    }

    /// Rows of `action`: id, status, type, machine, requestor, created; numbered from 0.
    pub(super) fn of_actions(actions: &[(&str, &str, &str, &str, &str, &str)]) -> Self {
        let rows = Connection::open_in_memory().expect("a database");
        rows.execute_batch(
            "CREATE TABLE action (number INTEGER, id TEXT, status TEXT, kind TEXT, machine TEXT,
             requestor TEXT, created INTEGER, title TEXT)",
        )
        .expect("a table");
        for (number, (id, status, kind, machine, requestor, created)) in actions.iter().enumerate()
        {
            let created: quell_model::Timestamp = created.parse().expect("a moment");
            rows.execute(
                "INSERT INTO action VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL)",
                params![
                    i64::try_from(number).expect("few"),
                    id,
                    status,
                    kind,
                    machine,
                    requestor,
                    created.unix_ticks(),
                ],
            )
            .expect("a row");
        }
        Self(rows)
    }

    /// The numbers of the rows that a query string asks for, in its order.
    pub(super) fn answer(
        &self,
        table: &str,
        raw: &str,
        schema: &Schema,
    ) -> Result<Vec<i64>, QueryError> {
        let query = Query::parse(raw, schema)?;
        let order = query.order_by().unwrap_or_else(|| "number".to_owned());
        let top = query.top().map_or(-1, i64::from);
        Ok(self.select(
            table,
            query.filter(),
            &format!("{order} LIMIT {top} OFFSET {}", query.skip()),
        ))
    }

    /// The numbers of the machines that satisfy a filter.
    pub(super) fn machines(&self, filter: &str) -> Result<Vec<i64>, QueryError> {
        let filter = Filter::parse(filter, &MACHINES)?;
        Ok(self.select("machine", Some(&filter), "number"))
    }

    pub(super) fn index(&self, sql: &str) {
        self.0.execute_batch(sql).expect("an index");
    }

    /// How SQLite goes about finding the machines that satisfy a filter.
    pub(super) fn plan(&self, filter: &str) -> String {
        let condition = Filter::parse(filter, &MACHINES)
            .expect("a filter")
            .condition(1);
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT number FROM machine WHERE {}",
            condition.sql
        );
        let mut statement = self.0.prepare(&sql).expect("a statement");
        let steps: Vec<String> = statement
            .query_map(bound(&condition.parameters), |row| row.get(3))
            .and_then(Iterator::collect)
            .expect("a plan");
        steps.join("; ")
    }

    /// Another parameter stands before the filter's own, as a tenant's does in the server.
    fn select(&self, table: &str, filter: Option<&Filter>, order: &str) -> Vec<i64> {
        let mut sql = format!("SELECT number FROM {table} WHERE ?1 = 'tenant'");
        let mut parameters = vec![Value::Text("tenant".to_owned())];
        if let Some(filter) = filter {
            let condition = filter.condition(2);
            sql = format!("{sql} AND {}", condition.sql);
            parameters.extend(condition.parameters);
        }
        let sql = format!("{sql} ORDER BY {order}");
        let mut statement = self
            .0
            .prepare(&sql)
            .unwrap_or_else(|fault| panic!("{fault}: {sql}"));
        statement
            .query_map(bound(&parameters), |row| row.get(0))
            .and_then(Iterator::collect)
            .unwrap_or_else(|fault| panic!("{fault}: {sql}"))
    }
}

fn bound(parameters: &[Value]) -> impl rusqlite::Params {
    params_from_iter(parameters.iter().map(|value| match value {
        Value::Integer(number) => types::Value::from(*number),
        Value::Text(text) => types::Value::from(text.clone()),
        Value::Boolean(truth) => types::Value::from(*truth),
    }))
}
