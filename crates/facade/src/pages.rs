//! Collections, page by page.

mod chain;

use quell_model::Operation;
use quell_model::odata::{NextLink, ODataPage};

pub use chain::BrokenChain;
use chain::Chain;

use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, ErrorKind};

/// The pages of a collection, fetched one at a time.
///
/// Links to further pages are followed at the configured host only, whatever host
/// they name, and a chain of pages that does not end is an error.
#[derive(Debug)]
#[must_use = "pages are fetched by `next`"]
pub struct Pages<O> {
    client: Client,
    next: Option<Call>,
    chain: Chain,
    operation: std::marker::PhantomData<fn() -> O>,
}

impl<T, O> Pages<O>
where
    O: Operation<Output = ODataPage<T>>,
{
    pub(crate) fn new(client: Client, operation: &O) -> Result<Self, Error> {
        let first = client.call(operation)?;
        Ok(Self {
            client,
            chain: Chain::from(first.uri()),
            next: Some(first),
            operation: std::marker::PhantomData,
        })
    }

    /// The entities of the next page; `None` after the last. A page may be empty.
    ///
    /// # Errors
    ///
    /// Those of the call, or a [`BrokenChain`] as the source. After an error of the
    /// call the same page is fetched again.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>, Error> {
        let Some(call) = self.next.clone() else {
            return Ok(None);
        };
        let page = self.client.send::<O>(&call).await?;
        self.next = match &page.next_link {
            None => None,
            Some(link) => Some(self.follow(&call, page.value.len(), link)?),
        };
        Ok(Some(page.value))
    }

    /// Every entity of every page that is left.
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next); a part is never passed off as the whole.
    pub async fn all(mut self) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        while let Some(mut page) = self.next().await? {
            all.append(&mut page);
        }
        Ok(all)
    }

    fn follow(&mut self, call: &Call, entities: usize, link: &NextLink) -> Result<Call, Error> {
        let broken = || Error::new(ErrorKind::Decode).of_operation(call.info.name);
        let route = &self.client.shared().route;
        let uri = route
            .rewrite_next_link(link.as_str())
            .map_err(|error| broken().because(error))?;
        self.chain
            .follow(entities, &uri)
            .map_err(|error| broken().because(error))?;
        Ok(call.at(uri))
    }
}
