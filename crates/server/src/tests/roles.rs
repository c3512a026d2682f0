//! What a person gets, compared with a model of groups, roles and holders, after every change of any
//! of them: by one token, which was issued before them all.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use quell_model::operations::OPERATIONS;
use serde_json::Value;

use super::permissions::everything;
use super::person::Sitting;
use super::world::{BODY, INDICATOR, SHA1, World, stop_path};
use crate::Limits;
use crate::admin::{Holder, NamedReach, NewRole};
use crate::core::RolePermission;

const MACHINES: [&str; 5] = [
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa3",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa4",
];
const TAGS: [&str; 2] = ["web", "db"];
const GROUPS: [&str; 3] = ["Alpha", "Beta", "Gamma"];
const ROLES: [&str; 2] = ["Helpers", "Hunters"];
const PERSON: &str = "ana@contoso.example";
const TEAM: &str = "soc";
/// Seen on the machines of even numbers alone; [`SHA1`] is seen on all.
const RARE: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// What an operator does.
#[derive(Clone, Debug)]
enum Step {
    AddGroup(usize, Option<usize>),
    RemoveGroup(usize),
    Assign(usize, Option<usize>),
    Tag(usize, usize, bool),
    AddRole(usize, Vec<RolePermission>, Reach),
    RemoveRole(usize),
    Grant(usize, bool, bool),
    Join(bool),
}

/// Groups by their numbers, and whether machines in none belong to it; none: all.
type Reach = Option<(BTreeSet<usize>, bool)>;

fn step() -> impl Strategy<Value = Step> {
    let machine = 0..MACHINES.len();
    let group = || 0..GROUPS.len();
    let role = || 0..ROLES.len();
    let permissions = prop_oneof![
        1 => Just(vec![RolePermission::ViewData]),
        1 => Just(vec![RolePermission::ActiveRemediationActions]),
        3 => Just(RolePermission::ALL.to_vec()),
    ];
    let some = (btree_set(group(), 0..4), any::<bool>());
    let reach = prop_oneof![9 => some.prop_map(Some), 1 => Just(None)];
    prop_oneof![
        3 => (group(), proptest::option::of(0..TAGS.len())).prop_map(|(g, t)| Step::AddGroup(g, t)),
        1 => group().prop_map(Step::RemoveGroup),
        3 => (machine.clone(), proptest::option::of(group())).prop_map(|(m, g)| Step::Assign(m, g)),
        4 => (machine, 0..TAGS.len(), any::<bool>()).prop_map(|(m, t, on)| Step::Tag(m, t, on)),
        3 => (role(), permissions, reach).prop_map(|(r, p, g)| Step::AddRole(r, p, g)),
        1 => role().prop_map(Step::RemoveRole),
        9 => (role(), any::<bool>(), proptest::bool::weighted(0.85))
            .prop_map(|(r, team, on)| Step::Grant(r, team, on)),
        2 => any::<bool>().prop_map(Step::Join),
    ]
}

/// What leads to where something can go wrong.
fn opening() -> Vec<Step> {
    let hunters = Some(([0].into(), false));
    let helpers = Some(([1].into(), true));
    vec![
        Step::AddGroup(0, None),
        Step::AddGroup(1, Some(0)),
        Step::AddRole(1, RolePermission::ALL.to_vec(), hunters),
        Step::AddRole(0, vec![RolePermission::ViewData], helpers),
        Step::Grant(1, false, true),
        Step::Assign(0, Some(0)),
        Step::Grant(0, true, true),
        Step::Join(true),
        Step::Tag(1, 0, true),
        Step::Assign(1, Some(0)),
        Step::Assign(2, Some(0)),
        Step::Grant(1, true, true),
    ]
}

/// What holds, in a few words.
#[derive(Debug, Default)]
struct Model {
    /// Groups that there are: their ids, and the tags of the machines that they take in.
    groups: BTreeMap<usize, (i64, Option<usize>)>,
    made: i64,
    assigned: BTreeMap<usize, usize>,
    tags: BTreeSet<(usize, usize)>,
    in_force: bool,
    roles: BTreeMap<usize, (Vec<RolePermission>, Reach)>,
    /// Roles that the person holds, and that the team holds.
    own: BTreeSet<usize>,
    team: BTreeSet<usize>,
    joined: bool,
}

impl Model {
    fn group_of(&self, machine: usize) -> Option<usize> {
        let by_tag = || {
            let takes = |tag: usize| self.tags.contains(&(machine, tag));
            let takers = self
                .groups
                .iter()
                .filter(|(_, (_, tag))| tag.is_some_and(takes));
            takers
                .min_by_key(|(_, (id, _))| *id)
                .map(|(group, _)| *group)
        };
        self.assigned.get(&machine).copied().or_else(by_tag)
    }

