//! What queries mean to a reader of OData that shares no code with the writer: every condition is
//! read back as it was built, with any text in it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it fails"
)]

use proptest::prelude::*;
use quell_model::odata::{Filter, ListOptions, Order};
use quell_model::properties::machine;
use quell_model::{ListMachines, Machine, Operation, Timestamp};

/// A condition, as its reader understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tree {
    Compared(String, String, Literal),
    In(String, Vec<Literal>),
    StartsWith(String, Literal),
    Has(String, Literal),
    And(Vec<Tree>),
    Or(Vec<Tree>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Literal {
    Text(String),
    Bare(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

/// Cuts a condition into words, texts and signs, as OData's grammar does: a text ends at the first
/// quote that is not doubled.
fn tokens(condition: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = condition.chars().peekable();
    while let Some(first) = rest.next() {
        match first {
            ' ' => {}
            '(' | ')' | ',' | '/' => tokens.push(Token::Sign(first)),
            '\'' => {
                let mut text = String::new();
                loop {
                    match rest.next().expect("a text ends") {
                        '\'' if rest.next_if_eq(&'\'').is_some() => text.push('\''),
                        '\'' => break,
                        other => text.push(other),
                    }
                }
                tokens.push(Token::Text(text));
            }
            first => {
                let mut word = String::from(first);
                while let Some(next) = rest.next_if(|c| !" (),/'".contains(*c)) {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    tokens
}

struct Reader(std::iter::Peekable<std::vec::IntoIter<Token>>);

impl Reader {
    fn read(condition: &str) -> Tree {
        let mut reader = Self(tokens(condition).into_iter().peekable());
        let tree = reader.alternatives();
        assert_eq!(reader.0.next(), None, "nothing follows the condition");
        tree
    }

    fn alternatives(&mut self) -> Tree {
        let parts = self.joined("or", |reader| {
            let parts = reader.joined("and", Self::condition);
            one_or(parts, Tree::And)
        });
        one_or(parts, Tree::Or)
    }

    fn joined(&mut self, word: &str, part: impl Fn(&mut Self) -> Tree) -> Vec<Tree> {
        let mut parts = vec![part(self)];
        while self.0.next_if_eq(&Token::Word(word.to_owned())).is_some() {
            parts.push(part(self));
        }
        parts
    }

    fn condition(&mut self) -> Tree {
        if self.0.next_if_eq(&Token::Sign('(')).is_some() {
            let tree = self.alternatives();
            self.sign(')');
            return tree;
        }
        match self.word().as_str() {
            "startswith" => {
                self.sign('(');
                let name = self.word();
                self.sign(',');
                let prefix = self.literal();
                self.sign(')');
                Tree::StartsWith(name, prefix)
            }
            name => self.of_property(name.to_owned()),
        }
    }

    fn of_property(&mut self, name: String) -> Tree {
        if self.0.next_if_eq(&Token::Sign('/')).is_some() {
            assert_eq!(self.word(), "any");
            self.sign('(');
            assert_eq!(
                [self.word(), self.word(), self.word()],
                ["tag:", "tag", "eq"]
            );
            let element = self.literal();
            self.sign(')');
            return Tree::Has(name, element);
        }
        let operator = self.word();
        if operator != "in" {
            return Tree::Compared(name, operator, self.literal());
        }
        self.sign('(');
        let mut list = vec![self.literal()];
        while self.0.next_if_eq(&Token::Sign(',')).is_some() {
            list.push(self.literal());
        }
        self.sign(')');
        Tree::In(name, list)
    }

    fn word(&mut self) -> String {
        match self.0.next() {
            Some(Token::Word(word)) => word,
            other => panic!("a word was expected, not {other:?}"),
        }
    }

    fn literal(&mut self) -> Literal {
        match self.0.next() {
            Some(Token::Text(text)) => Literal::Text(text),
            Some(Token::Word(word)) => Literal::Bare(word),
            other => panic!("a value was expected, not {other:?}"),
        }
    }

    fn sign(&mut self, sign: char) {
        assert_eq!(self.0.next(), Some(Token::Sign(sign)));
    }
}

/// One part is itself; parts of the same kind are one list, since grouping changes nothing there.
fn one_or(parts: Vec<Tree>, several: fn(Vec<Tree>) -> Tree) -> Tree {
    match <[Tree; 1]>::try_from(parts) {
        Ok([only]) => only,
        Err(parts) => several(parts),
    }
}

fn joined(several: fn(Vec<Tree>) -> Tree, left: Tree, right: Tree) -> Tree {
    let is_or = matches!(several(Vec::new()), Tree::Or(_));
    let parts = [left, right].into_iter().flat_map(|side| match side {
        Tree::Or(parts) if is_or => parts,
        Tree::And(parts) if !is_or => parts,
        other => vec![other],
    });
    several(parts.collect())
}

/// Takes what is written between `name=` and `&` apart, as a server does.
fn decoded(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').expect("a name and a value");
            (name.to_owned(), percent_decoded(value))
        })
        .collect()
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().expect("a digit"), rest.next().expect("a digit")];
                let digits = std::str::from_utf8(&digits).expect("digits");
                u8::from_str_radix(digits, 16).expect("hexadecimal")
            }
            other => other,
        });
    }
    String::from_utf8(bytes).expect("utf-8")
}

