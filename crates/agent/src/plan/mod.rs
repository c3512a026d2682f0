//! The life of one action as a pure state machine.
//!
//! The plan never acts. It is asked for the [`Step`] that comes next, a shell performs it and tells
//! the [`Fact`] that it saw, and so on until the [`Ending`]. What a crash leaves behind is judged
//! by [`remedy`], what is told at the end by [`verdict`]; neither does any I/O either. The order of
//! steps is what keeps the promises:
//!
//! - nobody can open the file from before its processes are stopped until after they are gone, so
//!   that none is started meanwhile;
//! - processes are stopped before the file is looked at for the last time, so that they can neither
//!   rename nor rewrite it meanwhile, and writers are kept out by a lease;
//! - the file is taken away before they are killed, so that whoever starts them again fails;
//! - the original goes only when a durable copy is in the vault;
//! - whatever goes wrong before the kill ends with the file back at its place and every process
//!   running.

pub mod chase;
pub mod obstacle;
#[cfg(test)]
mod property;
pub mod remedy;
pub mod residual;
#[cfg(test)]
mod tests;
pub mod verdict;

/// How far an action is. Each state says what has been completed; the journal holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The order is taken up.
    Accepted,
    /// Files or processes were found.
    Located,
    /// The files are barred: nobody who is not the agent opens them any more.
    Gated,
    /// The processes are stopped.
    Frozen,
    /// Nobody writes to the files, as far as a lease could be had.
    Leased,
    /// The content was read again and is the one that was asked for.
    Verified,
    /// The names are gone from their directories.
    Captured,
    /// The processes are killed.
    Killed,
    /// A durable copy is in the vault.
    Vaulted,
    /// The captured originals are removed.
    Released,
    /// Nothing more will happen.
    Done,
}

impl State {
    /// All states in their order.
    pub const ALL: [Self; 11] = [
        Self::Accepted,
        Self::Located,
        Self::Gated,
        Self::Frozen,
        Self::Leased,
        Self::Verified,
        Self::Captured,
        Self::Killed,
        Self::Vaulted,
        Self::Released,
        Self::Done,
    ];

    /// The state's name in the journal.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Located => "located",
            Self::Gated => "gated",
            Self::Frozen => "frozen",
            Self::Leased => "leased",
            Self::Verified => "verified",
            Self::Captured => "captured",
            Self::Killed => "killed",
            Self::Vaulted => "vaulted",
            Self::Released => "released",
            Self::Done => "done",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// How far a search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// What runs, and where it says that it lies: milliseconds.
    Running,
    /// Everything below the roots as well.
    Everything,
}

/// What the shell is to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Search.
    Locate(Reach),
    /// Keep everybody else from opening the files that were found, as far as that is possible. It
    /// ends by itself with the agent, so that nothing of it has to be undone after a crash.
    Gate,
    /// Stop every process that was found, until no new one appears.
    Freeze,
    /// Keep writers away from the files, as far as that is possible. It, too, ends with the agent.
    Lease,
    /// Read every file that was found once more.
    Verify,
    /// Take every name away.
    Capture,
    /// Kill every stopped process whose file held true.
    Kill,
    /// Copy into the vault.
    Seal,
    /// Remove what is in the vault from where it was captured.
    Release,
    /// Give every captured name back.
    PutBack,
    /// Give up the leases, open the gate, and let every stopped process go on.
    Thaw,
    /// End.
    Conclude(Ending),
}

/// What the shell saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// The search is over.
    Located {
        /// Whether anything was found that has not been dealt with.
        fresh: bool,
        /// Whether something of it is protected.
        protected: bool,
    },
    /// The files are barred, as far as they could be.
    Gated,
    /// The processes are stopped, as far as they could be.
    Frozen {
        /// Whether they are more than the machine lets an action touch.
        too_many: bool,
    },
    /// Writers are kept away, as far as they could be.
    Leased,
    /// The files were read again.
    Verified {
        /// Whether at least one still has the content.
        intact: bool,
    },
    /// The names are taken away, as far as they could be.
    Captured,
    /// The processes are killed, as far as they could be.
    Killed,
    /// The vault took what it could.
    Sealed,
    /// What is in the vault was removed.
    Released,
    /// What was captured is back.
    PutBack,
    /// Nothing is stopped, barred or leased any more.
    Thawed,
    /// The step failed as a whole: above all, the journal could not be written.
    Broken,
}

/// How an action ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything that could be done was done; the verdict says whether that was enough.
    Finished {
        /// Whether the last search found nothing more.
        settled: bool,
    },
    /// Something of it is protected; nothing was touched.
    Refused,
    /// Given up on request; everything is as it was.
    Cancelled,
    /// Given up because the agent itself could not go on.
    Broken,
}

/// The plan of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    state: State,
    reach: Reach,
    rounds_left: u32,
    /// Whether any round came as far as killing or taking.
    acted: bool,
    cancelled: bool,
    undo: Option<Undo>,
}

/// What is still to be undone, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Undo {
    put_back: bool,
    thaw: bool,
    then: Then,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    SearchAgain,
    End(Ending),
}

