//! What is known of the request that is being answered, for whoever must tell of it.
//!
//! A request's id stands in its log lines, in its error's `target` and in the header of its answer; who asked
//! is known deep inside, and told at the edge. Both travel beside the request rather than through every
//! signature.

use std::mem;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use uuid::Uuid;

use crate::core::TenantId;
use crate::trace_parent::TraceParent;

/// The headers by which clients name a request, in the order in which they are believed.
const ID_HEADERS: [&str; 2] = ["x-ms-client-request-id", "client-request-id"];
/// As much as is kept of a text from outside.
const MAX_TEXT: usize = 120;

tokio::task_local! {
    static CURRENT: Arc<Exchange>;
}

/// What is known of a request.
#[derive(Debug)]
pub(crate) struct Exchange {
    id: Uuid,
    peer: IpAddr,
    told: Mutex<Told>,
}

/// What was found out on the way.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Whose data were asked for.
    pub(crate) tenant: Option<TenantId>,
    /// Which application asked.
    pub(crate) application: Option<String>,
    /// Which machine it was about, or came from.
    pub(crate) machine: Option<String>,
    /// Which action it was about, or made.
    pub(crate) action: Option<String>,
    /// By which code it was refused.
    pub(crate) refusal: Option<String>,
}

impl Exchange {
    pub(crate) fn new(id: Uuid, peer: IpAddr) -> Self {
        Self {
            id,
            peer,
            told: Mutex::default(),
        }
    }

    /// Answers a request on this exchange.
    pub(crate) async fn follow<T>(self: Arc<Self>, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }

    /// The request's id.
    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    /// Takes what was found out so far.
    pub(crate) fn take_told(&self) -> Told {
        mem::take(&mut self.lock())
    }

    /// Notes something.
    pub(crate) fn note(&self, write: impl FnOnce(&mut Told)) {
        write(&mut self.lock());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The id of the request that is being answered; a fresh one outside of any.
pub(crate) fn request_id() -> Uuid {
    CURRENT
        .try_with(|exchange| exchange.id)
        .unwrap_or_else(|_| Uuid::new_v4())
}

/// The address that the request came from.
pub(crate) fn peer() -> Option<IpAddr> {
    CURRENT.try_with(|exchange| exchange.peer).ok()
}

/// Notes something of the request that is being answered.
pub(crate) fn note(write: impl FnOnce(&mut Told)) {
    // Outside of a request there is nobody to tell.
    let _ = CURRENT.try_with(|exchange| exchange.note(write));
}

/// As much of a text from outside as is told.
pub(crate) fn excerpt(text: &str) -> Option<String> {
    let end = text.char_indices().nth(MAX_TEXT).map(|(end, _)| end);
    text.get(..end.unwrap_or(text.len())).map(str::to_owned)
}

/// The id that a client gave its request, if it is a GUID, which is what the answer has room for; else the id of
/// the trace that the request is a part of; else a fresh one.
pub(crate) fn id_of(headers: &HeaderMap, trace: Option<&TraceParent>) -> Uuid {
    let given = |name| {
        let text = headers.get(name)?.to_str().ok()?;
        // The one spelling: others are somebody's experiment.
        let is_hyphenated = text.len() == 36;
        Uuid::try_parse(text)
            .ok()
            .filter(|id| is_hyphenated && !id.is_nil())
    };
    ID_HEADERS
        .into_iter()
        .find_map(given)
        .or_else(|| trace.map(|trace| Uuid::from_bytes(trace.trace_id)))
        .unwrap_or_else(Uuid::new_v4)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "5b5b0d2e-71b5-4d1c-9f0e-2a54d6b8a7c1";
    const OTHER: &str = "0af76519-16cd-43dd-8448-eb211c80319c";

    fn headers(given: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            ((*name).parse().unwrap(), value.parse().unwrap())
        };
        given.iter().map(pair).collect()
    }

    #[test]
    fn client_s_own_id_is_kept_when_it_is_one() {
        let id = |given: &[(&'static str, &str)]| id_of(&headers(given), None).to_string();
        assert_eq!(id(&[("x-ms-client-request-id", GUID)]), GUID);
        assert_eq!(id(&[("client-request-id", &GUID.to_uppercase())]), GUID);
        assert_eq!(
            id(&[
                ("client-request-id", OTHER),
                ("x-ms-client-request-id", GUID)
            ]),
            GUID
        );
        for bad in [
            "",
            "7",
            "5b5b0d2e71b54d1c9f0e2a54d6b8a7c1",
            "00000000-0000-0000-0000-000000000000",
            "{x}",
        ] {
            let made = id(&[("client-request-id", bad)]);
            assert!(made != bad && made.len() == 36, "{bad}");
        }
    }

    #[test]
    fn trace_names_a_request_that_has_no_other_name() {
        let parent = TraceParent::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assert_eq!(id_of(&HeaderMap::new(), parent.as_ref()).to_string(), OTHER);
        let named = headers(&[("client-request-id", GUID)]);
        assert_eq!(id_of(&named, parent.as_ref()).to_string(), GUID);
    }

    #[tokio::test]
    async fn what_is_noted_inside_is_known_outside() {
        let exchange = Arc::new(Exchange::new(GUID.parse().unwrap(), [192, 0, 2, 1].into()));
        let inside = Arc::clone(&exchange).follow(async {
            note(|told| told.machine = excerpt(&"m".repeat(500)));
            (request_id().to_string(), peer())
        });
        assert_eq!(inside.await, (GUID.to_owned(), Some([192, 0, 2, 1].into())));
        assert_eq!(exchange.take_told().machine.unwrap().len(), MAX_TEXT);
        note(|_| panic!("nobody is told outside of a request"));
        assert_eq!(peer(), None);
    }
}
