use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use quell_model::{MachineId, Timestamp};
use quell_protocol::FaultCode;
use quell_transport::Reach;

use super::*;

/// A server that answers one request with these bytes; tells what it was asked.
fn server(answer: &'static str) -> (String, thread::JoinHandle<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(reader.read_line(&mut head).unwrap(), 0);
        }
        let lower = head.to_lowercase();
        let length = lower.split("content-length: ").nth(1).unwrap();
        let length = length.split("\r\n").next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        (head, body)
    });
    (address, asked)
}

fn carrier(server: String) -> Carrier {
    let authority = None;
    Carrier::new(&Begin { server, authority }).unwrap()
}

fn request(route: Route) -> Request {
    Request {
        id: 7,
        route,
        proof: "proof".to_owned(),
        body: b"{\"a\":1}".to_vec(),
    }
}

#[tokio::test]
async fn request_is_carried_as_it_is_and_the_answer_is_read() {
    let (address, asked) = server(
        "HTTP/1.1 200 OK\r\ncontent-length: 37\r\n\r\n{\"machineId\":\"m\",\"tenantId\":\"tenant\"}",
    );
    let answer = carrier(address).carry(request(Route::Enrol)).await.unwrap();
    let Answer::Enrolled(enrolled) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(enrolled.machine_id, MachineId::new("m").unwrap());
    let (head, body) = asked.join().unwrap();
    assert!(
        head.starts_with("POST /quell/v1/device/enrol HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(head.contains("Bearer proof\r\n"), "{head}");
    assert_eq!(body, b"{\"a\":1}");
}

#[tokio::test]
async fn refusal_is_told_with_the_servers_clock() {
    let (address, _asked) = server(
        "HTTP/1.1 401 x\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 40\r\n\r\n{\"error\":\"clock_skew\",\"message\":\"wrong\"}",
    );
    let error = carrier(address)
        .carry(request(Route::Report))
        .await
        .unwrap_err();
    let expected = ExchangeError::Refused {
        code: FaultCode::ClockSkew,
        message: "wrong".to_owned(),
        server_time: Some(Timestamp::from_unix_seconds(784_111_777)),
    };
    assert_eq!(error, expected);
}

#[tokio::test]
async fn what_is_no_answer_is_told_as_what_it_is() {
    let (address, _asked) = server("HTTP/1.1 502 x\r\ncontent-length: 6\r\n\r\n<html>");
    let error = carrier(address)
        .carry(request(Route::Hold))
        .await
        .unwrap_err();
    assert_eq!(error, ExchangeError::Unexpected(502));
    let (address, _asked) = server("HTTP/1.1 200 x\r\ncontent-length: 6\r\n\r\n<html>");
    let error = carrier(address)
        .carry(request(Route::Hold))
        .await
        .unwrap_err();
    assert!(matches!(error, ExchangeError::Unreadable(_)));
    let (address, _asked) = server("");
    let error = carrier(address)
        .carry(request(Route::Hold))
        .await
        .unwrap_err();
    let lost = matches!(
        error,
        ExchangeError::Unreachable {
            reach: Reach::Unknown,
            ..
        }
    );
    assert!(lost, "{error:?}");
}

#[test]
fn beginning_that_cannot_be_used_is_told_why() {
    let unusable = [
        ("no address", None),
        ("ftp://quell.example", None),
        ("https://quell.example", Some(b"no certificate".to_vec())),
    ];
    for (server, authority) in unusable {
        let server = server.to_owned();
        assert!(Carrier::new(&Begin { server, authority }).is_err());
    }
}
