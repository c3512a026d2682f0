//! docs/api/wire.md names a test for each quirk of the wire, and the test is there.

use std::path::Path;

#[test]
fn every_quirk_names_a_test_that_there_is() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = std::fs::read_to_string(crates.join("../docs/api/wire.md")).unwrap();
    let mut named = 0;
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let Some(tests) = row.trim_end_matches(" |").rsplit(" | ").next() else {
            continue;
        };
        if matches!(tests, "test" | "---") {
            continue;
        }
        for test in tests.split(", ") {
            let (file, name) = test
                .trim_matches('`')
                .split_once('#')
                .unwrap_or_else(|| panic!("{row}"));
            let source = std::fs::read_to_string(crates.join(file))
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(
                source.contains(&format!("fn {name}(")),
                "{file} has no {name}"
            );
            named += 1;
        }
    }
    assert!(named > 60, "{named}");
}
