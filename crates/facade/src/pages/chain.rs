use std::collections::HashSet;

use http::Uri;

/// A chain of pages does not end well.
///
/// Endless chains were reported of the live service in 2022, whose links had lost
/// the names of their query options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrokenChain {
    /// A page links to one that was read before.
    #[error("the pages lead in a circle")]
    Circle,
    /// Page after page is empty and links to another.
    #[error("{EMPTY_PAGES} pages in a row were empty, and yet another was to follow")]
    Empty,
    /// The link leads to another collection.
    #[error("the link to the next page leads to another collection")]
    Elsewhere,
    /// The link has lost the filter: what followed would be other things than were asked for.
    #[error("the link to the next page has lost the filter")]
    FilterLost,
}

/// A service may have a reason for an empty page, but not for this many in a row.
const EMPTY_PAGES: u32 = 3;

/// Watches that a list comes to its end.
#[derive(Debug)]
pub(super) struct Chain {
    read: HashSet<Uri>,
    empty_in_a_row: u32,
    collection: String,
    filtered: bool,
}

impl Chain {
    /// Begins with the first page's address.
    pub(super) fn from(first: &Uri) -> Self {
        Self {
            read: HashSet::from([first.clone()]),
            empty_in_a_row: 0,
            collection: collection(first),
            filtered: has_filter(first),
        }
    }

    /// Whether the page at `next` may follow one of `entities` entities.
    pub(super) fn follow(&mut self, entities: usize, next: &Uri) -> Result<(), BrokenChain> {
        self.empty_in_a_row = if entities == 0 {
            self.empty_in_a_row + 1
        } else {
            0
        };
        if self.empty_in_a_row >= EMPTY_PAGES {
            return Err(BrokenChain::Empty);
        }
        if collection(next) != self.collection {
            return Err(BrokenChain::Elsewhere);
        }
        // A skip token stands for the whole query, the filter included.
        if self.filtered && !has_filter(next) && !has_option(next, "skiptoken") {
            return Err(BrokenChain::FilterLost);
        }
        if self.read.insert(next.clone()) {
            Ok(())
        } else {
            Err(BrokenChain::Circle)
        }
    }
}

/// The path as the service compares paths: without regard to case, and the same with
/// and without a version.
fn collection(uri: &Uri) -> String {
    uri.path()
        .to_ascii_lowercase()
        .replacen("/api/v1.0/", "/api/", 1)
}

fn has_filter(uri: &Uri) -> bool {
    has_option(uri, "filter")
}

/// Whether the query names an OData option, with its `$` encoded or not.
fn has_option(uri: &Uri, name: &str) -> bool {
    let query = uri.query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).any(|(key, value)| {
        let named = key
            .strip_prefix('$')
            .is_some_and(|key| key.eq_ignore_ascii_case(name));
        named && !value.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(query: &str) -> Uri {
        format!("https://h.example/api/machines?{query}")
            .parse()
            .unwrap()
    }

    #[test]
    fn a_circle_is_found_however_long() {
        let mut chain = Chain::from(&uri("$skip=0"));
        for page in 1..50 {
            assert_eq!(chain.follow(10, &uri(&format!("$skip={page}"))), Ok(()));
        }
        assert_eq!(chain.follow(10, &uri("$skip=0")), Err(BrokenChain::Circle));
        assert_eq!(chain.follow(10, &uri("$skip=7")), Err(BrokenChain::Circle));
    }

    #[test]
    fn some_empty_pages_are_allowed_but_not_a_row_of_them() {
        let mut chain = Chain::from(&uri(""));
        let mut follow = |entities, page: u32| chain.follow(entities, &uri(&format!("p={page}")));
        assert_eq!(follow(0, 1), Ok(()));
        assert_eq!(follow(0, 2), Ok(()));
        assert_eq!(follow(1, 3), Ok(()));
        assert_eq!(follow(0, 4), Ok(()));
        assert_eq!(follow(0, 5), Ok(()));
        assert_eq!(follow(0, 6), Err(BrokenChain::Empty));
    }

    #[test]
    fn a_link_stays_with_its_collection() {
        let follow = |path: &str| {
            let next = format!("https://h.example{path}?$skip=1").parse().unwrap();
            Chain::from(&uri("")).follow(1, &next)
        };
        assert_eq!(follow("/api/machines"), Ok(()));
        assert_eq!(follow("/API/v1.0/Machines"), Ok(()));
        assert_eq!(follow("/api/machineactions"), Err(BrokenChain::Elsewhere));
        assert_eq!(follow("/api/machines/x"), Err(BrokenChain::Elsewhere));
    }

    #[test]
    fn a_filter_stays_or_a_token_stands_for_it() {
        let first = uri("$filter=id%20eq%20'1'");
        let follow = |next: &str| Chain::from(&first).follow(1, &uri(next));
        assert_eq!(follow("%24filter=id%20eq%20'1'&$skip=10000"), Ok(()));
        assert_eq!(follow("$skiptoken=abc"), Ok(()));
        assert_eq!(follow("$skip=10000"), Err(BrokenChain::FilterLost));
        assert_eq!(
            follow("=id%20eq%20'1'&=10000"),
            Err(BrokenChain::FilterLost)
        );
        assert_eq!(Chain::from(&uri("")).follow(1, &uri("$skip=10000")), Ok(()));
    }
}
