//! Objects and enumerations.

use super::{code, codes, table};
use crate::codegen::contract::{Contract, Property, Schema, Shape};
use crate::failure::Outcome;

pub(super) fn entities(contract: &Contract) -> Outcome<String> {
    let mut page = "# Entities\n\nIn the order of the wire. *Without a value* says how the service writes \
                    a property that has none; readers take null and absence as the same, and keep what \
                    they do not know.\n"
        .to_owned();
    let resources = &contract.document.resources;
    let schemas = resources
        .iter()
        .flat_map(|one| one.objects().chain(one.requests()));
    for (name, schema) in schemas {
        let rows = schema
            .properties()
            .iter()
            .map(|(property, details)| row(contract, (name, schema), property, details))
            .collect::<Outcome<Vec<_>>>()?;
        let heading = format!("\n## {name}\n\n{}\n\n", schema.description);
        let body = table(&["property", "type", "without a value", "meaning"], rows);
        page.push_str(&format!("{heading}{body}"));
    }
    Ok(page)
}

fn row(
    contract: &Contract,
    (name, schema): (&str, &Schema),
    property: &str,
    details: &Property,
) -> Outcome<Vec<String>> {
    let shape = details.shape()?;
    let is_list = matches!(shape, Shape::List(_));
    let required = schema.required.iter().any(|one| one == property);
    let without = match () {
        () if contract.may_be_absent(name, property) => "left out",
        () if details.is_nullable() => "`null`",
        () if is_list => "`[]`",
        () if required => "always has one",
        () => "optional",
    };
    let also = match details.also_read_as.as_slice() {
        [] => String::new(),
        seen => format!(" Also read as {}.", codes(seen, ", ")),
    };
    let meaning = format!("{}{also}", details.description);
    Ok(vec![
        code(property),
        kind(&shape),
        without.to_owned(),
        meaning,
    ])
}

fn kind(shape: &Shape) -> String {
    match shape {
        Shape::Named(name) => name.clone(),
        Shape::List(element) => format!("list of {}", kind(element)),
        Shape::Any => "anything".to_owned(),
        Shape::Plain(plain, None) => plain.clone(),
        Shape::Plain(plain, Some(format)) => format!("{plain} ({format})"),
    }
}

pub(super) fn enumerations(contract: &Contract) -> String {
    let resources = &contract.document.resources;
    let all = resources.iter().flat_map(|one| one.enumerations());
    let rows = all.map(|(name, schema)| {
        vec![
            name.to_owned(),
            codes(&schema.values, ", "),
            schema.description.clone(),
        ]
    });
    format!(
        "# Enumerations\n\nNone is closed: a value that is not here is kept as it came. Values are read \
         without regard to case.\n\n{}",
        table(&["enumeration", "known values", "meaning"], rows)
    )
}
