//! An application that calls a server by nothing but the sockets of the standard library.

use serde_json::Value;

use super::act::{Act, Running, exchange};

/// An application at a server.
pub(crate) struct Client<'a> {
    running: &'a Running,
    token: String,
}

impl<'a> Client<'a> {
    pub(crate) fn new(act: &Act, running: &'a Running) -> Self {
        let add = [
            "app",
            "add",
            "robot",
            "--permission",
            "Ti.ReadWrite.All",
            "--output",
            "json",
        ];
        let added: Value = act.server(&add).json();
        let text = |name: &str| added[name].as_str().expect("a text").to_owned();
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&resource=https://api.securitycenter.microsoft.com",
            text("clientId"),
            text("clientSecret")
        );
        let path = format!("/{}/oauth2/token", text("tenantId"));
        let (status, answer) = send(running, "POST", &path, "", &form);
        assert_eq!(status, 200, "{answer}");
        let token = body(&answer)["access_token"]
            .as_str()
            .expect("a token")
            .to_owned();
        Self { running, token }
    }

    /// Asks for something that must be kept, and is acknowledged with 200.
    pub(crate) fn submit(&self, name: &str) -> (u16, String) {
        let indicator = format!(
            r#"{{"indicatorValue":"{name}.example","indicatorType":"DomainName","action":"Warn","title":"t","description":"d"}}"#
        );
        send(
            self.running,
            "POST",
            "/api/indicators",
            &self.token,
            &indicator,
        )
    }

    /// What is kept.
    pub(crate) fn kept(&self) -> usize {
        let (status, answer) = send(self.running, "GET", "/api/indicators", &self.token, "");
        assert_eq!(status, 200, "{answer}");
        body(&answer)["value"].as_array().expect("a list").len()
    }
}

fn send(running: &Running, method: &str, path: &str, token: &str, body: &str) -> (u16, String) {
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    // The token endpoint takes the secret in one place only.
    let request = request.replace("Authorization: Bearer \r\n", "");
    exchange(&running.address, &request)
}

pub(crate) fn body(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("JSON")
}
