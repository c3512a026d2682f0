//! A crate's public API as text, one item a line.
//!
//! Left out is what says nothing: blanket implementations, the methods of derived traits, and the auto
//! traits that a type has. Kept is that a trait is derived, and that a type is *not* `Send`, `Sync` or
//! `Unpin`: that is how a type that loses one of them shows in the difference.

use std::collections::HashSet;
use std::path::Path;

use public_api::{Builder, PublicApi};

use super::rustdoc;
use crate::failure::{Context as _, Outcome};

/// Whose absence is worth a line.
const AUTO_TRAITS: [&str; 3] = [
    "impl !core::marker::Send for",
    "impl !core::marker::Sync for",
    "impl !core::marker::Unpin for",
];

/// What the compiler derives beside `PartialEq`, and nobody can name.
const WITH_EQUALITY: &str = "impl core::marker::StructuralPartialEq for";

/// The listing of a package, from its rustdoc JSON.
pub(super) fn of(package: &str, json: &Path) -> Outcome<String> {
    rustdoc::check_format(json)?;
    let builder = Builder::from_rustdoc_json(json).omit_blanket_impls(true);
    let whole = items(package, builder.clone())?;
    let own = items(
        package,
        builder
            .clone()
            .omit_auto_trait_impls(true)
            .omit_auto_derived_impls(true),
    )?;
    let with_derived = items(package, builder.omit_auto_trait_impls(true))?;
    Ok(text(package, &whole, &own, &with_derived))
}

fn items(package: &str, builder: Builder) -> Outcome<Vec<String>> {
    let api: PublicApi = builder.build().context(package)?;
    Ok(api.items().map(ToString::to_string).collect())
}

/// Of the whole, in its order: a type's own items, the derived traits, the auto traits that it lacks.
fn text(package: &str, whole: &[String], own: &[String], with_derived: &[String]) -> String {
    let own: HashSet<&String> = own.iter().collect();
    let with_derived: HashSet<&String> = with_derived.iter().collect();
    let mut text = format!(
        "# The public API of {package} with all its features. Written by `cargo xtask api`.\n\n"
    );
    for item in whole {
        let derived = item.starts_with("impl")
            && with_derived.contains(item)
            && !item.starts_with(WITH_EQUALITY);
        let lacks = AUTO_TRAITS.iter().any(|lack| item.starts_with(lack));
        if own.contains(item) || derived || lacks {
            text.push_str(item);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_methods_and_auto_traits_that_a_type_has_are_left_out() {
        let lines = |lines: &[&str]| lines.iter().map(ToString::to_string).collect::<Vec<_>>();
        let own = lines(&["pub struct a::A", "pub fn a::A::b(&self)"]);
        let derived = lines(&[
            "impl core::clone::Clone for a::A",
            "impl core::marker::StructuralPartialEq for a::A",
            "pub fn a::A::clone(&self) -> a::A",
        ]);
        let auto = lines(&[
            "impl core::marker::Send for a::A",
            "impl !core::marker::Sync for a::A",
            "impl !core::panic::unwind_safe::UnwindSafe for a::A",
        ]);
        let whole = [own.clone(), derived.clone(), auto].concat();
        assert_eq!(
            text("a", &whole, &own, &[own.clone(), derived].concat()),
            "# The public API of a with all its features. Written by `cargo xtask api`.\n\n\
             pub struct a::A\npub fn a::A::b(&self)\nimpl core::clone::Clone for a::A\n\
             impl !core::marker::Sync for a::A\n"
        );
    }
}
