//! What the command line asks for.

use std::path::PathBuf;
use std::time::Duration;

use crate::case::Case;
use crate::cases;
use crate::ground::Depth;

const USAGE: &str = "usage: quell-adversary [--list] [--minimum] [CASE…]
       quell-adversary [--captures [N]] [--within SECONDS] [--actions [N]] [--runs [N]] [--die-with-parent]
  --list              every case, with what is expected; * marks the minimum
  --minimum           the cases that run with every change, played short
  CASE                a number of the list
  --captures [N]      so many captures, as the agent makes them, under each attack [100000]
  --within SECONDS    no more captures than fit into this time, for each attack
  --actions [N]       so many whole actions under attack, through server and agent [2000]
  --runs [N]          so many fork bombs, and so many hoppers [100]
  --die-with-parent   end when whoever started this ends";

/// Heeded before anything else is read.
pub(crate) const DIE_WITH_PARENT: &str = "--die-with-parent";

/// Where the command under test is, when it does not lie beside this program.
const EXECUTABLE: &str = "QUELL_EXECUTABLE";

pub(crate) enum Asked {
    Run(Choice),
    List,
}

/// What of which executable.
pub(crate) struct Choice {
    pub(crate) executable: PathBuf,
    pub(crate) endurance: Endurance,
    pub(crate) depth: Depth,
    numbers: Vec<u8>,
    minimum: bool,
}

/// How often the same is done again, where that is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Endurance {
    pub(crate) captures: Option<u64>,
    pub(crate) within: Option<Duration>,
    pub(crate) actions: Option<u64>,
    pub(crate) runs: Option<u64>,
}

impl Choice {
    pub(crate) fn takes(&self, case: &Case) -> bool {
        let named = self.numbers.is_empty() || self.numbers.contains(&case.number);
        named && (case.minimum || !self.minimum)
    }

    /// Whether cases are played at all: who asks for endurance asks for nothing else, unless he names them.
    pub(crate) fn takes_cases(&self) -> bool {
        self.minimum || !self.numbers.is_empty() || self.endurance == Endurance::default()
    }
}

/// Reads the command line.
pub(crate) fn read(arguments: &[String]) -> Result<Asked, String> {
    let mut choice = Choice {
        executable: executable()?,
        endurance: Endurance::default(),
        depth: Depth::Full,
        numbers: Vec::new(),
        minimum: false,
    };
    let mut arguments = arguments.iter().map(String::as_str).peekable();
    while let Some(argument) = arguments.next() {
        let mut count = |usual| {
            let given = arguments.peek().and_then(|next| next.parse().ok());
            if given.is_some() {
                arguments.next();
            }
            given.unwrap_or(usual)
        };
        match argument {
            "--list" => return Ok(Asked::List),
            "--minimum" => (choice.minimum, choice.depth) = (true, Depth::Short),
            "--captures" => choice.endurance.captures = Some(count(100_000)),
            "--within" => choice.endurance.within = Some(Duration::from_secs(count(20))),
            "--actions" => choice.endurance.actions = Some(count(2_000)),
            DIE_WITH_PARENT => {}
            "--runs" => choice.endurance.runs = Some(count(100)),
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
