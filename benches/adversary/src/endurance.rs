//! The same again, many times: what is seldom must not happen at all.

use std::collections::HashSet;
use std::fmt;
use std::time::{Duration, Instant};

use quell_agent::engine::attacked::{self, Taker, Tally, attacked_captures};

use crate::case::{Gap, Seen, caught, expect};
use crate::cases::{
    Attack, Came, Hops, MANY_PROCESSES, one_attacked, one_fork_bomb, one_hopper, one_swarm,
};
use crate::choice::Endurance;
use crate::ground::Ground;
use crate::report::Report;

/// So many captures are made on one ground, before its clock is looked at.
const CAPTURES_AT_ONCE: u64 = 1_000;

/// Does what is asked for.
pub(crate) fn run(asked: &Endurance, stage: impl Fn() -> Ground, report: &mut Report) {
    let mut add = |name: &str, expected: &str, play: &mut dyn FnMut() -> Result<String, Gap>| {
        let began = Instant::now();
        let seen: Seen = caught(play);
        report.line("  ", name, expected, seen, began.elapsed());
    };
    if let Some(tries) = asked.captures {
        for (attack, name) in [
            (
                attacked::Attack::DirectorySwap,
                "captures while directory and link are exchanged",
            ),
            (
                attacked::Attack::NameExchange,
                "captures while names are exchanged",
            ),
        ] {
            add(name, "0 wrong files", &mut || {
                captures(attack, tries, asked.within)
            });
        }
    }
    if let Some(actions) = asked.actions {
        for (attack, name) in [
            (
                Attack::Directories,
                "whole actions while directory and link are exchanged",
            ),
            (Attack::Names, "whole actions while names are exchanged"),
        ] {
            add(name, "0 wrong files", &mut || {
                whole_actions(&stage(), attack, actions.div_ceil(2))
            });
        }
    }
    if let Some(runs) = asked.runs {
        add("fork bombs of 300", "0 survivors", &mut || {
            repeated(&mut stage(), runs, |ground| one_fork_bomb(ground).map(drop))
        });
        for (hops, name) in [
            (Hops::InItsGroup, "hoppers at 100 us"),
            (
                Hops::OutOfItsGroup,
                "hoppers at 100 us that leave their process group",
            ),
        ] {
            add(name, "0 survivors", &mut || {
                repeated(&mut stage(), runs, |ground| one_hopper(ground, hops))
            });
        }
        add(
            "shells that hand over, and begin anew",
            "0 survivors",
            &mut || repeated(&mut stage(), runs, one_swarm),
        );
    }
}

fn captures(attack: attacked::Attack, tries: u64, within: Option<Duration>) -> Result<String, Gap> {
    let began = Instant::now();
    let mut sum = Tally::default();
    while sum.tries < tries && within.is_none_or(|within| began.elapsed() < within) {
        let scratch = tempfile::tempdir().map_err(failed)?;
        let root = scratch.path().canonicalize().map_err(failed)?;
        let at_once = CAPTURES_AT_ONCE.min(tries - sum.tries);
        let seed = sum.tries + 1;
        let tally = attacked_captures(&root, attack, Taker::Engine, at_once, seed);
        sum = added(sum, tally.map_err(failed)?);
    }
    expect(
        sum.wrong_files == 0,
        format!("{} WRONG FILES: {sum:?}", sum.wrong_files),
    )?;
    expect(sum.captures > 0, format!("nothing was ever taken: {sum:?}"))?;
    expect(sum.exchanges > 0, format!("nobody attacked: {sum:?}"))?;
    Ok(format!(
        "{} tries: {} taken, {} taken wrongly and given back at once, {} refused; {} exchanges; 0 wrong files",
        sum.tries, sum.captures, sum.put_backs, sum.refusals, sum.exchanges
    ))
}

fn added(sum: Tally, more: Tally) -> Tally {
    Tally {
        tries: sum.tries + more.tries,
        captures: sum.captures + more.captures,
        put_backs: sum.put_backs + more.put_backs,
        refusals: sum.refusals + more.refusals,
        wrong_files: sum.wrong_files + more.wrong_files,
        exchanges: sum.exchanges + more.exchanges,
        elapsed: sum.elapsed + more.elapsed,
    }
}

fn failed(error: impl fmt::Display) -> Gap {
    Gap::Failed(error.to_string())
}

fn whole_actions(ground: &Ground, attack: Attack, actions: u64) -> Result<String, Gap> {
    let mut taken = 0_u64;
    let mut innocents = HashSet::new();
    for number in 1..=actions {
        let came = one_attacked(ground, attack, &mut innocents);
        taken += u64::from(came.map_err(|gap| numbered(gap, number))? == Came::Taken);
    }
    ground.expect_none_kept(&innocents)?;
    expect(
        taken > 0,
        format!("in {actions} actions nothing was ever taken"),
    )?;
    let stayed = actions - taken;
    Ok(format!(
        "{actions} actions: {taken} taken and kept to the byte, {stayed} left and told; 0 wrong files"
    ))
}

fn repeated(
    ground: &mut Ground,
    runs: u64,
    once: impl Fn(&Ground) -> Result<(), Gap>,
) -> Result<String, Gap> {
    ground.needs_root()?;
    ground.under_policy(MANY_PROCESSES);
    for number in 1..=runs {
        once(ground).map_err(|gap| numbered(gap, number))?;
    }
    Ok(format!("{runs} runs, 0 survivors, no neighbour touched"))
}

fn numbered(gap: Gap, number: u64) -> Gap {
    match gap {
        Gap::Failed(why) => Gap::Failed(format!("number {number}: {why}")),
        Gap::NotShown(why) => Gap::NotShown(why),
    }
}
