//! A service on loopback that answers by path, so that what the command shows is the same every time.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use quell_testkit::{Outcome, Quell};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{MACHINE, OTHER, QUELL, SHA1, SHA256};

/// The service, which ends with the test's process.
pub(crate) struct Desk {
    address: String,
    answers: Arc<Mutex<Answers>>,
    state: TempDir,
}

#[derive(Default)]
struct Answers {
    by_path: HashMap<String, (u16, Value)>,
    methods: Vec<String>,
}

impl Desk {
    /// A service of which every part answers: a file on two machines, one of which asks for it already.
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let answers = Arc::<Mutex<Answers>>::default();
        let shared = Arc::clone(&answers);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        let desk = Self {
            address,
            answers,
            state: tempfile::tempdir().expect("a directory can be made"),
        };
        desk.fill();
        desk
    }

    pub(crate) fn says(&self, path: &str, status: u16, body: Value) {
        let mut answers = self.answers.lock().expect("no test panics with it");
        answers.by_path.insert(path.to_owned(), (status, body));
    }

    pub(crate) fn refuses(&self, path: &str, status: u16, code: &str, message: &str) {
        let body = json!({ "error": { "code": code, "message": message } });
        self.says(path, status, body);
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        let mut command = Quell::new(QUELL).command();
        command
            .env("QUELL_BASE_URL", format!("http://{}", self.address))
            .env("QUELL_TENANT_ID", "tenant")
            .env("QUELL_CLIENT_ID", "application")
            .env("QUELL_CLIENT_SECRET", "secret")
            .env("XDG_STATE_HOME", self.state.path())
            .args(arguments);
        Outcome::of(&mut command)
    }

    /// Whether anything but a read was asked of the API.
    pub(crate) fn was_only_read(&self) -> bool {
        let answers = self.answers.lock().expect("no test panics with it");
        answers.methods.iter().all(|method| method == "GET")
    }

    fn fill(&self) {
        self.says(
            "/tenant/oauth2/v2.0/token",
            200,
            json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "opaque" }),
        );
        self.says(&format!("/api/files/{SHA1}"), 200, file());
        self.says(&format!("/api/files/{SHA256}"), 200, file());
        let statistics = json!({
            "sha1": SHA1, "organizationPrevalence": 2, "orgFirstSeen": "2024-10-01T08:00:00Z",
            "orgLastSeen": "2100-01-01T00:00:00Z", "topFileNames": ["setup.exe", "a\u{1b}[2J.exe"],
        });
        self.says(&format!("/api/files/{SHA1}/stats"), 200, statistics.clone());
        self.says(&format!("/api/files/{SHA256}/stats"), 200, statistics);
        self.says(
            &format!("/api/files/{SHA1}/machines"),
            200,
            json!({ "value": [machine(MACHINE, "web-1.contoso.example"), machine(OTHER, "web-2.contoso.example")] }),
        );
        self.says(
            &format!("/api/files/{SHA1}/alerts"),
            200,
            json!({ "value": [{
                "id": "da637551227677560813_-961444813", "severity": "High", "status": "New",
                "title": "Malware was seen", "machineId": MACHINE,
                "alertCreationTime": "2024-10-02T08:00:00Z",
            }] }),
        );
        self.says(
            "/api/machineactions?$filter=status%20eq%20%27Pending%27",
            200,
            json!({ "value": [{
                "id": "141408d1-384c-4c19-8b57-ba39e378011a", "type": "StopAndQuarantineFile",
                "status": "Pending", "machineId": OTHER,
                "relatedFileInfo": { "fileIdentifier": SHA1, "fileIdentifierType": "Sha1" },
            }] }),
        );
        self.says(
            "/api/machineactions?$filter=status%20eq%20%27InProgress%27",
            200,
            json!({ "value": [] }),
        );
    }
}

fn file() -> Value {
    json!({
        "sha1": SHA1, "sha256": SHA256, "size": 12345, "globalPrevalence": 3,
        "globalFirstObserved": "2024-09-30T08:00:00Z", "globalLastObserved": "2100-01-01T00:00:00Z",
        "filePublisher": "Contoso", "signer": "Contoso", "isValidCertificate": false,
        "determinationType": "Malware", "determinationValue": "Trojan:Win32/Example",
    })
}

fn machine(id: &str, name: &str) -> Value {
    json!({
        "id": id, "computerDnsName": name, "osPlatform": "Debian GNU/Linux", "healthStatus": "Active",
        "onboardingStatus": "Onboarded", "lastSeen": "2100-01-01T00:00:00Z",
    })
}

fn serve(stream: TcpStream, answers: &Mutex<Answers>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 || line == "\r\n" {
            break;
        }
        lines.push(line);
    }
    let mut words = lines.first()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (status, body) = {
        let mut answers = answers.lock().ok()?;
        if target.starts_with("/api/") {
            answers.methods.push(method);
        }
        let unknown = json!({ "error": { "code": "NotFound", "message": "nothing is there" } });
        let answer = answers.by_path.get(&target).cloned();
        answer.unwrap_or((404, unknown))
    };
    let body = body.to_string();
    let length = body.len();
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .ok()
}
