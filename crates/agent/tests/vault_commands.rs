//! The vault's commands as a person or a program calls them.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs::{self, File};
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use quell_agent::engine::{Attributes, ItemDraft, Seal as _};
use quell_agent::hash::{Budget, Hasher};
use quell_agent::vault::Vault;
use quell_model::{ActionId, Timestamp};
use serde_json::Value;
use uuid::Uuid;

/// RFC 9180, appendix A.2.1: the recipient's key.
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VuAyEAQxDul9iMwfCIpVdsd6sM9cOseX89lROcbIS1QpxZZio=
-----END PUBLIC KEY-----
";
const SECRET: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIIBXmR7vjx8a8Y9KlJHRahzjM/aV1NuOONp1l1xEeOD7
-----END PRIVATE KEY-----
";

struct Scene {
    root: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let state = root.path().join("state");
        fs::create_dir(&state).unwrap();
        fs::set_permissions(&state, fs::Permissions::from_mode(0o700)).unwrap();
        let scene = Self { root };
        scene.vault();
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().canonicalize().unwrap().join(name)
    }

    fn vault(&self) -> Vault {
        Vault::open(&self.path("state/vault")).unwrap()
    }

    fn quarantine(&self, content: &[u8], captured_at: Timestamp) -> String {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        let digests = Hasher::new().digests(&file, &Budget::UNLIMITED).unwrap();
        let draft = ItemDraft {
            id: Uuid::new_v4(),
            action_id: ActionId::new("action").unwrap(),
            sha1: digests.sha1,
            sha256: digests.sha256,
            size: digests.size,
            paths: vec![self.path("tool").into_os_string().into_encoded_bytes()],
            attributes: Attributes::default(),
            requestor: None,
            comment: "alert 7".to_owned(),
            captured_at,
        };
        self.vault().seal(&draft, file.as_fd()).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_quell-agent"))
            .args(["vault", "--output", "json", "--state"])
            .arg(self.path("state"))
            .args(arguments)
            .output()
            .unwrap()
    }

    /// What a command that succeeds answers.
    fn answer(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn exported_item_opens_with_the_recovery_key_and_without_a_vault() {
    let scene = Scene::new();
    fs::write(scene.path("state/vault/recovery.pem"), PUBLIC).unwrap();
    let item = scene.quarantine(b"content", Timestamp::UNIX_EPOCH);
    let exported = scene.path("exported");
    let answer = scene.answer(&["export", &item, "--to", text(&exported)]);
    assert_eq!(answer["encrypted"], true);
    assert!(
        !fs::read(&exported)
            .unwrap()
            .windows(7)
            .any(|w| w == b"content")
    );

    fs::remove_dir_all(scene.path("state")).unwrap();
    let key = scene.path("secret.pem");
    fs::write(&key, SECRET).unwrap();
    let recovered = scene.path("recovered");
    let arguments = [
        "recover",
        "--recovery-key",
        text(&key),
        text(&exported),
        "--to",
        text(&recovered),
    ];
    let answer = scene.answer(&arguments);
    assert_eq!(answer["item"]["id"], item);
    assert_eq!(answer["item"]["comment"], "alert 7");
    assert_eq!(fs::read(&recovered).unwrap(), b"content");
    let mode = fs::metadata(&recovered).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    assert_eq!(
        scene.run(&arguments).status.code(),
        Some(3),
        "overwrote a file"
    );
}

#[test]
fn plain_export_warns_and_is_closed_to_others() {
    let scene = Scene::new();
    let item = scene.quarantine(b"content", Timestamp::UNIX_EPOCH);
    let plain = scene.path("plain");
    let output = scene.run(&["export", &item, "--plain", "--to", text(&plain)]);
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("warning: "));
    assert_eq!(fs::read(&plain).unwrap(), b"content");
    let mode = fs::metadata(&plain).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
}

#[test]
fn export_to_where_no_new_file_can_be_advises_only_what_export_can_do() {
    let scene = Scene::new();
    let item = scene.quarantine(b"content", Timestamp::UNIX_EPOCH);
    fs::write(scene.path("taken"), b"other").unwrap();
    std::os::unix::fs::symlink(scene.path("state"), scene.path("link")).unwrap();
    for (name, why) in [
        ("taken", "something is there"),
        ("gone/x", "does not exist"),
        ("link/x", "symbolic link"),
    ] {
        let output = scene.run(&["export", &item, "--to", text(&scene.path(name))]);
        assert_eq!(output.status.code(), Some(3), "{name}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(why) && said.contains("--to"), "{said}");
        assert!(
            !said.contains("--on-conflict") && !said.contains("--make-parents"),
            "{said}"
        );
    }
    assert_eq!(fs::read(scene.path("taken")).unwrap(), b"other");
}

#[test]
fn file_that_is_no_item_is_not_called_an_item() {
    let scene = Scene::new();
    fs::write(scene.path("secret.pem"), SECRET).unwrap();
    for content in [&b""[..], b"quellvlt", b"something else that is much longer"] {
        fs::write(scene.path("file"), content).unwrap();
        let (key, file) = (scene.path("secret.pem"), scene.path("file"));
        let to = scene.path("recovered");
        let line = [
            "recover",
            "--recovery-key",
            text(&key),
            text(&file),
            "--to",
            text(&to),
        ];
        let output = scene.run(&line);
        assert_eq!(output.status.code(), Some(4));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("is no exported item"), "{said}");
        assert!(!to.exists());
    }
}

