//! The nearest of a cloud's regions.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use quell::transport::TransportOptions;
use quell::transport::nearest::{
    Candidates, Nearest, NearestCache, Network, Remembered, TlsNetwork,
};
use quell::{Cloud, HostFamily, NearestRegion, Region};
use quell_terminal::Failure;

use super::files;
use super::place::family_name;

/// A command is short: what it does not wait for now it never learns. This is a little longer than
/// one measurement takes at most, and the result is good for a day.
const FIRST_MEASUREMENT: Duration = Duration::from_secs(6);

/// The cloud's hosts, a region each; the global one is home.
pub(crate) fn candidates(cloud: Cloud, family: Option<HostFamily>) -> Result<Candidates, Failure> {
    NearestRegion::candidates(cloud, family)
        .map_err(|error| Failure::usage("there are no hosts to choose among").because(&error))
}

/// What connects are measured with.
pub(crate) fn network(options: &TransportOptions) -> Result<TlsNetwork, Failure> {
    TlsNetwork::new(options)
        .map_err(|error| Failure::usage("connects cannot be measured").because(&error))
}

/// The nearest region now, and the choice that the client goes on with: it has what was measured,
/// and takes the next best when that host fails.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) region: Region,
    pub(crate) choice: NearestRegion,
}

/// Chooses the nearest region, measured at most once a day and remembered in this directory.
pub(crate) async fn choose(
    cloud: Cloud,
    family: Option<HostFamily>,
    network: impl Network + Clone,
    directory: &Path,
) -> Result<Chosen, Failure> {
    let family_shown = family.map_or("default", family_name);
    let cache = FileCache {
        file: directory.join(format!("nearest-{cloud}-{family_shown}.json")),
    };
    let candidates = candidates(cloud, family)?;
    let nearest = Nearest::remembering(candidates, network.clone(), Arc::new(cache.clone()));
    let choice = nearest.choose_within(FIRST_MEASUREMENT).await;
    Ok(Chosen {
        region: choice.candidate().name().parse().unwrap_or(Region::Global),
        choice: NearestRegion::new()
            .remembered_in(cache)
            .measured_by(network),
    })
}

/// What was measured, in a file.
#[derive(Debug, Clone)]
struct FileCache {
    file: PathBuf,
}

impl NearestCache for FileCache {
    fn load(&self) -> Option<Remembered> {
        serde_json::from_str(&files::read_text(&self.file).ok()?).ok()
    }

    fn store(&self, measured: &Remembered) {
        // A cache that cannot be written costs a measurement and nothing else.
        if let Ok(text) = serde_json::to_vec(measured) {
            let _ = files::write_private(&self.file, &text);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use async_trait::async_trait;
    use quell::transport::nearest::Fingerprint;
    use quell::transport::{Endpoint, TransportError, TransportErrorKind};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Europe is near, Australia is away, everything else is far.
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Map {
        pub(crate) connects: Arc<AtomicUsize>,
    }

    #[async_trait]
    impl Network for Map {
        async fn connect(&self, endpoint: &Endpoint) -> Result<(), TransportError> {
            self.connects.fetch_add(1, Ordering::Relaxed);
            let host = endpoint.url().host_str().unwrap_or_default().to_owned();
            if host.starts_with("au.") {
                return Err(TransportError::new(TransportErrorKind::Connect));
            }
            let millis = if host.contains("eu") { 20 } else { 200 };
            tokio::time::sleep(Duration::from_millis(millis)).await;
            Ok(())
        }

        fn fingerprint(&self) -> Fingerprint {
            Fingerprint::new(7)
        }
    }

    async fn chosen(map: &Map, directory: &Path) -> Region {
        let family = Some(HostFamily::Security);
        let chosen = choose(Cloud::Commercial, family, map.clone(), directory).await;
        chosen.unwrap().region
    }

    #[tokio::test(start_paused = true)]
    async fn nearest_is_measured_once_and_remembered() {
        let directory = tempfile::tempdir().unwrap();
        let map = Map::default();
        assert_eq!(chosen(&map, directory.path()).await, Region::Europe);
        let measured = map.connects.load(Ordering::Relaxed);
        let hosts = candidates(Cloud::Commercial, Some(HostFamily::Security)).unwrap();
        assert_eq!(measured, 3 * hosts.iter().count());
        assert_eq!(chosen(&map, directory.path()).await, Region::Europe);
        let again = map.connects.load(Ordering::Relaxed);
        assert_eq!(again, measured, "it was measured again");
    }

    #[tokio::test(start_paused = true)]
    async fn damaged_memory_costs_a_measurement() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("nearest-commercial-security.json");
        std::fs::write(file, "{").unwrap();
        let map = Map::default();
        assert_eq!(chosen(&map, directory.path()).await, Region::Europe);
    }

    #[test]
    fn candidates_are_of_one_cloud_and_family() {
        let names = |cloud, family| -> Vec<String> {
            let candidates = candidates(cloud, family).unwrap();
            candidates.iter().map(|it| it.name().to_owned()).collect()
        };
        assert_eq!(names(Cloud::GccHigh, None), ["global"]);
        let newer = names(Cloud::Commercial, Some(HostFamily::Security));
        assert!(newer.contains(&"au".to_owned()), "{newer:?}");
        let older = names(Cloud::Commercial, Some(HostFamily::SecurityCenter));
        assert!(!older.contains(&"au".to_owned()), "{older:?}");
    }
}
