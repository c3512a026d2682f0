//! `quell demo`: the main job, for real, on a stage of its own.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use quell::{Client, MachineAction};
use quell_terminal::{Exit, Failure, Interrupt};
use rustix::process::Signal;
use serde_json::Value;
use tokio::process::Child;

use super::narrator::Narrator;
use super::sample::Sample;
use super::stage::{Plan, Stage};
use crate::connection::Explained as _;

/// What the command takes: nothing.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

/// How long a machine that has much else to do may take to kill, and to end the action.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many processes of the sample run.
const PROCESSES: usize = 3;

/// Tells the story and fails when a claim did not hold.
pub(super) async fn run() -> Result<Exit, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let mut narrator = Narrator::new();
    introduce(&narrator)?;
    let mut stage = match interrupt
        .unless(narrator.step("start a server and an agent", Stage::open(&plan())))
        .await
    {
        Some(stage) => stage?,
        None => return Err(stopped()),
    };
    let told = interrupt
        .unless(Box::pin(tell(&mut stage, &mut narrator)))
        .await;
    let directory = stage.directory().to_owned();
    let closed = stage.close().await;
    told.unwrap_or_else(|| Err(stopped()))?;
    closed?;
    narrator.chapter("Afterwards")?;
    narrator.claim(
        &format!("{} is gone: nothing is left behind", directory.display()),
        !directory.exists(),
    )?;
    narrator.verdict()?;
    Ok(Exit::Success)
}

fn plan() -> Plan {
    Plan {
        name: "demo",
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        tls: false,
        hurry: None,
        options: Vec::new(),
    }
}

fn stopped() -> Failure {
    Failure::new(
        Exit::Halted,
        "the demo was stopped; everything that it started has ended",
    )
}

fn introduce(narrator: &Narrator) -> Result<(), Failure> {
    narrator.chapter("quell demo: stop a running file and take it away, through the API")?;
    narrator.remark(
        "Everything happens in a temporary directory, on loopback, with processes of its own.",
    )
}

/// What is known of the sample before it is taken.
struct Before {
    sample: Sample,
    content: Vec<u8>,
    mode: u32,
    modified: (i64, i64),
}

async fn tell(stage: &mut Stage, narrator: &mut Narrator) -> Result<(), Failure> {
    for off in stage.protections_off().await? {
        narrator.remark(&format!("off here: {off}"))?;
    }
    narrator.chapter("A harmless sample runs")?;
    let before = prepare(stage, narrator)?;
    let client = stage.client()?;
    narrator
        .step(
            "wait until the device has told the server of the file",
            stage.wait_until_seen(before.sample.sha1()),
        )
        .await?;

    narrator.chapter("POST /api/machines/{id}/StopAndQuarantineFile")?;
    let action = quarantine(stage, narrator, &client, &before).await?;

    narrator.chapter("What became of it")?;
    look_afterwards(stage, narrator, &before)?;
    narrator.document(&pretty(&action)?)?;

    narrator.chapter("The vault")?;
    let item = look_into_vault(stage, narrator, &before).await?;
    restore(stage, narrator, &before, &item).await
}

