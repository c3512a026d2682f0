//! A person with a browser, and the application that he signs in with.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, StatusCode, header};
use serde_json::Value;

use super::world::{Answer, RESOURCE, World, called};
use crate::admin::{Holder, NamedReach, NewApplication, NewPerson, NewProof, NewRole};
use crate::core::RolePermission;
use crate::secret::sha256;

pub(super) const PASSWORD: &str = "correct horse battery";
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const REDIRECT: &str = "http://localhost:41234";

/// One person, one application, one browser.
pub(super) struct Sitting {
    pub(super) client_id: String,
    pub(super) tenant: String,
}

pub(super) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

pub(super) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

impl Answer {
    pub(super) fn location(&self) -> &str {
        let location = self.headers.get(header::LOCATION);
        location.map_or("", |location| location.to_str().unwrap())
    }

    /// The browser's cookie that came with it.
    pub(super) fn cookie(&self) -> &str {
        let cookie = self.headers[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap()
    }

    /// What a hidden field of its form holds.
    pub(super) fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let rest = self
            .text
            .split(&start)
            .nth(1)
            .unwrap_or_else(|| panic!("{}", self.text));
        rest.split('"').next().unwrap().replace("&amp;", "&")
    }
}

impl Sitting {
    pub(super) async fn begin(world: &World) -> Self {
        let person = ["Machine.Read", "Machine.StopAndQuarantine", "Ti.ReadWrite"];
        let application = ["Machine.Read", "Machine.StopAndQuarantine", "Machine.Scan"];
        Self::between(world, &person, &application).await
    }

    /// Person and application have these scopes.
    pub(super) async fn with_scopes(world: &World, scopes: &[&str]) -> Self {
        Self::between(world, scopes, scopes).await
    }

    /// The person's token, which he signs in for.
    pub(super) async fn token(&self, world: &World) -> String {
        let code = self.code(world, "").await;
        let tokens = self.redeem(world, &code).await;
        tokens["access_token"].as_str().unwrap().to_owned()
    }

    async fn between(world: &World, person: &[&str], application: &[&str]) -> Self {
        world
            .admin
            .add_person(
                NewPerson {
                    name: "Ana@contoso.example".to_owned(),
                    display_name: "Ana".to_owned(),
                    scopes: words(person),
                },
                Some(PASSWORD),
            )
            .await
            .unwrap();
        let added = world
            .admin
            .add_application(NewApplication {
                display_name: "Quell command".to_owned(),
                scopes: words(application),
                redirect_uris: words(&["http://localhost"]),
                proof: NewProof::Public,
                ..NewApplication::default()
            })
            .await
            .unwrap();
        Self {
            client_id: added.client_id,
            tenant: world.tenant(),
        }
    }

    /// What the application asks, changed by `more`: a parameter in it takes the place of ours.
    pub(super) fn query(&self, more: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(sha256(VERIFIER.as_bytes()));
        let scope = format!("openid profile offline_access {RESOURCE}/.default");
        let ours = [
            ("client_id", self.client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT),
            ("scope", &scope),
            ("state", "s-1"),
            ("nonce", "n-1"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let kept = ours
            .iter()
            .filter(|(name, _)| !more.contains(&format!("&{name}=")));
        let kept: Vec<String> = kept
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        format!("{}{more}", kept.join("&"))
    }

    pub(super) async fn page(&self, world: &World, more: &str) -> Answer {
        let path = format!(
            "/{}/oauth2/v2.0/authorize?{}",
            self.tenant,
            self.query(more)
        );
        world.get("", &path).await
    }

    pub(super) async fn submit(
        &self,
        world: &World,
        page: &Answer,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = called(Request::post(path))
            .header(header::COOKIE, page.cookie())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form));
        world.send(request.unwrap()).await
    }

    async fn decide_with(
        &self,
        world: &World,
        more: &str,
        decision: &str,
        password: &str,
    ) -> Answer {
        let page = self.page(world, more).await;
        assert_eq!(
            page.status,
            StatusCode::OK,
            "{} {}",
            page.text,
            page.location()
        );
        let fields = [
            ("csrf", page.hidden("csrf")),
            ("request", page.hidden("request")),
            ("username", "ANA@contoso.example".to_owned()),
            ("password", password.to_owned()),
            ("decision", decision.to_owned()),
        ];
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        let path = format!("/{}/oauth2/sign-in", self.tenant);
        self.submit(world, &page, &path, &fields).await
    }