    fn has(&self, permission: RolePermission, machine: usize) -> bool {
        let group = self.group_of(machine);
        let held =
            |role: &usize| self.own.contains(role) || self.joined && self.team.contains(role);
        !self.in_force
            || self.roles.iter().any(|(role, (permissions, reach))| {
                let reaches = match (reach, group) {
                    (None, _) => true,
                    (Some((groups, _)), Some(group)) => groups.contains(&group),
                    (Some((_, ungrouped)), None) => *ungrouped,
                };
                held(role) && permissions.contains(&permission) && reaches
            })
    }

    fn sees(&self, machine: usize) -> bool {
        self.has(RolePermission::ViewData, machine)
    }

    fn acts(&self, machine: usize) -> bool {
        self.sees(machine) && self.has(RolePermission::ActiveRemediationActions, machine)
    }

    fn seen(&self, keep: impl Fn(usize) -> bool) -> Vec<&'static str> {
        let machines = (0..MACHINES.len()).filter(|machine| self.sees(*machine) && keep(*machine));
        machines.map(|machine| MACHINES[machine]).collect()
    }

    /// What the operator's command does here; whether it is one that is carried out.
    fn take(&mut self, step: &Step) -> bool {
        match step {
            Step::AddGroup(group, _) if self.groups.contains_key(group) => return false,
            Step::AddGroup(group, tag) => {
                self.made += 1;
                self.groups.insert(*group, (self.made, *tag));
            }
            Step::RemoveGroup(group) => {
                if self.groups.remove(group).is_none() {
                    return false;
                }
                self.assigned.retain(|_, to| to != group);
                for (_, reach) in self.roles.values_mut() {
                    if let Some((groups, _)) = reach {
                        groups.remove(group);
                    }
                }
            }
            Step::Assign(_, Some(group)) if !self.groups.contains_key(group) => return false,
            Step::Assign(machine, Some(group)) => {
                self.assigned.insert(*machine, *group);
            }
            Step::Assign(machine, None) => {
                self.assigned.remove(machine);
            }
            Step::Tag(machine, tag, true) => {
                self.tags.insert((*machine, *tag));
            }
            Step::Tag(machine, tag, false) => {
                self.tags.remove(&(*machine, *tag));
            }
            Step::AddRole(role, permissions, reach) => {
                let known = |groups: &BTreeSet<usize>| {
                    groups.iter().all(|group| self.groups.contains_key(group))
                };
                let is_useful = reach.as_ref().is_none_or(|(groups, ungrouped)| {
                    known(groups) && (*ungrouped || !groups.is_empty())
                });
                if self.roles.contains_key(role) || !is_useful {
                    return false;
                }
                self.in_force = true;
                self.roles
                    .insert(*role, (permissions.clone(), reach.clone()));
            }
            Step::RemoveRole(role) => {
                self.own.remove(role);
                self.team.remove(role);
                return self.roles.remove(role).is_some();
            }
            Step::Grant(role, _, _) if !self.roles.contains_key(role) => return false,
            Step::Grant(role, team, on) => {
                let holders = if *team { &mut self.team } else { &mut self.own };
                if *on {
                    holders.insert(*role);
                } else {
                    holders.remove(role);
                }
            }
            Step::Join(on) => self.joined = *on,
        }
        true
    }
}

fn group_name(group: usize) -> String {
    GROUPS[group].to_owned()
}

/// Lets the operator do it; whether it was carried out.
async fn order(world: &World, step: &Step) -> bool {
    let admin = &world.admin;
    match step {
        Step::AddGroup(group, tag) => {
            let tag = tag.map(|tag| TAGS[tag].parse().unwrap());
            admin.add_device_group(GROUPS[*group], tag).await.is_ok()
        }
        Step::RemoveGroup(group) => {
            let name = GROUPS[*group].to_lowercase();
            admin.remove_device_group(&name).await.is_ok()
        }
        Step::Assign(machine, group) => {
            let machines = vec![MACHINES[*machine].to_uppercase()];
            let assigned = admin.assign_group(machines, group.map(group_name)).await;
            assigned.is_ok()
        }
        Step::Tag(machine, tag, on) => {
            let tag = vec![TAGS[*tag].parse().unwrap()];
            let (add, remove) = if *on { (tag, vec![]) } else { (vec![], tag) };
            let tagged = admin.tag(MACHINES[*machine], add, remove).await;
            tagged.unwrap().is_some()
        }
        Step::AddRole(role, permissions, reach) => {
            let reach = match reach {
                None => NamedReach::All,
                Some((groups, ungrouped)) => NamedReach::Groups {
                    names: groups.iter().copied().map(group_name).collect(),
                    ungrouped: *ungrouped,
                },
            };
            let role = NewRole {
                name: ROLES[*role].to_owned(),
                permissions: permissions.clone(),
                reach,
            };
            admin.add_role(role).await.is_ok()
        }
        Step::RemoveRole(role) => admin.remove_role(ROLES[*role]).await.is_ok(),
        Step::Grant(role, team, on) => {
            let holder = match team {
                true => Holder::UserGroup(TEAM.to_owned()),
                false => Holder::User(PERSON.to_owned()),
            };
            let (add, remove) = if *on {
                (vec![holder], vec![])
            } else {
                (vec![], vec![holder])
            };
            admin.grant_role(ROLES[*role], add, remove).await.is_ok()
        }
        Step::Join(on) => {
            let team = vec![TEAM.to_uppercase()];
            let (add, remove) = if *on { (team, vec![]) } else { (vec![], team) };
            admin.join_groups(PERSON, add, remove).await.is_ok()
        }
    }
}

