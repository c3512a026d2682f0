//! What a lab says when it is ready.

use std::collections::BTreeMap;
use std::path::Path;

use quell::Sha1;
use quell_simulator::Fleet;
use quell_terminal::{Failure, Format};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::PROCESSES;
use super::table::Simulated;
use crate::linux::sample::Sample;
use crate::linux::stage::{MACHINE_ID, Stage};

/// The variables by which programs are told whose certificates to trust: OpenSSL and Go, Python's
/// requests, Node, curl, and quell itself.
const TRUST: [&str; 5] = [
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "CURL_CA_BUNDLE",
    "QUELL_CA",
];

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
    /// The file of the authority that clients are to trust, where https is spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<String>,
    /// The simulated devices and their files, if there are any.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    simulated: Option<Simulated<'a>>,
    /// What programs and `quell` itself take from the environment, the SDK's examples too.
    environment: BTreeMap<&'static str, String>,
}

/// Says it.
pub(super) fn announce(
    stage: &Stage,
    sample: &Sample,
    fleet: Option<&Fleet>,
    format: Format,
) -> Result<(), Failure> {
    let service = stage.service();
    let authority = service.authority.as_ref().map(|authority| authority.file());
    let ready = Ready {
        base_url: &service.base_url,
        token_url: format!(
            "{}/{}/oauth2/v2.0/token",
            service.base_url, service.tenant_id
        ),
        tenant_id: &service.tenant_id,
        client_id: &service.client_id,
        client_secret: service.client_secret.expose_secret(),
        machine_id: MACHINE_ID,
        sha1: sample.sha1(),
        path: shown(sample.path()),
        authority: authority.map(shown),
        simulated: fleet.map(Simulated::of),
        environment: environment(stage, authority),
    };
    format.write(&ready, for_people)
}

fn environment(stage: &Stage, authority: Option<&Path>) -> BTreeMap<&'static str, String> {
    let service = stage.service();
    let mut environment = BTreeMap::from([
        ("QUELL_BASE_URL", service.base_url.clone()),
        ("QUELL_TENANT_ID", service.tenant_id.clone()),
        ("QUELL_CLIENT_ID", service.client_id.clone()),
        (
            "QUELL_CLIENT_SECRET",
            service.client_secret.expose_secret().to_owned(),
        ),
    ]);
    // With it `quell server …` adds applications and persons to the lab.
    environment.insert("QUELL_SERVER_DATA", shown(&stage.data()));
    environment.extend(stage.control().map(|path| ("QUELL_LAB", shown(path))));
    environment.extend(
        authority
            .into_iter()
            .flat_map(|file| TRUST.map(|name| (name, shown(file)))),
    );
    environment
}

fn shown(path: &Path) -> String {
    path.display().to_string()
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
        authority,
        simulated,
        environment,
    } = ready;
    let simulated = simulated.as_ref().map(Simulated::for_people);
    let simulated = simulated.unwrap_or_default();
    let exports = environment
        .iter()
        .map(|(name, value)| format!("  export {name}={value}\n"));
    let exports: String = exports.collect();
    let authority = authority
        .as_ref()
        .map(|file| format!("  authority      {file}\n"))
        .unwrap_or_default();
    format!(
        "The lab is ready. {PROCESSES} processes run the sample; Ctrl-C ends everything.

  base URL       {base_url}
  token URL      {token_url}
  tenant id      {tenant_id}
  client id      {client_id}
  client secret  {client_secret}
{authority}
  machine id     {machine_id}
  SHA-1          {sha1}
  path           {path}
{simulated}
Try it from another terminal:

{exports}
  quell quarantine {sha1} --machine {machine_id} --comment \"a first try\" --wait --yes

or with the SDK, from its repository:

  cargo run --package quell --example quarantine -- {machine_id} {sha1}
"
    )
}
