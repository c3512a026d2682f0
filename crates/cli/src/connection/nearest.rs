//! The nearest of a cloud's regions.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use quell::transport::TransportOptions;
use quell::transport::nearest::{
    Candidate, Candidates, Nearest, NearestCache, Network, Remembered, TlsNetwork, Why,
};
use quell::{Cloud, HostFamily, Region};
use quell_model::REGIONS;
use quell_terminal::Failure;

use super::files;
use super::place::family_name;

/// A command is short: what it does not wait for now it never learns. This is a little longer than
/// one measurement takes at most, and the result is good for a day.
const FIRST_MEASUREMENT: Duration = Duration::from_secs(6);
/// How often to look whether it is over.
const LOOK: Duration = Duration::from_millis(20);

/// The cloud's hosts, a region each; the global one is home.
pub(crate) fn candidates(cloud: Cloud, family: Option<HostFamily>) -> Result<Candidates, Failure> {
    let mut candidates = Vec::new();
    for info in REGIONS {
        let Some(host) = cloud.host(info.region, family) else {
            continue;
        };
        let endpoint = format!("https://{}", host.name).parse().map_err(
            |error: quell::transport::EndpointError| {
                Failure::fault(format!("{} is no host", host.name)).because(&error)
            },
        )?;
        candidates.push(Candidate::new(cloud.to_string(), info.name, endpoint));
    }
    let mut candidates = candidates.into_iter();
    let home = candidates.next().ok_or_else(|| {
        let family = family.map_or("", family_name);
        Failure::usage(format!(
            "the cloud {cloud} has no host in the family {family}"
        ))
    })?;
    Candidates::new(home, candidates)
        .map_err(|error| Failure::fault("the hosts cannot be compared").because(&error))
}

/// What connects are measured with.
pub(crate) fn network(options: &TransportOptions) -> Result<TlsNetwork, Failure> {
    TlsNetwork::new(options)
        .map_err(|error| Failure::usage("connects cannot be measured").because(&error))
}

/// The nearest region, measured at most once a day and remembered in this directory.
pub(crate) async fn choose(
    cloud: Cloud,
    family: Option<HostFamily>,
    network: impl Network,
    directory: PathBuf,
) -> Result<(Region, Why), Failure> {
    let family_shown = family.map_or("default", family_name);
    let file = directory.join(format!("nearest-{cloud}-{family_shown}.json"));
    let cache = Arc::new(FileCache { file });
    let nearest = Nearest::remembering(candidates(cloud, family)?, network, cache);
    let mut choice = nearest.choose().await;
    let measuring = async {
        while choice.why() == Why::NotMeasured {
            tokio::time::sleep(LOOK).await;
            choice = nearest.now();
        }
    };
    // Whether it is over or takes too long: what is known now decides.
    let _over = tokio::time::timeout(FIRST_MEASUREMENT, measuring).await;
    let region = choice.candidate().name().parse().unwrap_or(Region::Global);
    Ok((region, choice.why()))
}

/// What was measured, in a file.
#[derive(Debug)]
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

    #[tokio::test(start_paused = true)]
    async fn nearest_is_measured_once_and_remembered() {
        let directory = tempfile::tempdir().unwrap();
        let (map, at) = (Map::default(), || directory.path().to_owned());
        let chosen = choose(Cloud::Commercial, None, map.clone(), at())
            .await
            .unwrap();
        assert_eq!(chosen, (Region::Europe, Why::Nearest));
        let measured = map.connects.load(Ordering::Relaxed);
        assert_eq!(
            measured,
            3 * candidates(Cloud::Commercial, None).unwrap().iter().count()
        );
        let again = choose(Cloud::Commercial, None, map.clone(), at())
            .await
            .unwrap();
        assert_eq!(again, chosen);
        assert_eq!(
            map.connects.load(Ordering::Relaxed),
            measured,
            "it was measured again"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn damaged_memory_costs_a_measurement() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("nearest-commercial-default.json");
        std::fs::write(file, "{").unwrap();
        let at = directory.path().to_owned();
        let chosen = choose(Cloud::Commercial, None, Map::default(), at)
            .await
            .unwrap();
        assert_eq!(chosen.0, Region::Europe);
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
