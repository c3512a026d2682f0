//! `quell lab`: the API on loopback with a real device behind it, for people who write clients.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use quell::Sha1;
use quell_terminal::{Exit, Failure, Format, FormatFlag, Interrupt};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::sample::Sample;
use super::stage::{Plan, Service, Stage};

/// The hash of the documentation's example. Nobody has such a file; the device answers that.
const DOCUMENTED_SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";
/// How many processes of the sample run.
const PROCESSES: usize = 3;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where to listen: a loopback address; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Accept every client id and secret, with all permissions
    #[arg(long)]
    any_client: bool,
    /// Run even as root
    #[arg(long)]
    as_root: bool,
    #[command(flatten)]
    format: FormatFlag,
}

/// What a client needs to know.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready<'a> {
    base_url: &'a str,
    token_url: String,
    tenant_id: &'a str,
    client_id: &'a str,
    client_secret: &'a str,
    machine_id: &'a str,
    sha1: Sha1,
    path: String,
    /// What programs and `quell` itself take from the environment, the SDK's examples too.
    environment: BTreeMap<&'static str, &'a str>,
}

/// Runs until it is interrupted.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    refuse_what_is_unsafe(arguments)?;
    let mut interrupt = Interrupt::listen()?;
    let plan = Plan {
        name: "lab",
        listen: arguments.listen,
        any_client: arguments.any_client,
    };
    let Some(stage) = interrupt.unless(Stage::open(&plan)).await else {
        return Ok(Exit::Success);
    };
    let mut stage = stage?;
    let ran = interrupt
        .unless(serve(&mut stage, arguments.format.output))
        .await;
    let closed = stage.close().await;
    ran.unwrap_or(Ok(()))?;
    closed?;
    Ok(Exit::Success)
}

fn refuse_what_is_unsafe(arguments: &Arguments) -> Result<(), Failure> {
    if !arguments.listen.ip().is_loopback() {
        return Err(Failure::usage(format!("{} is no loopback address", arguments.listen))
            .next("the lab speaks plain HTTP and knows one secret: use 127.0.0.1 or [::1]; `quell serve` is for networks"));
    }
    if rustix::process::geteuid().is_root() && !arguments.as_root {
        return Err(Failure::new(
            Exit::Refused,
            "the lab does not need root and is safer without",
        )
        .next("run it as an ordinary user, or add --as-root"));
    }
    Ok(())
}

async fn serve(stage: &mut Stage, format: Format) -> Result<(), Failure> {
    let sample = Sample::create(&stage.files())
        .map_err(|error| Failure::fault("the sample cannot be made").because(&error))?;
    let sha1 = sample.sha1();
    stage.start_sample(&sample, PROCESSES)?;
    let client = stage.client()?;
    stage.wait_until_seen(&client, sha1).await?;
    let documented = DOCUMENTED_SHA1
        .parse()
        .map_err(|error: quell_model::ParseSha1Error| {
            Failure::fault("the documentation's example cannot be set up").because(&error)
        })?;
    stage.pretend_to_have_seen(documented).await?;
    announce(stage.service(), sha1, &sample, format)?;
    stage.run_until_a_process_ends().await
}

fn announce(service: &Service, sha1: Sha1, sample: &Sample, format: Format) -> Result<(), Failure> {
    let ready = Ready {
        base_url: &service.base_url,
        token_url: format!(
            "{}/{}/oauth2/v2.0/token",
            service.base_url, service.tenant_id
        ),
        tenant_id: &service.tenant_id,
        client_id: &service.client_id,
        client_secret: service.client_secret.expose_secret(),
        machine_id: super::stage::MACHINE_ID,
        sha1,
        path: sample.path().display().to_string(),
        environment: environment(service),
    };
    format.write(&ready, for_people)
}

fn environment(service: &Service) -> BTreeMap<&'static str, &str> {
    BTreeMap::from([
        ("QUELL_BASE_URL", service.base_url.as_str()),
        ("QUELL_TENANT_ID", &service.tenant_id),
        ("QUELL_CLIENT_ID", &service.client_id),
        ("QUELL_CLIENT_SECRET", service.client_secret.expose_secret()),
    ])
}

fn for_people(ready: &Ready<'_>) -> String {
    let Ready {
        base_url,
        token_url,
        tenant_id,
        client_id,
        client_secret,
        machine_id,
        sha1,
        path,
        environment,
    } = ready;
    let exports = environment
        .iter()
        .map(|(name, value)| format!("  export {name}={value}\n"));
    let exports: String = exports.collect();
    format!(
        "The lab is ready. {PROCESSES} processes run the sample; Ctrl-C ends everything.

  base URL       {base_url}
  token URL      {token_url}
  tenant id      {tenant_id}
  client id      {client_id}
  client secret  {client_secret}
  machine id     {machine_id}
  SHA-1          {sha1}
  path           {path}

Try it from another terminal:

{exports}
  quell quarantine {sha1} --machine {machine_id} --comment \"a first try\" --wait --yes

or with the SDK, from its repository:

  cargo run --package quell --example quarantine -- {machine_id} {sha1}
"
    )
}
