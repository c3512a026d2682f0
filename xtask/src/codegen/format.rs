//! The last step before a file: a heading that warns, and the house's formatting.

use std::io::Write;
use std::process::{Command, Stdio};

use proc_macro2::TokenStream;

use crate::failure::{Context, Outcome};

const COMMAND: &str = "cargo xtask codegen";

/// Rust source from tokens: laid out by prettyplease, then exactly as `cargo fmt` would leave it.
pub(super) fn rust(name: &str, tokens: TokenStream) -> Outcome<String> {
    let file = syn::parse2(tokens).context(format_args!("generated {name}.rs does not parse"))?;
    let source = spaced(file);
    rust_text(&source)
}

/// Rust source from text: with the heading, and as `cargo fmt` would leave it.
pub(super) fn rust_text(source: &str) -> Outcome<String> {
    let heading = format!("// @generated from docs/api by `{COMMAND}`; do not edit.\n\n");
    rustfmt(&format!("{heading}{source}"))
}

/// Lays items out with a blank line between them; imports keep together.
fn spaced(mut file: syn::File) -> String {
    let items = std::mem::take(&mut file.items);
    let mut source = prettyplease::unparse(&file);
    file.attrs.clear();
    let mut after_import = false;
    for item in items {
        let is_import = matches!(item, syn::Item::Use(_));
        if !(is_import && after_import) {
            source.push('\n');
        }
        after_import = is_import;
        file.items = vec![item];
        source.push_str(&prettyplease::unparse(&file));
    }
    source
}

fn rustfmt(source: &str) -> Outcome<String> {
    let mut child = Command::new("rustfmt")
        .args([
            "--edition",
            "2024",
            "--config",
            "max_width=100,use_small_heuristics=Default",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("rustfmt cannot be started; `rustup component add rustfmt` installs it")?;
    let mut input = child.stdin.take().context("rustfmt takes no input")?;
    input.write_all(source.as_bytes()).context("rustfmt")?;
    drop(input);
    let output = child.wait_with_output().context("rustfmt")?;
    if !output.status.success() {
        return Err("rustfmt refuses the generated source".into());
    }
    String::from_utf8(output.stdout).context("rustfmt")
}

/// Markdown under a heading that warns.
pub(super) fn markdown(text: &str) -> String {
    format!(
        "<!-- Generated from docs/api by `{COMMAND}`; do not edit. -->\n\n{}\n",
        text.trim()
    )
}
