//! Limits of time and size. Durations are set short and never measured.

use std::time::Duration;

use super::probe::{Probe, Verdict, expect, expect_eq, expect_kind, expect_not_sent, get};
use super::server::{Reaction, Server};
use super::wire;
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
