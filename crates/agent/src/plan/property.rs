//! Random facts, failures and crashes against the plan, in a small world of processes and files.
//!
//! The dice decide what happens at each point; when they are used up, everything goes well, so that
//! every story ends.

use proptest::prelude::*;

use super::remedy::{
    CaptureRemedy, CapturedName, InCapture, ProcessRemedy, StoppedProcess, for_capture, for_process,
};
use super::{Ending, Fact, Plan, Reach, State, Step};

const ROUNDS: u32 = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    Running,
    Stopped,
    Dead,
}

#[derive(Debug, Clone)]
struct Process {
    file: usize,
    run: Run,
    journaled: bool,
    denied: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Origin,
    Capture,
    Gone,
}

#[derive(Debug, Clone)]
struct File {
    holds_content: bool,
    hidden_until_walk: bool,
    place: Place,
    in_vault: bool,
    intended: bool,
    /// An innocent file lies where this one was to be captured.
    stranger_captured: bool,
    stuck: bool,
    /// What this round works on.
    chosen: bool,
}

#[derive(Debug)]
struct World {
    dice: std::vec::IntoIter<u8>,
    processes: Vec<Process>,
    files: Vec<File>,
    protected: bool,
    /// Whether the files are barred at this moment, and whether writers are kept away.
    gated: bool,
    leased: bool,
    journaled_state: State,
    acted: bool,
}

struct Crash;

impl World {
    fn roll(&mut self) -> u8 {
        self.dice.next().unwrap_or(0)
    }

    /// The process may die at every point where something can be left half done.
    fn risk(&mut self) -> Result<(), Crash> {
        if self.roll() >= 250 {
            Err(Crash)
        } else {
            Ok(())
        }
    }

