//! `cargo xtask bench`: runs the benchmarks and writes what they print into `docs/performance.md`.

mod machine;
mod page;

use crate::cargo;
use crate::failure::{Context as _, Outcome};
use crate::postgres::{self, Postgres};
use page::Page;

/// A section of the page: what stands between its marks is what a benchmark printed.
struct Section {
    name: &'static str,
    package: &'static str,
    bench: &'static str,
    prints: Prints,
}

/// What a benchmark prints on standard output.
#[derive(Clone, Copy)]
enum Prints {
    /// Markdown, which is taken as it is.
    Markdown,
    /// Lines for a terminal, such as divan's tree, which are fenced.
    Lines,
}

/// In the page's order. A new one is a line here and a pair of marks on the page.
const SECTIONS: [Section; 8] = [
    Section::new("act", "quell-cli", "act", Prints::Markdown),
    Section::new("agent", "quell-cli", "agent", Prints::Markdown),
    Section::new("overhead", "quell-overhead", "overhead", Prints::Markdown),
    Section::new("decision", "quell-ratelimit", "decision", Prints::Lines),
    Section::new("campaign", "quell-ratelimit", "campaign", Prints::Markdown),
    Section::new("state", "quell-state", "permits", Prints::Markdown),
    Section::new("server", "quell-load", "server", Prints::Markdown),
    Section::new("fleet", "quell-load", "fleet", Prints::Markdown),
];

/// Runs the benchmarks of the named sections, or all of them, and writes each section when it is measured.
///
/// # Errors
/// A name that no section has; what failed.
pub(crate) fn run(names: &[&str]) -> Outcome {
    for section in chosen(names)? {
        let printed = section.measure()?;
        Page::read()?
            .with(section.name, &section.content(&printed, &machine::kind()?))?
            .write()?;
    }
    Ok(())
}

/// The sections of these names; without a name, all.
fn chosen(names: &[&str]) -> Outcome<Vec<&'static Section>> {
    if names.is_empty() {
        return Ok(SECTIONS.iter().collect());
    }
    names.iter().map(|name| Section::named(name)).collect()
}

impl Section {
    const fn new(
        name: &'static str,
        package: &'static str,
        bench: &'static str,
        prints: Prints,
    ) -> Self {
        Self {
            name,
            package,
            bench,
            prints,
        }
    }

    fn named(name: &str) -> Outcome<&'static Self> {
        let known = SECTIONS.map(|section| section.name).join(", ");
        SECTIONS
            .iter()
            .find(|section| section.name == name)
            .context(format!("there is no section {name}; there are {known}"))
    }

    /// Runs the benchmark. The one that compares stores gets a server of its own, where there is one,
    /// and what loads `quell serve` from outside finds it built.
    fn measure(&self) -> Outcome<String> {
        if self.package == "quell-load" {
            cargo::run(&["build", "--release", "--package", "quell-cli"], &[])?;
        }
        let server = match self.package {
            "quell-state" => Postgres::start()?,
            _ => None,
        };
        let connection = server.as_ref().map(Postgres::connection_string);
        let environment: Vec<_> = connection
            .iter()
            .map(|connection| (postgres::VARIABLE, connection.as_str()))
            .collect();
        cargo::output_of(&self.arguments(), &environment)
    }

    fn arguments(&self) -> [&'static str; 7] {
        let Self { package, bench, .. } = *self;
        [
            "bench",
            "--quiet",
            "--all-features",
            "--package",
            package,
            "--bench",
            bench,
        ]
    }

    fn content(&self, printed: &str, machine: &str) -> String {
        let Self { package, bench, .. } = self;
        let table = match self.prints {
            Prints::Markdown => printed.trim().to_owned(),
            Prints::Lines => format!("```text\n{}\n```", printed.trim_matches('\n')),
        };
        format!(
            "{table}\n\n`cargo bench --all-features --package {package} --bench {bench}` on {machine}."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_says_what_was_run_and_where() {
        let section = Section::new("n", "p", "b", Prints::Lines);
        assert_eq!(
            section.content("\n  a tree\n", "a machine"),
            "```text\n  a tree\n```\n\n`cargo bench --all-features --package p --bench b` on a machine."
        );
    }

    #[test]
    fn without_a_name_all_sections_are_measured_and_a_wrong_name_is_told_the_right_ones() {
        assert_eq!(chosen(&[]).unwrap().len(), SECTIONS.len());
        assert_eq!(chosen(&["act"]).unwrap().len(), 1);
        let error = chosen(&["act", "speed"]).err().unwrap().to_string();
        assert!(
            error.contains("no section speed; there are act, "),
            "{error}"
        );
    }

    #[test]
    fn every_section_has_its_place_on_the_page() {
        let page = Page::read().unwrap();
        for section in &SECTIONS {
            page.with(section.name, "").unwrap();
        }
    }
}
