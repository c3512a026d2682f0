//! One send is at most one arrival.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::probe::{Probe, Verdict, Violation, expect, expect_eq, expect_unknown, get, post};
use super::server::{Reaction, Server};
use super::wire;
use crate::Reach;

const MARK: &str = "x-mark";

fn marked(server: &Server, mark: usize) -> Result<Request<Bytes>, Violation> {
    let mut request = post(server.uri("/")?, mark.to_string());
    request.headers_mut().insert(MARK, HeaderValue::from(mark));
    Ok(request)
}

fn arrivals_of(server: &Server, mark: usize) -> usize {
    let mark = mark.to_string();
    server
        .arrivals()
        .iter()
        .filter(|arrival| arrival.header(MARK) == Some(&mark))
        .count()
}

/// A connection returns to a pool a moment after its answer was read, so that a
/// quick second request may miss it; ten in a row cannot all.
pub(super) async fn reused(probe: &Probe<'_>) -> Verdict {
    let server = Server::scripted([]).await?;
    let transport = probe.transport();
    for _ in 0..10 {
        transport.send(get(server.uri("/")?)).await?;
    }
    let arrivals = server.arrivals();
    let connections: HashSet<usize> = arrivals.iter().map(|arrival| arrival.connection).collect();
    expect_eq("arrivals", arrivals.len(), 10)?;
    expect(connections.len() < 10, || {
        "ten requests took ten connections".to_owned()
    })
}

/// Stacks that repeat do it here: the first byte of an answer never came, and the
/// connection had been used before.
pub(super) async fn kept_connection_reset(probe: &Probe<'_>) -> Verdict {
    for breaking in [Reaction::Reset, Reaction::AnswerAndClose(Vec::new())] {
        let first = Reaction::Answer(wire::answer("200 OK", b""));
        let server = Server::scripted([first, breaking]).await?;
        let transport = probe.transport();
        transport.send(marked(&server, 1)?).await?;
        expect_unknown(transport.send(marked(&server, 2)?).await)?;
        expect_eq("arrivals of the broken request", arrivals_of(&server, 2), 1)?;
    }
    Ok(())
}

/// The race that no client wins: the connection breaks while the request is written.
/// Some byte was written, so nothing can be proved.
pub(super) async fn kept_connection_reset_meanwhile(probe: &Probe<'_>) -> Verdict {
    let first = Reaction::AnswerAndResetNext(wire::answer("200 OK", b""));
    let server = Server::scripted([first]).await?;
    let transport = probe.transport();
    transport.send(marked(&server, 1)?).await?;
    let result = transport.send(marked(&server, 2)?).await;
    match (result, arrivals_of(&server, 2)) {
        (Err(error), 0) => expect_eq("the reach", error.reach(), Reach::Unknown),
        // It took another connection from the start.
        (Ok(_), 1) => Ok(()),
        (result, count) => Err(Violation(format!(
            "{count} arrivals of a request that ended {result:?}"
        ))),
    }
}

/// The server closes after each answer without having announced it. Whether the
/// next request meets the closed connection is a race that the transport may
/// lose; it must not claim what is not so.
pub(super) async fn kept_connection_closed(probe: &Probe<'_>) -> Verdict {
    const ROUNDS: usize = 30;
    let closing = Reaction::AnswerAndClose(wire::answer("200 OK", b""));
    let server = Server::scripted(vec![closing; ROUNDS]).await?;
    let transport = probe.transport();
    let mut results = Vec::with_capacity(ROUNDS);
    for mark in 0..ROUNDS {
        results.push(transport.send(marked(&server, mark)?).await);
    }
    for (mark, result) in results.iter().enumerate() {
        let count = arrivals_of(&server, mark);
        let consistent = match result {
            Ok(_) => count == 1,
            Err(error) if error.reach() == Reach::NotSent => count == 0,
            Err(_) => count <= 1,
        };
        expect(consistent, || {
            format!("{count} arrivals of a request that ended {result:?}")
        })?;
    }
    Ok(())
}

pub(super) async fn inviting_statuses(probe: &Probe<'_>) -> Verdict {
    for line in [
        "408 Request Timeout",
        "425 Too Early",
        "429 Too Many",
        "502 Bad",
        "503 Later",
    ] {
        let inviting = Reaction::AnswerAndClose(wire::answer_with(line, "Retry-After: 0\r\n", b""));
        let server = Server::scripted([inviting]).await?;
        let answer = probe.transport().send(get(server.uri("/")?)).await?;
        expect_eq(
            "the status",
            answer.status().as_str(),
            line.get(..3).unwrap_or_default(),
        )?;
        expect_eq("arrivals", server.arrivals().len(), 1)?;
    }
    Ok(())
}

/// The server holds the connection until the client lets go of it.
pub(super) async fn dropped(probe: &Probe<'_>) -> Verdict {
    let server = Server::scripted([Reaction::AnswerAndStall(Vec::new())]).await?;
    let transport = probe.transport();
    let request = marked(&server, 1)?;
    let sending = tokio::spawn(async move { transport.send(request).await });
    until("the request arrives", || arrivals_of(&server, 1) == 1).await?;
    sending.abort();
    until("the connection ends", || server.ended() == 1).await?;
    expect_eq("connections", server.connections(), 1)
}

/// Waits for what happens in another task.
async fn until(what: &str, mut happened: impl FnMut() -> bool) -> Verdict {
    let waiting = async {
        while !happened() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = timeout(Duration::from_secs(5), waiting).await;
    waited.map_err(|_| Violation(format!("in vain was waited until {what}")))
}

pub(super) async fn side_by_side(probe: &Probe<'_>) -> Verdict {
    const SENDS: usize = 16;
    let server = Server::scripted(vec![Reaction::Echo; SENDS]).await?;
    let transport = probe.transport();
    let mut sends = JoinSet::new();
    for mark in 0..SENDS {
        let transport = transport.clone();
        let request = marked(&server, mark)?;
        sends.spawn(async move { (mark, transport.send(request).await) });
    }
    while let Some(joined) = sends.join_next().await {
        let (mark, result) = joined?;
        let body = result?.into_body();
        expect_eq("the answer", body.as_ref(), mark.to_string().as_bytes())?;
        expect_eq("arrivals", arrivals_of(&server, mark), 1)?;
    }
    Ok(())
}