    fn perform(&mut self, step: Step) -> Result<Fact, Crash> {
        self.risk()?;
        if self.roll() >= 248 && !matches!(step, Step::Thaw) {
            return Ok(Fact::Broken);
        }
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
            Step::Thaw => self.thaw(),
            Step::Conclude(_) => unreachable!("concluded by the caller"),
        }
    }

    fn locate(&mut self, reach: Reach) -> Fact {
        let runs: Vec<usize> = self.live().map(|process| process.file).collect();
        let mut fresh = false;
        for (index, file) in self.files.iter_mut().enumerate() {
            let seen = !file.hidden_until_walk || reach == Reach::Everything;
            let here = seen && file.place == Place::Origin && !file.stuck;
            file.chosen = file.holds_content && (here || runs.contains(&index));
            fresh |= file.chosen;
        }
        let protected = fresh && self.protected;
        Fact::Located { fresh, protected }
    }

    fn live(&self) -> impl Iterator<Item = &Process> {
        self.processes
            .iter()
            .filter(|process| process.run != Run::Dead && !process.denied)
    }

    /// The kernel may refuse either; the action goes on without.
    fn gate(&mut self) -> Result<Fact, Crash> {
        self.gated = self.roll() < 200;
        self.risk()?;
        Ok(Fact::Gated)
    }

    fn lease(&mut self) -> Result<Fact, Crash> {
        self.leased = self.roll() < 200;
        self.risk()?;
        Ok(Fact::Leased)
    }

    fn freeze(&mut self) -> Result<Fact, Crash> {
        for index in 0..self.processes.len() {
            let process = &self.processes[index];
            if process.run != Run::Running || process.denied || !self.files[process.file].chosen {
                continue;
            }
            self.processes[index].journaled = true;
            self.risk()?;
            if self.roll() >= 220 {
                self.processes[index].denied = true;
            } else {
                self.processes[index].run = Run::Stopped;
            }
            self.risk()?;
        }
        let too_many = self.roll() >= 245;
        if too_many && self.acted {
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

    fn verify(&mut self) -> Result<Fact, Crash> {
        for index in 0..self.files.len() {
            if self.files[index].chosen && self.roll() >= 230 {
                self.files[index].holds_content = false;
                self.files[index].chosen = false;
                self.thaw_where(|file| file == index);
            }
            self.risk()?;
        }
        let intact = self.files.iter().any(|file| file.chosen);
        Ok(Fact::Verified { intact })
    }

    fn capture(&mut self) -> Result<Fact, Crash> {
        for index in 0..self.files.len() {
            if !self.files[index].chosen || self.files[index].place != Place::Origin {
                continue;
            }
            self.files[index].intended = true;
            self.risk()?;
            match self.roll() {
                240.. => self.files[index].stuck = true,
                220..240 => {
                    self.files[index].stranger_captured = true;
                    self.risk()?;
                    self.files[index].stranger_captured = false;
                }
                _ => self.files[index].place = Place::Capture,
            }
            self.risk()?;
        }
        Ok(Fact::Captured)
    }

    fn kill(&mut self) -> Result<Fact, Crash> {
        for index in 0..self.processes.len() {
            if self.processes[index].run == Run::Stopped {
                let file = &self.files[self.processes[index].file];
                assert!(file.holds_content, "killed what executes something else");
                self.processes[index].run = Run::Dead;
                self.risk()?;
            }
        }
        Ok(Fact::Killed)
    }

    fn seal(&mut self) -> Result<Fact, Crash> {
        for index in 0..self.files.len() {
            if self.files[index].place == Place::Capture && self.roll() < 230 {
                assert!(self.files[index].holds_content, "sealed another content");
                self.files[index].in_vault = true;
            }
            self.risk()?;
        }
        Ok(Fact::Sealed)
    }

    fn release(&mut self) -> Result<Fact, Crash> {
        for index in 0..self.files.len() {
            let file = &mut self.files[index];
            if file.place == Place::Capture && file.in_vault {
                file.place = Place::Gone;
            }
            self.risk()?;
        }
        self.leased = false;
        Ok(Fact::Released)
    }

    fn put_back(&mut self) -> Result<Fact, Crash> {
        for index in 0..self.files.len() {
            let file = &mut self.files[index];
            if file.place == Place::Capture && !file.in_vault {
                file.place = Place::Origin;
            }
            self.risk()?;
        }
        Ok(Fact::PutBack)
    }

    fn thaw(&mut self) -> Result<Fact, Crash> {
        self.thaw_where(|_| true);
        (self.gated, self.leased) = (false, false);
        Ok(Fact::Thawed)
    }

    fn thaw_where(&mut self, of_file: impl Fn(usize) -> bool) {
        for process in &mut self.processes {
            if process.run == Run::Stopped && of_file(process.file) {
                process.run = Run::Running;
            }
        }
    }

    /// What the next start does, by the pure judgements that the real one uses.
    fn recover(&mut self) {
        // Neither outlives the process that held it.
        (self.gated, self.leased) = (false, false);
        for process in &mut self.processes {
            let remedy = for_process(
                self.journaled_state,
                StoppedProcess {
                    lives: process.journaled && process.run != Run::Dead,
                    executes_target: self.files[process.file].holds_content,
                    was_stopped: false,
                },
            );
            match remedy {
                ProcessRemedy::Kill if process.denied => {}
                ProcessRemedy::Kill => process.run = Run::Dead,
                ProcessRemedy::Resume => process.run = Run::Running,
                ProcessRemedy::Leave => {}
            }
        }
        for file in self.files.iter_mut().filter(|file| file.intended) {
            file.recover();
        }
        self.acted |= self.journaled_state >= State::Captured
            || self.files.iter().any(|file| file.in_vault)
            || self
                .processes
                .iter()
                .any(|process| process.run == Run::Dead);
    }

    fn check_always(&self) {
        for file in &self.files {
            assert!(file.place != Place::Gone || file.in_vault, "lost: {file:?}");
        }
    }

    fn check_end(&self, ending: Ending) {
        for process in &self.processes {
            assert_ne!(process.run, Run::Stopped, "left stopped: {process:?}");
        }
        for file in &self.files {
            assert!(!file.stranger_captured, "kept a stranger: {file:?}");
        }
        let as_before = self.processes.iter().all(|p| p.run == Run::Running)
            && self
                .files
                .iter()
                .all(|f| f.place == Place::Origin && !f.in_vault);
        assert!(!self.leased, "writers are still kept away");
        // After an action that was carried out the gate stays closed for a while, on purpose.
        let finished = matches!(ending, Ending::Finished { .. });
        assert!(finished || !self.gated, "the gate stayed closed");
        match ending {
            Ending::Refused => assert!(as_before, "refused but touched"),
            Ending::Cancelled => assert!(as_before, "cancelled but touched"),
            Ending::Finished { settled: true } => self.check_settled(),
            Ending::Finished { settled: false } | Ending::Broken => {}
        }
    }

    fn check_settled(&self) {
        for process in &self.processes {
            let file = &self.files[process.file];
            let innocent = !file.holds_content || process.denied;
            assert!(
                innocent || process.run == Run::Dead,
                "survived: {process:?}"
            );
        }
        for file in &self.files {
            let innocent = !file.holds_content || file.stuck;
            assert!(
                innocent || file.place != Place::Origin,
                "remained: {file:?}"
            );
        }
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
            CaptureRemedy::Forget | CaptureRemedy::Finished => {}
            CaptureRemedy::SealThenRelease => {
                self.in_vault = true;
                self.place = Place::Gone;
            }
            CaptureRemedy::Release => self.place = Place::Gone,
            CaptureRemedy::PutBack => self.stranger_captured = false,
            CaptureRemedy::Wait => unreachable!("everything is in sight"),
        }
    }
}

