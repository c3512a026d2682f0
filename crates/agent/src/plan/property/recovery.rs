//! What the next start does in the world, by the pure judgements that the real one uses.

use super::super::State;
use super::super::remedy::{
    CaptureRemedy, CapturedName, InCapture, ProcessRemedy, StoppedProcess, for_capture, for_process,
};
use super::beings::{File, Place, Process, Run};
use super::world::World;

impl World {
    pub(super) fn recover(&mut self) {
        // Neither outlives the process that held it.
        (self.gated, self.leased) = (false, false);
        let state = self.journaled_state;
        for process in self.processes.iter_mut().filter(|one| one.journaled) {
            process.recover(state, &self.files[process.file]);
        }
        for file in self.files.iter_mut().filter(|file| file.intended) {
            file.recover();
        }
        (self.owes_names, self.has_killed) = (false, false);
    }
}

impl Process {
    fn recover(&mut self, state: State, file: &File) {
        let remedy = for_process(
            state,
            StoppedProcess {
                lives: self.lives(),
                executes_target: !self.moved_on,
                was_stopped: self.was_stopped,
            },
        );
        assert!(
            self.lives() || remedy == ProcessRemedy::Leave,
            "signalled whoever has its id now: {self:?}"
        );
        match remedy {
            ProcessRemedy::Kill => self.kill(file),
            // Whoever had stopped it, it goes on.
            ProcessRemedy::Resume => self.run = Run::Running,
            ProcessRemedy::Leave => {}
        }
        self.journaled = false;
    }
}

impl File {
    fn recover(&mut self) {
        let in_capture = if self.stranger_captured {
            InCapture::Stranger
        } else if self.place == Place::Capture {
            InCapture::Target
        } else {
            InCapture::Nothing
        };
        let sealed = self.in_vault;
        match for_capture(CapturedName { in_capture, sealed }) {
            CaptureRemedy::Forget => self.intended = false,
            CaptureRemedy::Finished => {}
            CaptureRemedy::SealThenRelease => {
                self.seal();
                self.release();
            }
            CaptureRemedy::Release => self.release(),
            CaptureRemedy::PutBack => self.give_back(),
            CaptureRemedy::Wait => unreachable!("everything is in sight"),
        }
    }
}