/// A fleet, one action on each of its machines, and a person's token.
struct Stage {
    world: World,
    token: String,
    application: String,
    /// The action of each machine.
    actions: Vec<String>,
}

fn words(json: &Value, name: &str) -> Vec<String> {
    let values = json["value"].as_array().unwrap();
    let word = |one: &Value| one[name].as_str().unwrap().to_owned();
    values.iter().map(word).collect()
}

impl Stage {
    async fn set() -> Self {
        let world = World::with(|config| config.limits = Limits::Off).await;
        for (number, machine) in MACHINES.into_iter().enumerate() {
            world.enrolled(machine).await;
            world.saw(machine, SHA1).await;
            if number % 2 == 0 {
                world.saw(machine, RARE).await;
            }
        }
        let application = world.token(&everything()).await;
        let scopes = OPERATIONS.iter().flat_map(|operation| operation.delegated);
        let scopes: Vec<_> = scopes.flat_map(|half| half.0).copied().collect();
        let sitting = Sitting::with_scopes(&world, &scopes).await;
        let code = sitting.code(&world, "").await;
        let tokens = sitting.redeem(&world, &code).await;
        let mut stage = Self {
            token: tokens["access_token"].as_str().unwrap().to_owned(),
            world,
            application,
            actions: Vec::new(),
        };
        let kept = stage
            .world
            .post(&stage.application, "/api/indicators", INDICATOR);
        assert_eq!(kept.await.status.as_u16(), 200);
        for machine in MACHINES {
            let action = stage.stop(&stage.application, machine).await;
            stage.actions.push(action.1);
        }
        stage
    }

    /// The status of the answer, and the action's id.
    async fn stop(&self, token: &str, machine: &str) -> (u16, String) {
        let answer = self.world.post(token, &stop_path(machine), BODY).await;
        let id = answer.json()["id"].as_str().unwrap_or_default().to_owned();
        (answer.status.as_u16(), id)
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.world.get(&self.token, path).await;
        (answer.status.as_u16(), answer.json())
    }

    async fn machines(&self, path: &str) -> Vec<String> {
        let (status, json) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {json}");
        if let Some(count) = json["@odata.count"].as_u64() {
            assert_eq!(count, json["value"].as_array().unwrap().len() as u64);
        }
        words(&json, "id")
    }

    async fn check(&self, model: &Model) {
        self.check_lists(model).await;
        self.check_indicators(model).await;
        for (number, machine) in MACHINES.into_iter().enumerate() {
            self.check_machine(model, number, machine).await;
        }
        self.check_files(model).await;
        let all = self.world.get(&self.application, "/api/machines").await;
        assert_eq!(
            words(&all.json(), "id"),
            MACHINES,
            "an application sees all"
        );
        let may = (0..MACHINES.len()).all(|machine| model.acts(machine));
        let status = self
            .world
            .post(&self.token, "/api/indicators", INDICATOR)
            .await
            .status
            .as_u16();
        assert!(status == 403 || (status == 200 && may), "{status}");
    }

    /// What is about every machine is seen by who sees every machine.
    async fn check_indicators(&self, model: &Model) {
        let (status, json) = self.get("/api/indicators?$count=true").await;
        assert_eq!(status, 200, "{json}");
        let shown = json["@odata.count"].as_u64().unwrap();
        let sees_all = (0..MACHINES.len()).all(|machine| model.sees(machine));
        assert!(shown == 0 || sees_all, "{json}");
        assert!(shown > 0 || model.in_force, "{json}");
    }

