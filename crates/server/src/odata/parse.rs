//! From words to a tree, by recursive descent; the grammar stands in the module above.

use super::error::QueryError;
use super::lex::{Lexer, Token};
use super::literal::Literal;

/// The most levels of parentheses, `not`, functions and lambdas inside each other.
pub(super) const MAX_DEPTH: usize = 50;
/// The most items of one `in` list: clients ask for a page of a thousand actions by id.
pub(super) const MAX_LIST: usize = 1_000;
/// The most names, literals and operators of one filter: room for one list of the longest kind
/// and as much again. It also keeps the parameters far below SQLite's 32,766.
pub(super) const MAX_NODES: usize = 2_000;

/// A filter as it was written, names and types unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Literal(Literal),
    Name(String),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
    Compare(Box<Self>, Operator, Box<Self>),
    In(Box<Self>, Vec<Literal>),
    Call(String, Vec<Self>),
    Any(String, Option<Box<Lambda>>),
    All(String, Box<Lambda>),
}

/// The variable and the body of `any` or `all`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lambda {
    pub(super) variable: String,
    pub(super) body: Syntax,
}

/// A comparison of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
}

const EQUALITY: [(&str, Operator); 2] = [("eq", Operator::Equal), ("ne", Operator::NotEqual)];
const RELATION: [(&str, Operator); 4] = [
    ("gt", Operator::GreaterThan),
    ("ge", Operator::GreaterThanOrEqual),
    ("lt", Operator::LessThan),
    ("le", Operator::LessThanOrEqual),
];

