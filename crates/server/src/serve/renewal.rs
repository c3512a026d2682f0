//! A certificate that is renewed while the server runs.
//!
//! The files are looked at every few seconds and whenever somebody asks for it. A pair that cannot be used is
//! never taken: connections go on with the one before, and the log says why.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::meters::Meters;
use super::tls::{Tls, TlsError};
use crate::config::TlsFiles;
use crate::store::Store;
use crate::store::record::Address;

/// How often the files are looked at.
const PERIOD: Duration = Duration::from_secs(5);

/// What shows that a file is another one: when it was written, how long it is, and which one its name means.
type Stamp = (Option<SystemTime>, u64, u64);

/// The certificate that is shown now.
#[derive(Debug)]
pub(super) struct LiveTls {
    files: TlsFiles,
    /// As the files were before they were read first: what changes while they are read is seen later.
    first_seen: Vec<Option<Stamp>>,
    now: RwLock<Arc<Tls>>,
}

impl LiveTls {
    pub(super) fn load(files: &TlsFiles) -> Result<Self, TlsError> {
        let first_seen = stamps(files);
        let loaded = Tls::load(files)?;
        Ok(Self {
            files: files.clone(),
            first_seen,
            now: RwLock::new(Arc::new(loaded)),
        })
    }

    /// What new connections are accepted with.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.current().acceptor.clone()
    }

    pub(super) fn current(&self) -> Arc<Tls> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes what the files hold now, or stays with what there is.
    fn renew(&self) -> Result<(), TlsError> {
        let loaded = Arc::new(Tls::load(&self.files)?);
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(())
    }
}

fn stamps(files: &TlsFiles) -> Vec<Option<Stamp>> {
    let files = [
        Some(&files.certificate),
        Some(&files.key),
        files.authority.as_ref(),
    ];
    files
        .into_iter()
        .flatten()
        .map(|file| stamp(file))
        .collect()
}

fn stamp(file: &Path) -> Option<Stamp> {
    let found = file.metadata().ok()?;
    #[cfg(unix)]
    let which = std::os::unix::fs::MetadataExt::ino(&found);
    #[cfg(not(unix))]
    let which = 0;
    Some((found.modified().ok(), found.len(), which))
}

/// Looks after a certificate.
#[derive(Debug)]
pub(super) struct Renewal {
    pub(super) tls: Arc<LiveTls>,
    pub(super) asked: Arc<Notify>,
    pub(super) store: Arc<dyn Store>,
    pub(super) base_url: String,
    pub(super) meters: Arc<Meters>,
}

impl Renewal {
    /// Does so until the server closes.
    pub(super) async fn run(self, closing: CancellationToken) {
        let mut seen = self.tls.first_seen.clone();
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let asked = tokio::select! {
                () = closing.cancelled() => return,
                () = self.asked.notified() => true,
                _ = ticks.tick() => false,
            };
            let found = self.look().await;
            if asked || found != seen {
                seen = found;
                self.renew().await;
            }
        }
    }

    async fn look(&self) -> Vec<Option<Stamp>> {
        let tls = Arc::clone(&self.tls);
        let looked = tokio::task::spawn_blocking(move || stamps(&tls.files)).await;
        looked.unwrap_or_default()
    }

    async fn renew(&self) {
        let before = self.tls.current();
        let tls = Arc::clone(&self.tls);
        let renewed = tokio::task::spawn_blocking(move || tls.renew()).await;
        let done = matches!(renewed, Ok(Ok(())));
        self.meters.reloaded(done);
        match renewed {
            Ok(Ok(())) => {
                tracing::info!("certificate and key were read again");
                self.tell_machines(&before.authority).await;
            }
            Ok(Err(error)) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the new certificate and key are not taken; the ones before stay"
            ),
            Err(error) => tracing::error!(%error, "certificate and key could not be read again"),
        }
    }

    /// Machines that enrol from now on are to trust the authority of now.
    async fn tell_machines(&self, before: &[u8]) {
        let authority = self.tls.current().authority.clone();
        if authority == before {
            return;
        }
        tracing::warn!("the authority is another one: machines enrolled before do not trust it");
        let address = Address {
            base_url: self.base_url.clone(),
            authority: Some(authority),
        };
        if let Err(error) = self.store.set_address(address).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "enrolment tokens still name the authority before");
        }
    }
}
