//! The options of a query.

use super::error::{Excerpt, QueryError};
use super::filter::Filter;
use super::form::{self, Pair};
use super::schema::{Column, Property, Schema};

/// The most bytes of a query string: a filter that asks for a page of a thousand actions by id
/// has 45,000, and an HTTP target no more than this.
pub const MAX_QUERY_BYTES: usize = 64 * 1024;
/// The most entities of one page, and so the largest `$top`.
pub const MAX_TOP: u32 = 10_000;

/// What a caller asks of a collection.
#[derive(Clone, Debug, Default)]
pub struct Query {
    filter: Option<Filter>,
    order: Vec<OrderBy>,
    select: Option<Vec<&'static str>>,
    top: Option<u32>,
    skip: u64,
    count: bool,
    /// The options that a link to the next page repeats, still encoded.
    repeated: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
struct OrderBy {
    column: Column,
    descending: bool,
}

/// The options that this service knows, spelled as clients of OData 4.0 spell them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Filter,
    OrderBy,
    Select,
    Top,
    Skip,
    Count,
}

impl Name {
    const ALL: [Self; 6] = [
        Self::Filter,
        Self::OrderBy,
        Self::Select,
        Self::Top,
        Self::Skip,
        Self::Count,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Filter => "$filter",
            Self::OrderBy => "$orderby",
            Self::Select => "$select",
            Self::Top => "$top",
            Self::Skip => "$skip",
            Self::Count => "$count",
        }
    }

    /// `None` for an option that is not OData's.
    fn of(given: &str) -> Result<Option<Self>, QueryError> {
        let bare = given.strip_prefix('$').unwrap_or(given);
        let known = Self::ALL.into_iter().find(|name| {
            name.as_str()
                .trim_start_matches('$')
                .eq_ignore_ascii_case(bare)
        });
        if known.is_none() && given.starts_with('$') {
            return Err(QueryError::UnsupportedOption(Excerpt::from(given)));
        }
        Ok(known)
    }
}

impl Query {
    /// Reads a query string as it stands in the URL, encoded and without the `?`.
    ///
    /// # Errors
    /// The first thing that is wrong, from the left; each means status 400.
    pub fn parse(raw: &str, schema: &Schema) -> Result<Self, QueryError> {
        if raw.len() > MAX_QUERY_BYTES {
            return Err(QueryError::TooLong {
                limit: MAX_QUERY_BYTES,
            });
        }
        let mut query = Self::default();
        let mut seen = Vec::new();
        for pair in form::pairs(raw) {
            let Pair { raw, name, value } = pair?;
            let name = Name::of(&name)?;
            if name != Some(Name::Skip) {
                query.repeated.push(raw.to_owned());
            }
            let Some(name) = name else { continue };
            if seen.contains(&name) {
                return Err(QueryError::DuplicateOption(name.as_str()));
            }
            seen.push(name);
            query.set(name, &value, schema)?;
        }
        Ok(query)
    }

    fn set(&mut self, name: Name, text: &str, schema: &Schema) -> Result<(), QueryError> {
        let value = text.trim();
        if value.is_empty() {
            return Err(QueryError::EmptyOption(name.as_str()));
        }
        match name {
            // Untrimmed: messages count characters from the start of what was sent.
            Name::Filter => self.filter = Some(Filter::parse(text, schema)?),
            Name::OrderBy => self.order = order(value, schema)?,
            Name::Select => self.select = selection(value, schema)?,
            Name::Top => self.top = Some(top(value)?),
            Name::Skip => self.skip = whole(Name::Skip, value)?,
            Name::Count => self.count = truth(value)?,
        }
        Ok(())
    }

    /// The condition on the entities.
    #[must_use]
    pub const fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// What stands after `ORDER BY`, made of the schema's columns alone; `None` leaves the order
    /// to the collection. Absent values come first upwards and last downwards, as OData
    /// asks.
    #[must_use]
    pub fn order_by(&self) -> Option<String> {
        let terms: Vec<_> = self.order.iter().map(OrderBy::sql).collect();
        (!terms.is_empty()).then(|| terms.join(", "))
    }

