//! Limits of time and size. Durations are set short and never measured.

use std::time::Duration;

use http::Uri;

use super::probe::{
    Probe, Verdict, expect, expect_eq, expect_kind, expect_not_sent, expect_unknown, get,
};
use super::server::{Reaction, Server};
use super::wire;
use crate::Proxy;
use crate::TransportErrorKind::{BodyTooLarge, Timeout};

const SHORT: Duration = Duration::from_millis(300);

/// On a busy machine the time may be up before the request has arrived.
fn at_most_one_arrival(server: &Server) -> Verdict {
    let count = server.arrivals().len();
    expect(count <= 1, || format!("{count} arrivals of one request"))
}

/// TCP connects, and TLS never answers.
pub(super) async fn connect(probe: &Probe<'_>) -> Verdict {
    let server = Server::greeting(b"").await?;
    let uri = format!("https://{}/", server.authority()).parse()?;
    let transport = probe.transport_with(&Probe::options().with_connect_timeout(SHORT));
    expect_not_sent(transport.send(get(uri)).await)
}

/// The proxy connects, and never says whether it opens a tunnel.
pub(super) async fn tunnel(probe: &Probe<'_>) -> Verdict {
    let proxy = Server::greeting(b"").await?;
    let address = format!("http://{}/", proxy.authority()).parse()?;
    let options = Probe::options()
        .with_connect_timeout(SHORT)
        .with_proxy(Proxy::Url(address));
    let transport = probe.transport_with(&options);
    let uri = Uri::from_static("https://service.invalid/");
    expect_not_sent(transport.send(get(uri)).await)
}

pub(super) async fn first_byte(probe: &Probe<'_>) -> Verdict {
    let server = Server::scripted([Reaction::AnswerAndStall(Vec::new())]).await?;
    let transport = probe.transport_with(&Probe::options().with_first_byte_timeout(SHORT));
    expect_kind(transport.send(get(server.uri("/")?)).await, Timeout)?;
    at_most_one_arrival(&server)
}

pub(super) async fn total(probe: &Probe<'_>) -> Verdict {
    let beginnings: [&[u8]; 3] = [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
    ];
    for beginning in beginnings {
        let server = Server::scripted([Reaction::AnswerAndStall(beginning.to_vec())]).await?;
        let transport = probe.transport_with(&Probe::options().with_total_timeout(SHORT));
        expect_kind(transport.send(get(server.uri("/")?)).await, Timeout)?;
        at_most_one_arrival(&server)?;
    }
    Ok(())
}

/// Every byte comes soon after the one before, and the answer never ends. In the
/// head it is the limit of the first byte that is reached, which is that of the head.
pub(super) async fn drip(probe: &Probe<'_>) -> Verdict {
    let total = Probe::options().with_total_timeout(SHORT);
    let head = Probe::options().with_first_byte_timeout(SHORT);
    let body = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n.";
    let endless = b"HTTP/1.1 200 OK\r\n\r\n.";
    let name = b"HTTP/1.1 200 OK\r\nX-Slow: .";
    for (options, beginning) in [
        (&total, body.as_slice()),
        (&total, endless),
        (&total, name),
        (&head, name),
    ] {
        let server = Server::scripted([Reaction::Drip(beginning.to_vec())]).await?;
        let transport = probe.transport_with(options);
        expect_kind(transport.send(get(server.uri("/")?)).await, Timeout)?;
        at_most_one_arrival(&server)?;
    }
    Ok(())
}

/// Many headers, and one that does not end.
pub(super) async fn header_flood(probe: &Probe<'_>) -> Verdict {
    let status = b"HTTP/1.1 200 OK\r\n".to_vec();
    let many = Reaction::Flood(status.clone(), b"X-Flood: 0123456789abcdef\r\n".to_vec());
    let long = Reaction::Flood(
        [&status, b"X-Flood: ".as_slice()].concat(),
        vec![b'x'; 1024],
    );
    for flood in [many, long] {
        let server = Server::scripted([flood]).await?;
        expect_unknown(probe.transport().send(get(server.uri("/")?)).await)?;
        expect_eq("arrivals", server.arrivals().len(), 1)?;
    }
    Ok(())
}

/// A small body that unfolds to a large one. Whoever did not ask for gzip gets it unfolded.
pub(super) async fn gzip_bomb(probe: &Probe<'_>) -> Verdict {
    let plain = wire::answer("200 OK", &vec![0; wire::BOMB_UNFOLDED]);
    let bomb = Reaction::IfGzip(wire::gzipped(wire::BOMB), plain);
    let options = Probe::options().with_body_cap(wire::BOMB_UNFOLDED - 1);
    let server = Server::scripted([bomb.clone()]).await?;
    let transport = probe.transport_with(&options);
    expect_kind(transport.send(get(server.uri("/")?)).await, BodyTooLarge)?;

    let options = Probe::options().with_body_cap(wire::BOMB_UNFOLDED);
    let server = Server::scripted([bomb]).await?;
    let transport = probe.transport_with(&options);
    let answer = transport.send(get(server.uri("/")?)).await?;
    expect_eq(
        "the body's length",
        answer.body().len(),
        wire::BOMB_UNFOLDED,
    )
}

pub(super) async fn body_cap(probe: &Probe<'_>) -> Verdict {
    let declared = wire::answer("200 OK", &[b'x'; 101]);
    let chunk = format!("65\r\n{}\r\n0\r\n\r\n", "x".repeat(101));
    let undeclared = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}");
    let transport = probe.transport_with(&Probe::options().with_body_cap(100));
    for too_large in [declared, undeclared.into_bytes()] {
        let server = Server::scripted([Reaction::Answer(too_large)]).await?;
        expect_kind(transport.send(get(server.uri("/")?)).await, BodyTooLarge)?;
    }
    let fitting = Reaction::Answer(wire::answer("200 OK", &[b'x'; 100]));
    let server = Server::scripted([fitting]).await?;
    let answer = transport.send(get(server.uri("/")?)).await?;
    expect_eq("the body's length", answer.body().len(), 100)
}
