//! The audit trail of a real server: found out by its own commands, and sent elsewhere.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rusqlite::Connection;

use super::act::{Act, Running, write};
use super::client::Client;

impl Act {
    /// A path below the act's directory, as an argument.
    fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }
}

#[test]
fn row_that_was_changed_in_the_file_is_named_whatever_was_kept_is_held_against_it() {
    let act = Act::new();
    let running = act.start(&mut act.command(&[]));
    let client = Client::new(&act, &running);
    for name in ["first", "second"] {
        // The server writes and an operator's command does, in turns, into one chain.
        let (status, answer) = client.submit(name);
        assert_eq!(status, 200, "{answer}");
        let added = act.server(&["app", "add", name, "--permission", "Machine.Read.All"]);
        assert_eq!(added.code, 0, "{added:?}");
    }
    let (export, head, archive) = (act.text("export"), act.text("head"), act.text("archive"));
    let verify = |more: &[&str]| {
        let all = [&["audit", "verify", "--output", "json"], more].concat();
        act.server(&all)
    };
    write(
        &act.path("export"),
        &act.server(&["audit", "export"]).stdout,
    );
    let signed = act.server(&["audit", "head", "--output", "json"]);
    write(&act.path("head"), &signed.stdout);
    assert_eq!(verify(&[]).json()["intact"], true);
    assert_eq!(verify(&["--head", &head, "--head", &export]).code, 0);
    assert_eq!(verify(&["--from", &export]).json()["intact"], true);
    let listed = [
        "audit",
        "list",
        "--output",
        "json",
        "--deed",
        "IndicatorKept",
    ];
    let listed = act.server(&listed).json();
    let listed = listed["entries"].as_array().expect("a list");
    assert_eq!(listed.len(), 2);
    let changed = listed[0]["sequence"].as_i64().expect("a number");
    let exported = [
        "audit",
        "list",
        "--output",
        "json",
        "--deed",
        "trailexported",
    ];
    assert_eq!(
        act.server(&exported).json()["entries"][0]["actor"]["kind"],
        "operator"
    );

    let whole = std::fs::read_to_string(act.path("export")).expect("it was written");
    let cut: Vec<_> = whole.lines().take(4).collect();
    write(&act.path("cut"), &cut.join("\n"));
    let verdict = verify(&["--from", &act.text("cut")]);
    assert_eq!(
        (verdict.code, verdict.document()["brokenAt"].as_u64()),
        (4, Some(3))
    );
    let forged = whole.replacen("{\"entry\":{", "{ \"entry\":{\"deed\":\"Thawed\",", 1);
    write(&act.path("forged"), &forged);
    assert_ne!(verify(&["--from", &act.text("forged")]).code, 0);

    assert_eq!(client.submit("between").0, 200);
    let moved = [
        "audit",
        "archive",
        "--before",
        "2200-01-01T00:00:00Z",
        &archive,
        "--yes",
    ];
    assert_eq!(act.server(&moved).code, 0);
    assert_eq!(verify(&["--from", &archive, "--head", &head]).code, 0);
    let silent = verify(&["--head", &head]);
    assert_eq!(silent.code, 2, "{silent:?}");
    assert!(silent.stderr.contains("against the archive"), "{silent:?}");
    assert_eq!(client.submit("third").0, 200);
    assert_eq!(running.process.terminate(), 0);
    assert_eq!(verify(&[]).json()["intact"], true);

    let file = Connection::open(act.data().join("quell.db")).expect("the file is ours");
    let last: i64 = file
        .query_row(
            "SELECT max(sequence) FROM audit_entries WHERE entry LIKE '%\"IndicatorKept\"%'",
            [],
            |row| row.get(0),
        )
        .expect("an entry");
    assert!(last > changed);
    file.execute(
        "UPDATE audit_entries SET entry = replace(entry, 'third', 'fourth') WHERE sequence = ?1",
        [last],
    )
    .expect("the row is there");
    let verdict = verify(&[]);
    assert_eq!(
        (verdict.code, verdict.document()["brokenAt"].as_i64()),
        (4, Some(last))
    );
}

