//! `quell region`: how near each of a cloud's regions is.

use std::path::PathBuf;
use std::time::Duration;

use quell::transport::TransportErrorKind;
use quell::transport::nearest::{self, Row, Why};
use quell::{Cloud, HostFamily};
use quell_terminal::{Exit, Failure, Format, FormatFlag, Table, output};
use serde::Serialize;

use crate::connection::place::{cloud_parser, family_parser};
use crate::connection::{nearest as regions, transport_options};

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Microsoft's cloud
    #[arg(long, value_name = "NAME", default_value = "commercial", ignore_case = true, value_parser = cloud_parser())]
    cloud: Cloud,
    /// Microsoft's family of host names; the older one, without it
    #[arg(long, value_name = "NAME", ignore_case = true, value_parser = family_parser())]
    host_family: Option<HostFamily>,
    /// Certificate authority to trust beside those of the system, in PEM
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    #[command(flatten)]
    format: FormatFlag,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Measured {
    cloud: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen: Option<String>,
    why: String,
    regions: Vec<Region>,
}

/// What three connects to one region's host came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    region: String,
    host: String,
    connects: Vec<Connect>,
    /// Absent if it was not reached, or by luck only.
    #[serde(skip_serializing_if = "Option::is_none")]
    best_milliseconds: Option<f64>,
    chosen: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Connect {
    Milliseconds(f64),
    Error(&'static str),
}

/// Connects to each, three times, without a request or a token, and shows what it took.
pub(crate) async fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let candidates = regions::candidates(arguments.cloud, arguments.host_family)?;
    let network = regions::network(&transport_options(arguments.ca.as_deref())?)?;
    let table = nearest::probe(&candidates, network).await;
    report(arguments.cloud, &table, arguments.format.output)
}

fn report(cloud: Cloud, table: &nearest::Table, format: Format) -> Result<Exit, Failure> {
    let measured = Measured::new(cloud, table);
    format.write(&measured, for_people)?;
    if measured.chosen.is_some() {
        return Ok(Exit::Success);
    }
    output::note(
        "next: no host was reached: check the network, the proxy variables, and --ca if a proxy opens connections",
    );
    Ok(Exit::Failed)
}

impl Measured {
    fn new(cloud: Cloud, table: &nearest::Table) -> Self {
        let reached = table
            .rows()
            .iter()
            .any(|row| row.connects().score().is_some());
        let chosen = table.chosen().filter(|_| reached);
        Self {
            cloud: cloud.to_string(),
            chosen: chosen.map(|row| row.candidate().name().to_owned()),
            why: match table.why() {
                Why::Named if reached => "the only one".to_owned(),
                Why::Named => Why::NoneReached.to_string(),
                why => why.to_string(),
            },
            regions: table
                .rows()
                .iter()
                .map(|row| Region::new(row, chosen == Some(row)))
                .collect(),
        }
    }
}

impl Region {
    fn new(row: &Row, chosen: bool) -> Self {
        let host = row.candidate().endpoint().url().host_str();
        Self {
            region: row.candidate().name().to_owned(),
            host: host.unwrap_or_default().to_owned(),
            connects: row.connects().iter().map(Connect::from).collect(),
            best_milliseconds: row.connects().score().map(milliseconds),
            chosen,
        }
    }

    /// The three connects in a cell: what they took, or the one reason why all failed.
    fn connects_shown(&self) -> String {
        let errors: Vec<_> = self.connects.iter().filter_map(Connect::error).collect();
        match errors.as_slice() {
            [first, rest @ ..]
                if errors.len() == self.connects.len() && rest.iter().all(|it| it == first) =>
            {
                format!("{first}, {} times", errors.len())
            }
            _ => {
                let shown: Vec<_> = self.connects.iter().map(Connect::shown).collect();
                shown.join("  ")
            }
        }
    }
}

impl From<Result<Duration, TransportErrorKind>> for Connect {
    fn from(result: Result<Duration, TransportErrorKind>) -> Self {
        match result {
            Ok(took) => Self::Milliseconds(milliseconds(took)),
            Err(kind) => Self::Error(reason(kind)),
        }
    }
}

impl Connect {
    const fn error(&self) -> Option<&'static str> {
        match self {
            Self::Milliseconds(_) => None,
            Self::Error(reason) => Some(reason),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Milliseconds(took) => format!("{took:.1}"),
            Self::Error(reason) => (*reason).to_owned(),
        }
    }
}

const fn reason(kind: TransportErrorKind) -> &'static str {
    match kind {
        TransportErrorKind::Resolve => "the name has no address",
        TransportErrorKind::Connect => "no connection",
        TransportErrorKind::Tls => "no TLS",
        TransportErrorKind::Timeout => "no answer in 5 s",
        _ => "failed",
    }
}

/// To a tenth: a connect varies by more.
fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 10_000.0).round() / 10.0
}

fn for_people(measured: &Measured) -> String {
    let mut table = Table::new(&["region", "host", "connects in ms", "best", "chosen"]);
    for region in &measured.regions {
        let best = region.best_milliseconds.map(|best| format!("{best:.1}"));
        table.row([
            region.region.as_str(),
            &region.host,
            &region.connects_shown(),
            &best.unwrap_or_default(),
            if region.chosen { &measured.why } else { "" },
        ]);
    }
    table.render("no hosts")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::nearest::tests::Map;

    async fn measured() -> Measured {
        let family = Some(HostFamily::Security);
        let candidates = regions::candidates(Cloud::Commercial, family).unwrap();
        let table = nearest::probe(&candidates, Map::default()).await;
        Measured::new(Cloud::Commercial, &table)
    }

    #[tokio::test(start_paused = true)]
    async fn table_shows_each_host_and_what_is_chosen_and_why() {
        let shown = for_people(&measured().await);
        let line = |region: &str| {
            let found = shown.lines().find(|line| line.starts_with(region));
            found
                .unwrap_or_else(|| panic!("no {region} in {shown}"))
                .to_owned()
        };
        assert!(line("eu ").ends_with("nearest"), "{shown}");
        assert!(
            line("eu ").contains("eu.api.security.microsoft.com"),
            "{shown}"
        );
        assert!(line("au ").contains("no connection, 3 times"), "{shown}");
        assert!(line("us ").ends_with('-'), "{shown}");
    }

    #[tokio::test(start_paused = true)]
    async fn document_has_the_same() {
        let document = serde_json::to_value(measured().await).unwrap();
        assert_eq!(document["chosen"], "eu");
        assert_eq!(document["why"], "nearest");
        let regions = document["regions"].as_array().unwrap();
        let find = |name| {
            regions
                .iter()
                .find(|region| region["region"] == name)
                .unwrap()
        };
        assert_eq!(find("au")["connects"][0]["error"], "no connection");
        assert!(find("au").get("bestMilliseconds").is_none());
        assert!(find("us")["bestMilliseconds"].as_f64().unwrap() >= 200.0);
    }
}