#[test]
fn status_of_an_agent_whose_vault_has_lost_its_key_says_so_beside_the_rest() {
    let scene = Scene::new();
    scene.quarantine(b"content", Timestamp::UNIX_EPOCH);
    fs::remove_file(scene.path("state/vault/vault-1.key")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_quell-agent"))
        .args(["status", "--output", "json", "--state"])
        .arg(scene.path("state"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(status.get("vaultItems").is_none(), "{status}");
    let trouble = status["vaultTrouble"].as_str().unwrap();
    assert!(trouble.contains("key files"), "{trouble}");
}

#[test]
fn verify_names_the_item_that_is_broken() {
    let scene = Scene::new();
    let whole = scene.quarantine(b"one", Timestamp::UNIX_EPOCH);
    let broken = scene.quarantine(b"two", Timestamp::UNIX_EPOCH);
    scene.answer(&["verify"]);
    let file = scene.path(&format!("state/vault/{}/{broken}.q", &broken[..2]));
    let mut bytes = fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&file, bytes).unwrap();
    let output = scene.run(&["verify"]);
    assert_eq!(output.status.code(), Some(4));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    for item in answer["items"].as_array().unwrap() {
        assert_eq!(item["whole"], item["id"] == whole, "{item}");
    }
    scene.answer(&["verify", &whole]);
}

#[test]
fn prune_asks_keeps_what_is_held_and_says_what_goes() {
    let scene = Scene::new();
    let old = scene.quarantine(b"old", Timestamp::UNIX_EPOCH);
    let held = scene.quarantine(b"held", Timestamp::UNIX_EPOCH);
    let new = scene.quarantine(b"new", Timestamp::from(SystemTime::now()));
    scene.answer(&["hold", &held, "--reason", "case 9"]);
    assert_eq!(
        scene.run(&["remove", &held, "--yes"]).status.code(),
        Some(3)
    );

    let would = scene.answer(&["prune", "--older-than", "30d", "--dry-run"]);
    let refused = scene.run(&["prune", "--older-than", "30d"]);
    assert!(!refused.status.success(), "it asked nobody");
    assert_eq!(scene.vault().list().unwrap().len(), 3);
    let did = scene.answer(&["prune", "--older-than", "30d", "--yes"]);
    assert_eq!(did["items"], would["items"]);
    assert_eq!(did["items"][0]["id"], old);
    assert_eq!(did["items"][0]["why"], "expired");
    let left: Vec<String> = scene
        .vault()
        .list()
        .unwrap()
        .iter()
        .map(|i| i.id.to_string())
        .collect();
    let mut expected = vec![held.clone(), new];
    expected.sort();
    assert_eq!(left, expected);

    scene.answer(&["release", &held]);
    scene.answer(&["remove", &held, "--yes"]);
    let all = scene.answer(&["prune", "--max-size", "1", "--yes"]);
    assert_eq!(all["items"][0]["why"], "tooMuch");
    let log = fs::read_to_string(scene.path("state/vault/removed.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 3);
}

#[test]
fn prune_without_limits_of_its_own_keeps_to_the_policy_that_is_named() {
    let scene = Scene::new();
    let three_days_ago = SystemTime::now() - Duration::from_secs(3 * 86_400);
    let item = scene.quarantine(b"three days old", Timestamp::from(three_days_ago));
    let policy = scene.path("policy.toml");
    let named = policy.to_str().unwrap().to_owned();
    let prune = |days: u32| {
        fs::write(&policy, format!("[vault]\nretention-days = {days}\n")).unwrap();
        scene.answer(&["prune", "--policy", &named, "--yes"])["items"].clone()
    };
    assert_eq!(prune(4), serde_json::json!([]));
    assert_eq!(prune(2)[0]["id"], item);
}

#[test]
fn new_key_is_made_only_for_who_agrees() {
    let scene = Scene::new();
    let item = scene.quarantine(b"content", Timestamp::UNIX_EPOCH);
    assert!(!scene.run(&["rotate-key"]).status.success());
    let answer = scene.answer(&["rotate-key", "--yes"]);
    assert_eq!(answer["wrapped"], 1);
    assert_eq!(answer["keysRemoved"], 1);
    scene.answer(&["show", &item]);
    assert!(File::open(scene.path("state/vault/vault-1.key")).is_err());
}
