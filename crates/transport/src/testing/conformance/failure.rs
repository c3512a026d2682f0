//! Failures, and what they say about how far the request got.

use std::error::Error as StdError;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::{HeaderValue, Request, Uri};
use tokio::net::TcpSocket;

use super::arrival::Arrival;
use super::probe::{
    Probe, Verdict, Violation, chain, expect, expect_eq, expect_kind, expect_not_sent,
    expect_unknown, get, post,
};
use super::server::{Reaction, Server};
use super::wire;
use crate::{Proxy, TransportErrorKind};

const NOT_HTTP: &[u8] = b"220 mail.example ESMTP\r\nthis is not HTTP\r\n\r\n";

/// A port on which connections are refused and which nobody else can take:
/// bound, but not listened on.
fn refusing_port() -> Result<(TcpSocket, Uri), Violation> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let uri = format!("http://{}/", socket.local_addr()?).parse()?;
    Ok((socket, uri))
}

pub(super) async fn unusable_uri(probe: &Probe<'_>) -> Verdict {
    let transport = probe.transport();
    for uri in ["/api/machines", "ftp://127.0.0.1/a"] {
        expect_not_sent(transport.send(get(uri.parse()?)).await)?;
    }
    Ok(())
}

pub(super) async fn refused(probe: &Probe<'_>) -> Verdict {
    let (_port, uri) = refusing_port()?;
    expect_kind(
        probe.transport().send(get(uri)).await,
        TransportErrorKind::Connect,
    )
}

pub(super) async fn unresolved(probe: &Probe<'_>) -> Verdict {
    // The top-level domain is reserved for having no names (RFC 6761 §6.4).
    let uri = Uri::from_static("https://quell-conformance.invalid/");
    expect_not_sent(probe.transport().send(get(uri)).await)
}

pub(super) async fn no_tls(probe: &Probe<'_>) -> Verdict {
    let server = Server::greeting(NOT_HTTP).await?;
    let uri = format!("https://{}/", server.authority()).parse()?;
    expect_not_sent(probe.transport().send(get(uri)).await)
}

pub(super) async fn tunnel_denied(probe: &Probe<'_>) -> Verdict {
    let denial = Reaction::Answer(wire::answer("403 Forbidden", b""));
    // Whoever asks again is denied again, instead of waiting for TLS in an open tunnel.
    let proxy = Server::scripted(vec![denial; 8]).await?;
    let options = Probe::options().with_proxy(Proxy::Url(proxy.uri("/")?.to_string().parse()?));
    let mut request = post(Uri::from_static("https://service.invalid/x"), "secret");
    request
        .headers_mut()
        .insert("authorization", HeaderValue::from_static("Bearer secret"));
    expect_not_sent(probe.transport_with(&options).send(request).await)?;

    let arrivals = proxy.arrivals();
    let [arrival] = arrivals.as_slice() else {
        return Err(Violation(format!(
            "{} requests for a tunnel",
            arrivals.len()
        )));
    };
    expect_eq("the proxy's method", arrival.method.as_str(), "CONNECT")?;
    expect_eq(
        "the tunnel's end",
        arrival.target.as_str(),
        "service.invalid:443",
    )?;
    expect(!format!("{arrival:?}").contains("secret"), || {
        "the proxy saw a secret".to_owned()
    })
}

/// The tunnel opens. What goes through it is TLS, and as its other end does not speak
/// it, nothing more.
pub(super) async fn tunnel_granted(probe: &Probe<'_>) -> Verdict {
    const HANDSHAKE: u8 = 22;
    let proxy = Server::scripted(vec![Reaction::Tunnel; 8]).await?;
    let options = Probe::options().with_proxy(Proxy::Url(proxy.uri("/")?.to_string().parse()?));
    let uri = "https://service.invalid/canary-path?code=canary-query";
    let result = probe
        .transport_with(&options)
        .send(with_canaries(uri)?)
        .await;
    expect_not_sent(result)?;
    let heard = proxy.overheard();
    expect_eq("the first byte", heard.first().copied(), Some(HANDSHAKE))?;
    let seen = format!("{:?}{}", proxy.arrivals(), String::from_utf8_lossy(&heard));
    expect(!seen.contains("canary"), || {
        format!("the proxy saw a secret: {seen}")
    })
}

