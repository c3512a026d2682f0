//! `cargo xtask soak`: what the tests do for a moment, for longer.

use crate::cargo;
use crate::failure::{Context as _, Outcome};

/// How often the server is killed when nobody says how often.
const ROUNDS: u32 = 100;

/// Kills the server under load so many times, at moments that the seed chooses.
///
/// # Errors
/// What was asked for and is none; the test that failed.
pub(crate) fn server(arguments: &[&str]) -> Outcome {
    let (rounds, seed) = read(arguments)?;
    let (rounds, seed) = (rounds.to_string(), seed.to_string());
    cargo::run(
        &[
            "test",
            "--package",
            "quell-cli",
            "--test",
            "soak",
            "--",
            "--nocapture",
        ],
        &[("QUELL_SOAK_ROUNDS", &rounds), ("QUELL_SOAK_SEED", &seed)],
    )
}

/// The rounds and the seed.
fn read(arguments: &[&str]) -> Outcome<(u32, u64)> {
    let (mut rounds, mut seed) = (ROUNDS, 1);
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let value = rest.next().context(format!("{name} is without a number"))?;
        match *name {
            "--rounds" => rounds = value.parse().context("--rounds")?,
            "--seed" => seed = value.parse().context("--seed")?,
            other => return Err(format!("soak server has no {other}").into()),
        }
    }
    Ok((rounds, seed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_and_seed_may_be_told() {
        assert_eq!(read(&[]).unwrap(), (ROUNDS, 1));
        assert_eq!(read(&["--seed", "7", "--rounds", "3"]).unwrap(), (3, 7));
        for bad in [&["--seed"][..], &["--rounds", "x"], &["--turns", "1"]] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
