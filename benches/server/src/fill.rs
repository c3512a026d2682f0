//! Fills a database with a fleet, in the tables that the server made, while the server is stopped.
//!
//! One machine is enrolled and tells of one file through the server, so that nothing of the schema need be known
//! here but a few names: its rows are then multiplied, with their own ids, names and files. The indices are taken away
//! meanwhile and made again from their own text.

use std::path::Path;

use rusqlite::Connection;

/// What the server counts as machines tell of files: on how many machines each is.
const COUNTS: &str = "DELETE FROM prevalence;
     INSERT INTO prevalence (tenant, sha1, part, machines)
         SELECT tenant, sha1, substr(machine, length(machine) - 1), count(*) FROM sightings
         GROUP BY tenant, sha1, substr(machine, length(machine) - 1);";

/// The ids of a fleet are numbers, and small ones.
const CLEAR: &str = "DELETE FROM orders; DELETE FROM actions;
     DELETE FROM sightings WHERE machine IN (SELECT id FROM machines WHERE id NOT LIKE '00000000%');
     DELETE FROM machines WHERE id NOT LIKE '00000000%';";

/// How large a fleet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fleet {
    /// Machines, a multiple of `spread`.
    pub machines: u64,
    /// On each so many files.
    pub files_on_each: u64,
    /// On how many machines each file is.
    pub spread: u64,
}

impl Fleet {
    pub fn sightings(self) -> u64 {
        self.machines * self.files_on_each
    }

    /// The nth pair of a machine and a file that is on it, for as many as there are sightings; neighbours are
    /// on different machines.
    pub fn pair(self, n: u64) -> (String, String) {
        assert!(n < self.sightings(), "the fleet has no more files");
        let (machine, which) = (n % self.machines, n / self.machines);
        (machine_id(machine), self.file_on(machine, which))
    }

    /// A machine of the fleet, by its number, and the files that are on it.
    pub fn machine(self, number: u64) -> (String, Vec<String>) {
        let files = (0..self.files_on_each).map(|which| self.file_on(number, which));
        (machine_id(number), files.collect())
    }

    fn file_on(self, machine: u64, which: u64) -> String {
        sha1(machine / self.spread * self.files_on_each + which)
    }

    /// Fills the database with this fleet, after the pattern of one machine of it.
    pub fn fill(self, database: &Path, pattern: &str) {
        let connection = Connection::open(database).expect("the server made it");
        connection
            .execute_batch(
                "PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
                 PRAGMA foreign_keys = OFF; PRAGMA cache_size = -400000; PRAGMA temp_store = FILE;",
            )
            .expect("nobody else has it open");
        for table in ["machines", "sightings"] {
            let indices = take_indices(&connection, table);
            let filled = match table {
                "machines" => self.machines_like(&connection, pattern),
                _ => self.sightings_like(&connection, pattern),
            };
            filled.expect("the rows fit");
            for index in indices {
                connection.execute_batch(&index).expect("it was there");
            }
        }
        connection
            .execute_batch(COUNTS)
            .expect("the server made the table");
    }

    /// Takes out what an earlier run asked of the fleet, and who was no part of it: the device that came with
    /// the server comes again, with another key.
    pub fn clear(database: &Path) {
        Connection::open(database)
            .and_then(|connection| connection.execute_batch(CLEAR))
            .expect("nobody else has it open");
    }

    fn machines_like(self, connection: &Connection, pattern: &str) -> rusqlite::Result<usize> {
        let (columns, values) = like(
            connection,
            "machines",
            &[
                ("id", "printf('%040x', n + 1)"),
                ("computer_dns_name", "printf('host-%d.example', n)"),
                ("public_key", "randomblob(32)"),
                // They do not call: what the server would find out soon is so from the beginning.
                ("health_status", "'Inactive'"),
            ],
        );
        let rows = self.machines;
        let sql = format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {rows})
             INSERT INTO machines ({columns})
             SELECT {values} FROM numbers, (SELECT * FROM machines WHERE id = ?1)"
        );
        connection.execute(&sql, [pattern])
    }

    /// In the order of the table's key, so that every row is the last.
    fn sightings_like(self, connection: &Connection, pattern: &str) -> rusqlite::Result<usize> {
        let (on_each, spread) = (self.files_on_each, self.spread);
        let sha1 = format!("unhex(printf('%040x', n / {spread} + 1))");
        let machine =
            format!("printf('%040x', n / {spread} / {on_each} * {spread} + n % {spread} + 1)");
        let (columns, values) = like(
            connection,
            "sightings",
            &[("sha1", &sha1), ("machine", &machine)],
        );
        let rows = self.sightings();
        let sql = format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {rows})
             INSERT INTO sightings ({columns})
             SELECT {values} FROM numbers, (SELECT * FROM sightings WHERE machine = ?1)"
        );
        connection.execute(&sql, [pattern])
    }
}

