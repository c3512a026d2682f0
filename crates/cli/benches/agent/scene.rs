//! What has to be found in a large tree, and what must be left alone.

use std::fs;
use std::path::PathBuf;
use std::process::Child;

use quell_testkit::Victim;

use crate::crowd::{bystander, end};
use crate::tree::Tree;

/// One content under two names, and three processes of it: one by each name, and one by a third that was removed
/// since. Somebody else looks at the file. Dropped, they have ended.
pub(crate) struct Scene {
    victim: Victim,
    other_name: PathBuf,
    processes: Vec<Child>,
    onlooker: Child,
}

/// Which processes outlived what was done.
pub(crate) struct Aftermath {
    pub(crate) survivors: usize,
    pub(crate) onlookers_killed: usize,
}

impl Scene {
    pub(crate) const PROCESSES: usize = 3;

    pub(crate) fn set(tree: &Tree) -> Self {
        let directory = |name: &str| tree.path().join(name);
        let victim = Victim::create_of_size(&directory("007"), "target", 1 << 20);
        let other_name = directory("250").join("other-name");
        let passing = directory("400").join("passing");
        for name in [&other_name, &passing] {
            fs::hard_link(victim.path(), name).expect("the names are free");
        }
        let names = [victim.path(), &other_name, &passing];
        let processes = names.map(|name| bystander(name, &["600"]));
        fs::remove_file(&passing).expect("the file is ours");
        let path = victim.path().to_str().expect("the path is text");
        let onlooker = bystander("tail", &["-f", path]);
        Self {
            processes: Vec::from(processes),
            onlooker,
            other_name,
            victim,
        }
    }

    pub(crate) fn sha1(&self) -> String {
        self.victim.sha1()
    }

    pub(crate) fn size(&self) -> usize {
        self.victim.content().len()
    }

    pub(crate) fn names(&self) -> [PathBuf; 2] {
        [self.victim.path().to_owned(), self.other_name.clone()]
    }

    pub(crate) fn aftermath(&mut self) -> Aftermath {
        let survivors = self
            .processes
            .iter_mut()
            .filter_map(|child| alive(child).then_some(()));
        Aftermath {
            survivors: survivors.count(),
            onlookers_killed: usize::from(!alive(&mut self.onlooker)),
        }
    }
}

fn alive(child: &mut Child) -> bool {
    matches!(child.try_wait(), Ok(None))
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.processes.iter_mut().for_each(end);
        end(&mut self.onlooker);
        for name in self.names() {
            let _ = fs::remove_file(name);
        }
    }
}