    /// The properties that the answer has, as they are spelled on the wire and each once; `None`
    /// is all of them.
    #[must_use]
    pub fn select(&self) -> Option<&[&'static str]> {
        self.select.as_deref()
    }

    /// The most entities in the whole answer, at most [`MAX_TOP`]; with it, no page follows.
    #[must_use]
    pub const fn top(&self) -> Option<u32> {
        self.top
    }

    /// How many entities are passed over; it fits an `i64`, which SQL's `OFFSET` is.
    #[must_use]
    pub const fn skip(&self) -> u64 {
        self.skip
    }

    /// Whether the answer tells how many entities satisfy the filter, whatever the page.
    #[must_use]
    pub const fn count(&self) -> bool {
        self.count
    }

    /// The query string of the page that starts after so many entities: all that was asked, with
    /// another `$skip`.
    #[must_use]
    pub fn continued_at(&self, skip: u64) -> String {
        let mut options = self.repeated.clone();
        options.push(format!("$skip={skip}"));
        options.join("&")
    }
}

impl OrderBy {
    fn sql(&self) -> String {
        let direction = if self.descending {
            "DESC NULLS LAST"
        } else {
            "ASC NULLS FIRST"
        };
        format!("{} {direction}", self.column.name)
    }
}

fn order(list: &str, schema: &Schema) -> Result<Vec<OrderBy>, QueryError> {
    let mut seen: Vec<&str> = Vec::new();
    list.split(',')
        .map(|term| {
            let (property, descending) = order_term(term, schema)?;
            if seen.contains(&property.name()) {
                return Err(QueryError::DuplicateOrder(property.name()));
            }
            seen.push(property.name());
            Ok(OrderBy {
                column: property.for_order()?,
                descending,
            })
        })
        .collect()
}

fn order_term(term: &str, schema: &Schema) -> Result<(&'static Property, bool), QueryError> {
    let mut words = term.split_ascii_whitespace();
    let name = words.next().unwrap_or_default();
    let descending = match words.next() {
        None => false,
        Some(word) if word.eq_ignore_ascii_case("asc") => false,
        Some(word) if word.eq_ignore_ascii_case("desc") => true,
        Some(_) => return Err(direction_expected(term)),
    };
    match words.next() {
        None => Ok((schema.property(name)?, descending)),
        Some(_) => Err(direction_expected(term)),
    }
}

fn direction_expected(term: &str) -> QueryError {
    QueryError::OrderTerm(Excerpt::from(term.trim()))
}

fn selection(list: &str, schema: &Schema) -> Result<Option<Vec<&'static str>>, QueryError> {
    let mut selected = Vec::new();
    let mut all = false;
    for name in list.split(',').map(str::trim) {
        if name == "*" {
            all = true;
            continue;
        }
        let name = schema.property(name)?.name();
        if !selected.contains(&name) {
            selected.push(name);
        }
    }
    Ok((!all).then_some(selected))
}

fn top(value: &str) -> Result<u32, QueryError> {
    let asked = whole(Name::Top, value)?;
    u32::try_from(asked)
        .ok()
        .filter(|top| *top <= MAX_TOP)
        .ok_or_else(|| QueryError::TopTooLarge {
            limit: MAX_TOP,
            value: Excerpt::from(value),
        })
}

fn whole(name: Name, value: &str) -> Result<u64, QueryError> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    value
        .parse::<i64>()
        .ok()
        .filter(|_| digits)
        .and_then(|number| u64::try_from(number).ok())
        .ok_or_else(|| QueryError::NotWhole {
            option: name.as_str(),
            value: Excerpt::from(value),
        })
}

fn truth(value: &str) -> Result<bool, QueryError> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(QueryError::NotCount(Excerpt::from(value))),
    }
}