type Built = (Filter<Machine>, Tree);

/// Texts that try to leave their quotes, and any others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[' ()&=#%+/,a]{0,12}",
        Just("' or '1' eq '1".to_owned()),
        Just("x')&$top=1#".to_owned()),
        Just("\\'".to_owned()),
    ]
}

fn compared(name: &str, operator: &str, literal: Literal) -> Tree {
    Tree::Compared(name.to_owned(), operator.to_owned(), literal)
}

fn condition() -> impl Strategy<Value = Built> {
    use machine::{COMPUTER_DNS_NAME, HEALTH_STATUS, LAST_SEEN, MACHINE_TAGS, RBAC_GROUP_ID};

    let dns = || "computerDnsName".to_owned();
    prop_oneof![
        text().prop_map(move |text| {
            let tree = compared("computerDnsName", "eq", Literal::Text(text.clone()));
            (COMPUTER_DNS_NAME.eq(text), tree)
        }),
        text().prop_map(|text| {
            // An enumeration shows a known value in the service's spelling.
            let status = quell_model::HealthStatus::from(text);
            let tree = compared("healthStatus", "ne", Literal::Text(status.to_string()));
            (HEALTH_STATUS.ne(status), tree)
        }),
        prop::collection::vec(text(), 1..4).prop_map(move |texts| {
            let filter = COMPUTER_DNS_NAME.one_of(texts.clone()).expect("not empty");
            (
                filter,
                Tree::In(dns(), texts.into_iter().map(Literal::Text).collect()),
            )
        }),
        text().prop_map(move |text| {
            let tree = Tree::StartsWith(dns(), Literal::Text(text.clone()));
            (COMPUTER_DNS_NAME.starts_with(text), tree)
        }),
        text().prop_map(|text| {
            let tree = Tree::Has("machineTags".to_owned(), Literal::Text(text.clone()));
            (MACHINE_TAGS.contains(text), tree)
        }),
        any::<i32>().prop_map(|number| {
            let tree = compared("rbacGroupId", "le", Literal::Bare(number.to_string()));
            (RBAC_GROUP_ID.le(number), tree)
        }),
        any::<i64>().prop_map(|ticks| {
            let moment = Timestamp::from_unix_ticks(ticks);
            let tree = compared("lastSeen", "gt", Literal::Bare(moment.to_string()));
            (LAST_SEEN.gt(moment), tree)
        }),
        Just(()).prop_map(|()| {
            let tree = compared("computerDnsName", "ne", Literal::Bare("null".to_owned()));
            (COMPUTER_DNS_NAME.is_set(), tree)
        }),
    ]
}

fn conditions() -> impl Strategy<Value = Built> {
    condition().prop_recursive(4, 16, 2, |inner| {
        (inner.clone(), inner, any::<bool>()).prop_map(|((one, tree), (other, more), both)| {
            if both {
                (one.and(other), joined(Tree::And, tree, more))
            } else {
                (one.or(other), joined(Tree::Or, tree, more))
            }
        })
    })
}

#[test]
fn the_reader_reads() {
    let read = Reader::read("a eq 'it''s' and (b ne null or startswith(c,'')) ");
    let text = |text: &str| Literal::Text(text.to_owned());
    assert_eq!(
        read,
        Tree::And(vec![
            compared("a", "eq", text("it's")),
            Tree::Or(vec![
                compared("b", "ne", Literal::Bare("null".to_owned())),
                Tree::StartsWith("c".to_owned(), text("")),
            ]),
        ])
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_condition_is_read_as_it_was_built(
        (filter, tree) in conditions(),
        top in 0_u32..20_000,
        skip in any::<u64>(),
    ) {
        let options = ListOptions::new()
            .filter(filter)
            .top(top)
            .skip(skip)
            .order_by(machine::LAST_SEEN, Order::Descending)
            .count();
        let query = ListMachines::new(&options).encode().query.expect("a query");
        prop_assert!(query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#' && byte != b'+'));
        let pairs = decoded(&query);
        let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        prop_assert_eq!(names, ["$filter", "$top", "$skip", "$orderby", "$count"]);
        let values: Vec<&str> = pairs.iter().skip(1).map(|(_, value)| value.as_str()).collect();
        let (top, skip) = (top.min(10_000).to_string(), skip.to_string());
        prop_assert_eq!(values, [top.as_str(), skip.as_str(), "lastSeen desc", "true"]);
        prop_assert_eq!(Reader::read(&pairs.first().expect("a filter").1), tree);
    }

    #[test]
    fn two_filters_are_both_conditions((one, tree) in conditions(), (other, more) in conditions()) {
        let options = ListOptions::new().filter(one).filter(other);
        let query = ListMachines::new(&options).encode().query.expect("a query");
        let read = Reader::read(&decoded(&query).first().expect("a filter").1);
        prop_assert_eq!(read, joined(Tree::And, tree, more));
    }
}
