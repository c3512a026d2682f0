//! Backups that are taken while a server works, and put back when it does not run.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::act::Act;
use super::client::Client;

#[test]
fn backup_under_load_has_all_that_was_acknowledged_before_it() {
    let act = Act::new();
    let running = act.start(&mut act.command(&[]));
    let client = Client::new(&act, &running);
    let copy = act.path("copy.db");
    let copy = copy.to_str().expect("a path").to_owned();
    let (acknowledged, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    let before = std::thread::scope(|scope| {
        for writer in 0..4 {
            let (client, acknowledged, done) = (&client, &acknowledged, &done);
            scope.spawn(move || {
                for number in 0.. {
                    if done.load(Ordering::SeqCst) {
                        return;
                    }
                    let (status, answer) = client.submit(&format!("w{writer}n{number}"));
                    assert_eq!(status, 200, "{answer}");
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        while acknowledged.load(Ordering::SeqCst) < 20 {
            std::thread::yield_now();
        }
        let before = acknowledged.load(Ordering::SeqCst);
        let made = act.server(&["backup", &copy]);
        done.store(true, Ordering::SeqCst);
        assert_eq!(made.code, 0, "{made:?}");
        before
    });
    let all = client.kept();
    assert!(all >= before);

    let refused = act.server(&["restore", &copy, "--yes"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(
        refused.stderr.contains("stop the server first"),
        "{refused:?}"
    );

    assert_eq!(running.process.terminate(), 0);
    let unasked = act.server(&["restore", &copy]);
    assert_eq!(unasked.code, 2, "{unasked:?}");
    let restored = act.server(&["restore", &copy, "--yes"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert!(restored.stdout.contains("before-restore"), "{restored:?}");

    let running = act.start(&mut act.command(&[]));
    let client = Client::new(&act, &running);
    let kept = client.kept();
    assert!(
        (before..=all).contains(&kept),
        "{before} <= {kept} <= {all}"
    );
    assert_eq!(running.process.terminate(), 0);
}
