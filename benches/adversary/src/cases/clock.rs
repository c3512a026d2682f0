//! A clock that is set while the agent works: its own alone, the machine's is nobody's to set.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use quell_testkit::Victim;

use crate::case::{Case, Gap, expect};
use crate::ground::{Ground, expect_taken, expect_untouched};
use crate::observe::{await_until, output};
use crate::told::Told;

pub(super) const CASES: [Case; 1] = [Case::further(
    56,
    "clock jumps",
    "whatever the clock says: orders in their order, none over, nobody left stopped",
    clock_jumps,
)];

/// The kernel knows no clock of a single process: a library stands between the agent and the clock.
const LIBRARY: &str = include_str!("clock.c");
/// Longer than any order lasts.
const TEN_YEARS: i64 = 10 * 365 * 24 * 60 * 60;

/// The clock of an agent.
struct Clock {
    library: PathBuf,
    offset: PathBuf,
}

impl Clock {
    fn build(ground: &Ground) -> Option<Self> {
        let [source, library, offset] =
            ["clock.c", "clock.so", "offset"].map(|name| ground.outside().join(name));
        fs::write(&source, LIBRARY).expect("the directory is ours");
        fs::write(&offset, [0; 8]).expect("the directory is ours");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-o"]).arg(&library);
        let compiled = compiler.arg(&source).stderr(Stdio::null()).status();
        let is_built = compiled.is_ok_and(|status| status.success());
        is_built.then_some(Self { library, offset })
    }

    /// Sets it, for an agent that runs too.
    fn set(&self, ahead_by: i64) {
        let file = File::options().write(true).open(&self.offset);
        let set = file.and_then(|file| file.write_all_at(&ahead_by.to_ne_bytes(), 0));
        set.expect("the clock is ours");
    }

    /// Starts an agent that has this clock.
    fn start_agent(&self, ground: &mut Ground) {
        let mut run = ground.world.agent_run();
        run.env("LD_PRELOAD", &self.library);
        run.env("QUELL_CLOCK", &self.offset);
        ground.world.start_agent_by(&mut run);
    }
}

fn clock_jumps(ground: &mut Ground) -> Result<String, Gap> {
    let Some(clock) = Clock::build(ground) else {
        let why = "there is no C compiler to build the agent a clock of its own with";
        return Err(Gap::NotShown(why.to_owned()));
    };
    let mut innocent = ground.innocent("innocent");
    innocent.start();
    for jump in [-TEN_YEARS, TEN_YEARS] {
        while_orders_wait(ground, &clock, jump)?;
        while_somebody_is_stopped(ground, &clock, jump)?;
        expect_untouched(&innocent, 1)?;
    }
    Ok("ten years back and ahead: orders that waited went in their order, who was stopped was not forgotten".to_owned())
}

fn while_orders_wait(ground: &mut Ground, clock: &Clock, jump: i64) -> Result<(), Gap> {
    ground.world.take_agent().kill_hard();
    clock.set(0);
    clock.start_agent(ground);
    agent(ground, &["pause", "--reason", "a case"])?;
    let mut victims = ["first", "second"].map(|name| ground.victim(&format!("{name}-{jump}")));
    victims.iter_mut().for_each(Victim::start);
    let orders = victims.each_ref().map(|victim| {
        let order = ground.order(&victim.sha1(), &[]);
        await_until("it is taken up", || {
            ground.now(&order).status() == "InProgress"
        });
        order
    });
    clock.set(jump);
    agent(ground, &["resume"])?;
    await_until("both are taken", || {
        victims.iter().all(|victim| !victim.path().exists())
    });
    settle(ground, clock, &orders)?;
    let [first, second] = &victims;
    let is_in_order = sealed_at(ground, first)? < sealed_at(ground, second)?;
    expect(is_in_order, "the later order was carried out first")?;
    for victim in &victims {
        expect_jumped(ground, victim, jump)?;
        expect_taken(victim)?;
    }
    Ok(())
}

fn while_somebody_is_stopped(ground: &mut Ground, clock: &Clock, jump: i64) -> Result<(), Gap> {
    let mut victim = ground.victim(&format!("stopped-{jump}"));
    victim.start();
    ground.crash_at("after-freeze");
    let order = ground.order(&victim.sha1(), &[]);
    ground.await_crash("after-freeze")?;
    expect(victim.any_stopped(), "nobody was stopped")?;
    clock.set(jump);
    clock.start_agent(ground);
    await_until("it is taken", || !victim.path().exists());
    settle(ground, clock, &[order])?;
    expect_jumped(ground, &victim, jump)?;
    expect_taken(&victim)
}

/// The server speaks with no machine whose clock is wrong: what became of the orders is told when it
/// is right again.
fn settle(ground: &mut Ground, clock: &Clock, orders: &[Told]) -> Result<(), Gap> {
    ground.world.take_agent().kill_hard();
    clock.set(0);
    ground.world.start_agent();
    orders
        .iter()
        .try_for_each(|order| ground.ended(order).expect_status("Succeeded"))
}

/// When the vault's file was written, by the kernel's clock, which did not jump.
fn sealed_at(ground: &Ground, victim: &Victim) -> Result<(i64, i64), Gap> {
    let item = ground.item_of(victim.content())?;
    let file = fs::metadata(ground.item_file(&item)).expect("the vault is ours");
    Ok((file.mtime(), file.mtime_nsec()))
}

/// The agent did see another time: without that the case would show nothing.
fn expect_jumped(ground: &Ground, victim: &Victim, jump: i64) -> Result<(), Gap> {
    let items = ground.items(&victim.sha1());
    let told = items[0]["capturedAt"].as_str().unwrap_or_default();
    let year = |text: &str| text.get(..4).and_then(|year| year.parse::<i64>().ok());
    let told = year(told).expect("an item says when it was taken");
    let now = year(&output_of_date()).expect("date says the year");
    let years = jump / (365 * 24 * 60 * 60);
    let is_so = (told - now - years).abs() <= 1;
    expect(
        is_so,
        format!("the agent's clock did not jump: it says {told}"),
    )
}

fn output_of_date() -> String {
    let year = output(Command::new("date").arg("+%Y"));
    String::from_utf8_lossy(&year).into_owned()
}

fn agent(ground: &Ground, arguments: &[&str]) -> Result<(), Gap> {
    let done = ground.agent(arguments);
    expect(done.code == 0, format!("{arguments:?} failed: {done:?}"))
}
