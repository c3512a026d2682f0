//! The tables beside the OpenAPI document.

use super::{code, codes, table};
use crate::codegen::contract::{Contract, QueryOption};
use crate::codegen::names::upper_camel;
use crate::failure::Outcome;

pub(super) fn operations(contract: &Contract) -> Outcome<String> {
    let mut page = "# Operations\n\nPaths are matched without regard to case; `/api/v1.0` is the same as `/api`. \
                    Every operation but the token's wants `Authorization: Bearer`.\n"
        .to_owned();
    for operation in contract.document.operations()? {
        let heading = format!(
            "\n## {}\n\n{}\n\n",
            upper_camel(operation.id),
            operation.summary
        );
        let call = format!("`{} {}`\n", operation.method, operation.path);
        page.push_str(&format!("{heading}{call}"));
        if !operation.needs_token {
            continue;
        }
        let row = contract.row(&operation)?;
        let mut facts = vec![
            vec!["Status of success".to_owned(), row.success.to_string()],
            vec!["Idempotency".to_owned(), row.idempotency.clone()],
            vec!["An application needs".to_owned(), needed(&row.application)],
            vec!["A person's token needs".to_owned(), needed(&row.delegated)],
            vec!["Rate".to_owned(), format!("[{}](limits.md)", row.limits)],
        ];
        if let Some(role) = &row.role {
            facts.push(vec![
                "The person's role must allow".to_owned(),
                role.clone(),
            ]);
        }
        if let Some(entity) = &row.entity {
            facts.push(vec!["Answers with pages of".to_owned(), entity.clone()]);
        }
        if !row.options.is_empty() {
            facts.push(vec![
                "Options".to_owned(),
                codes(row.options.iter().map(|one| one.shown()), ", "),
            ]);
        }
        if row.page.is_none() {
            let why = match row.feature.as_deref() {
                Some("extension") => "none: an extension of quell's own server",
                _ => "none: only seen",
            };
            facts.push(vec!["Documentation".to_owned(), why.to_owned()]);
        }
        if let Some(feature) = &row.feature {
            facts.push(vec![
                "In quell-model behind the feature".to_owned(),
                code(feature),
            ]);
        }
        if !row.filter.is_empty() {
            let may_name = match row.options.contains(&QueryOption::OrderBy) {
                true => "A filter or an order may name",
                false => "A filter may name",
            };
            facts.push(vec![may_name.to_owned(), codes(&row.filter, ", ")]);
        }
        if row.cancelable {
            facts.push(vec![
                "Its action can be cancelled".to_owned(),
                "until it has ended".to_owned(),
            ]);
        }
        page.push_str(&format!("\n{}", table(&["", ""], facts)));
    }
    Ok(page)
}

fn needed(all_of: &[Vec<String>]) -> String {
    all_of
        .iter()
        .map(|any_of| codes(any_of, " or "))
        .collect::<Vec<_>>()
        .join("; and ")
}

pub(super) fn permissions(contract: &Contract) -> String {
    let resource = &contract.permissions.resource;
    let languages = ["en", "sv", "nl", "fr", "zh"];
    let rows = contract.permissions.permission.iter().map(|row| {
        let names = languages.map(|language| row.names.get(language).cloned().unwrap_or_default());
        let mut cells = vec![code(&row.value), row.holder.clone(), code(&row.id)];
        cells.extend(names);
        cells
    });
    let ours = &contract.permissions.extension;
    let ours = ours
        .iter()
        .map(|row| vec![code(&row.value), row.about.clone()]);
    format!(
        "# Permissions\n\nOf the resource application *{}* (`{}`). Tokens hold the value, never a \
         display name.\n\n{}\nOf quell's own server alone, for applications and persons alike:\n\n{}",
        resource.name,
        resource.app_id,
        table(
            &[
                "value", "held by", "id", "English", "Swedish", "Dutch", "French", "Chinese"
            ],
            rows
        ),
        table(&["value", "lets its bearer"], ours)
    )
}

pub(super) fn limits(contract: &Contract) -> String {
    let rates = contract.limits.rate.iter().map(|rate| {
        let windows = rate
            .windows
            .iter()
            .map(|one| format!("{} in {} s", one.calls, one.seconds));
        let concurrent = rate.concurrent.map(|most| format!("{most} active at once"));
        vec![
            code(&rate.name),
            windows.chain(concurrent).collect::<Vec<_>>().join(" and "),
            rate.meaning.clone(),
        ]
    });
    let bounds = contract.limits.bound.iter().map(|bound| {
        vec![
            code(&bound.name),
            format!("{} {}", bound.value, bound.unit),
            bound.meaning.clone(),
        ]
    });
    format!(
        "# Limits\n\nA rate holds for one operation of one application in one tenant.\n\n{}\n{}",
        table(&["rate", "calls", "for"], rates),
        table(&["bound", "value", "meaning"], bounds)
    )
}

pub(super) fn errors(contract: &Contract) -> String {
    let rows = contract.error_codes.code.iter().map(|row| {
        let also = row
            .aliases
            .iter()
            .map(|alias| format!(", also {}", code(alias)));
        let name = format!("{}{}", code(&row.code), also.collect::<String>());
        vec![
            row.status.to_string(),
            name,
            code(&row.message),
            row.retry.clone(),
            row.meaning.clone(),
        ]
    });
    format!(
        "# Errors\n\nThe envelope is `{{\"error\":{{\"code\":…,\"message\":…,\"target\":…}}}}`; the OData \
         layer's own has an empty code, `details` and no `target`. `{{}}` stands for what differs. \
         The last column but one says when a repeated request makes sense.\n\n{}",
        table(&["status", "code", "message", "retry", "meaning"], rows)
    )
}

pub(super) fn hosts(contract: &Contract) -> String {
    let hosts = &contract.hosts;
    let clouds = hosts.cloud.iter().map(|row| {
        vec![
            code(&row.name),
            row.meaning.clone(),
            code(&row.authority),
            code(&row.audience),
        ]
    });
    let regions = hosts
        .region
        .iter()
        .map(|row| vec![code(&row.name), row.meaning.clone()]);
    let names = hosts.host.iter().map(|row| {
        vec![
            code(&row.name),
            row.cloud.clone(),
            row.region.clone(),
            row.family.clone(),
        ]
    });
    let audiences: String = hosts
        .audiences
        .accepted
        .iter()
        .map(|name| format!("- {}\n", code(name)))
        .collect();
    format!(
        "# Hosts\n\nThe audience belongs to the cloud and is never derived from the host.\n\n{}\n{}\n{}\n\
         ## Accepted audiences\n\nEach also with a slash at its end, and the resource application's id.\n\n{audiences}",
        table(&["cloud", "meaning", "authority", "audience"], clouds),
        table(&["region", "meaning"], regions),
        table(&["host", "cloud", "region", "family"], names)
    )
}
