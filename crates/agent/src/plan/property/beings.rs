//! What the world is made of.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    Running,
    Stopped,
    Dead,
}

#[derive(Debug, Clone)]
pub(super) struct Process {
    pub(super) file: usize,
    pub(super) run: Run,
    /// Somebody else had stopped it, and is to find it so.
    pub(super) was_stopped: bool,
    /// The journal has it as one that the agent is about to stop, or has stopped.
    pub(super) journaled: bool,
    /// The kernel lets it be stopped by nobody.
    pub(super) denied: bool,
    /// It executed something else before it came to rest.
    pub(super) moved_on: bool,
}

impl Process {
    pub(super) fn of(file: usize) -> Self {
        Self {
            file,
            run: Run::Running,
            was_stopped: false,
            journaled: false,
            denied: false,
            moved_on: false,
        }
    }

    pub(super) fn stopped_by_somebody_else(self) -> Self {
        Self {
            run: Run::Stopped,
            was_stopped: true,
            ..self
        }
    }

    pub(super) fn lives(&self) -> bool {
        self.run != Run::Dead
    }

    /// Whether it executes its file and can be kept from it.
    pub(super) fn is_prey(&self) -> bool {
        self.lives() && !self.denied && !self.moved_on
    }

    pub(super) fn resume(&mut self) {
        if self.lives() && !self.was_stopped {
            self.run = Run::Running;
        }
        self.journaled = false;
    }

    /// Kills it, which must be what executes the file, and too late for it to be started again.
    pub(super) fn kill(&mut self, file: &File) {
        assert!(!self.moved_on, "killed what executes something else");
        assert!(
            file.holds_content,
            "killed what executes another content: {file:?}"
        );
        assert!(
            file.tried,
            "killed before the name was taken away: {file:?}"
        );
        self.run = Run::Dead;
    }

    pub(super) fn is_as_before(&self) -> bool {
        match self.run {
            Run::Running => !self.was_stopped,
            Run::Stopped => self.was_stopped,
            Run::Dead => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Origin,
    Capture,
    Gone,
}

#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) holds_content: bool,
    pub(super) hidden_until_walk: bool,
    pub(super) place: Place,
    pub(super) in_vault: bool,
    /// The journal has its name as one that is about to be taken, or was.
    pub(super) intended: bool,
    /// An innocent file lies where this one was to be captured.
    pub(super) stranger_captured: bool,
    pub(super) protected: bool,
    /// It cannot be taken.
    pub(super) stuck: bool,
    /// What this round works on.
    pub(super) chosen: bool,
    /// Whether this round has come so far as to take its name, if it could.
    pub(super) tried: bool,
}

impl File {
    pub(super) fn new(holds_content: bool, hidden_until_walk: bool) -> Self {
        Self {
            holds_content,
            hidden_until_walk,
            place: Place::Origin,
            in_vault: false,
            intended: false,
            stranger_captured: false,
            protected: false,
            stuck: false,
            chosen: false,
            tried: false,
        }
    }

    pub(super) fn protected(self) -> Self {
        Self {
            protected: true,
            ..self
        }
    }

    pub(super) fn is_at_its_path(&self) -> bool {
        self.place == Place::Origin
    }

    /// Copies it into the vault, which must not be another one's content.
    pub(super) fn seal(&mut self) {
        assert!(self.holds_content, "sealed another content: {self:?}");
        assert!(!self.stranger_captured, "sealed a stranger: {self:?}");
        self.in_vault = true;
    }

    /// Removes the original, which must not be the only copy.
    pub(super) fn release(&mut self) {
        assert!(self.in_vault, "removed the only copy: {self:?}");
        self.place = Place::Gone;
    }

    /// Gives back whatever was taken by this name.
    pub(super) fn give_back(&mut self) {
        self.stranger_captured = false;
        if self.place == Place::Capture {
            self.place = Place::Origin;
        }
        self.intended = false;
    }
}
