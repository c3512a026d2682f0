//! Names that are exchanged while the file is taken.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::path::{Path, PathBuf};

use quell_testkit::Victim;

use crate::attacker::{self, NOBODY};
use crate::case::{Case, Gap, expect};
use crate::ground::{Depth, Ground};
use crate::observe::{Snapshot, inode};
use crate::started::Started;

pub(super) const CASES: [Case; 2] = [
    Case::minimum(
        5,
        "directory and symbolic link exchanged",
        "the other directory's file is never touched; the wanted one goes, or stays and is told",
        |ground| several(ground, Attack::Directories),
    ),
    Case::minimum(
        6,
        "file exchanged with an innocent one",
        "the innocent file is never taken; the wanted one goes, or stays and is told",
        |ground| several(ground, Attack::Names),
    ),
];

/// What is exchanged, again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attack {
    /// The file's directory, with a symbolic link to another where a file has the same name.
    Directories,
    /// The file's name, with that of another file beside it.
    Names,
}

/// What came of one attacked action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    Taken,
    /// It stayed, and the action says so.
    Stayed,
}

/// A busy machine may let the attacker win all rounds of a short play: then so many more show whether he always does.
const ROUNDS_TO_TAKE_ONE: u32 = 60;

fn several(ground: &mut Ground, attack: Attack) -> Result<String, Gap> {
    let least = match ground.depth {
        Depth::Short => 3,
        Depth::Full => 15,
    };
    let (mut rounds, mut taken) = (0, 0);
    let mut innocents = HashSet::new();
    while rounds < least || (taken == 0 && rounds < ROUNDS_TO_TAKE_ONE) {
        taken += u32::from(one(ground, attack, &mut innocents)? == Came::Taken);
        rounds += 1;
    }
    ground.expect_none_kept(&innocents)?;
    let stayed = rounds - taken;
    expect(
        taken > 0,
        format!("in {rounds} rounds nothing was ever taken"),
    )?;
    Ok(format!(
        "{taken} taken, {stayed} left and told, 0 wrong files"
    ))
}

/// The scene of an attack.
struct Scene {
    directory: PathBuf,
    exchanged: [&'static str; 2],
    victim: Victim,
    victim_is: (u64, u64),
    innocent: Victim,
    /// Where the innocent file may be: an exchange of names takes it to the other.
    innocent_at: Vec<PathBuf>,
}

impl Scene {
    fn set(ground: &Ground, attack: Attack) -> Self {
        let arena = ground.files().join("arena");
        let _ = fs::remove_dir_all(&arena);
        let inside = arena.join("inside");
        fs::create_dir_all(&inside).expect("the directory is ours");
        let victim = Victim::create(&inside, "target");
        let (directory, exchanged, innocent, innocent_at) = match attack {
            Attack::Directories => {
                let beyond = ground.outside().join("beyond");
                let _ = fs::remove_dir_all(&beyond);
                fs::create_dir(&beyond).expect("the directory is ours");
                symlink(&beyond, arena.join("link")).expect("the directory is ours");
                let innocent = Victim::create(&beyond, "target");
                let at = vec![innocent.path().to_owned()];
                (arena.clone(), ["inside", "link"], innocent, at)
            }
            Attack::Names => {
                let innocent = Victim::create(&inside, "innocent");
                let at = ["innocent", "target"].map(|name| inside.join(name));
                (
                    inside.clone(),
                    ["target", "innocent"],
                    innocent,
                    at.to_vec(),
                )
            }
        };
        if ground.is_root {
            for owned in [&arena, &inside, &victim.path().to_owned()] {
                chown(owned, Some(NOBODY), Some(NOBODY)).expect("root gives away");
            }
        }
        Self {
            directory,
            exchanged,
            victim_is: inode(victim.path()).expect("it is there"),
            victim,
            innocent,
            innocent_at,
        }
    }

    /// The innocent file is at exactly one of its places, as it was.
    fn expect_innocent_unharmed(&self, before: &Snapshot) -> Result<(), Gap> {
        let mut at = self
            .innocent_at
            .iter()
            .filter(|path| is_content(path, self.innocent.content()));
        let (first, second) = (at.next(), at.next());
        expect(first.is_some(), "the innocent file is gone or changed")?;
        expect(second.is_none(), "the innocent file is there twice")?;
        first.map_or(Ok(()), |path| before.expect_same_at(path))
    }

    /// Whether the file is at one of its places. Told by its inode: as long as the gate stands, nobody reads it.
    fn is_still_there(&self) -> bool {
        let arena = self
            .directory
            .ancestors()
            .find(|path| path.ends_with("arena"));
        let arena = arena.expect("it is below the arena");
        let directories = ["inside", "link"].map(|name| arena.join(name));
        let real = directories.iter().filter(|path| !path.is_symlink());
        let mut files = real.flat_map(|path| fs::read_dir(path).into_iter().flatten().flatten());
        files.any(|file| inode(&file.path()) == Some(self.victim_is))
    }
}

fn is_content(path: &Path, content: &[u8]) -> bool {
    fs::read(path).is_ok_and(|found| found == content)
}

/// One action under attack. The hash of the innocent file is added to `innocents`: the vault must keep none of those.
pub(crate) fn one(
    ground: &Ground,
    attack: Attack,
    innocents: &mut HashSet<String>,
) -> Result<Came, Gap> {
    let scene = Scene::set(ground, attack);
    let before = Snapshot::of(scene.innocent.path());
    let [first, second] = scene.exchanged;
    let role = ["exchange", first, second];
    let mut command = attacker::in_directory(&scene.directory, ground.is_root, &role);
    let mut attacker = Started::ready(&mut command);
    let told = ground.quarantine_at_once(&scene.victim.sha1());
    attacker.expect_goes_on("the attacker")?;
    drop(attacker);
    scene.expect_innocent_unharmed(&before)?;
    innocents.insert(scene.innocent.sha1());
    match (told.status(), scene.is_still_there()) {
        ("Succeeded", false) => {
            ground.expect_kept_as_told(&told, scene.victim.content())?;
            Ok(Came::Taken)
        }
        ("Failed", true) => Ok(Came::Stayed),
        ("Failed", false) => {
            // Its name raced away after the last look: taken nonetheless, and kept.
            ground.expect_kept_as_told(&told, scene.victim.content())?;
            Ok(Came::Taken)
        }
        (status, stays) => Err(Gap::Failed(format!(
            "told {status}, still there: {stays}: {}",
            told.whole()
        ))),
    }
}
