//! What the trail says after calls.

use quell_model::Timestamp;
use serde_json::json;

use super::world::{BODY, BOTH, MACHINE, SHA1, World, stop_path};
use crate::admin::{Admin, AdminError, Line, SilentWitness, TrailFilter, Witnesses};
use crate::audit::AuditKeyFile;
use crate::core::audit::{Head, Signed, Trust};

#[tokio::test]
async fn action_is_told_with_who_asked_for_what_of_which_machine() {
    let world = World::new().await;
    world.machine_with_file().await;
    let client = world.client(BOTH).await;
    let token = world.token_of(&client).await;
    let action = world.stop(&token).await.json()["id"].clone();
    let [taken] = world.deeds("ActionTaken").await.try_into().unwrap();
    assert_eq!(
        taken["actor"],
        json!({"kind": "application", "id": client.id, "name": "SOC robot"})
    );
    assert_eq!(taken["operation"], "StopAndQuarantineFile");
    let about = ["machine", "sha1", "action"].map(|name| taken[name].clone());
    assert_eq!(about, [json!(MACHINE), json!(SHA1), action]);
    assert_eq!(taken["time"], world.now().to_string());
    let [added] = world.deeds("ApplicationAdded").await.try_into().unwrap();
    assert_eq!(added["actor"]["kind"], "operator");
    assert_eq!(added["details"]["permissions"], json!(BOTH));
    assert!(!added.to_string().contains(&client.secret));
}

#[tokio::test]
async fn looking_up_who_has_a_file_is_told_whatever_the_answer() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(&["File.Read.All", "Machine.Read.All"]).await;
    let unknown = "ff".repeat(20);
    for (path, status) in [
        (format!("/api/files/{SHA1}"), 200),
        (format!("/api/files/{SHA1}/machines"), 200),
        (format!("/api/files/{SHA1}/stats"), 200),
        (format!("/api/files/{unknown}"), 404),
        ("/api/files/nonsense".to_owned(), 400),
    ] {
        let answer = world.get(&token, &path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
    }
    let told: Vec<_> = world
        .deeds("FileLookedUp")
        .await
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().map(str::to_owned);
            (text("operation"), text("sha1"), text("outcome"))
        })
        .collect();
    let entry = |operation: &str, sha1: &str, outcome: Option<&str>| {
        let own = str::to_owned;
        (Some(own(operation)), Some(own(sha1)), outcome.map(own))
    };
    assert_eq!(
        told,
        [
            entry("GetFile", SHA1, Some("Known")),
            entry("ListFileMachines", SHA1, None),
            entry("GetFileStats", SHA1, Some("Known")),
            entry("GetFile", &unknown, Some("Unknown")),
        ]
    );
}