/// A proxy's password goes to the proxy and into no error.
pub(super) async fn proxy_credentials(probe: &Probe<'_>) -> Verdict {
    let denial = Reaction::Answer(wire::answer_with(
        "407 Proxy Authentication Required",
        "Proxy-Authenticate: Basic realm=\"x\"\r\n",
        b"",
    ));
    let proxy = Server::scripted(vec![denial; 8]).await?;
    let address = format!("http://kim:canary-password@{}/", proxy.authority());
    let options = Probe::options().with_proxy(Proxy::Url(address.parse()?));
    let request = post(Uri::from_static("https://service.invalid/"), "{}");
    let result = probe.transport_with(&options).send(request).await;
    if let Err(error) = &result {
        let told = everything_told(error);
        expect(!told.contains("canary"), || {
            format!("a secret in an error: {told}")
        })?;
    }
    expect_not_sent(result)?;
    let arrivals = proxy.arrivals();
    let sent = arrivals
        .first()
        .and_then(|arrival| arrival.header("proxy-authorization"));
    // "kim:canary-password"
    expect_eq(
        "Proxy-Authorization",
        sent,
        Some("Basic a2ltOmNhbmFyeS1wYXNzd29yZA=="),
    )
}

/// One request against one reaction: its reach is unknown, and it arrived once.
async fn arrives_and_fails(probe: &Probe<'_>, reaction: Reaction) -> Verdict {
    let server = Server::scripted([reaction.clone()]).await?;
    let result = probe.transport().send(post(server.uri("/")?, "{}")).await;
    expect_unknown(result).map_err(|found| Violation(format!("{reaction}: {}", found.0)))?;
    expect_eq("arrivals", server.arrivals().len(), 1)
}

pub(super) async fn reset(probe: &Probe<'_>) -> Verdict {
    arrives_and_fails(probe, Reaction::Reset).await?;
    arrives_and_fails(probe, Reaction::AnswerAndClose(Vec::new())).await
}

pub(super) async fn cut_off(probe: &Probe<'_>) -> Verdict {
    let beginnings: [&[u8]; 4] = [
        b"HTTP/1.1 201 Created\r\nContent-Le",
        b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\nonly",
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n",
    ];
    for beginning in beginnings {
        arrives_and_fails(probe, Reaction::AnswerAndClose(beginning.to_vec())).await?;
        arrives_and_fails(probe, Reaction::AnswerAndReset(beginning.to_vec())).await?;
    }
    Ok(())
}

/// The length is right, the stream within is not: cut off, or no gzip at all.
pub(super) async fn gzip_broken(probe: &Probe<'_>) -> Verdict {
    let cut = wire::GZIPPED.split_last_chunk::<9>().map(|(rest, _)| rest);
    for broken in [cut.unwrap_or_default(), wire::PLAIN] {
        let plain = wire::answer("200 OK", wire::PLAIN);
        let server = Server::scripted([Reaction::IfGzip(wire::gzipped(broken), plain)]).await?;
        let result = probe.transport().send(post(server.uri("/")?, "{}")).await;
        let arrivals = server.arrivals();
        expect_eq("arrivals", arrivals.len(), 1)?;
        if arrivals.iter().any(Arrival::accepts_gzip) {
            expect_kind(result, TransportErrorKind::Decode)?;
        } else {
            expect_eq("the body", result?.body().as_ref(), wire::PLAIN)?;
        }
    }
    Ok(())
}

pub(super) async fn garbled(probe: &Probe<'_>) -> Verdict {
    let bad_chunk = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nonly\r\n0\r\n\r\n";
    for nonsense in [NOT_HTTP, bad_chunk] {
        arrives_and_fails(probe, Reaction::AnswerAndClose(nonsense.to_vec())).await?;
    }
    Ok(())
}

pub(super) async fn secrets(probe: &Probe<'_>) -> Verdict {
    let (_port, refused) = refusing_port()?;
    let plain = Server::greeting(NOT_HTTP).await?;
    let resetting = Server::scripted([Reaction::Reset]).await?;
    let garbling = Server::scripted([Reaction::AnswerAndClose(NOT_HTTP.to_vec())]).await?;
    let cutting = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".to_vec();
    let cutting = Server::scripted([Reaction::AnswerAndClose(cutting)]).await?;
    let transport = probe.transport();
    for base in [
        refused.to_string(),
        format!("https://{}/", plain.authority()),
        resetting.uri("/")?.to_string(),
        garbling.uri("/")?.to_string(),
        cutting.uri("/")?.to_string(),
        "https://quell-conformance.invalid/".to_owned(),
        "ftp://127.0.0.1/".to_owned(),
    ] {
        let request = with_canaries(&format!("{base}canary-path?code=canary-query"))?;
        let Err(error) = transport.send(request).await else {
            return Err(Violation(format!("an answer from {base}")));
        };
        let told = everything_told(&error);
        expect(!told.contains("canary"), || {
            format!("a secret in an error: {told}")
        })?;
    }
    Ok(())
}

fn with_canaries(uri: &str) -> Result<Request<Bytes>, Violation> {
    let mut request = post(uri.parse()?, "canary-body");
    request.headers_mut().insert(
        "authorization",
        HeaderValue::from_static("Bearer canary-token"),
    );
    Ok(request)
}

/// All that a log could contain of an error.
fn everything_told(error: &(dyn StdError + 'static)) -> String {
    chain(error)
        .map(|error| format!("{error} {error:?} {error:#?}\n"))
        .collect()
}
