//! Answers in OData's envelopes.

use std::fmt;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::Value;

use super::{ApiError, Call};
use crate::odata::{MAX_TOP, Query};
use crate::store::record::Page;

/// What entities are written as.
const ODATA_JSON: HeaderValue =
    HeaderValue::from_static("application/json; odata.metadata=minimal");
/// As many bytes as one entity takes: what is longer makes itself room.
const ONE_ENTITY: usize = 1024;

/// Scheme and host by which answers name the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin(String);

impl Origin {
    pub(super) fn new(scheme: &str, authority: &str) -> Self {
        Self(format!("{scheme}://{authority}"))
    }

    /// `url` has no slash at its end.
    pub(super) fn of(url: &str) -> Self {
        Self(url.to_owned())
    }

    /// Where the answer's shape is described: what follows the `#` names it.
    pub(super) fn context(&self, fragment: &str) -> String {
        format!("{}/api/$metadata#{fragment}", self.0)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One entity.
pub(super) fn entity(status: StatusCode, entity: &impl Serialize) -> Response {
    json(status, entity)
}

/// One page of entities, each reduced to the selected properties.
pub(super) fn page<T, E: Serialize>(
    call: &Call<'_>,
    fragment: &str,
    query: &Query,
    page: Page<T>,
    write: impl Fn(T) -> E,
) -> Response {
    let next_link = page.more.then(|| next_link(call, query));
    let value: Vec<_> = page
        .items
        .into_iter()
        .map(|item| Selected {
            entity: write(item),
            select: query.select(),
        })
        .collect();
    json(
        StatusCode::OK,
        &Collection {
            context: call.origin.context(fragment),
            count: page.count,
            value,
            next_link,
        },
    )
}

fn next_link(call: &Call<'_>, query: &Query) -> String {
    format!(
        "{}{}?{}",
        call.origin,
        call.parts.uri.path(),
        query.continued_at(query.skip().saturating_add(u64::from(MAX_TOP)))
    )
}

#[derive(Serialize)]
struct Collection<E> {
    #[serde(rename = "@odata.context")]
    context: String,
    #[serde(rename = "@odata.count", skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    value: Vec<E>,
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    next_link: Option<String>,
}

/// An entity without the properties that were not asked for.
struct Selected<'a, E> {
    entity: E,
    select: Option<&'a [&'static str]>,
}

impl<E: Serialize> Serialize for Selected<'_, E> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(select) = self.select else {
            return self.entity.serialize(serializer);
        };
        let whole = serde_json::to_value(&self.entity).map_err(serde::ser::Error::custom)?;
        let mut chosen = serializer.serialize_map(Some(select.len()))?;
        for name in select {
            chosen.serialize_entry(name, whole.get(name).unwrap_or(&Value::Null))?;
        }
        chosen.end()
    }
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let mut body = Vec::with_capacity(ONE_ENTITY);
    if serde_json::to_writer(&mut body, value).is_err() {
        return ApiError::internal().into_response();
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, ODATA_JSON);
    response
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use http::Request;

    use super::*;
    use crate::core::{Grant, Powers, TenantId};
    use crate::issuer::Caller;
    use crate::odata::Schema;

    async fn shown(target: &str, more: bool) -> Value {
        let (parts, ()) = Request::get(target).body(()).unwrap().into_parts();
        let call = Call {
            caller: Caller {
                tenant: TenantId::fresh(),
                client_id: "c".to_owned(),
                requestor: "r".to_owned(),
                person: None,
                sign_in: None,
                grant: Grant::Application(Vec::new()),
                powers: Powers::UNLIMITED,
            },
            origin: Origin::new("https", "quell.example"),
            parts: &parts,
            body: Ok(bytes::Bytes::new()),
            operation: &quell_model::operations::LIST_MACHINES,
        };
        let raw = parts.uri.query().unwrap_or_default();
        let query = Query::parse(raw, &Schema::new("Machine", &[])).unwrap();
        let items = Page {
            items: vec![7],
            count: None,
            more,
        };
        let response = page(&call, "Machines", &query, items, |number| number);
        let body = to_bytes(response.into_body(), 4096).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    #[tokio::test]
    async fn next_link_asks_the_called_host_for_the_same_further_on() {
        let first = shown("/API/v1.0/machines?$count=true", true).await;
        assert_eq!(
            first["@odata.nextLink"],
            "https://quell.example/API/v1.0/machines?$count=true&$skip=10000"
        );
        let second = shown("/api/machines?$skip=10000", true).await;
        assert_eq!(
            second["@odata.nextLink"],
            "https://quell.example/api/machines?$skip=20000"
        );
        let last = shown("/api/machines?$skip=20000", false).await;
        assert_eq!(last.get("@odata.nextLink"), None);
    }
}
