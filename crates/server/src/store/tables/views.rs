//! What is seen of a tenant, as SQL: the one place where a view becomes a condition.

use crate::core::{Extent, GroupId, View};
use crate::store::database::Value;

/// A condition that names its tenant, and its parameters: the tenant is the first.
pub(super) struct Seen {
    pub(super) condition: String,
    pub(super) parameters: Vec<Value<'static>>,
}

/// Machines that are seen, of the table `machines`.
pub(super) fn machines(view: &View, more: Vec<Value<'static>>) -> Seen {
    let of_groups = |list: usize| {
        format!(
            " AND machines.device_group IN (SELECT CAST(value AS BIGINT) FROM json_each(?{list}))"
        )
    };
    seen(view, more, of_groups)
}

/// What belongs to a machine that is seen, of a table with a column `machine`.
pub(super) fn of_machines(view: &View, more: Vec<Value<'static>>) -> Seen {
    let of_groups = |list: usize| {
        format!(
            " AND machine IN (SELECT id FROM machines WHERE tenant = ?1
                 AND device_group IN (SELECT CAST(value AS BIGINT) FROM json_each(?{list})))"
        )
    };
    seen(view, more, of_groups)
}

/// `more` are the parameters from the second on.
fn seen(view: &View, more: Vec<Value<'static>>, of_groups: impl Fn(usize) -> String) -> Seen {
    let mut condition = "tenant = ?1".to_owned();
    let mut parameters = vec![view.tenant.into()];
    parameters.extend(more);
    if let Extent::Groups(groups) = &view.machines {
        parameters.push(list(groups.iter().copied()));
        condition.push_str(&of_groups(parameters.len()));
    }
    Seen {
        condition,
        parameters,
    }
}

/// Groups as a list of texts, which is what both databases read of JSON.
pub(super) fn list(groups: impl IntoIterator<Item = GroupId>) -> Value<'static> {
    let numbers: Vec<String> = groups.into_iter().map(|group| group.to_string()).collect();
    Value::from(serde_json::Value::from(numbers).to_string())
}
