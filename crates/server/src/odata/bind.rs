//! From a tree of syntax to a typed one: names are looked up, literals take the type of what they
//! are compared with, and what cannot be compared is refused.

use super::error::{Excerpt, QueryError};
use super::filter::{Operand, Order, Part, Place, Predicate, Value};
use super::literal::{self, Literal};
use super::parse::{Lambda, Operator, Syntax};
use super::schema::{Kind, Schema};

/// Gives a filter its types.
pub(super) fn bind(filter: &Syntax, schema: &Schema) -> Result<Predicate, QueryError> {
    Binder {
        schema,
        variable: None,
    }
    .condition(filter)
}

struct Binder<'a> {
    schema: &'a Schema,
    /// The variable of the `any` or `all` around; it hides a property of its name.
    variable: Option<&'a str>,
}

/// An operand with its type; `null` has none.
struct Typed {
    operand: Operand,
    kind: Option<Kind>,
}

impl Typed {
    const fn new(operand: Operand, kind: Kind) -> Self {
        Self {
            operand,
            kind: Some(kind),
        }
    }

    fn type_name(&self) -> &'static str {
        self.kind.map_or("null", Kind::edm_name)
    }

    /// Reads a text as a value of the other side's type, where texts stand for such values.
    fn fitted_to(self, other: Option<Kind>) -> Result<Self, QueryError> {
        match (self.operand, other) {
            (Operand::Value(Value::Text(text)), Some(kind)) if self.kind == Some(Kind::Text) => {
                Ok(match meant(&text, kind)? {
                    Some(value) => Self::new(Operand::Value(value), kind),
                    None => Self::new(Operand::Value(Value::Text(text)), Kind::Text),
                })
            }
            (operand, _) => Ok(Self { operand, ..self }),
        }
    }
}

/// The value of an enumeration or the GUID that a text means; `None` where the type has no texts.
fn meant(text: &str, kind: Kind) -> Result<Option<Value>, QueryError> {
    match kind {
        Kind::Enum(names) => names
            .iter()
            .find(|name| name.eq_ignore_ascii_case(text))
            .map(|name| Some(Value::Text((*name).to_owned())))
            .ok_or_else(|| QueryError::UnknownEnumValue(Excerpt::from(text))),
        Kind::Guid => literal::guid(text)
            .map(|guid| Some(Value::Text(guid.to_string())))
            .ok_or_else(|| QueryError::Literal(Excerpt::from(text))),
        Kind::Text | Kind::DateTime | Kind::Int | Kind::Bool | Kind::TextList => Ok(None),
    }
}

impl<'a> Binder<'a> {
    /// Reads something that must be true or false.
    fn condition(&mut self, syntax: &'a Syntax) -> Result<Predicate, QueryError> {
        let typed = self.operand(syntax)?;
        match typed.kind {
            None | Some(Kind::Bool) => Ok(match typed.operand {
                Operand::Predicate(predicate) => *predicate,
                operand => Predicate::Truth(operand),
            }),
            Some(other) => Err(QueryError::NotBoolean(other.edm_name())),
        }
    }

    fn operand(&mut self, syntax: &'a Syntax) -> Result<Typed, QueryError> {
        let predicate = match syntax {
            Syntax::Literal(literal) => return Ok(value(literal)),
            Syntax::Name(name) => {
                let (place, kind) = self.place(name)?;
                return Ok(Typed::new(Operand::Place(place), kind));
            }
            Syntax::Not(inner) => Predicate::Not(Box::new(self.condition(inner)?)),
            Syntax::And(terms) => Predicate::And(self.conditions(terms)?),
            Syntax::Or(terms) => Predicate::Or(self.conditions(terms)?),
            Syntax::Compare(left, operator, right) => self.comparison(left, *operator, right)?,
            Syntax::In(subject, list) => self.one_of(subject, list)?,
            Syntax::Call(function, arguments) => self.call(function, arguments)?,
            Syntax::Any(list, lambda) => {
                let list = self.list(list)?;
                let lambda = lambda.as_deref().map(|lambda| self.lambda(lambda));
                Predicate::Any(list, lambda.transpose()?)
            }
            Syntax::All(list, lambda) => Predicate::All(self.list(list)?, self.lambda(lambda)?),
        };
        Ok(Typed::new(
            Operand::Predicate(Box::new(predicate)),
            Kind::Bool,
        ))
    }

    fn conditions(&mut self, terms: &'a [Syntax]) -> Result<Vec<Predicate>, QueryError> {
        terms.iter().map(|term| self.condition(term)).collect()
    }