impl Plan {
    /// A plan for an action that searches everything at most `rounds` times. `acted` is true when
    /// an earlier run of the same action killed or took something before it crashed.
    #[must_use]
    pub fn new(rounds: u32, acted: bool) -> Self {
        Self {
            state: State::Accepted,
            reach: Reach::Running,
            rounds_left: rounds.max(1),
            acted,
            cancelled: false,
            undo: None,
        }
    }

    /// How far the action is.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Asks for the action to be given up. It is heeded until the first name is taken away.
    pub fn cancel(&mut self) {
        let can_still = !self.acted && self.state < State::Captured && self.undo.is_none();
        if can_still && !self.cancelled {
            self.cancelled = true;
            self.undo = Some(self.undo_from_here(Then::End(Ending::Cancelled)));
        }
    }

    /// What to do next.
    #[must_use]
    pub fn next(&self) -> Step {
        match self.undo {
            Some(Undo { put_back: true, .. }) => return Step::PutBack,
            Some(Undo { thaw: true, .. }) => return Step::Thaw,
            Some(Undo {
                then: Then::End(ending),
                ..
            }) => return Step::Conclude(ending),
            Some(_) | None => {}
        }
        match self.state {
            State::Accepted => Step::Locate(self.reach),
            State::Located => Step::Gate,
            State::Gated => Step::Freeze,
            State::Frozen => Step::Lease,
            State::Leased => Step::Verify,
            State::Verified => Step::Capture,
            State::Captured => Step::Kill,
            State::Killed => Step::Seal,
            State::Vaulted => Step::Release,
            State::Released => Step::Locate(Reach::Everything),
            State::Done => Step::Conclude(Ending::Finished {
                settled: self.rounds_left > 0,
            }),
        }
    }

    /// Takes note of what became of the step that [`Self::next`] named.
    pub fn observe(&mut self, fact: Fact) {
        match fact {
            Fact::PutBack => self.undone(|undo| undo.put_back = false),
            Fact::Thawed => self.undone(|undo| undo.thaw = false),
            Fact::Broken => self.broke(),
            Fact::Located { fresh, protected } => self.located(fresh, protected),
            Fact::Verified { intact: false } => {
                self.undo = Some(self.undo_from_here(Then::SearchAgain));
                self.undone(|_| {});
            }
            Fact::Gated => self.state = State::Gated,
            Fact::Frozen { too_many: false } => self.state = State::Frozen,
            Fact::Frozen { too_many: true } => self.leave(),
            Fact::Leased => self.state = State::Leased,
            Fact::Verified { intact: true } => self.state = State::Verified,
            Fact::Captured => self.state = State::Captured,
            Fact::Killed => {
                self.acted = true;
                self.state = State::Killed;
            }
            Fact::Sealed => self.state = State::Vaulted,
            Fact::Released => self.search_again(),
        }
    }

    fn located(&mut self, fresh: bool, protected: bool) {
        if protected && !self.acted {
            self.undo = Some(self.undo_from_here(Then::End(Ending::Refused)));
        } else if fresh {
            self.state = State::Located;
        } else if self.reach == Reach::Running {
            self.reach = Reach::Everything;
            self.state = State::Accepted;
        } else {
            self.state = State::Done;
        }
    }

    /// What was found in this round is left as it is; what earlier rounds did stands.
    fn leave(&mut self) {
        let then = match self.acted {
            true => Then::SearchAgain,
            false => Then::End(Ending::Refused),
        };
        self.undo = Some(self.undo_from_here(then));
    }

    /// Another search follows every round that acted, until one finds nothing or the rounds are
    /// used up.
    fn search_again(&mut self) {
        self.reach = Reach::Everything;
        self.rounds_left = self.rounds_left.saturating_sub(1);
        self.state = if self.rounds_left == 0 {
            State::Done
        } else {
            State::Released
        };
    }

    /// A failed undo is not tried for ever: what it could not undo is in the journal, and the guard
    /// that holds the stopped processes lets them go in any case.
    fn broke(&mut self) {
        self.undo = Some(match self.undo {
            Some(undo) if undo.put_back => Undo {
                put_back: false,
                ..undo
            },
            Some(undo) => Undo {
                thaw: false,
                then: Then::End(Ending::Broken),
                ..undo
            },
            None => self.undo_from_here(Then::End(Ending::Broken)),
        });
    }

    /// What has to be undone when the next step will not be taken. A step that was begun counts as
    /// taken.
    fn undo_from_here(&self, then: Then) -> Undo {
        let before_the_kill = self.state < State::Killed;
        Undo {
            put_back: before_the_kill && self.state >= State::Verified,
            // After the kill nothing is stopped any more, but the gate is still closed.
            thaw: self.state >= State::Located,
            then,
        }
    }

    fn undone(&mut self, mark: impl FnOnce(&mut Undo)) {
        let Some(mut undo) = self.undo else { return };
        mark(&mut undo);
        let clean = !undo.put_back && !undo.thaw;
        if clean && undo.then == Then::SearchAgain {
            self.undo = None;
            self.search_again();
        } else {
            self.undo = Some(undo);
        }
    }
}
