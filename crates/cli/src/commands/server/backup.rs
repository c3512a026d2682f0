//! `quell server backup` and `quell server restore`.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use indicatif::{ProgressBar, ProgressStyle};
use quell_server::DataDirError;
use quell_server::admin::{self, BackupError, Copied};
use quell_terminal::{Consent, Exit, Failure, Format, FormatFlag, Question, output};
use serde::Serialize;

/// What `backup` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Backup {
    /// The file to make; nothing may be there yet
    file: PathBuf,
    /// The server's data directory
    #[arg(long, value_name = "DIR", env = "QUELL_SERVER_DATA")]
    data: PathBuf,
    #[command(flatten)]
    format: FormatFlag,
}

/// What `restore` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Restore {
    /// The backup
    file: PathBuf,
    /// The server's data directory
    #[arg(long, value_name = "DIR", env = "QUELL_SERVER_DATA")]
    data: PathBuf,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    format: FormatFlag,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Made<'a> {
    file: &'a Path,
    bytes: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PutBack<'a> {
    file: &'a Path,
    schema: i64,
    /// Where the database is that was there before.
    kept: Option<PathBuf>,
}

/// Makes a backup.
pub(super) async fn backup(arguments: &Backup) -> Result<Exit, Failure> {
    with_progress("copied", |progress| {
        admin::backup(&arguments.data, &arguments.file, progress)
    })
    .map_err(|error| cannot("no backup was made", &error))?;
    tell(&arguments.data, Copied::Out).await;
    let made = Made {
        file: &arguments.file,
        bytes: arguments.file.metadata().map_or(0, |file| file.len()),
    };
    let format: Format = arguments.format.output;
    format.write(&made, |made| {
        format!(
            "{} holds the server's data, and its secrets: keep it as safe as the server.\n",
            made.file.display()
        )
    })?;
    Ok(Exit::Success)
}

/// Puts a backup back.
pub(super) async fn restore(arguments: &Restore) -> Result<Exit, Failure> {
    let about = [
        format!("data directory {}", arguments.data.display()),
        format!("will hold what {} holds", arguments.file.display()),
        "what it holds now is kept beside it".to_owned(),
    ];
    arguments.consent.or_ask(&Question::go_on(&about))?;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let restored = with_progress("put back", |progress| {
        let now = now.as_secs().to_string();
        admin::restore(&arguments.data, &arguments.file, &now, progress)
    })
    .map_err(|error| cannot("nothing was put back", &error))?;
    tell(&arguments.data, Copied::Back).await;
    let put_back = PutBack {
        file: &arguments.file,
        schema: restored.schema,
        kept: restored.kept,
    };
    arguments.format.output.write(&put_back, for_people)?;
    Ok(Exit::Success)
}

/// Tells of it in the audit trail. Data that cannot be written can be saved all the same.
async fn tell(data: &Path, copied: Copied) {
    let reason = match admin::tell_of_copy(data, copied).await {
        Ok(true) => return,
        Ok(false) => "another version wrote the data".to_owned(),
        Err(error) => error.to_string(),
    };
    output::note(&format!("the audit trail does not tell of it: {reason}"));
}

fn for_people(put_back: &PutBack<'_>) -> String {
    let mut text = format!("{} was put back.\n", put_back.file.display());
    if let Some(kept) = &put_back.kept {
        text.push_str(&format!(
            "What was there before is in {}.\n",
            kept.display()
        ));
    }
    text
}

/// Shows how far it is, on a terminal.
fn with_progress<T>(what: &'static str, work: impl FnOnce(&mut dyn FnMut(u64, u64)) -> T) -> T {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent}% {msg}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    let done = work(&mut |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    done
}

fn cannot(what: &str, error: &BackupError) -> Failure {
    let exit = match error {
        BackupError::Exists(_) | BackupError::NoData(_) => Exit::Usage,
        BackupError::DataDir(DataDirError::InUse { .. }) => Exit::Refused,
        _ => Exit::Fault,
    };
    let failure = Failure::new(exit, what).because(error);
    match error {
        BackupError::DataDir(DataDirError::InUse { .. }) => {
            failure.next("stop the server first; it goes on with what was put back when it starts")
        }
        BackupError::Exists(_) => failure.next("give another file, or remove this one"),
        BackupError::NoData(_) => {
            failure.next("give the directory that `quell serve --data DIR` was given")
        }
        _ => failure,
    }
}
