//! A typed filter as SQL.
//!
//! Only columns, which the schema names, and words of SQL are written; every value is a parameter.
//! The words are those that SQLite and PostgreSQL read alike. Both find a column's equality with a
//! value by an index when it is `=`, so that is written, and what it says of `NULL` beside it.
//! PostgreSQL wants to know what a parameter is: beside a column it sees, elsewhere it is told.

use super::filter::{Operand, Order, Part, Place, Predicate, Value};

/// The text of a condition, ready to stand after `WHERE` or beside an `AND`, and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The condition, in parentheses where it needs them.
    pub sql: String,
    /// What is bound, in the order of the parameters' numbers.
    pub parameters: Vec<Value>,
}

/// Writes a predicate down, its parameters numbered from `first` on.
pub(super) fn condition(predicate: &Predicate, first: usize) -> Condition {
    let mut writer = Writer {
        first,
        sql: String::new(),
        parameters: Vec::new(),
    };
    writer.predicate(predicate);
    Condition {
        sql: writer.sql,
        parameters: writer.parameters,
    }
}

struct Writer {
    first: usize,
    sql: String,
    parameters: Vec<Value>,
}

impl Writer {
    fn predicate(&mut self, predicate: &Predicate) {
        match predicate {
            Predicate::Truth(operand) => self.operand(operand),
            Predicate::Not(inner) => {
                self.word("(NOT ");
                self.predicate(inner);
                self.word(")");
            }
            Predicate::And(terms) => self.joined(terms, " AND ", "TRUE"),
            Predicate::Or(terms) => self.joined(terms, " OR ", "FALSE"),
            Predicate::Same(left, right) => self.same(left, right),
            Predicate::Different(left, right) => {
                self.word("(NOT ");
                self.same(left, right);
                self.word(")");
            }
            Predicate::Ordered(left, order, right) => self.ordered(left, *order, right),
            Predicate::OneOf(place, among) => self.one_of(*place, among),
            Predicate::Has(place, part, text) => self.has(*place, *part, text),
            Predicate::Any(list, None) => {
                self.word("EXISTS (SELECT 1 FROM json_each(");
                self.word(list);
                self.word("))");
            }
            Predicate::Any(list, Some(body)) => self.some_element(list, body, ""),
            Predicate::All(list, body) => {
                self.word("(NOT ");
                self.some_element(list, body, " IS NOT TRUE");
                self.word(")");
            }
        }
    }

    /// Joins terms as a balanced tree: a plain chain would be as deep as it is long, and SQLite
    /// refuses more than a thousand levels.
    fn joined(&mut self, terms: &[Predicate], word: &str, of_none: &str) {
        match terms {
            [] => self.word(of_none),
            [term] => self.predicate(term),
            more => {
                let (left, right) = more.split_at(more.len() / 2);
                self.word("(");
                self.joined(left, word, of_none);
                self.word(word);
                self.joined(right, word, of_none);
                self.word(")");
            }
        }
    }

    /// Never unknown, so that its negation is not either.
    fn same(&mut self, left: &Operand, right: &Operand) {
        match (left, right) {
            (Operand::Place(place), Operand::Value(value))
            | (Operand::Value(value), Operand::Place(place)) => {
                self.word("(");
                self.place(*place);
                self.word(" = ");
                self.parameter(value.clone());
                self.word(" AND ");
                self.place(*place);
                self.word(" IS NOT NULL)");
            }
            (operand, Operand::Null) | (Operand::Null, operand) => {
                self.word("(");
                self.operand(operand);
                self.word(" IS NULL)");
            }
            (left, right) => self.between(left, " IS NOT DISTINCT FROM ", right),
        }
    }

    /// Characters are counted here, as both databases count them.
    fn has(&mut self, place: Place, part: Part, text: &str) {
        let length = text.chars().count();
        self.word("(");
        match part {
            Part::Start => {
                // What an index can answer.
                self.place(place);
                self.word(" >= ");
                self.parameter(Value::Text(text.to_owned()));
                self.word(" AND substr(");
                self.place(place);
                self.word(&format!(", 1, {length}) = "));
            }
            Part::End => {
                self.word("substr(");
                self.place(place);
                self.word(", length(");
                self.place(place);
                self.word(&format!(") + 1 - {length}) = "));
            }
            Part::Anywhere => {
                self.word("0 < instr(");
                self.place(place);
                self.word(", ");
            }
        }
        self.parameter(Value::Text(text.to_owned()));
        if part == Part::Anywhere {
            self.word(")");
        }
        self.word(")");
    }

    fn between(&mut self, left: &Operand, word: &str, right: &Operand) {
        self.word("(");
        self.operand(left);
        self.word(word);
        self.operand(right);
        self.word(")");
    }

    fn ordered(&mut self, left: &Operand, order: Order, right: &Operand) {
        let word = match order {
            Order::Greater => " > ",
            Order::GreaterOrEqual => " >= ",
            Order::Less => " < ",
            Order::LessOrEqual => " <= ",
        };
        self.word("(");
        self.between(left, word, right);
        for side in [left, right] {
            if let Operand::Place(place) = side {
                self.word(" AND ");
                self.place(*place);
                self.word(" IS NOT NULL");
            }
        }
        self.word(")");
    }

    fn one_of(&mut self, place: Place, among: &[Option<Value>]) {
        let null_too = among.contains(&None);
        self.word("(");
        self.place(place);
        self.word(if null_too { " IS NULL" } else { " IS NOT NULL" });
        let mut separator = if null_too { " OR " } else { " AND " };
        let values = || among.iter().flatten();
        if values().next().is_some() {
            self.word(separator);
            self.place(place);
            self.word(" IN (");
            separator = "";
            for value in values() {
                self.word(separator);
                self.parameter(value.clone());
                separator = ", ";
            }
            self.word(")");
        }
        self.word(")");
    }

    /// The inner `SELECT` shows nothing but the element, so that no column of `json_each` (`id`,
    /// `type`, `key`, …) hides one of the entity's.
    fn some_element(&mut self, list: &str, body: &Predicate, test: &str) {
        self.word("EXISTS (SELECT 1 FROM (SELECT value AS ");
        self.place(Place::Element);
        self.word(" FROM json_each(");
        self.word(list);
        self.word(")) AS elements WHERE ");
        self.predicate(body);
        self.word(test);
        self.word(")");
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Null => self.word("CAST(NULL AS BOOLEAN)"),
            Operand::Value(value) => self.declared(value.clone()),
            Operand::Place(place) => self.place(*place),
            Operand::Predicate(predicate) => self.predicate(predicate),
        }
    }

    fn place(&mut self, place: Place) {
        match place {
            Place::Column(name) => self.word(name),
            Place::Element => self.word("element"),
        }
    }

    /// A parameter that says what it is.
    fn declared(&mut self, value: Value) {
        let kind = match value {
            Value::Integer(_) => " AS BIGINT)",
            Value::Text(_) => " AS TEXT)",
            Value::Boolean(_) => " AS BOOLEAN)",
        };
        self.word("CAST(");
        self.parameter(value);
        self.word(kind);
    }

    fn parameter(&mut self, value: Value) {
        let number = self.first + self.parameters.len();
        self.word(&format!("?{number}"));
        self.parameters.push(value);
    }

    fn word(&mut self, word: &str) {
        self.sql.push_str(word);
    }
}
