//! The world, and what the steps do to it.

use super::super::{Fact, Reach, State, Step};
use super::beings::{File, Place, Process, Run};

/// Others start no more programs than these, so that every story ends.
const MOST_PROCESSES: usize = 12;

#[derive(Debug)]
pub(super) struct World {
    dice: std::vec::IntoIter<u8>,
    pub(super) processes: Vec<Process>,
    pub(super) files: Vec<File>,
    /// Whether more are stopped than an action may touch.
    too_many: bool,
    /// Whether nobody else opens the chosen files at this moment, and whether nobody writes to them.
    pub(super) gated: bool,
    pub(super) leased: bool,
    pub(super) journaled_state: State,
    /// Whether any round of this life came past the kill, and whether this one did: from there on
    /// nothing is given back.
    pub(super) has_killed: bool,
    killed_in_this_round: bool,
    /// Whether what was captured may not be back, which the journal knows.
    pub(super) owes_names: bool,
}

/// The agent dies.
pub(super) struct Crash;

/// Why a step is not done to its end.
enum Cut {
    Crash,
    /// It fails as a whole, in the middle.
    Fault,
}

impl World {
    pub(super) fn new(files: Vec<File>, processes: Vec<Process>, dice: Vec<u8>) -> Self {
        Self {
            dice: dice.into_iter(),
            processes,
            files,
            too_many: false,
            gated: false,
            leased: false,
            journaled_state: State::Accepted,
            has_killed: false,
            killed_in_this_round: false,
            owes_names: false,
        }
    }

    /// Performs a step, after others had their turn.
    pub(super) fn perform(&mut self, step: Step) -> Result<Fact, Crash> {
        self.meddle();
        match self.attempt(step) {
            Ok(fact) => Ok(fact),
            Err(Cut::Crash) => Err(Crash),
            Err(Cut::Fault) => {
                self.owes_names |= step == Step::PutBack;
                Ok(Fact::Broken)
            }
        }
    }

    /// Whether an earlier life killed or took something, as its journal says.
    pub(super) fn has_acted(&self) -> bool {
        self.processes.iter().any(|process| !process.lives())
            || self.files.iter().any(|file| file.place != Place::Origin)
    }

    fn roll(&mut self) -> u8 {
        self.dice.next().unwrap_or(0)
    }

    /// At every point where something can be left half done.
    fn risk(&mut self) -> Result<(), Cut> {
        match self.roll() {
            252.. => Err(Cut::Crash),
            249.. => Err(Cut::Fault),
            _ => Ok(()),
        }
    }

    /// What others do, as far as they are not kept from it: they rewrite files and start programs.
    fn meddle(&mut self) {
        for index in 0..self.files.len() {
            let file = &self.files[index];
            if !file.is_at_its_path() {
                continue;
            }
            let can_write = !(self.leased && file.chosen);
            let can_start = !(self.gated && file.chosen) && self.processes.len() < MOST_PROCESSES;
            if can_write && self.roll() >= 248 {
                self.files[index].holds_content = false;
            }
            if can_start && self.roll() >= 244 {
                self.processes.push(Process::of(index));
            }
        }
    }

    fn attempt(&mut self, step: Step) -> Result<Fact, Cut> {
        if step == Step::Thaw {
            return self.thaw();
        }
        self.risk()?;
        match step {
            Step::Locate(reach) => Ok(self.locate(reach)),
            Step::Gate => self.gate(),
            Step::Freeze => self.freeze(),
            Step::Lease => self.lease(),
            Step::Verify => self.verify(),
            Step::Capture => self.capture(),
            Step::Kill => self.kill(),
            Step::Seal => self.seal(),
            Step::Release => self.release(),
            Step::PutBack => self.put_back(),
            Step::Thaw | Step::Conclude(_) => unreachable!("done by the callers"),
        }
    }

    fn locate(&mut self, reach: Reach) -> Fact {
        let prey = self.processes.iter().filter(|process| process.is_prey());
        let runs: Vec<usize> = prey.map(|process| process.file).collect();
        let acted = self.has_killed || self.has_acted();
        let (mut fresh, mut protected) = (false, false);
        for (index, file) in self.files.iter_mut().enumerate() {
            let seen = !file.hidden_until_walk || reach == Reach::Everything;
            let here = seen && file.is_at_its_path() && !file.stuck;
            let found = file.holds_content && (here || runs.contains(&index));
            // After something was done what is protected is left out, and told.
            file.stuck |= found && file.protected && acted;
            file.chosen = found && !(file.protected && acted);
            file.tried = false;
            fresh |= file.chosen;
            protected |= found && file.protected;
        }
        self.killed_in_this_round = false;
        self.too_many = false;
        Fact::Located { fresh, protected }
    }

    fn gate(&mut self) -> Result<Fact, Cut> {
        self.gated = true;
        self.risk()?;
        Ok(Fact::Gated)
    }