fn machine_id(number: u64) -> String {
    format!("{:040x}", number + 1)
}

fn sha1(number: u64) -> String {
    format!("{:040x}", number + 1)
}

/// The columns of a table, and for each the given expression or what the pattern has.
fn like(connection: &Connection, table: &str, own: &[(&str, &str)]) -> (String, String) {
    let columns = texts(
        connection,
        "SELECT name FROM pragma_table_info(?1) ORDER BY cid",
        table,
    );
    let values: Vec<_> = columns
        .iter()
        .map(|column| {
            own.iter()
                .find(|(name, _)| name == column)
                .map_or(column.as_str(), |(_, value)| value)
        })
        .collect();
    (columns.join(", "), values.join(", "))
}

/// Drops the indices of a table, and says how they are made.
fn take_indices(connection: &Connection, table: &str) -> Vec<String> {
    let made = "SELECT sql FROM sqlite_schema
                WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL ORDER BY name";
    let named = made.replacen("sql", "name", 1);
    let indices = texts(connection, made, table);
    for name in texts(connection, &named, table) {
        connection
            .execute_batch(&format!("DROP INDEX {name}"))
            .expect("it is there");
    }
    indices
}

fn texts(connection: &Connection, sql: &str, parameter: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).expect("sqlite's own tables");
    let rows = statement
        .query_map([parameter], |row| row.get(0))
        .expect("sqlite's own tables");
    rows.collect::<rusqlite::Result<_>>()
        .expect("sqlite's own tables")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_a_sighting_that_was_filled_in() {
        let directory = std::env::temp_dir().join(format!("quell-fill-{}", std::process::id()));
        let connection = Connection::open(&directory).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE machines (id TEXT PRIMARY KEY, computer_dns_name TEXT, public_key BLOB,
                     health_status TEXT, more INTEGER);
                 CREATE TABLE sightings (tenant TEXT, sha1 BLOB, machine TEXT, path TEXT, PRIMARY KEY (sha1, machine));
                 CREATE TABLE prevalence (tenant TEXT, sha1 BLOB, part TEXT, machines INTEGER);
                 CREATE INDEX by_machine ON sightings (machine);
                 INSERT INTO machines VALUES ('pattern', 'p', x'00', 'Active', 7);
                 INSERT INTO sightings VALUES ('t', x'ff', 'pattern', '/p');",
            )
            .unwrap();
        let fleet = Fleet {
            machines: 300,
            files_on_each: 4,
            spread: 100,
        };
        fleet.fill(&directory, "pattern");
        let seen = |(machine, file): (String, String)| {
            connection
                .query_row(
                    "SELECT count(*) FROM sightings JOIN machines ON id = machine
                     WHERE machine = ?1 AND sha1 = unhex(?2) AND more = 7 AND path = '/p'",
                    [machine, file],
                    |row| row.get::<_, i64>(0),
                )
                .unwrap()
        };
        let pairs: std::collections::BTreeSet<_> = (0..1200).map(|n| fleet.pair(n)).collect();
        assert_eq!(pairs.len(), 1200);
        assert!(pairs.into_iter().all(|pair| seen(pair) == 1));
        let counted = "SELECT count(*) FROM (SELECT 1 FROM prevalence WHERE length(sha1) = 20
                           GROUP BY sha1 HAVING sum(machines) = 100)";
        let counted: i64 = connection.query_row(counted, [], |row| row.get(0)).unwrap();
        assert_eq!(counted, 12);
        let indices = texts(
            &connection,
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL",
            "sightings",
        );
        assert_eq!(indices, ["by_machine"]);
        std::fs::remove_file(directory).unwrap();
    }
}
