//! `docs/reference/cli.md` is what the command line says of itself.
//!
//! A test, because only the command line knows: it fails when the page is out of date, and writes it
//! when `QUELL_WRITE_REFERENCE` is set.

use std::fmt::Write as _;
use std::path::Path;

use clap::{Command, CommandFactory as _};

use crate::arguments::Arguments;

const HEAD: &str = "\
# The command `quell`

Written by the command line itself (`QUELL_WRITE_REFERENCE=1 cargo test --package quell-cli reference`); a test fails when
this page and the command differ. `quell-agent` has the commands of `quell agent`. What `--output json` writes is described by
[`output.schema.json`](output.schema.json).

| exit code | meaning |
| --- | --- |
| 0 | all succeeded |
| 1 | a fault outside the API: a file, a port, the state (damaged, of a newer version, out of reach), this program |
| 2 | wrong usage or configuration; nothing was sent |
| 3 | refused by a check, here or at the service; nothing was done |
| 4 | some or all actions failed |
| 5 | it is not known whether something was done |
| 6 | no token, or not enough permission |
| 7 | a rate limit or a deadline |
| 8 | stopped by the user |
";

fn page() -> String {
    let mut command = Arguments::command().term_width(100);
    command.build();
    let mut page = HEAD.to_owned();
    describe(&mut command, &mut page);
    page
}

fn describe(command: &mut Command, page: &mut String) {
    let name = command
        .get_bin_name()
        .unwrap_or_else(|| command.get_name())
        .to_owned();
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    let _ = write!(
        page,
        "\n## {name}\n\n```text\n{}\n```\n",
        lines.join("\n").trim_end()
    );
    for sub in command
        .get_subcommands_mut()
        .filter(|sub| sub.get_name() != "help")
    {
        describe(sub, page);
    }
}

#[test]
fn reference_page_is_what_the_command_line_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/cli.md");
    let page = page();
    if std::env::var_os("QUELL_WRITE_REFERENCE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/reference/cli.md is out of date: QUELL_WRITE_REFERENCE=1 cargo test --package quell-cli reference"
    );
}
