//! `quell server audit verify`.

use std::path::{Path, PathBuf};

use quell_server::admin::{Admin, TrailFileError, Verdict, Witnesses, verify_file};
use quell_server::core::audit::{PublicKey, Trust};
use quell_terminal::{Exit, Failure, Format, Table};
use serde::Serialize;

use crate::commands::server::cannot;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An exported or archived file, in place of the server's own trail
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// What was kept elsewhere: a signed head, an export, or what the server appended to a file
    #[arg(long = "head", value_name = "FILE|JSON")]
    heads: Vec<String>,
    /// Accept signatures of this key alone; several times for several
    #[arg(long = "public-key", value_name = "HEX")]
    public_keys: Vec<PublicKey>,
}

impl Arguments {
    pub(super) const fn reads_a_file(&self) -> bool {
        self.from.is_some()
    }

    fn trust(&self) -> Trust {
        match self.public_keys.as_slice() {
            [] => Trust::Anyone,
            keys => Trust::Keys(keys.to_vec()),
        }
    }

    fn witnesses(&self) -> Result<Witnesses, Failure> {
        let mut witnesses = Witnesses::default();
        for given in &self.heads {
            if given.trim_start().starts_with('{') {
                if !witnesses.add(given) {
                    return Err(Failure::usage("--head is no line of a trail")
                        .next("`quell server audit head --output json` writes one"));
                }
                continue;
            }
            witnesses.add_file(Path::new(given)).map_err(|error| {
                Failure::usage(format!("{given} cannot be read as lines of a trail"))
                    .because(&error)
            })?;
        }
        Ok(witnesses)
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    intact: bool,
    from: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_to: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    public_keys: Vec<String>,
}

/// Verifies the server's own trail.
pub(super) async fn run(
    arguments: &Arguments,
    admin: &Admin,
    format: Format,
) -> Result<Exit, Failure> {
    if arguments.reads_a_file() {
        return file(arguments, format);
    }
    let witnesses = arguments.witnesses()?;
    let verdict = admin
        .verify_trail(arguments.trust(), &witnesses)
        .await
        .map_err(|error| cannot(&error))?;
    show(&verdict, format)
}

/// Verifies a file.
pub(super) fn file(arguments: &Arguments, format: Format) -> Result<Exit, Failure> {
    let witnesses = arguments.witnesses()?;
    let path = arguments.from.as_deref().unwrap_or(Path::new(""));
    let verdict = verify_file(path, &arguments.trust(), &witnesses).map_err(|error| {
        let exit = match error {
            TrailFileError::Silent(_) => Exit::Usage,
            _ => Exit::Fault,
        };
        Failure::new(exit, format!("{} cannot be verified", path.display())).because(&error)
    })?;
    show(&verdict, format)
}

fn show(verdict: &Verdict, format: Format) -> Result<Exit, Failure> {
    let walked = verdict.outcome.as_ref().ok();
    let broken = verdict.outcome.as_ref().err();
    let shown = Shown {
        intact: broken.is_none(),
        from: verdict.from.saturating_add(1),
        to: walked.map(|walked| walked.end.sequence),
        hash: walked.map(|walked| walked.end.hash.to_string()),
        signed_to: walked.and_then(|walked| walked.confirmed),
        broken_at: broken.map(quell_server::core::audit::Broken::entry),
        reason: broken.map(ToString::to_string),
        public_keys: verdict.keys.iter().map(ToString::to_string).collect(),
    };
    format.write(&shown, table)?;
    Ok(match shown.intact {
        true => Exit::Success,
        false => Exit::Failed,
    })
}

fn table(shown: &Shown) -> String {
    let mut table = Table::of_properties();
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    match &shown.reason {
        None => table.row(["trail", "intact"]),
        Some(_) => table.row(["trail", "BROKEN"]),
    };
    if let (Some(at), Some(reason)) = (number(shown.broken_at), &shown.reason) {
        table.row(["first broken entry", &at]);
        table.row(["because", reason]);
    }
    if let (Some(to), Some(hash)) = (number(shown.to), &shown.hash) {
        table.row(["entries", &format!("{} to {to}", shown.from)]);
        table.row(["hash of the last", hash]);
        let signed = number(shown.signed_to);
        table.row([
            "signed or known up to",
            signed.as_deref().unwrap_or("nothing"),
        ]);
    }
    for key in &shown.public_keys {
        table.row(["signed by", key]);
    }
    table.render("")
}
