//! The rest of the API on a real socket: paths with quotation marks and parentheses, an answer
//! without a body, and a refusal of what no agent does.

use super::*;

const MACHINE: &str = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07";
const SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";
const INDICATOR: &str = r#"{"indicatorValue":"bad.example","indicatorType":"DomainName","action":"Warn","title":"t","description":"d"}"#;

async fn saw(admin: &Admin) {
    let sighting = Sighting {
        sha1: SHA1.parse().unwrap(),
        sha256: None,
        size: 1,
        path: WirePath::from_bytes(b"/opt/sample"),
        seen_at: quell_model::Timestamp::LAST,
        running: false,
        protection: None,
    };
    let machine = MachineId::new(MACHINE).unwrap();
    admin.add_sightings(&machine, vec![sighting]).await.unwrap();
}

fn request(method: &str, path: &str, host: &str, token: &str, body: &str) -> Request<Full<Bytes>> {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, host)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::from(body.to_owned()))
        .unwrap()
}

#[tokio::test]
async fn every_neighbour_of_the_quarantine_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(config(dir.path())).await;
    let admin = Admin::open(dir.path()).await.unwrap();
    saw(&admin).await;
    let permissions = [
        "Machine.Read.All",
        "Machine.Isolate",
        "File.Read.All",
        "Alert.Read.All",
        "Ti.ReadWrite",
    ];
    let app = admin
        .add_application(NewApplication {
            display_name: "SOC robot".to_owned(),
            permissions: permissions.map(str::to_owned).to_vec(),
            ..NewApplication::default()
        })
        .await
        .unwrap();
    let host = running.address.to_string();
    let (_, answer) = send(running.address, token_request(&host, &app)).await;
    let token = answer["access_token"].as_str().unwrap();
    let now = quell_server::clock::Clock::now(&quell_server::clock::SystemClock);
    for (method, path, body, status, pointer, value) in [
        (
            "GET",
            format!("/api/machines/findbyip(ip='10.0.0.1',timestamp={now})"),
            "",
            200,
            "/value",
            Some("[]"),
        ),
        (
            "GET",
            "/api/machines/findbytag?tag=a+b&useStartsWithFilter=true".to_owned(),
            "",
            200,
            "/value",
            Some("[]"),
        ),
        (
            "GET",
            format!("/api/machines/{MACHINE}/machineActions"),
            "",
            404,
            "/error/code",
            Some("\"ResourceNotFound\""),
        ),
        (
            "GET",
            format!("/api/files/{SHA1}/stats?lookBackHours=1"),
            "",
            200,
            "/topFileNames",
            Some("[\"sample\"]"),
        ),
        (
            "GET",
            format!("/api/files/{SHA1}/alerts"),
            "",
            200,
            "/value",
            Some("[]"),
        ),
        (
            "POST",
            "/api/indicators".to_owned(),
            INDICATOR,
            200,
            "/id",
            Some("\"1\""),
        ),
        (
            "GET",
            "/api/indicators".to_owned(),
            "",
            200,
            "/value/0/id",
            Some("\"1\""),
        ),
        (
            "POST",
            "/api/machines/elastic-connector-test/isolate".to_owned(),
            "{}",
            404,
            "/error/code",
            Some("\"ResourceNotFound\""),
        ),
        ("DELETE", "/api/indicators/1".to_owned(), "", 204, "", None),
        (
            "DELETE",
            "/api/indicators/1".to_owned(),
            "",
            404,
            "/error/code",
            Some("\"ResourceNotFound\""),
        ),
    ] {
        let asked = request(method, &path, &host, token, body);
        let (answered, text) =
            read(TcpStream::connect(running.address).await.unwrap(), asked).await;
        assert_eq!(answered.as_u16(), status, "{method} {path}");
        match value {
            None => assert_eq!(text, ""),
            Some(value) => {
                let json: Value = serde_json::from_slice(&text).unwrap();
                assert_eq!(json.pointer(pointer).unwrap().to_string(), value, "{path}");
            }
        }
    }
    running.stop().await;
}
