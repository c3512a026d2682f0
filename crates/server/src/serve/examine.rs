//! Whether a server could start, without starting one: nothing is changed, and what is made to try it is
//! removed at once.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use tokio::net::TcpListener;

use super::tls::Tls;
use crate::config::{ServerConfig, StorePlace};
use crate::data_dir::DataDir;
use crate::outgoing;
use crate::store::{SchemaVersion, schema_version, schema_version_of};

/// Nothing is called: how long it would be waited does not matter.
const PATIENCE: Duration = Duration::from_secs(1);

/// What was examined, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What was examined.
    pub what: &'static str,
    /// What it means for the server.
    pub verdict: Verdict,
    /// What was found.
    pub detail: String,
}

/// What a finding means for the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// It is well.
    Passed,
    /// The server would start, and not everybody would be served.
    Warning,
    /// The server would not start.
    Failed,
}

impl Finding {
    fn of(what: &'static str, found: Result<String, String>) -> Self {
        let (verdict, detail) = match found {
            Ok(detail) => (Verdict::Passed, detail),
            Err(detail) => (Verdict::Failed, detail),
        };
        Self {
            what,
            verdict,
            detail,
        }
    }
}

/// Examines everything that a server with these settings needs: its files, its certificate, its addresses
/// and its data. Finds all that is wrong, not only the first.
pub async fn examine(config: &ServerConfig) -> Vec<Finding> {
    let mut findings = vec![
        Finding::of("settings", settings(config)),
        Finding::of("data directory", data_directory(&config.data_dir)),
        Finding::of("store", store(config).await),
    ];
    findings.extend(certificate(config));
    findings.extend(authority(config));
    let listen = Finding::of("address", free(config.listen).await);
    findings.push(listen);
    if let Some(address) = config.metrics {
        findings.push(Finding::of("metrics address", free(address).await));
    }
    findings
}

/// Whom the server trusts when it calls others, if it was told of anyone.
fn authority(config: &ServerConfig) -> Option<Finding> {
    config.outgoing_authority.as_ref()?;
    let carrier = super::trusted(config)
        .map_err(|error| told(&error))
        .and_then(|trusted| {
            let carrier = outgoing::carrier(PATIENCE, 0, trusted);
            carrier.map_err(|error| told(&error))
        });
    let found = carrier.map(|_| "others are called by these too".to_owned());
    Some(Finding::of("outgoing authority", found))
}

fn settings(config: &ServerConfig) -> Result<String, String> {
    let done = config.check().map_err(|error| error.to_string());
    done.map(|()| "they go together".to_owned())
}

fn data_directory(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let dir = DataDir::look(path).map_err(|error| told(&error))?;
    let Some(dir) = dir else {
        DataDir::try_to_create(path).map_err(|error| told(&error))?;
        return Ok(format!("{shown} is not there yet, and will be made"));
    };
    dir.try_to_write().map_err(|error| told(&error))?;
    match dir.is_locked() {
        Ok(false) => Ok(format!("{shown} is this user's to use")),
        Ok(true) => Err(format!("another server runs on {shown}")),
        Err(error) => Err(told(&error)),
    }
}

async fn store(config: &ServerConfig) -> Result<String, String> {
    let version = match &config.store {
        StorePlace::DataDir => in_data_dir(&config.data_dir)?,
        StorePlace::Postgres(options) => {
            let version = schema_version_of(options).await;
            Some(version.map_err(|error| told(&error))?)
        }
    };
    let Some(SchemaVersion { found, known }) = version else {
        return Ok("there is none yet; one will be made".to_owned());
    };
    match found {
        0 => Ok("the database is there, and the tables will be made".to_owned()),
        found if found > known => Err(format!(
            "it has schema {found}, this version knows schemas up to {known}: \
             use the version of quell that wrote it, or restore the backup from before"
        )),
        found if found < known => Ok(format!(
            "it has schema {found}, and will be brought to {known}: back it up before"
        )),
        _ => Ok(format!("it has schema {found}, this version's")),
    }
}

fn in_data_dir(data_dir: &Path) -> Result<Option<SchemaVersion>, String> {
    if !DataDir::is_one(data_dir) {
        return Ok(None);
    }
    let dir = DataDir::look(data_dir).map_err(|error| told(&error))?;
    let file = dir
        .map(|dir| dir.store_file())
        .ok_or("the directory is gone")?;
    schema_version(&file)
        .map(Some)
        .map_err(|error| told(&error))
}

fn certificate(config: &ServerConfig) -> Option<Finding> {
    let what = "certificate";
    let tls = match Tls::load(config.tls.as_ref()?) {
        Ok(tls) => tls,
        Err(error) => return Some(Finding::of(what, Err(told(&error)))),
    };
    let host = config.base_url(config.listen).ok()?.host().to_owned();
    Some(match tls.objection(&host) {
        None => Finding::of(
            what,
            Ok(format!("it fits its key, and devices accept it for {host}")),
        ),
        Some(objection) => Finding {
            what,
            verdict: Verdict::Warning,
            detail: format!(
                "it fits its key, but devices will not accept it for {host}: {objection}"
            ),
        },
    })
}

