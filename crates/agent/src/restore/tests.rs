use std::fs;
use std::os::fd::AsFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use quell_model::MachineId;
use quell_protocol::{Order, Verb};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::engine::{Attributes, ItemDraft, Seal as _};

const CONTENT: &[u8] = b"what was taken";

/// A vault that keeps one file which two paths had, and a journal with an order to put it back.
struct Scene {
    directory: TempDir,
    journal: Journal,
    vault: Vault,
    action: ActionId,
}

fn sha1(content: &[u8]) -> Sha1 {
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, content);
    Sha1::from_bytes(digest.as_ref().try_into().unwrap())
}

impl Scene {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        fs::create_dir(root.join("root")).unwrap();
        let journal = Journal::open(&root.join("state")).unwrap();
        let vault = Vault::open(&root.join("vault")).unwrap();
        let scene = Self {
            directory,
            journal,
            vault,
            action: ActionId::new("r1").unwrap(),
        };
        scene.keep("a1", &["one", "two"]);
        scene.ordered();
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        let root = self.directory.path().canonicalize().unwrap();
        root.join("root").join(name)
    }

    fn keep(&self, action: &str, names: &[&str]) -> String {
        self.keep_with(action, names, 0)
    }

    fn keep_with(&self, action: &str, names: &[&str], flags: u32) -> String {
        let file = self.path("scratch");
        fs::write(&file, CONTENT).unwrap();
        let open = fs::File::open(&file).unwrap();
        fs::remove_file(&file).unwrap();
        let metadata = open.metadata().unwrap();
        let draft = ItemDraft {
            id: Uuid::new_v4(),
            action_id: ActionId::new(action).unwrap(),
            sha1: sha1(CONTENT),
            sha256: digest(&SHA256, CONTENT).as_ref().try_into().unwrap(),
            size: CONTENT.len() as u64,
            paths: names
                .iter()
                .map(|name| self.path(name).into_os_string().into_vec())
                .collect(),
            attributes: Attributes {
                uid: metadata.uid(),
                gid: metadata.gid(),
                mode: 0o751,
                flags,
                ..Attributes::default()
            },
            comment: "why".to_owned(),
            requestor: None,
            captured_at: Timestamp::UNIX_EPOCH,
        };
        self.vault.seal(&draft, open.as_fd()).unwrap()
    }

    fn ordered(&self) {
        let order = Order {
            sequence: 1,
            machine_id: MachineId::new("m").unwrap(),
            action_id: self.action.clone(),
            expires_at: Timestamp::LAST,
            verb: Verb::RestoreFile {
                sha1: sha1(CONTENT),
                taken_by: None,
                conflict: Conflict::Fail,
                comment: "why".to_owned(),
                requestor: None,
            },
        };
        self.journal.take_up(&order).unwrap();
    }

    fn restoration(&self, conflict: Conflict) -> Restoration<'_> {
        Restoration {
            journal: &self.journal,
            vault: &self.vault,
            action: &self.action,
            sha1: sha1(CONTENT),
            taken_by: None,
            conflict,
            now: Timestamp::UNIX_EPOCH,
        }
    }

    fn run(&self, conflict: Conflict) -> ActionResult {
        finished(self.restoration(conflict).run().unwrap())
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("")).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn finished(phase: Phase) -> ActionResult {
    match phase {
        Phase::Finished { result } => *result,
        other => panic!("{other:?}"),
    }
}

fn outcomes(result: &ActionResult) -> Vec<FileOutcome> {
    result.files.iter().map(|file| file.outcome).collect()
}

#[test]
fn file_is_put_back_under_every_name_that_it_had() {
    let scene = Scene::new();
    let result = scene.run(Conflict::Fail);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:?}");
    assert_eq!(outcomes(&result), [FileOutcome::Restored; 2]);
    assert_eq!(scene.names(), ["one", "two"]);
    let inode = |name: &str| fs::metadata(scene.path(name)).unwrap().ino();
    assert_eq!(inode("one"), inode("two"));
    let mode = fs::metadata(scene.path("one"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o7777, 0o751);
    assert_eq!(fs::read(scene.path("one")).unwrap(), CONTENT);
}

#[test]
fn what_is_there_stays_and_is_told() {
    let scene = Scene::new();
    fs::write(scene.path("one"), b"newer").unwrap();
    let result = scene.run(Conflict::Fail);
    assert!(
        matches!(&result.verdict, Verdict::Failed { reason: FailureReason::Exists, message } if message == "1 of 2 paths not restored"),
        "{result:?}"
    );
    let both = [FileOutcome::NotRestored, FileOutcome::Restored];
    assert_eq!(outcomes(&result), both);
    assert_eq!(fs::read(scene.path("one")).unwrap(), b"newer");
    assert_eq!(fs::read(scene.path("two")).unwrap(), CONTENT);
}

