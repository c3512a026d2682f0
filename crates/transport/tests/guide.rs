//! The guide shows the example that is compiled and run.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[test]
fn the_guide_shows_the_example_as_it_is() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path| std::fs::read_to_string(root.join(path)).unwrap();
    let guide = read("guide.md");
    let example = read("examples/custom_transport.rs");
    let (_, code) = example.split_once("\n\n").unwrap();
    assert!(
        guide.contains(&format!("```rust\n{code}```\n")),
        "copy examples/custom_transport.rs into docs/guide/transport.md"
    );
}
