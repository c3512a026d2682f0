//! A service that answers by path, whichever order it is asked in, and remembers what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Request, Response};
use quell::transport::{Transport, TransportError, TransportErrorKind};
use quell::{Client, RetryPolicy, Service, StaticToken};

use crate::tenant::{MACHINE, SHA1};

pub(super) const OTHER: &str = "2e5bc9d7e413ddd7902c2932e418702b84d0cc07";

#[derive(Clone, Debug, Default)]
pub(super) struct Desk {
    answers: HashMap<String, (u16, String)>,
    asked: Arc<Mutex<Vec<String>>>,
    load: Arc<Mutex<Load>>,
}

/// How many questions are before it.
#[derive(Debug, Default)]
struct Load {
    now: usize,
    most: usize,
}

impl Desk {
    /// A file that one machine has, about which everything is in order.
    pub(super) fn in_order() -> Self {
        Self::default()
            .says(
                &format!("files/{SHA1}"),
                &format!(
                    r#"{{"sha1":"{SHA1}","determinationType":"Malware","determinationValue":"Trojan:Win32/X",
                        "isValidCertificate":false,"globalPrevalence":3,"size":7}}"#
                ),
            )
            .says(
                &format!("files/{SHA1}/stats"),
                &format!(r#"{{"sha1":"{SHA1}","organizationPrevalence":1,"topFileNames":["a.exe"]}}"#),
            )
            .has_machines(&[machine(MACHINE, "Windows11")])
            .says(&of_machine(MACHINE), r#"{"value":[]}"#)
    }

    /// What is answered to a GET of this path below `/api/`, with its query.
    pub(super) fn says(mut self, path: &str, body: &str) -> Self {
        self.answers.insert(path.to_owned(), (200, body.to_owned()));
        self
    }

    pub(super) fn refuses(mut self, path: &str, status: u16, code: &str, message: &str) -> Self {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"{message}"}}}}"#);
        self.answers.insert(path.to_owned(), (status, body));
        self
    }

    /// Nothing comes back for this path.
    pub(super) fn loses(mut self, path: &str) -> Self {
        self.answers.remove(path);
        self
    }

    pub(super) fn has_machines(self, machines: &[String]) -> Self {
        let body = format!(r#"{{"value":[{}]}}"#, machines.join(","));
        self.says(&format!("files/{SHA1}/machines"), &body)
    }

    /// A client of a service of one's own.
    pub(super) fn of_ones_own(&self) -> Client {
        self.of_ones_own_with("opaque")
    }

    /// The same, with this token.
    pub(super) fn of_ones_own_with(&self, token: &str) -> Client {
        let service = Service::custom("https://edr.example", "https://login.example")
            .token_source(StaticToken::new(token).unwrap());
        let builder = Client::builder().service(service).transport(self.clone());
        builder.retry(RetryPolicy::never()).build().unwrap()
    }

    /// A client of Microsoft's service, for an application with these permissions.
    pub(super) fn of_microsofts(&self, permissions: &[&str]) -> Client {
        let token = StaticToken::new(token(permissions)).unwrap();
        let builder = Client::builder().credential(token).transport(self.clone());
        builder.retry(RetryPolicy::never()).build().unwrap()
    }

    /// How many questions were before it at most.
    pub(super) fn most_at_once(&self) -> usize {
        self.load.lock().unwrap().most
    }

    /// What was asked, in any order.
    pub(super) fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }
}

impl Desk {
    /// An answer takes a moment, in which others are asked for.
    async fn is_busy(&self) {
        {
            let mut load = self.load.lock().unwrap();
            load.now += 1;
            load.most = load.most.max(load.now);
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
        self.load.lock().unwrap().now -= 1;
    }
}

#[async_trait]
impl Transport for Desk {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        assert_eq!(request.method(), http::Method::GET, "a check only reads");
        let target = request.uri().path_and_query().unwrap().as_str();
        let path = target.trim_start_matches("/api/").to_owned();
        self.asked.lock().unwrap().push(path.clone());
        self.is_busy().await;
        let Some((status, body)) = self.answers.get(&path) else {
            return Err(TransportError::new(TransportErrorKind::Connect));
        };
        let response = Response::builder().status(*status);
        Ok(response.body(Bytes::from(body.clone())).unwrap())
    }
}

pub(super) fn machine(id: &str, platform: &str) -> String {
    format!(
        r#"{{"id":"{id}","computerDnsName":"web-1.contoso.example","osPlatform":"{platform}",
            "healthStatus":"Active","onboardingStatus":"Onboarded","lastSeen":"2100-01-01T00:00:00Z"}}"#
    )
}

pub(super) fn action(id: &str, machine: &str, sha1: &str, status: &str) -> String {
    format!(
        r#"{{"id":"{id}","type":"StopAndQuarantineFile","machineId":"{machine}","status":"{status}",
            "relatedFileInfo":{{"fileIdentifier":"{sha1}","fileIdentifierType":"Sha1"}}}}"#
    )
}

pub(super) fn of_machine(id: &str) -> String {
    format!("machineactions?$filter=machineId%20eq%20%27{id}%27")
}

pub(super) fn of_status(status: &str) -> String {
    format!("machineactions?$filter=status%20eq%20%27{status}%27")
}

/// A token of Microsoft's for an application, which nobody signed.
pub(super) fn token(permissions: &[&str]) -> String {
    let claims = serde_json::json!({
        "aud": "https://api.securitycenter.microsoft.com",
        "roles": permissions,
    });
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("eyJhbGciOiJub25lIn0.{claims}.c2ln")
}