/// The head and the body of a request; what is read of it is read whole.
fn take(listener: &TcpListener) -> (TcpStream, String, String) {
    let (stream, _) = listener.accept().expect("somebody comes");
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).expect("a line"), 0, "{head}");
    }
    let length = header(&head, "content-length").parse().expect("a length");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let body = String::from_utf8(body).expect("JSON");
    (reader.into_inner(), head, body)
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let found = head.lines().find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then_some(value)
    });
    found.expect("the header is there")
}

fn with_webhook(act: &Act, url: &str, environment: &[(&str, &str)]) -> Running {
    write(&act.path("secret"), "hook");
    let secret = act.text("secret");
    let mut command = act.command(&[
        "--audit-webhook",
        url,
        "--audit-webhook-secret-file",
        &secret,
    ]);
    act.start(command.envs(environment.iter().copied()))
}

#[test]
fn batch_that_was_posted_when_the_server_was_killed_comes_again_and_none_is_left_out() {
    let act = Act::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let running = with_webhook(&act, &url, &[]);
    let (unanswered, head, body) = take(&listener);
    // The batch arrived, and that it did is not kept.
    running.process.kill_hard();
    drop(unanswered);
    assert!(body.contains("\"sequence\":1,"), "{body}");
    let key = header(&head, "idempotency-key").to_owned();
    let (all, last) = key.rsplit_once('-').expect("a range");
    assert!(all.ends_with(":1"), "{key}");

    let running = with_webhook(&act, &url, &[]);
    let mut next = 1;
    while next <= last.parse().expect("a number") {
        let (mut stream, head, body) = take(&listener);
        let json: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        for line in json["entries"].as_array().expect("a list") {
            assert_eq!(line["entry"]["sequence"], next, "{head}");
            next += 1;
        }
        stream
            .write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            .expect("it reads");
    }
    assert_eq!(running.process.terminate(), 0);
    let verdict = act.server(&["audit", "verify"]);
    assert_eq!(verdict.code, 0, "{verdict:?}");
}

/// Writes an authority, and a certificate of it for `localhost`.
fn certify(act: &Act) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names are fine");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key can be made");
    let authority = CertifiedIssuer::self_signed(params, key).expect("an authority can be made");
    let key = KeyPair::generate().expect("a key can be made");
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])
        .and_then(|params| params.signed_by(&key, &authority))
        .expect("a certificate can be made");
    write(&act.path("authority.pem"), &authority.pem());
    write(&act.path("certificate.pem"), &certificate.pem());
    write(&act.path("key.pem"), &key.serialize_pem());
}

#[test]
fn webhook_s_certificate_is_verified_and_a_broken_receiver_stops_nothing() {
    // Another server plays the receiver: it speaks TLS, and knows of no webhook.
    let receiver = Act::new();
    certify(&receiver);
    let (certificate, key) = (receiver.text("certificate.pem"), receiver.text("key.pem"));
    let tls = ["--tls-certificate", &certificate, "--tls-key", &key];
    let listening = receiver.start(&mut receiver.command(&tls));
    let (_, port) = listening.address.rsplit_once(':').expect("a port");
    let url = format!("https://localhost:{port}/hook");
    let authority = receiver.text("authority.pem");
    let by_system: &[(&str, &str)] = &[("SSL_CERT_FILE", &authority)];
    let by_setting: &[(&str, &str)] = &[("QUELL_SERVER_OUTGOING_AUTHORITY", &authority)];
    for (trusted, said) in [
        (&[][..], "certificate"),
        (by_system, "it answered 4"),
        (by_setting, "it answered 4"),
    ] {
        let act = Act::new();
        let running = with_webhook(&act, &url, trusted);
        let told = |log: &str| {
            let line = log.lines().find(|line| line.contains("not delivered"));
            line.map(str::to_owned)
        };
        let line = loop {
            match told(&running.process.log()) {
                Some(line) => break line,
                None => std::thread::yield_now(),
            }
        };
        assert!(line.contains(said), "{line}");
        assert_eq!(Client::new(&act, &running).submit("x").0, 200);
        assert_eq!(running.process.terminate(), 0);
    }
}