/// Reads a whole filter.
pub(super) fn parse(text: &str) -> Result<Syntax, QueryError> {
    let mut parser = Parser {
        lexer: Lexer::new(text),
        token: Token::End,
        start: 0,
        depth: 0,
        nodes: 0,
    };
    parser.advance()?;
    let filter = parser.or()?;
    match parser.token {
        Token::End => Ok(filter),
        _ => Err(parser.expected("'and', 'or' or the end")),
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The word that is looked at, not yet taken.
    token: Token<'a>,
    /// Where it starts, in bytes.
    start: usize,
    depth: usize,
    nodes: usize,
}

type Parsed = Result<Syntax, QueryError>;

impl<'a> Parser<'a> {
    fn or(&mut self) -> Parsed {
        self.chain("or", Self::and, Syntax::Or)
    }

    fn and(&mut self) -> Parsed {
        self.chain("and", Self::equality, Syntax::And)
    }

    /// Reads operands between equal words into one flat node, however many they are.
    fn chain(
        &mut self,
        word: &str,
        operand: impl Fn(&mut Self) -> Parsed,
        join: impl Fn(Vec<Syntax>) -> Syntax,
    ) -> Parsed {
        let first = operand(self)?;
        if !self.looks_at(word) {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.looks_at(word) {
            self.node()?;
            self.advance()?;
            operands.push(operand(self)?);
        }
        Ok(join(operands))
    }

    fn equality(&mut self) -> Parsed {
        self.comparison(&EQUALITY, |parser| {
            parser.comparison(&RELATION, Self::unary)
        })
    }

    fn comparison(
        &mut self,
        operators: &[(&str, Operator)],
        operand: impl Fn(&mut Self) -> Parsed,
    ) -> Parsed {
        let left = operand(self)?;
        let found = operators.iter().find(|(word, _)| self.looks_at(word));
        let Some(&(_, operator)) = found else {
            return Ok(left);
        };
        self.node()?;
        self.advance()?;
        let right = operand(self)?;
        Ok(Syntax::Compare(Box::new(left), operator, Box::new(right)))
    }

    fn unary(&mut self) -> Parsed {
        if !self.looks_at("not") {
            return self.member();
        }
        self.node()?;
        self.advance()?;
        self.deeper(|parser| Ok(Syntax::Not(Box::new(parser.unary()?))))
    }

    fn member(&mut self) -> Parsed {
        let subject = self.primary()?;
        if !self.looks_at("in") {
            return Ok(subject);
        }
        self.node()?;
        self.advance()?;
        Ok(Syntax::In(Box::new(subject), self.list()?))
    }

    fn list(&mut self) -> Result<Vec<Literal>, QueryError> {
        self.take(&Token::Open, "'('")?;
        let mut items = Vec::new();
        loop {
            if items.len() == MAX_LIST {
                return Err(QueryError::ListTooLong { limit: MAX_LIST });
            }
            items.push(self.literal()?);
            if self.token != Token::Comma {
                break;
            }
            self.advance()?;
        }
        self.take(&Token::Close, "',' or ')'")?;
        Ok(items)
    }

    fn literal(&mut self) -> Result<Literal, QueryError> {
        self.node()?;
        let literal = match &mut self.token {
            Token::Text(text) => Some(Literal::Text(std::mem::take(text))),
            Token::Bare(word) => Some(Literal::from_bare(word)?),
            Token::Name(name) => Literal::from_name(name),
            Token::Open
            | Token::Close
            | Token::Comma
            | Token::Slash
            | Token::Colon
            | Token::End => None,
        };
        let literal = literal.ok_or_else(|| self.expected("a literal"))?;
        self.advance()?;
        Ok(literal)
    }

    fn primary(&mut self) -> Parsed {
        match self.token {
            Token::Open => self.deeper(Self::parenthesised),
            Token::Text(_) | Token::Bare(_) => self.literal().map(Syntax::Literal),
            Token::Name(name) if Literal::from_name(name).is_some() => {
                self.literal().map(Syntax::Literal)
            }
            Token::Name(name) => self.named(name),
            Token::Close | Token::Comma | Token::Slash | Token::Colon | Token::End => {
                Err(self.expected("a property, a literal or '('"))
            }
        }
    }

    fn parenthesised(&mut self) -> Parsed {
        self.take(&Token::Open, "'('")?;
        let inner = self.or()?;
        self.take(&Token::Close, "')'")?;
        Ok(inner)
    }

    /// Reads what begins with a name: a function, `any` or `all` of a property, or a property.
    fn named(&mut self, name: &'a str) -> Parsed {
        self.node()?;
        self.advance()?;
        match self.token {
            Token::Open => {
                let arguments = self.deeper(Self::arguments)?;
                Ok(Syntax::Call(name.to_owned(), arguments))
            }
            Token::Slash => {
                self.advance()?;
                self.deeper(|parser| parser.quantified(name))
            }
            _ => Ok(Syntax::Name(name.to_owned())),
        }
    }

    fn arguments(&mut self) -> Result<Vec<Syntax>, QueryError> {
        self.take(&Token::Open, "'('")?;
        let mut arguments = vec![self.or()?];
        while self.token == Token::Comma {
            self.advance()?;
            arguments.push(self.or()?);
        }
        self.take(&Token::Close, "',' or ')'")?;
        Ok(arguments)
    }

    fn quantified(&mut self, list: &str) -> Parsed {
        let list = list.to_owned();
        let any = self.looks_at("any");
        if !any && !self.looks_at("all") {
            return Err(self.expected("'any' or 'all'"));
        }
        self.advance()?;
        self.take(&Token::Open, "'('")?;
        if any && self.token == Token::Close {
            self.advance()?;
            return Ok(Syntax::Any(list, None));
        }
        let lambda = Box::new(self.lambda()?);
        self.take(&Token::Close, "')'")?;
        Ok(if any {
            Syntax::Any(list, Some(lambda))
        } else {
            Syntax::All(list, lambda)
        })
    }

    fn lambda(&mut self) -> Result<Lambda, QueryError> {
        let Token::Name(variable) = self.token else {
            return Err(self.expected("a variable"));
        };
        self.advance()?;
        self.take(&Token::Colon, "':'")?;
        Ok(Lambda {
            variable: variable.to_owned(),
            body: self.or()?,
        })
    }

    fn advance(&mut self) -> Result<(), QueryError> {
        self.start = self.lexer.skip_blanks();
        self.token = self.lexer.next()?;
        Ok(())
    }

    fn take(&mut self, token: &Token<'_>, name: &'static str) -> Result<(), QueryError> {
        if self.token != *token {
            return Err(self.expected(name));
        }
        self.advance()
    }

    fn looks_at(&self, word: &str) -> bool {
        matches!(self.token, Token::Name(name) if name.eq_ignore_ascii_case(word))
    }

    /// Every recursion goes through here, so the stack is bounded.
    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        if self.depth == MAX_DEPTH {
            return Err(QueryError::TooDeep { limit: MAX_DEPTH });
        }
        self.depth += 1;
        let inner = read(self)?;
        self.depth -= 1;
        Ok(inner)
    }

    fn node(&mut self) -> Result<(), QueryError> {
        if self.nodes == MAX_NODES {
            return Err(QueryError::TooManyNodes { limit: MAX_NODES });
        }
        self.nodes += 1;
        Ok(())
    }

    fn expected(&self, expected: &'static str) -> QueryError {
        QueryError::Syntax {
            position: self.lexer.characters(self.start),
            expected,
        }
    }
}