#[tokio::test]
async fn file_that_is_nowhere_seen_is_a_refusal_that_is_told() {
    let world = World::new().await;
    world.enrolled(MACHINE).await;
    let token = world.token(BOTH).await;
    let answer = world.stop(&token).await;
    assert_eq!(answer.status.as_u16(), 404, "{}", answer.text);
    let empty = BODY.replace(SHA1, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    let answer = world.post(&token, &stop_path(MACHINE), empty).await;
    assert_eq!(answer.status.as_u16(), 403, "{}", answer.text);
    let told: Vec<_> = world
        .deeds("ActionRefused")
        .await
        .iter()
        .map(|entry| entry["outcome"].clone())
        .collect();
    assert_eq!(told, ["UnknownFile", "Protected"]);
}

#[tokio::test]
async fn what_anyone_can_try_is_counted_and_told_once() {
    let world = World::new().await;
    let client = world.client(&["Machine.Read.All"]).await;
    let token = world.token_of(&client).await;
    let before = world.trail().await.len();
    for _ in 0..3 {
        world.get("forged", "/api/machines").await;
        world.get(&token, &format!("/api/files/{SHA1}")).await;
        let form = "grant_type=client_credentials&client_id=x&client_secret=y&scope=z/.default";
        world.ask_token("oauth2/v2.0/token", form).await;
    }
    assert_eq!(world.trail().await.len(), before);
    world.keeper.close().await;
    let counts: Vec<_> = world
        .deeds("RefusalsCounted")
        .await
        .iter()
        .flat_map(|entry| entry["details"]["counts"].as_array().unwrap().clone())
        .collect();
    assert_eq!(
        counts,
        [
            json!({"why": "Client", "operation": "IssueToken", "count": 3}),
            json!({"why": "Token", "operation": "ListMachines", "count": 3}),
            json!({
                "why": "Permission", "operation": "GetFile", "application": client.id, "count": 3
            }),
        ]
    );
}

#[tokio::test]
async fn keeper_signs_what_has_grown_and_nothing_else() {
    let world = World::new().await;
    world.client(BOTH).await;
    let tenant = world.admin.tenant_id();
    world.keeper.close().await;
    let head = world.store.last_head(tenant).await.unwrap().unwrap();
    assert!(head.is_genuine());
    assert_eq!(
        head.statement.link,
        world.store.trail_end(tenant).await.unwrap()
    );
    assert_eq!(world.deeds("AuditKeyUsed").await.len(), 1);
    world.keeper.close().await;
    let heads = world.store.heads(tenant, 0, 9).await.unwrap();
    assert_eq!(heads, [head]);
    world.client(BOTH).await;
    world.keeper.close().await;
    assert_eq!(world.store.heads(tenant, 0, 9).await.unwrap().len(), 2);
    let verdict = world
        .admin
        .verify_trail(Trust::Keys(vec![head.key]), &Witnesses::default())
        .await;
    let walked = verdict.unwrap().outcome.unwrap();
    assert_eq!(walked.confirmed, Some(walked.end.sequence));
}

/// What a thief with the file does.
fn steal(world: &World, sql: &str) {
    let file = rusqlite::Connection::open(world.store_file()).unwrap();
    file.execute_batch(sql).unwrap();
}

#[tokio::test]
async fn entry_that_was_changed_or_taken_out_of_the_file_is_named() {
    for (sql, first) in [
        (
            "UPDATE audit_entries SET entry = replace(entry, 'SOC', 'sOC') WHERE sequence = 2",
            2,
        ),
        ("DELETE FROM audit_entries WHERE sequence = 3", 3),
        ("DELETE FROM audit_entries WHERE sequence >= 3", 3),
        (
            "DELETE FROM audit_entries WHERE sequence >= 3;
             UPDATE audit_trails SET sequence = 2,
                 hash = (SELECT hash FROM audit_entries WHERE sequence = 2)",
            3,
        ),
        (
            "UPDATE audit_entries SET entry = x'ff' WHERE sequence = 1",
            1,
        ),
        ("UPDATE audit_trails SET hash = x'00'", 0),
    ] {
        let world = World::new().await;
        for _ in 0..4 {
            world.client(BOTH).await;
        }
        world.keeper.close().await;
        steal(&world, sql);
        let verdict = world
            .admin
            .verify_trail(Trust::Anyone, &Witnesses::default())
            .await;
        match verdict {
            Ok(verdict) => assert_eq!(verdict.outcome.unwrap_err().entry(), first, "{sql}"),
            Err(error) => assert_eq!(first, 0, "{sql}: {error}"),
        }
    }
}

#[tokio::test]
async fn walk_that_an_archive_overtakes_begins_again_and_a_break_is_one_all_the_same() {
    let world = World::new().await;
    for _ in 0..4 {
        world.client(BOTH).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let key = AuditKeyFile::at(&dir.path().join("key"))
        .find_or_make()
        .unwrap();
    world.clock.advance(std::time::Duration::from_secs(1));
    let file = dir.path().join("archive");
    let archived = world.admin.archive(world.now(), &file, &key).await.unwrap();
    let since_start = async || {
        let witnesses = Witnesses::default();
        let verdict = world.admin.verify_since(None, Trust::Anyone, &witnesses);
        verdict.await.unwrap()
    };
    let verdict = since_start().await;
    assert_eq!(verdict.from, archived.to);
    assert!(verdict.outcome.is_ok(), "{verdict:?}");
    steal(
        &world,
        "UPDATE audit_entries SET entry = replace(entry, 'TrailArchived', 'Thawed')",
    );
    let broken = since_start().await.outcome.unwrap_err();
    assert_eq!(broken.entry(), archived.to + 1);
}

#[tokio::test]
async fn archive_and_what_stays_are_both_whole() {
    let world = World::new().await;
    for _ in 0..4 {
        world.client(BOTH).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("archive.jsonl");
    let before = Timestamp::from_unix_ticks(world.now().unix_ticks() + 1);
    let key = world.admin.audit_key(None).unwrap().unwrap();
    let last = world.admin.trail_end().await.unwrap().sequence;
    let archived = world.admin.archive(before, &file, &key).await.unwrap();
    assert_eq!((archived.from, archived.to), (1, last));
    world.client(BOTH).await;
    world.keeper.close().await;
    let trust = || Trust::Keys(vec![key.public()]);
    let kept = world
        .admin
        .verify_trail(trust(), &Witnesses::default())
        .await
        .unwrap();
    assert_eq!(kept.from, last);
    // The archiving, the application, and the key that signed the head.
    assert_eq!(kept.outcome.unwrap().end.sequence, last + 3);
    let archive = crate::admin::verify_file(&file, &trust(), &Witnesses::default()).unwrap();
    let walked = archive.outcome.unwrap();
    assert_eq!((walked.end.sequence, walked.confirmed), (last, Some(last)));
    let again = world.admin.archive(before, &file, &key).await;
    assert!(again.is_err(), "an archive is never written over");
}

#[tokio::test]
async fn trail_that_was_written_anew_disagrees_with_what_a_receiver_has() {
    let world = World::new().await;
    world.client(BOTH).await;
    let mut exporting = Admin::export(TrailFilter::default());
    let lines = world.admin.next_lines(&mut exporting).await.unwrap();
    let mut received = Witnesses::default();
    assert!(received.add(lines.last().unwrap()));
    assert!(!received.add("nonsense"));
    let verdict = world.admin.verify_trail(Trust::Anyone, &received).await;
    assert!(verdict.unwrap().outcome.is_ok());
    // A thief with file and key can make another trail, and sign it.
    steal(
        &world,
        "DELETE FROM audit_entries; DELETE FROM audit_trails; DELETE FROM audit_heads",
    );
    world.client(BOTH).await;
    world.client(BOTH).await;
    world.keeper.close().await;
    let nothing = Witnesses::default();
    let alone = world.admin.verify_trail(Trust::Anyone, &nothing);
    assert!(alone.await.unwrap().outcome.is_ok());
    let verdict = world.admin.verify_trail(Trust::Anyone, &received).await;
    let broken = verdict.unwrap().outcome.unwrap_err();
    assert_eq!(broken.entry(), exporting.at(), "{broken}");
}

#[tokio::test]
async fn witness_that_says_nothing_of_the_trail_is_refused() {
    let world = World::new().await;
    world.client(BOTH).await;
    let key = world.admin.audit_key(None).unwrap().unwrap();
    let link = world.admin.trail_end().await.unwrap();
    let head = |tenant, link| {
        let time = Timestamp::from_unix_seconds(1);
        let mut witnesses = Witnesses::default();
        let signed = Signed::by(&key, Head { tenant, link, time });
        assert!(witnesses.add(&Line::Head(signed).write()));
        witnesses
    };
    let verify = async |witnesses| world.admin.verify_trail(Trust::Anyone, &witnesses).await;
    let foreign = head(crate::core::TenantId::fresh(), link);
    assert!(matches!(
        verify(foreign).await,
        Err(AdminError::SilentWitness(SilentWitness::Foreign))
    ));
    let tenant = world.admin.tenant_id();
    assert!(verify(head(tenant, link)).await.unwrap().outcome.is_ok());

    world.client(BOTH).await;
    let dir = tempfile::tempdir().unwrap();
    let (file, later) = (
        dir.path().join("archive"),
        "2200-01-01T00:00:00Z".parse().unwrap(),
    );
    world.admin.archive(later, &file, &key).await.unwrap();
    assert!(matches!(
        verify(head(tenant, link)).await,
        Err(AdminError::SilentWitness(SilentWitness::Archived {
            newest: 2,
            ..
        }))
    ));
    let archived = crate::admin::verify_file(&file, &Trust::Anyone, &head(tenant, link));
    assert!(archived.unwrap().outcome.is_ok());
}

#[tokio::test]
async fn export_that_was_cut_short_is_seen_to_be() {
    let world = World::new().await;
    for _ in 0..3 {
        world.client(BOTH).await;
    }
    let key = world.admin.audit_key(None).unwrap().unwrap();
    let head = world.admin.head(Some(&key)).await.unwrap();
    let mut exporting = Admin::export(TrailFilter::default()).promising(head);
    let lines = world.admin.next_lines(&mut exporting).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("export");
    let verdict = |lines: &[String]| {
        std::fs::write(&file, lines.join("\n")).unwrap();
        let verdict = crate::admin::verify_file(&file, &Trust::Anyone, &Witnesses::default());
        verdict.unwrap().outcome.map_err(|broken| broken.entry())
    };
    assert_eq!(verdict(&lines).unwrap().confirmed, Some(4));
    for count in [0usize, 1, 2] {
        let cut = &lines[..2 + count];
        assert_eq!(verdict(cut), Err(count as u64 + 1), "{cut:?}");
    }
}

#[tokio::test]
async fn no_text_of_a_caller_breaks_an_entry_out_of_its_line() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let before = world.trail().await.len();
    let lone = format!(r#"{{"Comment":"\ud800","Sha1":"{SHA1}"}}"#);
    let answer = world.post(&token, &stop_path(MACHINE), lone).await;
    assert_eq!(answer.status.as_u16(), 400, "{}", answer.text);
    assert_eq!(world.trail().await.len(), before);

    let hostile = "\u{0}\u{1b}[2J\"},\"hash\":\"\r\n{\"entry\":{\u{7f}\u{2028}\u{202e}\\";
    let comment = format!("{hostile}{}", "\u{1f600}".repeat(500));
    let body = json!({"Comment": comment, "Sha1": SHA1}).to_string();
    let answer = world.post(&token, &stop_path(MACHINE), body).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    let [taken] = world.deeds("ActionTaken").await.try_into().unwrap();
    let told = taken["details"]["comment"].as_str().unwrap();
    assert!(told.starts_with(hostile) && told.ends_with('…') && told.len() <= 1024);

    // A clock that is set back disturbs nobody.
    world.clock.set(Timestamp::from_unix_seconds(1));
    world.client(BOTH).await;
    let mut exporting = Admin::export(TrailFilter::default());
    let lines = world.admin.next_lines(&mut exporting).await.unwrap();
    assert!(
        lines
            .iter()
            .all(|line| !line.contains(['\n', '\r', '\u{1b}', '\u{0}']))
    );
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("export");
    std::fs::write(&file, lines.join("\n")).unwrap();
    let verdict = crate::admin::verify_file(&file, &Trust::Anyone, &Witnesses::default()).unwrap();
    assert_eq!(
        verdict.outcome.unwrap().end,
        world.admin.trail_end().await.unwrap()
    );
}