#[test]
fn what_stands_in_the_way_is_told_without_options_that_a_server_has_not() {
    let details = |scene: &Scene| -> Vec<String> {
        let result = scene.run(Conflict::Fail);
        let files = result.files.into_iter();
        files.filter_map(|file| file.detail).collect()
    };
    let taken = Scene::new();
    fs::write(taken.path("one"), b"newer").unwrap();
    let nameless = Scene::new();
    nameless.keep("a1", &[]);
    let gone = Scene::new();
    gone.keep("a1", &["gone/one"]);
    for (scene, why) in [
        (taken, "something is at"),
        (nameless, "had no path"),
        (gone, "gone does not exist"),
    ] {
        let told = details(&scene).join("; ");
        assert!(told.contains(why), "{told}");
        assert!(!told.contains("--"), "{told}");
    }
}

#[test]
fn file_that_may_have_another_name_gets_the_first_that_is_free() {
    let scene = Scene::new();
    fs::write(scene.path("one"), b"newer").unwrap();
    fs::write(scene.path("one.restored-1"), b"older").unwrap();
    let result = scene.run(Conflict::Rename);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:?}");
    assert!(result.files[0].path.display().ends_with("/one.restored-2"));
    let all = ["one", "one.restored-1", "one.restored-2", "two"];
    assert_eq!(scene.names(), all);
    assert_eq!(fs::read(scene.path("one")).unwrap(), b"newer");
}

#[test]
fn only_what_the_named_action_took_is_put_back() {
    let scene = Scene::new();
    scene.keep("a2", &["three"]);
    let a2 = ActionId::new("a2").unwrap();
    let restoration = Restoration {
        taken_by: Some(&a2),
        ..scene.restoration(Conflict::Fail)
    };
    assert_eq!(
        finished(restoration.run().unwrap()).verdict,
        Verdict::Succeeded
    );
    assert_eq!(scene.names(), ["three"]);
}

#[test]
fn of_two_items_from_one_path_one_goes_back() {
    let scene = Scene::new();
    scene.keep("a2", &["one", "two"]);
    let result = scene.run(Conflict::Rename);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:?}");
    assert_eq!(scene.names(), ["one", "two"]);
}

#[test]
fn file_without_a_path_and_file_that_is_not_kept_are_told() {
    let scene = Scene::new();
    let nothing = Restoration {
        sha1: Sha1::OF_NOTHING,
        ..scene.restoration(Conflict::Fail)
    };
    let result = finished(nothing.run().unwrap());
    assert!(
        matches!(
            result.verdict,
            Verdict::Failed {
                reason: FailureReason::FileNotFound,
                ..
            }
        ),
        "{result:?}"
    );
    scene.keep("a3", &[]);
    let a3 = ActionId::new("a3").unwrap();
    let pathless = Restoration {
        taken_by: Some(&a3),
        ..scene.restoration(Conflict::Fail)
    };
    let result = finished(pathless.run().unwrap());
    assert_eq!(outcomes(&result), [FileOutcome::NotRestored]);
    assert_eq!(scene.names(), Vec::<String>::new());
}

#[test]
fn order_that_was_given_up_before_it_began_puts_nothing_back() {
    let scene = Scene::new();
    scene.journal.cancel(&scene.action).unwrap();
    let phase = scene.restoration(Conflict::Fail).run().unwrap();
    assert_eq!(phase, Phase::Cancelled);
    assert_eq!(scene.names(), Vec::<String>::new());
}

#[test]
fn what_an_earlier_run_put_back_is_no_conflict_for_the_next() {
    let scene = Scene::new();
    scene.run(Conflict::Fail);
    let again = scene.run(Conflict::Fail);
    assert_eq!(again.verdict, Verdict::Succeeded, "{again:?}");
    assert_eq!(scene.names(), ["one", "two"]);
}

#[test]
fn file_that_was_immutable_has_both_names_and_is_immutable_again_as_root() {
    use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};
    let scene = Scene::new();
    let a2 = ActionId::new("a2").unwrap();
    scene.keep_with("a2", &["three", "four"], IFlags::IMMUTABLE.bits());
    let restoration = || Restoration {
        taken_by: Some(&a2),
        ..scene.restoration(Conflict::Fail)
    };
    let result = finished(restoration().run().unwrap());
    let again = finished(restoration().run().unwrap());
    let file = fs::File::open(scene.path("three")).unwrap();
    let flags = ioctl_getflags(&file).unwrap();
    ioctl_setflags(&file, flags - IFlags::IMMUTABLE).unwrap();
    assert!(flags.contains(IFlags::IMMUTABLE));
    for result in [result, again] {
        assert_eq!(outcomes(&result), [FileOutcome::Restored; 2], "{result:?}");
        assert!(result.files.iter().all(|file| file.detail.is_none()));
    }
    assert_eq!(scene.names(), ["four", "three"]);
}
