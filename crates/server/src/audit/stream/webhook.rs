//! Batches to a webhook.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, header};
use quell_transport::{BuildError, HyperTransport, RootCertificates, Transport as _};
use url::Url;

use super::{DeliveryError, Receiver};
use crate::admin::Line;
use crate::core::TenantId;
use crate::outgoing;
use crate::secret::Shared;
use crate::store::record::KeptEntry;

/// Says when the batch was sent, and proves that it was sent by whoever has the secret.
const SIGNATURE: &str = "quell-signature";
/// Is the same whenever the same batch is sent.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// How long the receiver may take in all.
const PATIENCE: Duration = Duration::from_secs(20);
/// The longest answer that is read; nothing in it counts.
const MAX_ANSWER: usize = 64 * 1024;

/// Posts batches, one after the other.
#[derive(Debug)]
pub(super) struct WebhookReceiver {
    carrier: HyperTransport,
    url: Url,
    secret: Shared,
}

impl WebhookReceiver {
    pub(super) fn new(
        url: Url,
        secret: Shared,
        trusted: RootCertificates,
    ) -> Result<Self, BuildError> {
        Ok(Self {
            carrier: outgoing::carrier(PATIENCE, MAX_ANSWER, trusted)?,
            url,
            secret,
        })
    }
}

#[async_trait]
impl Receiver for WebhookReceiver {
    async fn deliver(
        &mut self,
        tenant: TenantId,
        entries: &[KeptEntry],
    ) -> Result<(), DeliveryError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = now.map_or(0, |now| now.as_secs());
        let request = request(&self.url, tenant, entries, &self.secret, seconds)
            .map_err(DeliveryError::Request)?;
        let answer = self.carrier.send(request).await;
        let answer = answer.map_err(DeliveryError::Transport)?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status => Err(DeliveryError::Status(status)),
        }
    }
}

fn request(
    url: &Url,
    tenant: TenantId,
    entries: &[KeptEntry],
    secret: &Shared,
    seconds: u64,
) -> Result<Request<Bytes>, http::Error> {
    let lines: Vec<_> = entries.iter().map(Line::of_entry).collect();
    let body = format!(
        "{{\"tenant\":\"{tenant}\",\"entries\":[{}]}}",
        lines.join(",")
    );
    let number = |entry: Option<&KeptEntry>| entry.map_or(0, |entry| entry.sequence);
    let (first, last) = (number(entries.first()), number(entries.last()));
    let signature = secret.sign(format!("{seconds}.{body}").as_bytes());
    Request::post(url.as_str())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "quell")
        .header(IDEMPOTENCY_KEY, format!("{tenant}:{first}-{last}"))
        .header(SIGNATURE, format!("t={seconds},v1={signature}"))
        .body(body.into())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::extract::State;
    use axum::routing::post;
    use http::StatusCode;
    use tokio::sync::mpsc;

    use super::*;
    use crate::core::audit::Link;

    fn entries(tenant: TenantId) -> Vec<KeptEntry> {
        let entry = |sequence| KeptEntry {
            sequence,
            entry: format!("{{\"sequence\":{sequence}}}"),
            hash: Link::start(tenant).hash,
        };
        vec![entry(7), entry(8)]
    }

    #[test]
    fn signature_is_over_time_and_body() {
        let tenant = TenantId::fresh();
        let url = "https://siem.example/in".parse().unwrap();
        let secret = Shared::new("secret");
        let request = request(&url, tenant, &entries(tenant), &secret, 99).unwrap();
        let body = std::str::from_utf8(request.body()).unwrap();
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"secret");
        let tag = aws_lc_rs::hmac::sign(&key, format!("99.{body}").as_bytes());
        let digits = crate::core::audit::hex::encode(tag.as_ref());
        assert_eq!(request.headers()[SIGNATURE], format!("t=99,v1={digits}"));
        assert_eq!(request.headers()[IDEMPOTENCY_KEY], format!("{tenant}:7-8"));
        let json: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(json["entries"][1]["entry"]["sequence"], 8);
    }

    type Seen = (http::Uri, http::HeaderMap, String);

    async fn take(
        State(seen): State<mpsc::UnboundedSender<Seen>>,
        uri: http::Uri,
        headers: http::HeaderMap,
        body: String,
    ) -> StatusCode {
        let is_first = headers[IDEMPOTENCY_KEY].to_str().unwrap().ends_with(":7-8");
        seen.send((uri, headers, body)).unwrap();
        match is_first {
            true => StatusCode::NO_CONTENT,
            false => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    #[tokio::test]
    async fn batch_is_delivered_when_the_hook_says_so() {
        let (send, mut seen) = mpsc::unbounded_channel();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/in", post(take)).with_state(send);
        let serving = tokio::spawn(async move { axum::serve(listener, router).await });
        let url = format!("http://{address}/in?a=b").parse().unwrap();
        let mut hook =
            WebhookReceiver::new(url, Shared::new("s"), RootCertificates::Platform).unwrap();
        let tenant = TenantId::fresh();
        let entries = entries(tenant);
        hook.deliver(tenant, &entries).await.unwrap();
        let (uri, headers, body) = seen.recv().await.unwrap();
        assert_eq!(uri, "/in?a=b");
        assert_eq!(headers[header::HOST], address.to_string());
        assert!(body.contains("\"sequence\":7"));
        let refused = hook.deliver(tenant, &entries[1..]).await;
        assert!(matches!(
            refused,
            Err(DeliveryError::Status(StatusCode::SERVICE_UNAVAILABLE))
        ));
        serving.abort();
    }
}
