//! What was said is what arrives, in both directions.

use bytes::Bytes;
use http::header::{AUTHORIZATION, LOCATION};
use http::{HeaderValue, Request, Uri};

use super::arrival::Arrival;
use super::probe::{
    Probe, Verdict, Violation, expect, expect_eq, expect_not_sent, expect_unknown, get, post,
};
use super::server::{Reaction, Server};
use super::wire;
use crate::Proxy;

fn only(arrivals: &[Arrival]) -> Result<&Arrival, Violation> {
    match arrivals {
        [arrival] => Ok(arrival),
        others => Err(Violation(format!(
            "{} arrivals instead of one",
            others.len()
        ))),
    }
}

pub(super) async fn status(probe: &Probe<'_>) -> Verdict {
    let transport = probe.transport();
    for (code, line) in [
        (200, "200 OK"),
        (201, "201 Created"),
        (204, "204 No Content"),
        (400, "400 Bad Request"),
        (401, "401 Unauthorized"),
        (404, "404 Not Found"),
        (500, "500 Internal Server Error"),
        (599, "599 Unheard Of"),
    ] {
        let bytes = match code {
            204 => format!("HTTP/1.1 {line}\r\n\r\n").into_bytes(),
            _ => wire::answer(line, b"{}"),
        };
        let server = Server::scripted([Reaction::Answer(bytes)]).await?;
        let answer = transport.send(get(server.uri("/")?)).await?;
        expect_eq("the status", answer.status().as_u16(), code)?;
        only(&server.arrivals())?;
    }
    Ok(())
}

pub(super) async fn headers(probe: &Probe<'_>) -> Verdict {
    let reply = "Retry-After: 17\r\nX-Twice: one\r\nX-Twice: two\r\n";
    let server =
        Server::scripted([Reaction::Answer(wire::answer_with("429 Slow", reply, b""))]).await?;
    let mut request = get(server.uri("/")?);
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer a.b-c_d"));
    headers.append("x-asked-twice", HeaderValue::from_static("one"));
    headers.append("x-asked-twice", HeaderValue::from_static("two"));

    let answer = probe.transport().send(request).await?;
    let twice: Vec<_> = answer.headers().get_all("x-twice").iter().collect();
    expect_eq(
        "a repeated header of the answer",
        twice.as_slice(),
        &["one", "two"].map(HeaderValue::from_static).each_ref(),
    )?;
    let retry_after = answer
        .headers()
        .get("retry-after")
        .map(HeaderValue::as_bytes);
    expect_eq("Retry-After", retry_after, Some(b"17".as_slice()))?;

    let arrivals = server.arrivals();
    let arrival = only(&arrivals)?;
    expect_eq(
        "Authorization",
        arrival.header("authorization"),
        Some("Bearer a.b-c_d"),
    )?;
    expect_eq(
        "Host",
        arrival.header("host"),
        Some(server.authority().as_str()),
    )?;
    let asked: Vec<_> = arrival.header_values("x-asked-twice").collect();
    expect_eq(
        "a repeated header of the request",
        asked.join(", ").as_str(),
        "one, two",
    )
}

pub(super) async fn bodies(probe: &Probe<'_>) -> Verdict {
    let body: Vec<u8> = (0..=u8::MAX).cycle().take(300_000).collect();
    let chunked =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfir\r\n5\r\nst se\r\n0\r\n\r\n";
    let script = [Reaction::Echo, Reaction::Answer(chunked.to_vec())];
    let server = Server::scripted(script).await?;
    let transport = probe.transport();

    let answer = transport.send(post(server.uri("/")?, body.clone())).await?;
    expect(answer.body() == &body, || {
        "a body of 300,000 bytes did not come back".to_owned()
    })?;
    let arrivals = server.arrivals();
    expect(only(&arrivals)?.body == body, || {
        "the request's body changed".to_owned()
    })?;

    let answer = transport.send(get(server.uri("/")?)).await?;
    expect_eq("a chunked body", answer.body().as_ref(), b"first se")
}

pub(super) async fn target(probe: &Probe<'_>) -> Verdict {
    let server = Server::scripted([]).await?;
    let target = "/api//files/a%2Fb%20c/x?$filter=id%20eq%20%27a%27&$top=5&empty=";
    probe.transport().send(get(server.uri(target)?)).await?;
    let arrivals = server.arrivals();
    let arrival = only(&arrivals)?;
    expect_eq("the target", arrival.target.as_str(), target)?;
    expect_eq("the method", arrival.method.as_str(), "GET")
}

