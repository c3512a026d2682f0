//! What the command line asks for.

use std::path::PathBuf;

use crate::case::Case;
use crate::cases;

const USAGE: &str = "usage: quell-adversary [--list] [--minimum] [CASE…]
  --list     every case, with what is expected; * marks the minimum
  --minimum  the cases that run with every change
  CASE       a number of the list";

/// Where the command under test is, when it does not lie beside this program.
const EXECUTABLE: &str = "QUELL_EXECUTABLE";

pub(crate) enum Asked {
    Run(Choice),
    List,
}

/// Which cases, of which executable.
pub(crate) struct Choice {
    pub(crate) executable: PathBuf,
    numbers: Vec<u8>,
    minimum: bool,
}

impl Choice {
    pub(crate) fn takes(&self, case: &Case) -> bool {
        let named = self.numbers.is_empty() || self.numbers.contains(&case.number);
        named && (case.minimum || !self.minimum)
    }
}

/// Reads the command line.
pub(crate) fn read(arguments: &[String]) -> Result<Asked, String> {
    let mut choice = Choice {
        executable: executable()?,
        numbers: Vec::new(),
        minimum: false,
    };
    for argument in arguments {
        match argument.as_str() {
            "--list" => return Ok(Asked::List),
            "--minimum" => choice.minimum = true,
            number => choice.numbers.push(known(number)?),
        }
    }
    Ok(Asked::Run(choice))
}

fn known(number: &str) -> Result<u8, String> {
    let parsed: Option<u8> = number.parse().ok();
    parsed
        .filter(|number| cases::all().iter().any(|case| case.number == *number))
        .ok_or_else(|| format!("there is no case {number}\n{USAGE}"))
}

fn executable() -> Result<PathBuf, String> {
    let beside = || Some(std::env::current_exe().ok()?.with_file_name("quell"));
    let path = std::env::var_os(EXECUTABLE)
        .map(PathBuf::from)
        .or_else(beside);
    path.filter(|path| path.is_file()).ok_or_else(|| {
        format!("there is no quell beside this program: build it (`cargo build -p quell-cli`), or name it in {EXECUTABLE}")
    })
}