fn prepare(stage: &mut Stage, narrator: &mut Narrator) -> Result<Before, Failure> {
    let cannot =
        |error: &std::io::Error| Failure::fault("the sample cannot be made").because(error);
    let sample = Sample::create(&stage.files()).map_err(|error| cannot(&error))?;
    let content = fs::read(sample.path()).map_err(|error| cannot(&error))?;
    let metadata = fs::metadata(sample.path()).map_err(|error| cannot(&error))?;
    let sha1 = sample.sha1();
    stage.start_sample(&sample, PROCESSES)?;
    narrator.remark(&format!("file  {}", sample.path().display()))?;
    narrator.remark(&format!("SHA-1 {sha1}"))?;
    narrator.claim(
        &format!("{PROCESSES} processes run it"),
        alive(stage.samples())? == PROCESSES,
    )?;
    Ok(Before {
        sample,
        content,
        mode: metadata.permissions().mode(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
    })
}

async fn quarantine(
    stage: &mut Stage,
    narrator: &mut Narrator,
    client: &Client,
    before: &Before,
) -> Result<MachineAction, Failure> {
    let machine = client.machine(Stage::machine_id()?);
    let began = Instant::now();
    let action = narrator
        .step("ask, through the SDK", async {
            machine
                .stop_and_quarantine_file(before.sample.sha1(), "quell demo")
                .await
                .explained()
        })
        .await?;
    narrator.remark(&format!(
        "201 Created, action {}, status {}",
        action.id, action.status
    ))?;
    let killed = narrator
        .step("watch the processes", all_killed(stage.samples()))
        .await?;
    let after = began.elapsed().as_millis();
    narrator.claim(
        &format!("all {PROCESSES} processes were killed, {after} ms after the request"),
        killed,
    )?;
    let id = action.id.clone();
    let ended = narrator
        .step("wait for the action's end", async {
            let every = Duration::from_millis(200);
            client
                .action(id)
                .wait()
                .intervals(every, every)
                .within(PATIENCE)
                .await
                .explained()
        })
        .await?;
    narrator.claim(
        &format!("the MachineAction reads {}", ended.status),
        ended.status.is_success(),
    )?;
    Ok(ended)
}

fn look_afterwards(
    stage: &mut Stage,
    narrator: &mut Narrator,
    before: &Before,
) -> Result<(), Failure> {
    narrator.claim("no process runs it", alive(stage.samples())? == 0)?;
    narrator.claim("its path is gone", !exists(before.sample.path()))?;
    match before.sample.start() {
        Err(error) => narrator.claim(&format!("it cannot be started again: {error}"), true),
        Ok(_started) => narrator.claim("it cannot be started again", false),
    }
}

async fn look_into_vault(
    stage: &mut Stage,
    narrator: &mut Narrator,
    before: &Before,
) -> Result<String, Failure> {
    let listed = stage
        .agent_command(&["vault", "list", "--output", "json"])
        .await?;
    let listed: Value = serde_json::from_slice(&listed)
        .map_err(|error| Failure::fault("the vault's list cannot be read").because(&error))?;
    let wanted = before.sample.sha1().to_string();
    let item = listed
        .pointer("/items")
        .and_then(Value::as_array)
        .and_then(|items| {
            items
                .iter()
                .find(|item| item.get("sha1").and_then(Value::as_str) == Some(&wanted))
        });
    narrator.claim(
        "the vault has an encrypted, restorable copy",
        item.is_some(),
    )?;
    let id = item
        .and_then(|item| item.get("id"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    narrator.remark(&format!("item {id}"))?;
    Ok(id.to_owned())
}

async fn restore(
    stage: &mut Stage,
    narrator: &mut Narrator,
    before: &Before,
    item: &str,
) -> Result<(), Failure> {
    narrator
        .step("restore it", async {
            stage
                .agent_command(&["vault", "restore", item])
                .await
                .map(drop)
        })
        .await?;
    let content = fs::read(before.sample.path()).unwrap_or_default();
    narrator.claim(
        "the restored file is equal to the byte",
        content == before.content,
    )?;
    let metadata = fs::metadata(before.sample.path())
        .map_err(|error| Failure::fault("the restored file cannot be looked at").because(&error))?;
    let same = metadata.permissions().mode() == before.mode
        && (metadata.mtime(), metadata.mtime_nsec()) == before.modified;
    narrator.claim("its mode and times are as they were", same)
}

/// Waits until every sample has ended, as long as there is patience, and says whether all were killed: one
/// that ended by itself would prove nothing.
async fn all_killed(samples: &mut [Child]) -> Result<bool, Failure> {
    let every = async {
        let mut killed = true;
        for sample in samples {
            let status = sample.wait().await;
            killed &= status.is_ok_and(|status| status.signal() == Some(Signal::KILL.as_raw()));
        }
        killed
    };
    Ok(tokio::time::timeout(PATIENCE, every).await.unwrap_or(false))
}

fn alive(samples: &mut [Child]) -> Result<usize, Failure> {
    let mut alive = 0;
    for sample in samples {
        let ended = sample
            .try_wait()
            .map_err(|error| Failure::fault("a sample cannot be watched").because(&error))?;
        alive += usize::from(ended.is_none());
    }
    Ok(alive)
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn pretty(action: &MachineAction) -> Result<String, Failure> {
    serde_json::to_string_pretty(action)
        .map_err(|error| Failure::fault("the action cannot be written as JSON").because(&error))
}