    fn lease(&mut self) -> Result<Fact, Cut> {
        self.leased = true;
        self.risk()?;
        Ok(Fact::Leased)
    }

    fn freeze(&mut self) -> Result<Fact, Cut> {
        for index in 0..self.processes.len() {
            let process = &self.processes[index];
            let file = &self.files[process.file];
            if !process.is_prey() || !file.chosen {
                continue;
            }
            assert!(!file.protected, "stopped what is protected: {process:?}");
            self.processes[index].journaled = true;
            self.risk()?;
            match self.roll() {
                225.. => {
                    self.processes[index].denied = true;
                    self.processes[index].journaled = false;
                }
                luck => {
                    self.processes[index].run = Run::Stopped;
                    self.processes[index].moved_on = luck >= 215;
                }
            }
            self.risk()?;
        }
        let too_many = self.roll() >= 245;
        self.too_many = too_many;
        if too_many && (self.has_killed || self.has_acted()) {
            self.leave_for_good();
        }
        Ok(Fact::Frozen { too_many })
    }

    /// What is too much after something was done is too much in every later round.
    fn leave_for_good(&mut self) {
        for process in &mut self.processes {
            process.denied |= self.files[process.file].chosen;
        }
        for file in &mut self.files {
            file.stuck |= file.chosen;
        }
    }

    fn verify(&mut self) -> Result<Fact, Cut> {
        for index in 0..self.files.len() {
            if self.files[index].chosen && !self.files[index].holds_content {
                self.files[index].chosen = false;
                self.resume_where(|process| process.file == index);
            }
            self.risk()?;
        }
        let intact = self.files.iter().any(|file| file.chosen);
        Ok(Fact::Verified { intact })
    }

    fn capture(&mut self) -> Result<Fact, Cut> {
        for index in 0..self.files.len() {
            let file = &mut self.files[index];
            if !file.chosen {
                continue;
            }
            file.tried = true;
            if !file.is_at_its_path() {
                continue;
            }
            file.intended = true;
            self.risk()?;
            match self.roll() {
                240.. => self.files[index].stuck = true,
                220.. => {
                    self.files[index].stranger_captured = true;
                    self.risk()?;
                    self.files[index].stranger_captured = false;
                }
                _ => self.take(index),
            }
            self.risk()?;
        }
        Ok(Fact::Captured)
    }

    fn take(&mut self, index: usize) {
        let file = &mut self.files[index];
        assert!(file.holds_content, "took another content: {file:?}");
        assert!(!file.protected, "took what is protected: {file:?}");
        assert!(!self.too_many, "took more than it may: {file:?}");
        file.place = Place::Capture;
    }

    fn kill(&mut self) -> Result<Fact, Cut> {
        self.resume_where(|process| process.moved_on);
        for process in &self.processes {
            let is_held = process.journaled || !process.is_prey();
            let file = &self.files[process.file];
            assert!(
                is_held || !file.chosen,
                "one was started meanwhile: {process:?}"
            );
        }
        for index in 0..self.processes.len() {
            let process = &mut self.processes[index];
            if process.journaled && process.lives() {
                process.kill(&self.files[process.file]);
                self.risk()?;
            }
        }
        self.resume_where(|_| true);
        (self.has_killed, self.killed_in_this_round) = (true, true);
        Ok(Fact::Killed)
    }

    fn seal(&mut self) -> Result<Fact, Cut> {
        for index in 0..self.files.len() {
            if self.files[index].place == Place::Capture && self.roll() < 230 {
                self.files[index].seal();
            }
            self.risk()?;
        }
        Ok(Fact::Sealed)
    }

    fn release(&mut self) -> Result<Fact, Cut> {
        for index in 0..self.files.len() {
            let file = &mut self.files[index];
            if file.place == Place::Capture && file.in_vault {
                file.release();
            }
            self.risk()?;
        }
        self.leased = false;
        Ok(Fact::Released)
    }

    fn put_back(&mut self) -> Result<Fact, Cut> {
        let too_late = self.killed_in_this_round;
        assert!(!too_late, "gave back what had been killed for");
        for index in 0..self.files.len() {
            let file = &mut self.files[index];
            if file.intended && !file.in_vault {
                file.give_back();
            }
            self.risk()?;
        }
        Ok(Fact::PutBack)
    }

    /// It cannot fail as a whole: what is held is let go in any case.
    fn thaw(&mut self) -> Result<Fact, Cut> {
        if let Err(Cut::Crash) = self.risk() {
            return Err(Cut::Crash);
        }
        self.resume_where(|_| true);
        (self.gated, self.leased) = (false, false);
        Ok(Fact::Thawed)
    }

    fn resume_where(&mut self, is_meant: impl Fn(&Process) -> bool) {
        for process in &mut self.processes {
            if process.journaled && is_meant(process) {
                process.resume();
            }
        }
    }
}