    async fn check_lists(&self, model: &Model) {
        let now = self.world.now();
        let all = model.seen(|_| true);
        assert_eq!(self.machines("/api/machines?$count=true").await, all);
        let path = format!("/api/machines/findbyip(ip='192.0.2.7',timestamp={now})");
        assert_eq!(self.machines(&path).await, all);
        for (number, tag) in TAGS.into_iter().enumerate() {
            let tagged = model.seen(|machine| model.tags.contains(&(machine, number)));
            let path = format!("/api/machines/findbytag?tag={tag}");
            assert_eq!(self.machines(&path).await, tagged);
        }
        for id in 0..=model.made {
            let of_group = |machine| model.id_of_group(machine) == id;
            let path = format!("/api/machines?$count=true&$filter=rbacGroupId%20eq%20{id}");
            assert_eq!(self.machines(&path).await, model.seen(of_group), "{id}");
        }
        let actions: BTreeSet<_> = self
            .machines("/api/machineactions?$count=true")
            .await
            .into_iter()
            .collect();
        let expected = (0..MACHINES.len()).filter(|machine| model.sees(*machine));
        let expected: BTreeSet<_> = expected
            .map(|machine| self.actions[machine].clone())
            .collect();
        assert_eq!(actions, expected);
    }

    async fn check_machine(&self, model: &Model, number: usize, machine: &str) {
        let sees = model.sees(number);
        let status = if sees { 200 } else { 404 };
        let action = &self.actions[number];
        for path in [
            format!("/api/machines/{machine}/machineActions"),
            format!("/api/machines/{machine}/latestMachineActions"),
            format!("/api/machines/{machine}/availableMachineActions"),
            format!("/api/machineactions/{action}"),
        ] {
            assert_eq!(self.get(&path).await.0, status, "{path}");
        }
        let (answered, json) = self.get(&format!("/api/machines/{machine}")).await;
        assert_eq!(answered, status);
        if sees {
            assert_eq!(json["rbacGroupId"], model.id_of_group(number));
            let name = model.group_of(number).map(group_name);
            assert_eq!(json["rbacGroupName"].as_str(), name.as_deref());
        } else {
            let unknown = self.get("/api/machines/nobody").await.1["error"]["message"].clone();
            let told = json["error"]["message"].as_str().unwrap();
            assert_eq!(told.replace(machine, "nobody"), unknown);
        }
        let available = format!("/api/machines/{machine}/availableMachineActions");
        for told in self.get(&available).await.1["value"]
            .as_array()
            .into_iter()
            .flatten()
        {
            if told["action"] == "StopAndQuarantineFile" {
                assert_eq!(told["isAvailable"], model.acts(number), "{machine}: {told}");
            }
        }
        let acting = match (sees, model.acts(number)) {
            (false, _) => 404,
            (true, false) => 403,
            (true, true) => 201,
        };
        let (answered, id) = self.stop(&self.token, machine).await;
        assert_eq!(answered, acting, "{machine}");
        assert!(id.is_empty() || id == *action);
        // A comment is missing, which is what is looked at last.
        let cancel = format!("/api/machineactions/{action}/cancel");
        let cancelled = self.world.post(&self.token, &cancel, "{}").await;
        let expected = if acting == 201 { 400 } else { acting };
        assert_eq!(cancelled.status.as_u16(), expected, "{}", cancelled.text);
    }

    async fn check_files(&self, model: &Model) {
        for (file, on) in [(SHA1, 1), (RARE, 2)] {
            let seen = model.seen(|machine| machine % on == 0);
            let path = format!("/api/files/{file}");
            assert_eq!(self.machines(&format!("{path}/machines")).await, seen);
            for (path, count) in [
                (path.clone(), "globalPrevalence"),
                (format!("{path}/stats"), "organizationPrevalence"),
            ] {
                let (status, json) = self.get(&path).await;
                if seen.is_empty() {
                    assert_eq!(status, 404, "{path}");
                } else {
                    assert_eq!(json[count], seen.len(), "{path}");
                }
            }
        }
    }
}

impl Model {
    fn id_of_group(&self, machine: usize) -> i64 {
        let group = self.group_of(machine);
        group.map_or(0, |group| self.groups[&group].0)
    }
}

#[tokio::test]
async fn person_gets_what_the_roles_of_the_moment_say_and_nothing_else() {
    let stage = Stage::set().await;
    let mut runner = TestRunner::deterministic();
    let steps = vec(step(), 80).new_tree(&mut runner).unwrap().current();
    let steps = opening().into_iter().chain(steps);
    let mut model = Model::default();
    let mut seen = BTreeSet::new();
    stage.check(&model).await;
    for step in steps {
        let expected = model.take(&step);
        assert_eq!(order(&stage.world, &step).await, expected, "{step:?}");
        eprintln!("{step:?}: {expected}");
        stage.check(&model).await;
        let numbers = 0..MACHINES.len();
        let acts = numbers.filter(|machine| model.acts(*machine)).count();
        seen.insert((model.seen(|_| true).len(), acts));
    }
    // The steps led somewhere.
    assert!(seen.len() > 5, "{seen:?}");
}
