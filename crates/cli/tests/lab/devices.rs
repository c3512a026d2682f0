//! Simulated devices: every precondition and every status can be met.

use quell::{Client, MachineAction};
use quell_testkit::{Lab, Quell};

use crate::QUELL;

/// Asks for the common file on the device of this behavior.
async fn ask(lab: &Lab, client: &Client, behavior: &str) -> Result<MachineAction, quell::Error> {
    let machine = client.machine(lab.device(behavior));
    let placed = machine.stop_and_quarantine_file(lab.file("common"), "c");
    Ok(placed.await?.action().clone())
}

/// Asks, and waits for the end: the status and `errorHResult`.
async fn ending(lab: &Lab, client: &Client, behavior: &str) -> (String, u32) {
    let action = ask(lab, client, behavior).await.expect("it is taken");
    let ended = client
        .action(action.id.as_str())
        .wait()
        .intervals(SOON, SOON)
        .await
        .expect("it ends");
    (
        ended.status.to_string(),
        ended.error_h_result.cast_unsigned(),
    )
}

const SOON: std::time::Duration = std::time::Duration::from_millis(50);

#[tokio::test(flavor = "multi_thread")]
async fn every_ending_is_met() {
    let lab = Lab::start(
        QUELL,
        &["--devices", "20", "--limits", "off", "--slow", "1s"],
    );
    let client = lab.client();
    for (behavior, status, number) in [
        ("prompt", "Succeeded", 0),
        ("slow", "Succeeded", 0),
        ("av-passive", "Succeeded", 0),
        ("av-unknown", "Succeeded", 0),
        ("av-off", "Failed", 0x8007_0422),
        ("not-there", "Failed", 0x8007_0002),
        ("denied", "Failed", 0x8007_0005),
        ("vault-full", "Failed", 0x8007_0070),
        ("changing", "Failed", 0x8007_03EE),
        ("policy", "Failed", 0x8007_04EC),
        ("late", "TimeOut", 0x8007_05B4),
        ("incomplete", "Failed", 0x8000_4004),
        ("faulty", "Failed", 0x8000_4005),
    ] {
        let ended = ending(&lab, &client, behavior).await;
        assert_eq!(ended, (status.to_owned(), number), "{behavior}");
    }
    let again = ending(&lab, &client, "prompt").await;
    assert_eq!(again, ("Failed".to_owned(), 0x8007_0002), "taken already");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_met() {
    let lab = Lab::start(QUELL, &["--devices", "20", "--limits", "off"]);
    let client = lab.client();
    for (behavior, status, code) in [
        ("clean", 404, "ResourceNotFound"),
        ("mac", 400, "OsPlatformNotSupported"),
        ("windows-7", 400, "OsPlatformNotSupported"),
        ("windows-1607", 400, "ClientVersionNotSupported"),
    ] {
        let refused = ask(&lab, &client, behavior).await.expect_err(behavior);
        assert_eq!(refused.status(), Some(status), "{behavior}: {refused:?}");
        let told = refused.service_code().map(|told| told.as_str().to_owned());
        assert_eq!(told.as_deref(), Some(code), "{behavior}");
    }
    let machine = client.machine(lab.device("prompt"));
    for (file, status, code) in [
        ("signed", 403, "DisallowedOperation"),
        ("unseen", 404, "ResourceNotFound"),
    ] {
        let refused = machine.stop_and_quarantine_file(lab.file(file), "c").await;
        let refused = refused.expect_err(file);
        assert_eq!(refused.status(), Some(status), "{file}: {refused:?}");
        let told = refused.service_code().map(|told| told.as_str().to_owned());
        assert_eq!(told.as_deref(), Some(code), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_days_pass_at_once_for_whoever_is_never_heard_of() {
    let lab = Lab::start(QUELL, &["--devices", "20", "--limits", "off"]);
    let client = lab.client();
    let offline = ask(&lab, &client, "offline").await.expect("it is taken");
    let lost = ask(&lab, &client, "lost").await.expect("it is taken");
    let impaired = ask(&lab, &client, "impaired").await.expect("it is taken");
    until(&client, &lost, "InProgress").await;
    for (behavior, health) in [
        ("offline", "Inactive"),
        ("impaired", "ImpairedCommunication"),
    ] {
        let machine = client.machine(lab.device(behavior));
        while machine
            .get()
            .await
            .expect("it is known")
            .health_status
            .to_string()
            != health
        {
            tokio::time::sleep(SOON).await;
        }
    }
    // Tokens age by the lab's clock too: each time it moves, a new client has a new one.
    lab.advance("2d");
    assert_eq!(status(&lab.client(), &offline).await, "Pending");
    lab.advance("25h");
    let client = lab.client();
    for action in [&offline, &impaired, &lost] {
        assert_eq!(status(&client, action).await, "TimeOut");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn action_is_cancelled_before_it_is_picked_up_and_while_it_runs() {
    let lab = Lab::start(
        QUELL,
        &["--devices", "3", "--limits", "off", "--slow", "1h"],
    );
    let client = lab.client();
    let waiting = ask(&lab, &client, "offline").await.expect("it is taken");
    let running = ask(&lab, &client, "slow").await.expect("it is taken");
    until(&client, &running, "InProgress").await;
    for action in [&waiting, &running] {
        let handle = client.action(action.id.as_str());
        let cancelled = handle.cancel("no").await.expect("it is open");
        assert_eq!(cancelled.status.to_string(), "Cancelled");
    }
    let again = ask(&lab, &client, "slow").await.expect("none is open");
    assert_ne!(again.id, running.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn second_request_is_the_same_action_and_after_a_minute_a_refusal() {
    let lab = Lab::start(
        QUELL,
        &["--devices", "3", "--limits", "off", "--slow", "1h"],
    );
    let run = |comment: &str| {
        let (machine, sha1) = (lab.device("slow"), lab.file("common"));
        let placed = lab.run(&[
            "quarantine",
            sha1,
            "--machine",
            machine,
            "--comment",
            comment,
            "--yes",
            "--output",
            "json",
        ]);
        placed.document()["results"][0].clone()
    };
    let (first, second) = (run("one"), run("two"));
    assert_eq!(first["action"]["id"], second["action"]["id"], "{second}");
    lab.advance("61s");
    let arrived = lab.client().machine(lab.device("slow"));
    let actions = arrived.actions().await.expect("it is known");
    assert_eq!(actions.len(), 1, "{actions:?}");
    let third = run("three");
    assert_eq!(third["placement"], "AlreadyActive", "{third}");
}

async fn status(client: &Client, action: &MachineAction) -> String {
    let handle = client.action(action.id.as_str());
    handle.get().await.expect("it is known").status.to_string()
}

async fn until(client: &Client, action: &MachineAction, wanted: &str) {
    let reached = async {
        while status(client, action).await != wanted {
            tokio::time::sleep(SOON).await;
        }
    };
    let patience = std::time::Duration::from_secs(30);
    let reached = tokio::time::timeout(patience, reached).await;
    assert!(reached.is_ok(), "never {wanted}");
}

#[test]
fn same_seed_makes_the_same_lab_and_another_seed_another() {
    let of = |seed: &str| {
        let lab = Lab::start(QUELL, &["--devices", "4", "--seed", seed]);
        (lab.ready()["devices"].clone(), lab.ready()["files"].clone())
    };
    let one = of("7");
    assert_eq!(one, of("7"));
    let other = of("8");
    assert_ne!(one.0, other.0);
    assert_ne!(one.1, other.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_devices_answer_a_campaign() {
    let lab = Lab::start(
        QUELL,
        &[
            "--devices",
            "300",
            "--device-profile",
            "ordinary",
            "--seen",
            "10%",
            "--limits",
            "off",
        ],
    );
    let client = lab.client();
    let machines = client
        .file(lab.file("common"))
        .machines()
        .await
        .expect("it is known");
    let seen_on = &lab.ready()["files"][0]["seenOn"];
    assert_eq!(seen_on.as_u64(), Some(machines.len() as u64));
    assert!((10..60).contains(&machines.len()), "{}", machines.len());
    for machine in machines {
        let placed = client
            .machine(machine.id.as_str())
            .stop_and_quarantine_file(lab.file("common"), "c");
        let action = placed.await.expect("it is taken").action().clone();
        until(&client, &action, "Succeeded").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_behave_as_a_file_says() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let file = directory.path().join("profile.toml");
    let text = "[[machine]]\nname='till'\nos='Windows10'\nversion='22H2'\nseen=true\nfails='VaultUnavailable'\n";
    std::fs::write(&file, text).expect("it is ours");
    let path = file.to_str().expect("the path is text");
    let lab = Lab::start(
        QUELL,
        &[
            "--devices",
            "2",
            "--device-profile",
            path,
            "--limits",
            "off",
        ],
    );
    let ended = ending(&lab, &lab.client(), "till").await;
    assert_eq!(ended, ("Failed".to_owned(), 0x8007_0070));

    std::fs::write(&file, "[[machine]]\nname='x'\nfails='SunSpots'\n").expect("it is ours");
    let refused = Quell::new(QUELL).run([
        "lab",
        "--as-root",
        "--devices",
        "1",
        "--device-profile",
        path,
    ]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("SunSpots"), "{refused:?}");
}
