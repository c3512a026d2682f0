//! Random facts, failures and crashes against the plan, in a small hostile world of processes and files.
//!
//! The dice decide what happens at each point; when they are used up, everything goes well, so that
//! every story ends. What must never happen is asserted where it would: in the world, whatever the
//! plan makes of it, and at the end by what was promised.

mod beings;
mod promises;
mod recovery;
mod world;

use std::collections::HashSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::{Ending, Plan, State, Step};
use beings::{File, Process};
use world::World;

/// What happened in a world.
#[derive(Debug)]
struct Story {
    ending: Ending,
    /// What the journal said each time that the agent died.
    deaths: Vec<State>,
}

/// What an action is given along.
#[derive(Debug, Clone, Copy)]
struct Terms {
    rounds: u32,
    /// After how many steps somebody asks for it to be given up.
    cancel_after: Option<u8>,
}

/// Runs until an ending, over as many crashes as the dice bring.
fn live_through(world: &mut World, terms: Terms) -> Story {
    let mut steps = 0_u8;
    let mut deaths = Vec::new();
    loop {
        let mut plan = Plan::new(terms.rounds, world.has_acted());
        loop {
            // The journal keeps it, so that every life hears of it at every step.
            if terms.cancel_after.is_some_and(|after| after <= steps) {
                plan.cancel();
            }
            steps = steps.saturating_add(1);
            let step = plan.next();
            if let Step::Conclude(ending) = step {
                return Story { ending, deaths };
            }
            let Ok(fact) = world.perform(step) else {
                break;
            };
            plan.observe(fact);
            world.journaled_state = plan.state();
            world.check_always();
        }
        deaths.push(world.journaled_state);
        world.recover();
        world.check_always();
    }
}

fn world() -> impl Strategy<Value = World> {
    let file = (any::<bool>(), any::<bool>(), prop::bool::weighted(0.1));
    let files = prop::collection::vec(file, 1..5);
    let processes = prop::collection::vec((0usize..5, prop::bool::weighted(0.1)), 0..6);
    let dice = prop::collection::vec(any::<u8>(), 0..400);
    (files, processes, dice).prop_map(|(files, processes, dice)| {
        let count = files.len();
        let file = |(holds_content, hidden, protected)| {
            let file = File::new(holds_content, hidden);
            match protected {
                true => file.protected(),
                false => file,
            }
        };
        let process = |(file, was_stopped): (usize, bool)| {
            let process = Process::of(file % count);
            match was_stopped {
                true => process.stopped_by_somebody_else(),
                false => process,
            }
        };
        World::new(
            files.into_iter().map(file).collect(),
            processes.into_iter().map(process).collect(),
            dice,
        )
    })
}

fn terms() -> impl Strategy<Value = Terms> {
    (1_u32..6, prop::option::of(0_u8..12)).prop_map(|(rounds, cancel_after)| Terms {
        rounds,
        cancel_after,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6000))]

    #[test]
    fn plan_never_leaves_a_process_stopped_or_a_file_in_no_place_or_touches_a_wrong_one(
        mut world in world(),
        terms in terms(),
    ) {
        let story = live_through(&mut world, terms);
        world.check_end(story.ending);
    }
}

/// Without this, a world in which nothing goes wrong would prove everything.
#[test]
fn stories_come_to_every_ending_and_die_in_every_state() {
    let mut runner = TestRunner::deterministic();
    let (mut endings, mut deaths) = (HashSet::new(), HashSet::new());
    for _ in 0..6000 {
        let strategy = (world(), terms());
        let (mut world, terms) = strategy.new_tree(&mut runner).unwrap().current();
        let story = live_through(&mut world, terms);
        endings.insert(format!("{:?}", story.ending));
        deaths.extend(story.deaths);
    }
    assert_eq!(endings.len(), 5, "{endings:?}");
    let never_left: HashSet<State> = State::ALL.into_iter().collect();
    let missing: Vec<&State> = never_left.difference(&deaths).collect();
    assert_eq!(missing, [&State::Done]);
}
