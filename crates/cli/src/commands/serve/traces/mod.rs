//! Where the server's traces go: a collector of OpenTelemetry, by OTLP over HTTP.

#[cfg(feature = "otlp")]
mod carrier;
#[cfg(feature = "otlp")]
mod export;
mod headers;
#[cfg(feature = "otlp")]
mod parents;
#[cfg(not(feature = "otlp"))]
mod without;

use std::path::PathBuf;

use quell_terminal::Failure;
use url::{Host, Url};

#[cfg(feature = "otlp")]
pub(crate) use export::Traces;
use headers::Headers;
#[cfg(not(feature = "otlp"))]
pub(crate) use without::Traces;

/// What the settings say.
#[derive(Clone, Debug, Default)]
pub(super) struct TracesPlan {
    pub(super) endpoint: Option<Url>,
    pub(super) headers_file: Option<PathBuf>,
}

/// Whoever takes traces, and what must be shown there.
#[derive(Debug)]
pub(super) struct Collector {
    #[cfg_attr(
        not(feature = "otlp"),
        expect(dead_code, reason = "nothing is sent there")
    )]
    endpoint: Url,
    #[cfg_attr(
        not(feature = "otlp"),
        expect(dead_code, reason = "nothing is sent there")
    )]
    headers: Headers,
}

impl TracesPlan {
    /// Where traces go, if anywhere.
    pub(super) fn collector(&self) -> Result<Option<Collector>, Failure> {
        let Some(endpoint) = self.endpoint.clone() else {
            return match self.headers_file {
                None => Ok(None),
                Some(_) => Err(
                    Failure::usage("headers for traces are given, and no collector")
                        .next("give --traces-endpoint, or endpoint in [traces]"),
                ),
            };
        };
        if !is_private(&endpoint) {
            return Err(
                Failure::usage("traces would cross the network for everyone to read")
                    .next("write a URL of https, or of a collector on this host, such as http://127.0.0.1:4318/v1/traces"),
            );
        }
        let headers = match &self.headers_file {
            Some(file) => Headers::of_file(file)?,
            None => Headers::default(),
        };
        Ok(Some(Collector { endpoint, headers }))
    }
}

/// Whether nobody on the way reads what is sent there. A URL's own user and password are no way to sign in.
fn is_private(endpoint: &Url) -> bool {
    let is_bare = endpoint.username().is_empty() && endpoint.password().is_none();
    let is_here = match endpoint.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    is_bare
        && match endpoint.scheme() {
            "https" => endpoint.has_host(),
            "http" => is_here,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(endpoint: Option<&str>, headers: Option<PathBuf>) -> TracesPlan {
        TracesPlan {
            endpoint: endpoint.map(|url| url.parse().unwrap()),
            headers_file: headers,
        }
    }

    #[test]
    fn traces_go_where_nobody_else_reads_them() {
        for good in [
            "https://collector.example/v1/traces",
            "http://127.0.0.1:4318/v1/traces",
            "http://[::1]:4318/v1/traces",
            "http://localhost:4318/v1/traces",
        ] {
            assert!(plan(Some(good), None).collector().unwrap().is_some());
        }
        for bad in [
            "http://collector.example/v1/traces",
            "http://192.0.2.1:4318/v1/traces",
            "https://user:password@collector.example/v1/traces",
            "file:///v1/traces",
        ] {
            let told = plan(Some(bad), None).collector().unwrap_err().render();
            assert!(
                told.contains("of https") && !told.contains("password"),
                "{told}"
            );
        }
    }

    #[test]
    fn headers_alone_go_nowhere() {
        assert!(plan(None, None).collector().unwrap().is_none());
        let told = plan(None, Some("h".into())).collector().unwrap_err();
        assert!(told.render().contains("no collector"));
    }
}