pub(super) async fn empty_post(probe: &Probe<'_>) -> Verdict {
    let server = Server::scripted([]).await?;
    probe.transport().send(post(server.uri("/")?, "")).await?;
    let arrivals = server.arrivals();
    expect_eq(
        "Content-Length",
        only(&arrivals)?.header("content-length"),
        Some("0"),
    )
}

fn authorized(uri: Uri) -> Request<Bytes> {
    let mut request = post(uri, "{}");
    let token = HeaderValue::from_static("Bearer a.b-c_d");
    request.headers_mut().insert(AUTHORIZATION, token);
    request
}

pub(super) async fn redirect(probe: &Probe<'_>) -> Verdict {
    let elsewhere = Server::scripted([]).await?;
    for line in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let location = format!("Location: {}\r\n", elsewhere.uri("/stolen")?);
        let away = wire::answer_with(line, &location, b"moved");
        let here = wire::answer_with(line, "Location: /here\r\n", b"moved");
        let script = [Reaction::Answer(away), Reaction::Answer(here)];
        let server = Server::scripted(script).await?;
        let transport = probe.transport();
        transport.send(authorized(server.uri("/")?)).await?;
        let answer = transport.send(authorized(server.uri("/")?)).await?;
        expect_eq(
            "the status",
            answer.status().as_str(),
            line.get(..3).unwrap_or_default(),
        )?;
        expect(answer.headers().contains_key(LOCATION), || {
            "no Location".to_owned()
        })?;
        expect_eq("arrivals", server.arrivals().len(), 2)?;
    }
    expect_eq(
        "arrivals at the redirect's target",
        elsewhere.arrivals().len(),
        0,
    )?;
    redirect_to_nowhere(probe).await
}

/// Some stacks look at the address before they ask whether to follow it. Their error
/// comes after the request has arrived, whatever they call it.
async fn redirect_to_nowhere(probe: &Probe<'_>) -> Verdict {
    for nowhere in [
        "https://1.2.3.4.5/",
        "https://[::z]/",
        "ftp://x/",
        "http://",
        "%",
    ] {
        let location = format!("Location: {nowhere}\r\n");
        let answer = wire::answer_with("302 Found", &location, b"moved");
        let server = Server::scripted([Reaction::Answer(answer)]).await?;
        let result = probe.transport().send(authorized(server.uri("/")?)).await;
        expect_eq("arrivals", server.arrivals().len(), 1)?;
        if result.is_err() {
            expect_unknown(result)
                .map_err(|found| Violation(format!("redirected to {nowhere}: {}", found.0)))?;
        }
    }
    Ok(())
}

/// What comes before the answer is not the answer.
pub(super) async fn informational(probe: &Probe<'_>) -> Verdict {
    let hints = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n\
        HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n";
    let whole = [hints.as_slice(), &wire::answer("201 Created", b"done")].concat();
    let server = Server::scripted([Reaction::Answer(whole)]).await?;
    let answer = probe.transport().send(post(server.uri("/")?, "{}")).await?;
    expect_eq("the status", answer.status().as_u16(), 201)?;
    expect_eq("the body", answer.body().as_ref(), b"done")?;
    only(&server.arrivals()).map(drop)
}

pub(super) async fn gzip(probe: &Probe<'_>) -> Verdict {
    let coded = wire::answer_with("200 OK", "Content-Encoding: gzip\r\n", wire::GZIPPED);
    let plain = wire::answer("200 OK", wire::PLAIN);
    let server = Server::scripted([Reaction::IfGzip(coded, plain)]).await?;
    let answer = probe.transport().send(get(server.uri("/")?)).await?;
    expect_eq("the body", answer.body().as_ref(), wire::PLAIN)?;
    expect(!answer.headers().contains_key("content-encoding"), || {
        "Content-Encoding describes a body that is decoded already".to_owned()
    })
}

pub(super) async fn proxy_unused(probe: &Probe<'_>) -> Verdict {
    let proxy = Server::scripted([]).await?;
    let server = Server::scripted([]).await?;
    let no_tls = Server::greeting(b"not TLS\r\n").await?;
    let options = Probe::options().with_proxy(Proxy::Url(proxy.uri("/")?.to_string().parse()?));
    let transport = probe.transport_with(&options);

    transport.send(get(server.uri("/")?)).await?;
    only(&server.arrivals())?;
    let secure_loopback = format!("https://{}/", no_tls.authority()).parse()?;
    expect_not_sent(transport.send(get(secure_loopback)).await)?;
    let clear_text = Uri::from_static("http://service.invalid/");
    expect_not_sent(transport.send(get(clear_text)).await)?;
    expect_eq("connections to the proxy", proxy.connections(), 0)
}