    fn comparison(
        &mut self,
        left: &'a Syntax,
        operator: Operator,
        right: &'a Syntax,
    ) -> Result<Predicate, QueryError> {
        let (left, right) = (self.operand(left)?, self.operand(right)?);
        let (left_kind, right_kind) = (left.kind, right.kind);
        let (left, right) = (left.fitted_to(right_kind)?, right.fitted_to(left_kind)?);
        match (left.kind, right.kind) {
            (Some(one), Some(other)) if one != other => {
                return Err(incompatible(&left, operator, &right));
            }
            _ => {}
        }
        let order = match operator {
            Operator::Equal => return Ok(Predicate::Same(left.operand, right.operand)),
            Operator::NotEqual => return Ok(Predicate::Different(left.operand, right.operand)),
            Operator::GreaterThan => Order::Greater,
            Operator::GreaterThanOrEqual => Order::GreaterOrEqual,
            Operator::LessThan => Order::Less,
            Operator::LessThanOrEqual => Order::LessOrEqual,
        };
        let ordered = |kind| matches!(kind, None | Some(Kind::Text | Kind::DateTime | Kind::Int));
        if !ordered(left.kind) || !ordered(right.kind) {
            return Err(incompatible(&left, operator, &right));
        }
        Ok(match (left.kind, right.kind) {
            (Some(_), Some(_)) => Predicate::Ordered(left.operand, order, right.operand),
            // Nothing stands in an order with null, not even null.
            _ => Predicate::Truth(Operand::Value(Value::Boolean(false))),
        })
    }

    fn one_of(&self, subject: &Syntax, list: &[Literal]) -> Result<Predicate, QueryError> {
        let Syntax::Name(name) = subject else {
            return Err(QueryError::InWithoutProperty);
        };
        let (place, kind) = self.place(name)?;
        let among = list.iter().map(|item| {
            let item = value(item).fitted_to(Some(kind))?;
            match item {
                Typed {
                    operand: Operand::Value(value),
                    kind: of,
                } if of == Some(kind) => Ok(Some(value)),
                Typed { kind: None, .. } => Ok(None),
                other => Err(QueryError::IncompatibleTypes {
                    left: kind.edm_name(),
                    right: other.type_name(),
                    operator: "In",
                }),
            }
        });
        Ok(Predicate::OneOf(place, among.collect::<Result<_, _>>()?))
    }

    fn call(&self, function: &str, arguments: &[Syntax]) -> Result<Predicate, QueryError> {
        const FUNCTIONS: [(&str, Part); 3] = [
            ("startswith", Part::Start),
            ("endswith", Part::End),
            ("contains", Part::Anywhere),
        ];
        let (known, part) = FUNCTIONS
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(function))
            .ok_or_else(|| QueryError::UnknownFunction(Excerpt::from(function)))?;
        let [Syntax::Name(subject), Syntax::Literal(Literal::Text(text))] = arguments else {
            return Err(QueryError::Arguments(known));
        };
        match self.place(subject)? {
            (place, Kind::Text) => Ok(Predicate::Has(place, part, text.clone())),
            _ => Err(QueryError::Arguments(known)),
        }
    }

    /// The column of the list that `any` or `all` looks through.
    fn list(&self, name: &str) -> Result<&'static str, QueryError> {
        let not_a_list = || QueryError::NotCollection(Excerpt::from(name));
        if self.variable == Some(name) {
            return Err(not_a_list());
        }
        let column = self.schema.property(name)?.for_filter()?;
        match column.kind {
            Kind::TextList => Ok(column.name),
            _ => Err(not_a_list()),
        }
    }

    /// Reads the body of `any` or `all`. One inside another would multiply the work with every
    /// level, and there is nothing that it could say about a list of strings.
    fn lambda(&mut self, lambda: &'a Lambda) -> Result<Box<Predicate>, QueryError> {
        if self.variable.is_some() {
            return Err(QueryError::NestedLambda);
        }
        self.variable = Some(&lambda.variable);
        let body = self.condition(&lambda.body);
        self.variable = None;
        body.map(Box::new)
    }

    /// What a name stands for: the variable or a property.
    fn place(&self, name: &str) -> Result<(Place, Kind), QueryError> {
        if self.variable == Some(name) {
            return Ok((Place::Element, Kind::Text));
        }
        let property = self.schema.property(name)?;
        let column = property.for_filter()?;
        match column.kind {
            Kind::TextList => Err(QueryError::Collection(property.name())),
            kind => Ok((Place::Column(column.name), kind)),
        }
    }
}

fn value(literal: &Literal) -> Typed {
    let (value, kind) = match literal {
        Literal::Null => {
            return Typed {
                operand: Operand::Null,
                kind: None,
            };
        }
        Literal::Boolean(truth) => (Value::Boolean(*truth), Kind::Bool),
        Literal::Text(text) => (Value::Text(text.clone()), Kind::Text),
        Literal::Integer(number) => (Value::Integer(*number), Kind::Int),
        Literal::Guid(guid) => (Value::Text(guid.to_string()), Kind::Guid),
        Literal::DateTime(moment) => (Value::Integer(moment.unix_ticks()), Kind::DateTime),
    };
    Typed::new(Operand::Value(value), kind)
}

fn incompatible(left: &Typed, operator: Operator, right: &Typed) -> QueryError {
    QueryError::IncompatibleTypes {
        left: left.type_name(),
        right: right.type_name(),
        operator: match operator {
            Operator::Equal => "Equal",
            Operator::NotEqual => "NotEqual",
            Operator::GreaterThan => "GreaterThan",
            Operator::GreaterThanOrEqual => "GreaterThanOrEqual",
            Operator::LessThan => "LessThan",
            Operator::LessThanOrEqual => "LessThanOrEqual",
        },
    }
}