/// Whether an address can be listened on; it is let go at once.
async fn free(address: SocketAddr) -> Result<String, String> {
    match TcpListener::bind(address).await {
        Ok(_) => Ok(format!("{address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            Err(format!("{address} is taken by another program"))
        }
        Err(error) => Err(format!("{address}: {error}")),
    }
}

/// An error and what lies below it, in one line.
fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let texts: Vec<_> = causes.map(ToString::to_string).collect();
    texts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::TlsFiles;
    use crate::store::SqlStore;
    use crate::store::postgres::tests::Database;

    fn config(data_dir: &Path) -> ServerConfig {
        let mut config = ServerConfig::new(data_dir);
        config.listen.set_port(0);
        config
    }

    async fn verdict(config: &ServerConfig, what: &str) -> (Verdict, String) {
        let findings = examine(config).await;
        let found = findings.into_iter().find(|finding| finding.what == what);
        let Finding {
            verdict, detail, ..
        } = found.unwrap();
        (verdict, detail)
    }

    #[tokio::test]
    async fn new_server_is_ready_and_nothing_was_made() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let findings = examine(&config(&data)).await;
        assert!(
            findings
                .iter()
                .all(|finding| finding.verdict == Verdict::Passed),
            "{findings:?}"
        );
        assert!(!data.exists());
    }

    #[tokio::test]
    async fn directories_above_a_new_one_are_tried_and_left_away() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("a/b/c");
        let (found, detail) = verdict(&config(&data), "data directory").await;
        assert_eq!(found, Verdict::Passed, "{detail}");
        assert_eq!(dir.path().read_dir().unwrap().count(), 0);
    }

    #[tokio::test]
    async fn directory_that_is_there_is_tried_and_left_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let (found, detail) = verdict(&config(dir.path()), "data directory").await;
        assert_eq!(found, Verdict::Passed, "{detail}");
        assert_eq!(dir.path().read_dir().unwrap().count(), 0);
    }

    /// The kernel makes what is there, and nobody else, not even root.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn directory_that_cannot_be_made_or_written_into_is_found() {
        for path in ["/proc/x", "/proc/x/y", "/proc"] {
            let (found, detail) = verdict(&config(Path::new(path)), "data directory").await;
            assert_eq!(found, Verdict::Failed, "{path}: {detail}");
            assert!(detail.contains("/proc"), "{detail}");
        }
    }

    #[tokio::test]
    async fn what_is_taken_or_too_new_is_found_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut config = config(dir.path());
        config.listen = taken.local_addr().unwrap();
        let made = DataDir::create(dir.path()).unwrap();
        drop(SqlStore::open(&made.store_file()).unwrap());
        let newer = rusqlite::Connection::open(made.store_file()).unwrap();
        newer.pragma_update(None, "user_version", 99).unwrap();
        drop(newer);
        let _lock = made.lock().unwrap();
        assert_eq!(verdict(&config, "address").await.0, Verdict::Failed);
        let (failed, detail) = verdict(&config, "store").await;
        assert_eq!(failed, Verdict::Failed);
        assert!(detail.contains("schema 99"), "{detail}");
        let (failed, detail) = verdict(&config, "data directory").await;
        assert_eq!(failed, Verdict::Failed);
        assert!(detail.contains("another server"), "{detail}");
    }

    #[tokio::test]
    async fn database_is_examined_and_nothing_is_made_in_it_on_postgres() {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::create().await;
        let mut config = config(&dir.path().join("data"));
        config.store = StorePlace::Postgres(Box::new(database.options()));
        for _ in 0..2 {
            let (found, detail) = verdict(&config, "store").await;
            assert_eq!(found, Verdict::Passed, "{detail}");
            assert!(detail.contains("will be made"), "{detail}");
        }
        drop(SqlStore::connect(database.options()).await.unwrap());
        let (found, detail) = verdict(&config, "store").await;
        assert_eq!(found, Verdict::Passed, "{detail}");
        assert!(detail.contains("this version's"), "{detail}");
    }

    #[tokio::test]
    async fn authority_that_is_none_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ca.pem");
        let mut config = config(&dir.path().join("data"));
        config.outgoing_authority = Some(file.clone());
        for content in [None, Some("no certificate")] {
            if let Some(content) = content {
                std::fs::write(&file, content).unwrap();
            }
            let found = verdict(&config, "outgoing authority").await;
            assert_eq!(found.0, Verdict::Failed, "{found:?}");
        }
        let made = rcgen::generate_simple_self_signed(vec!["ca.example".to_owned()]).unwrap();
        std::fs::write(&file, made.cert.pem()).unwrap();
        assert_eq!(
            verdict(&config, "outgoing authority").await.0,
            Verdict::Passed
        );
    }

    #[tokio::test]
    async fn certificate_of_another_key_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let make = || rcgen::generate_simple_self_signed(vec!["quell.example".to_owned()]).unwrap();
        let (made, other) = (make(), make());
        let files = TlsFiles {
            certificate: dir.path().join("cert.pem"),
            key: dir.path().join("key.pem"),
            authority: None,
        };
        std::fs::write(&files.certificate, made.cert.pem()).unwrap();
        std::fs::write(&files.key, other.signing_key.serialize_pem()).unwrap();
        let mut config = config(&dir.path().join("data"));
        config.tls = Some(files.clone());
        assert_eq!(verdict(&config, "certificate").await.0, Verdict::Failed);
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        assert_eq!(verdict(&config, "certificate").await.0, Verdict::Warning);
        config.public_url = Some("https://quell.example".to_owned());
        assert_eq!(verdict(&config, "certificate").await.0, Verdict::Passed);
    }
}
