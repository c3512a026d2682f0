//! `quell profile`: what the configuration file has, and what commands would use.

use quell_terminal::{Exit, Failure, Format, FormatFlag, Table, output};
use serde::Serialize;

use crate::connection::profile::{self, DEFAULT, Profile};
use crate::connection::settings::{self, Source};
use crate::connection::{ServiceFlags, environment};

/// What to do with profiles.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the profiles of the configuration file
    List(List),
    /// Show what commands would use, with a profile or without one, and where each value comes from
    Show(Box<Show>),
}

/// How to list.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    format: FormatFlag,
}

/// What to show.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The profile; without it what commands use as things are
    name: Option<String>,
    #[command(flatten)]
    format: FormatFlag,
    #[command(flatten)]
    service: ServiceFlags,
}

#[derive(Debug, Serialize)]
struct Listed {
    file: String,
    profiles: Vec<Line>,
}

/// A profile in a line.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    name: String,
    service: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    is_default: bool,
}

#[derive(Debug, Serialize)]
struct Shown {
    source: String,
    settings: Vec<Setting>,
}

/// One setting. A secret is named by where it is kept, and never shown.
#[derive(Debug, Serialize)]
struct Setting {
    name: &'static str,
    value: String,
    from: String,
}

/// Does it. Nothing is sent, and no file with a secret is read.
pub(crate) fn run(command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::List(list) => all(list.format.output),
        Command::Show(which) => show(which),
    }
}

fn all(format: Format) -> Result<Exit, Failure> {
    let found = profile::all(&environment)?;
    let listed = Listed {
        file: found.path.display().to_string(),
        profiles: found.profiles.iter().map(Line::new).collect(),
    };
    format.write(&listed, lines)?;
    if listed.profiles.is_empty() {
        output::note(&format!(
            "{} has no profiles; docs/guide/cli.md shows some",
            listed.file
        ));
    }
    Ok(Exit::Success)
}

impl Line {
    fn new((name, profile): (&String, &Profile)) -> Self {
        let cloud = profile.cloud.as_deref().unwrap_or("commercial");
        let microsofts = || format!("Microsoft, cloud {cloud}");
        Self {
            name: name.clone(),
            service: profile.base_url.clone().unwrap_or_else(microsofts),
            tenant_id: profile.tenant_id.clone(),
            client_id: profile.client_id.clone(),
            is_default: name == DEFAULT,
        }
    }
}

fn lines(listed: &Listed) -> String {
    let mut table = Table::new(&["profile", "service", "tenant", "client"]);
    for line in &listed.profiles {
        table.row([
            line.name.as_str(),
            &line.service,
            line.tenant_id.as_deref().unwrap_or_default(),
            line.client_id.as_deref().unwrap_or_default(),
        ]);
    }
    table.render("no profiles")
}

fn show(which: &Show) -> Result<Exit, Failure> {
    let mut flags = which.service.clone();
    if let Some(name) = &which.name {
        flags.profile = Some(name.clone());
    }
    let settings = settings::resolve(&flags, &environment)?;
    let source = match &settings.source {
        Source::Options => "the command line".to_owned(),
        Source::Profile(name) => format!("profile {name}"),
        Source::QuellEnvironment => "QUELL_* variables".to_owned(),
        Source::AzureEnvironment => "AZURE_* variables and options".to_owned(),
    };
    let rows = settings.rows().into_iter();
    let shown = Shown {
        source,
        settings: rows
            .map(|(name, told)| Setting {
                name,
                value: told.value,
                from: told.by,
            })
            .collect(),
    };
    which.format.output.write(&shown, settings_shown)?;
    Ok(Exit::Success)
}

fn settings_shown(shown: &Shown) -> String {
    let mut table = Table::new(&["setting", "value", "from"]);
    for setting in &shown.settings {
        table.row([setting.name, &setting.value, &setting.from]);
    }
    table.render("no settings")
}
