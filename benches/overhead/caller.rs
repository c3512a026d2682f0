//! The clients that are compared.

use std::hint::black_box;
use std::time::Duration;

use quell::model::MachineAction;
use quell::ratelimit::{Policy, Quota};
use quell::transport::{HyperTransport, ReqwestTransport, SharedTransport, TransportOptions};
use quell::{Client, Limits, Service};
use serde::Serialize;

use crate::server::{AUDIENCE, token};

const MACHINE: &str = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07";
const SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";
const COMMENT: &str =
    "Stop and quarantine file on machine due to alert 441688558380765161_2136280442";

/// Who makes a call and reads its answer.
pub(crate) trait Caller: Sync {
    fn call(&self) -> impl Future<Output = ()> + Send;
}

/// What somebody writes who takes no SDK: time-outs, but no limits, no retry, no renewal of the token.
pub(crate) struct Bare {
    client: reqwest::Client,
    url: String,
    token: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    comment: &'a str,
    sha1: &'a str,
}

impl Bare {
    pub(crate) fn new(base_url: &str) -> Self {
        rustls::crypto::aws_lc_rs::default_provider()
            .install_default()
            .expect("the only provider");
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(100));
        Self {
            client: client.build().expect("a client"),
            url: format!("{base_url}/api/machines/{MACHINE}/StopAndQuarantineFile"),
            token: token(),
        }
    }
}

impl Caller for Bare {
    async fn call(&self) {
        let body = Body {
            comment: COMMENT,
            sha1: SHA1,
        };
        let request = self.client.post(&self.url).bearer_auth(&self.token);
        let answer = request.json(&body).send().await.expect("an answer");
        let answer = answer.error_for_status().expect("a success");
        let action: MachineAction = answer.json().await.expect("an action");
        black_box(action);
    }
}

/// The SDK as it comes, but for the limits: as it would take them, too wide to wait for.
pub(crate) struct Sdk(Client);

impl Sdk {
    pub(crate) fn over_reqwest(base_url: &str) -> Self {
        let carrier = ReqwestTransport::new(&TransportOptions::default());
        Self::over(carrier.expect("a carrier"), base_url)
    }

    /// What carries without being told.
    pub(crate) fn over_hyper(base_url: &str) -> Self {
        let carrier = HyperTransport::new(&TransportOptions::default());
        Self::over(carrier.expect("a carrier"), base_url)
    }

    fn over(carrier: impl Into<SharedTransport>, base_url: &str) -> Self {
        let service = Service::custom(base_url, base_url)
            .client_secret("tenant", "application", "secret")
            .audience(AUDIENCE);
        let wide: Quota = "1000000/60s, 15000000/3600s".parse().expect("a quota");
        let client = Client::builder()
            .service(service)
            .transport(carrier)
            .limits(Limits::each(Policy::new(wide).max_in_flight(20)))
            .build()
            .expect("the service is well formed");
        Self(client)
    }
}

impl Caller for Sdk {
    async fn call(&self) {
        let machine = self.0.machine(MACHINE);
        let action = machine.stop_and_quarantine_file(SHA1, COMMENT).await;
        let action = action.expect("an action");
        black_box(action);
    }
}