/// Runs until an ending, over as many crashes as the dice bring.
fn live_through(world: &mut World, cancel_after: Option<u8>) -> Ending {
    let mut steps = 0;
    loop {
        let mut plan = Plan::new(ROUNDS, world.acted);
        let crashed = loop {
            if cancel_after == Some(steps) {
                plan.cancel();
            }
            steps = steps.saturating_add(1);
            let step = plan.next();
            if let Step::Conclude(ending) = step {
                return ending;
            }
            let Ok(fact) = world.perform(step) else {
                break true;
            };
            plan.observe(fact);
            world.journaled_state = plan.state();
            world.acted |= plan.state() >= State::Killed && plan.state() != State::Done;
            world.check_always();
        };
        assert!(crashed);
        world.recover();
        world.check_always();
    }
}

fn world() -> impl Strategy<Value = World> {
    let files = prop::collection::vec((any::<bool>(), any::<bool>()), 1..5);
    let processes = prop::collection::vec(0usize..5, 0..6);
    let dice = prop::collection::vec(any::<u8>(), 0..200);
    (files, processes, dice, prop::bool::weighted(0.1)).prop_map(
        |(files, processes, dice, protected)| {
            let count = files.len();
            let file = |(holds_content, hidden_until_walk)| File {
                holds_content,
                hidden_until_walk,
                place: Place::Origin,
                in_vault: false,
                intended: false,
                stranger_captured: false,
                stuck: false,
                chosen: false,
            };
            let process = |file: usize| Process {
                file: file % count,
                run: Run::Running,
                journaled: false,
                denied: false,
            };
            World {
                dice: dice.into_iter(),
                processes: processes.into_iter().map(process).collect(),
                files: files.into_iter().map(file).collect(),
                protected,
                gated: false,
                leased: false,
                journaled_state: State::Accepted,
                acted: false,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn plan_never_leaves_a_process_stopped_or_a_file_in_no_place(
        mut world in world(),
        cancel_after in prop::option::of(0u8..12),
    ) {
        let ending = live_through(&mut world, cancel_after);
        world.check_end(ending);
    }
}
