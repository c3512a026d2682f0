//! What a collector of traces is told, and that one that is dead holds nobody up.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode};
use prost::Message as _;

use super::act::{Act, exchange, write};

/// A collector that takes one batch.
struct Collector {
    address: SocketAddr,
    batch: JoinHandle<(Vec<String>, ExportTraceServiceRequest)>,
}

impl Collector {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let batch = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a batch comes");
            let head = head(&stream);
            let length = head
                .iter()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.and_then(|text| text.parse().ok()).expect("a length");
            let mut body = vec![0; length];
            stream.read_exact(&mut body).expect("the whole batch");
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            stream.write_all(answer.as_bytes()).expect("it reads");
            let batch = ExportTraceServiceRequest::decode(body.as_slice());
            (head, batch.expect("a batch of spans"))
        });
        Self { address, batch }
    }
}

/// The lines of a request's head, read to its end and no further.
fn head(stream: &TcpStream) -> Vec<String> {
    let mut reader = BufReader::with_capacity(1, stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a head");
        match line.trim_end() {
            "" => return lines,
            line => lines.push(line.to_ascii_lowercase()),
        }
    }
}

fn attribute(span: &Span, name: &str) -> Option<String> {
    let found = span.attributes.iter().find(|pair| pair.key == name)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        _ => None,
    }
}

fn service(resource: Option<Resource>) -> Option<Value> {
    let attributes = resource?.attributes;
    let name = attributes
        .into_iter()
        .find(|pair| pair.key == "service.name")?;
    name.value?.value
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";
const CANARY: &str = "c4n4ry-s3cret";

/// Asks for machines with a token that is none.
fn ask(address: &str, flags: &str) -> u16 {
    let request = format!(
        "GET /api/machines/m1?%24filter={CANARY} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Authorization: Bearer {CANARY}\r\ntraceparent: 00-{TRACE}-{CALLER}-{flags}\r\n\r\n"
    );
    exchange(address, &request).0
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn request_is_one_span_of_its_caller_s_trace_and_tells_no_secret() {
    let act = Act::new();
    let collector = Collector::listen();
    let endpoint = format!("http://{}/v1/traces", collector.address);
    let headers = act.path("headers");
    write(&headers, &format!("x-key: {CANARY}\n"));
    let headers = headers.to_string_lossy().into_owned();
    let arguments = [
        "--traces-endpoint",
        &endpoint,
        "--traces-headers-file",
        &headers,
    ];
    let mut command = act.command(&arguments);
    // A span is kept, whatever the log says.
    command.env("RUST_LOG", "error");
    let running = act.start(&mut command);
    // Whoever keeps no trace is not to find a part of it somewhere.
    assert_eq!(ask(&running.address, "00"), 401);
    assert_eq!(ask(&running.address, "01"), 401);
    let log = running.process.log();
    assert_eq!(running.process.terminate(), 0);

    let (head, batch) = collector.batch.join().expect("it listened");
    assert!(head[0].starts_with("post /v1/traces "), "{head:?}");
    for line in [
        "content-type: application/x-protobuf",
        &format!("x-key: {CANARY}"),
    ] {
        assert!(head.iter().any(|told| told == line), "{head:?}");
    }
    let everything = format!("{batch:?}{log}");
    assert!(!everything.contains(CANARY), "{everything}");

    let mut spans = Vec::new();
    for resource in batch.resource_spans {
        let name = service(resource.resource);
        assert_eq!(name, Some(Value::StringValue("quell-server".to_owned())));
        spans.extend(
            resource
                .scope_spans
                .into_iter()
                .flat_map(|scope| scope.spans),
        );
    }
    let [span] = spans.as_slice() else {
        panic!("one span for one request that is traced: {spans:?}");
    };
    assert_eq!(hex(&span.trace_id), TRACE);
    assert_eq!(hex(&span.parent_span_id), CALLER);
    assert_eq!(span.kind(), SpanKind::Server);
    assert_eq!(span.name, "GetMachine");
    assert!(
        span.status
            .as_ref()
            .is_none_or(|status| status.code() == StatusCode::Unset)
    );
    for (name, value) in [
        ("operation", "GetMachine"),
        ("http.request.method", "GET"),
        ("http.response.status_code", "401"),
        ("quell.machine", "m1"),
    ] {
        assert_eq!(attribute(span, name).as_deref(), Some(value), "{span:?}");
    }
    assert!(attribute(span, "request_id").is_some(), "{span:?}");
}

#[test]
fn dead_collector_holds_up_neither_requests_nor_the_end() {
    let act = Act::new();
    // Takes connections, and never a byte.
    let dead = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}/", dead.local_addr().expect("an address"));
    let arguments = ["--traces-endpoint", &endpoint, "--drain-seconds", "1"];
    let running = act.start(&mut act.command(&arguments));
    for _ in 0..8 {
        assert_eq!(ask(&running.address, "01"), 401);
    }
    assert_eq!(running.process.terminate(), 0);
}

#[test]
fn check_refuses_traces_that_everyone_could_read() {
    let act = Act::new();
    let mut command = act.command(&["--check", "--traces-endpoint", "http://192.0.2.1/v1/traces"]);
    let refused = quell_testkit::Outcome::of(&mut command);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(
        refused.stderr.contains("write a URL of https"),
        "{refused:?}"
    );
}