    pub(super) async fn sign_in(&self, world: &World, more: &str, password: &str) -> Answer {
        self.decide_with(world, more, "allow", password).await
    }

    pub(super) async fn decide(&self, world: &World, more: &str, decision: &str) -> Answer {
        self.decide_with(world, more, decision, PASSWORD).await
    }

    /// The code with which the application is called back.
    pub(super) async fn code(&self, world: &World, more: &str) -> String {
        let answer = self.sign_in(world, more, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let location = url::Url::parse(answer.location()).unwrap();
        let mut pairs = location.query_pairs();
        let code = pairs.find(|(name, _)| name == "code");
        code.unwrap_or_else(|| panic!("{location}")).1.into_owned()
    }

    pub(super) async fn ask(&self, world: &World, form: &str) -> Answer {
        let form = format!("client_id={}&client_info=1&{form}", self.client_id);
        world.ask_token("oauth2/v2.0/token", &form).await
    }

    async fn show(&self, world: &World, code: &str, verifier: &str) -> Answer {
        let redirect = encoded(REDIRECT);
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri={redirect}&code_verifier={verifier}"
        );
        self.ask(world, &form).await
    }

    pub(super) async fn redeem(&self, world: &World, code: &str) -> Value {
        let answer = self.show(world, code, VERIFIER).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    pub(super) async fn refusal(&self, world: &World, code: &str, verifier: &str) -> String {
        let answer = self.show(world, code, verifier).await;
        answer.json()["error"].as_str().unwrap().to_owned()
    }

    pub(super) async fn refresh(&self, world: &World, token: &str, more: &str) -> Answer {
        let form = format!("grant_type=refresh_token&refresh_token={token}{more}");
        self.ask(world, &form).await
    }

    /// What a device is told that asks for a code.
    pub(super) async fn device(&self, world: &World, version: &str) -> Value {
        let scope = encoded(&format!("{RESOURCE}/.default offline_access"));
        let form = format!("client_id={}&scope={scope}", self.client_id);
        let path = format!("oauth2/{version}devicecode");
        let answer = world.ask_token(&path, &form).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    pub(super) async fn poll(&self, world: &World, asked: &Value) -> Answer {
        let code = asked["device_code"].as_str().unwrap();
        let grant = "urn:ietf:params:oauth:grant-type:device_code";
        self.ask(world, &format!("grant_type={grant}&device_code={code}"))
            .await
    }

    /// The page that follows when a device's code is entered.
    pub(super) async fn enter(&self, world: &World, code: &str) -> Answer {
        let page = world.get("", "/devicelogin").await;
        let csrf = page.hidden("csrf");
        let fields = [("csrf", &*csrf), ("user_code", code)];
        self.submit(world, &page, "/devicelogin", &fields).await
    }

    pub(super) async fn decide_device(
        &self,
        world: &World,
        page: &Answer,
        decision: &str,
        password: &str,
    ) -> Answer {
        let (csrf, code) = (page.hidden("csrf"), page.hidden("user_code"));
        let fields = [
            ("csrf", &*csrf),
            ("user_code", &*code),
            ("username", "ana@contoso.example"),
            ("password", password),
            ("decision", decision),
        ];
        self.submit(world, page, "/devicelogin/sign-in", &fields)
            .await
    }
}

/// Gives the person that signs in a role with everything on these machines alone, in a group of
/// their own.
pub(super) async fn limit(world: &World, machines: &[&str]) {
    let admin = &world.admin;
    admin.add_device_group("Servers", None).await.unwrap();
    let machines = words(machines);
    let group = Some("Servers".to_owned());
    admin.assign_group(machines, group).await.unwrap();
    let role = NewRole {
        name: "Helpers".to_owned(),
        permissions: RolePermission::ALL.to_vec(),
        reach: NamedReach::Groups {
            names: words(&["Servers"]),
            ungrouped: false,
        },
    };
    admin.add_role(role).await.unwrap();
    let person = vec![Holder::User("ana@contoso.example".to_owned())];
    admin.grant_role("Helpers", person, vec![]).await.unwrap();
}
