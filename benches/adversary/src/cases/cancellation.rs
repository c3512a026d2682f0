//! An order is cancelled: in every state while the agent is at work, and in every state that it died in.

use quell_testkit::Victim;

use crate::case::{Case, Gap, expect};
use crate::ground::{Depth, Ground, expect_taken, expect_untouched};
use crate::observe::{Snapshot, await_until};
use crate::told::Told;

pub(super) const CASES: [Case; 1] = [Case::minimum(
    44,
    "cancelled at every state",
    "before the first name is gone all is as it was, after that all is done, and the action's status says which",
    cancelled,
)];

/// What a cancelled action comes to: one or the other, and nothing between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// All is as it was.
    GivenUp,
    /// The machine was too far, ended what it had begun, and has the last word.
    Done,
}

/// Each state with what becomes of an action that is so far when the agent hears of the cancellation.
const STATES: [(&str, Outcome); 9] = [
    ("after-locate", Outcome::GivenUp),
    ("after-gate", Outcome::GivenUp),
    ("after-freeze", Outcome::GivenUp),
    ("after-lease", Outcome::GivenUp),
    ("after-verify", Outcome::GivenUp),
    // From here on a name is gone.
    ("during-capture", Outcome::Done),
    ("after-capture", Outcome::Done),
    ("after-kill", Outcome::Done),
    ("after-vault", Outcome::Done),
];

/// The first state in which an action says how far it is; nothing has been touched.
const BEFORE_ANYTHING: &str = "after-locate";

/// A running program that is ordered away, and how it was before.
struct Target {
    victim: Victim,
    before: Snapshot,
}

impl Target {
    fn new(ground: &Ground, name: &str) -> Self {
        let mut victim = ground.victim(name);
        victim.start();
        let before = Snapshot::of(victim.path());
        Self { victim, before }
    }

    fn order(&self, ground: &Ground) -> Told {
        ground.order(&self.victim.sha1(), &[])
    }

    /// What it came to, which is told as it is.
    fn outcome(&self, ground: &Ground, order: &Told) -> Result<Outcome, Gap> {
        let told = ground.ended(order);
        match (told.status(), told.verdict()) {
            ("Cancelled", None) => {
                self.before.expect_unchanged()?;
                expect_untouched(&self.victim, 1)?;
                Ok(Outcome::GivenUp)
            }
            ("Succeeded", Some("Succeeded")) => {
                expect_taken(&self.victim)?;
                ground.expect_kept(self.victim.content())?;
                Ok(Outcome::Done)
            }
            (other, _) => Err(Gap::Failed(format!(
                "it ended as {other}: {}",
                told.whole()
            ))),
        }
    }

    fn expect(&self, ground: &Ground, order: &Told, when: &str, one: Outcome) -> Result<(), Gap> {
        let seen = self.outcome(ground, order)?;
        expect(
            seen == one,
            format!("cancelled {when}, it was {seen:?}, not {one:?}"),
        )
    }
}

fn cancelled(ground: &mut Ground) -> Result<String, Gap> {
    let mut innocent = ground.innocent("innocent");
    innocent.start();
    let every = match ground.depth {
        Depth::Short => 2,
        Depth::Full => 1,
    };
    let states = STATES.into_iter().step_by(every);
    let count = states.len();
    for (state, outcome) in states {
        while_at_work(ground, state, outcome)?;
        while_away(ground, state, outcome)?;
        expect_untouched(&innocent, 1)?;
    }
    before_it_began(ground)?;
    expect_untouched(&innocent, 1)?;
    let (given_up, done) = at_any_moment(ground)?;
    expect_untouched(&innocent, 1)?;
    Ok(format!(
        "in {count} states at work and in {count} after a death as expected; at moments of chance {given_up} given up, {done} done"
    ))
}

/// The agent is in this state when it hears of the cancellation.
fn while_at_work(ground: &mut Ground, state: &str, outcome: Outcome) -> Result<(), Gap> {
    let target = Target::new(ground, &format!("at-work-{state}"));
    ground.world.take_agent().kill_hard();
    let halt = ground.start_agent_that_halts(state);
    let order = target.order(ground);
    let halted = halt.reached();
    await_noted(ground, &order);
    ground.cancel(&order);
    let behind = note_one_behind(ground, &format!("behind-at-work-{state}"));
    drop(halted);
    ground.ended(&behind).expect_status("Succeeded")?;
    target.expect(ground, &order, &format!("at work {state}"), outcome)
}

/// The agent has died in this state; the next one hears of the cancellation before it takes anything.
fn while_away(ground: &mut Ground, state: &str, outcome: Outcome) -> Result<(), Gap> {
    let target = Target::new(ground, &format!("away-{state}"));
    ground.crash_at(state);
    let order = target.order(ground);
    ground.await_crash(state)?;
    ground.cancel(&order);
    let behind = match outcome {
        Outcome::GivenUp => {
            let halt = ground.start_agent_that_halts(BEFORE_ANYTHING);
            let halted = halt.reached();
            expect_untouched(&target.victim, 1)?;
            let behind = note_one_behind(ground, &format!("behind-away-{state}"));
            drop(halted);
            behind
        }
        Outcome::Done => {
            ground.world.start_agent();
            note_one_behind(ground, &format!("behind-away-{state}"))
        }
    };
    ground.ended(&behind).expect_status("Succeeded")?;
    target.expect(ground, &order, &format!("after a death {state}"), outcome)
}

/// An order that a paused agent has noted and not begun.
fn before_it_began(ground: &Ground) -> Result<(), Gap> {
    let paused = ground.agent(&["pause", "--reason", "a case"]);
    expect(paused.code == 0, format!("not paused: {paused:?}"))?;
    let target = Target::new(ground, "before-it-began");
    let order = target.order(ground);
    await_noted(ground, &order);
    ground.cancel(&order);
    let behind = note_one_behind(ground, "behind-a-pause");
    let resumed = ground.agent(&["resume"]);
    expect(resumed.code == 0, format!("not resumed: {resumed:?}"))?;
    ground.ended(&behind).expect_status("Succeeded")?;
    target.expect(ground, &order, "before it began", Outcome::GivenUp)
}

/// As soon as it is ordered, wherever the agent is by then; answers how many were given up, and done.
fn at_any_moment(ground: &Ground) -> Result<(usize, usize), Gap> {
    let (mut given_up, mut done) = (0, 0);
    for round in 0..4 {
        let target = Target::new(ground, &format!("at-any-moment-{round}"));
        let order = target.order(ground);
        ground.cancel(&order);
        let behind = ground.victim(&format!("behind-any-moment-{round}"));
        ground
            .quarantine(&behind.sha1())
            .expect_status("Succeeded")?;
        match target.outcome(ground, &order)? {
            Outcome::GivenUp => given_up += 1,
            Outcome::Done => done += 1,
        }
    }
    Ok((given_up, done))
}

/// Orders are noted one after the other: with one behind it, the cancellation is.
fn note_one_behind(ground: &Ground, name: &str) -> Told {
    let next = ground.victim(name);
    let behind = ground.order(&next.sha1(), &[]);
    await_noted(ground, &behind);
    behind
}

/// Waits until the agent has the order in its journal.
fn await_noted(ground: &Ground, order: &Told) {
    await_until("the agent has noted the order", || {
        ground.now(order).status() != "Pending"
    });
}
