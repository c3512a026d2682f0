//! What was promised.

use super::super::Ending;
use super::beings::{Place, Run};
use super::world::World;

impl World {
    /// At every moment.
    pub(super) fn check_always(&self) {
        for file in &self.files {
            assert!(file.place != Place::Gone || file.in_vault, "lost: {file:?}");
            let is_known = file.intended || file.place == Place::Origin;
            assert!(is_known, "out of the journal's sight: {file:?}");
        }
    }

    /// When an action has ended.
    pub(super) fn check_end(&self, ending: Ending) {
        for process in &self.processes {
            let stopped = process.run == Run::Stopped;
            assert!(!stopped || process.was_stopped, "left stopped: {process:?}");
            let running = process.run == Run::Running;
            assert!(!running || !process.was_stopped, "woken up: {process:?}");
        }
        for file in &self.files {
            let owed = file.stranger_captured && !self.owes_names;
            assert!(!owed, "kept a stranger: {file:?}");
        }
        assert!(!self.leased, "writers are still kept away");
        // After an action that was carried out the gate stays closed for a while, on purpose.
        let finished = matches!(ending, Ending::Finished { .. });
        assert!(finished || !self.gated, "the gate stayed closed");
        match ending {
            Ending::Refused => assert!(self.is_as_before(), "refused but touched"),
            Ending::Cancelled => assert!(self.is_as_before(), "cancelled but touched"),
            Ending::Broken => self.check_broken(),
            Ending::Finished { settled } => self.check_finished(settled),
        }
    }

    /// Whatever goes wrong before the kill ends with all as it was, but for a name that could not be
    /// given back: the journal has it, and the next start gives it back.
    fn check_broken(&self) {
        let killed = self.processes.iter().any(|process| !process.lives());
        let kept = self.files.iter().any(|file| file.in_vault);
        let excused = self.has_killed || killed || kept || self.owes_names;
        assert!(
            excused || self.is_as_before(),
            "broke off and left it so: {self:?}"
        );
    }

    fn check_finished(&self, settled: bool) {
        for file in &self.files {
            let waits = file.place == Place::Capture && file.in_vault;
            assert!(!waits, "in the vault and not removed: {file:?}");
        }
        if !settled {
            return;
        }
        for process in &self.processes {
            let file = &self.files[process.file];
            let survived = file.holds_content && !file.protected && process.is_prey();
            assert!(!survived, "survived: {process:?}");
        }
        for file in &self.files {
            let remains = file.holds_content && !file.stuck && file.is_at_its_path();
            assert!(!remains, "remained: {file:?}");
        }
    }

    fn is_as_before(&self) -> bool {
        let files = self
            .files
            .iter()
            .all(|file| file.is_at_its_path() && !file.in_vault && !file.stranger_captured);
        files && self.processes.iter().all(|process| process.is_as_before())
    }
}
