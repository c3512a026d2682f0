//! What an order asks for, with all that is needed to carry it out.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use quell_model::Timestamp;
use quell_protocol::{Coverage, Order, Verb};

use super::action::Action;
use super::capture_dir::{CaptureDir, CaptureDirs};
use super::frozen::Frozen;
use super::leave::Terms;
use super::outcome::Refused;
use super::{Bench, Engine, id_of, is_root, wire};
use crate::find::FileId;
use crate::policy::Radius;
use crate::restore::Restoration;

impl Engine {
    /// What an order to put files back asks for; nothing for any other.
    pub(super) fn restoration<'a>(&'a self, order: &'a Order) -> Option<Restoration<'a>> {
        let Verb::RestoreFile {
            sha1,
            taken_by,
            conflict,
            ..
        } = &order.verb
        else {
            return None;
        };
        Some(Restoration {
            journal: &self.journal,
            vault: self.vault.as_ref()?,
            action: &order.action_id,
            sha1: *sha1,
            taken_by: taken_by.as_ref(),
            conflict: *conflict,
            now: Timestamp::from(SystemTime::now()),
        })
    }

    /// The action that an order to stop a file is about; nothing for an order to cancel one.
    pub(super) fn action<'a>(
        &'a self,
        order: &'a Order,
        bench: &'a mut Bench,
        terms: &'a Terms,
    ) -> Option<Action<'a>> {
        let Verb::StopAndQuarantineFile {
            sha1,
            comment,
            requestor,
            force,
            hints,
            dry_run,
            stop_mappers,
        } = &order.verb
        else {
            return None;
        };
        let scope = &terms.scope;
        Some(Action {
            journal: &self.journal,
            scope,
            limits: self.config.limits,
            state_dir: &self.config.state_dir,
            bench,
            progress: self.progress.as_ref(),
            id: &order.action_id,
            sha1: *sha1,
            comment,
            requestor: requestor.as_deref(),
            hints,
            dry_run: *dry_run,
            candidates: Vec::new(),
            targets: Vec::new(),
            gate: None,
            gate_lack: None,
            lingering: &self.lingering,
            frozen: Frozen::default(),
            capture_dirs: CaptureDirs::new(is_root() && scope.descend_only_from.is_none()),
            passed_over: self.passed_over(),
            known: HashMap::new(),
            known_size: None,
            no_room: HashMap::new(),
            stuck_names: HashSet::new(),
            stuck_processes: HashSet::new(),
            dangling: Vec::new(),
            writers: Vec::new(),
            own_executable: id_of(Path::new("/proc/self/exe")),
            acted: false,
            mappers: terms.leave.policy.mappers(*stop_mappers),
            coverage: Coverage {
                roots: scope.roots.iter().map(|root| wire(root)).collect(),
                complete: true,
                ..Coverage::default()
            },
            refused: Refused::default(),
            policy: Arc::clone(&terms.leave.policy),
            only_told: terms.leave.only_told.clone(),
            force: *force,
            refusal: None,
            radius: Radius::default(),
            forced: BTreeSet::new(),
        })
    }

    /// What is never walked: the state, the configured directories, and where captured files wait.
    fn passed_over(&self) -> HashSet<FileId> {
        let configured = self.config.passed_over.iter();
        let mut ids: HashSet<FileId> = configured
            .chain([&self.config.state_dir])
            .filter_map(|path| id_of(path))
            .collect();
        let waiting = self.journal.capture_dirs().unwrap_or_default();
        let reopened = waiting
            .iter()
            .filter_map(|path| CaptureDir::reopen(path).ok());
        ids.extend(reopened.map(|dir| dir.id()));
        ids
    }
}
