//! Who the simulated machines are: decided by the seed alone, so that the same lab is met again.

use std::collections::BTreeMap;
use std::str::FromStr;

use quell_model::{MachineId, Sha1};
use quell_protocol::WirePath;

use crate::file::{FileKind, SampleFile};
use crate::machine::is_windows;
use crate::profile::{Kind, Profile};
use crate::seed::Seed;

/// What the machines' names end in: a domain that can never be anyone's.
const DOMAIN: &str = "lab.example";

/// Simulated machines, and the files that are seen on them.
#[derive(Clone, Debug)]
pub struct Fleet {
    pub(crate) seed: Seed,
    kinds: Vec<Kind>,
    files: Vec<SampleFile>,
    members: Vec<Member>,
}

/// One machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its id in the API: 40 hexadecimal digits.
    pub id: MachineId,
    /// Its name.
    pub dns_name: String,
    /// The files on it.
    pub files: Vec<FileKind>,
    pub(crate) index: usize,
    kind: usize,
}

/// A part of the machines: `30%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u32);

/// The text is no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a share as 0% to 100%, for instance 30% or 2.5%")]
pub struct ShareError;

impl Share {
    /// How many of the whole there are in a share.
    const WHOLE: u32 = 10_000;
    /// All of them.
    pub const ALL: Self = Self(Self::WHOLE);

    /// So many per cent; more than a hundred are a hundred.
    #[must_use]
    pub const fn percent(number: u32) -> Self {
        let hundredths = number.saturating_mul(100);
        Self(if hundredths > Self::WHOLE {
            Self::WHOLE
        } else {
            hundredths
        })
    }
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_suffix('%').ok_or(ShareError)?;
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(part) || part.len() > 2 {
            return Err(ShareError);
        }
        let whole: u32 = whole.parse().map_err(|_| ShareError)?;
        let hundredths: u32 = format!("{part:0<2}").parse().map_err(|_| ShareError)?;
        let share = whole.saturating_mul(100).saturating_add(hundredths);
        if share > Self::WHOLE {
            return Err(ShareError);
        }
        Ok(Self(share))
    }
}

impl Fleet {
    /// Decides who `count` machines are, with the common file on this share of those whose kind
    /// does not say.
    ///
    /// Kinds with a count come first, in their order, as far as there is room; the rest is shared out.
    #[must_use]
    pub fn plan(profile: &Profile, count: usize, seen: Share, seed: Seed) -> Self {
        let kinds = profile.kinds().to_vec();
        let counted = kinds.iter().enumerate().flat_map(|(kind, told)| {
            std::iter::repeat_n(kind, told.count.unwrap_or_default().min(count))
        });
        let mut chosen: Vec<usize> = counted.take(count).collect();
        let rest = chosen.len()..count;
        chosen.extend(rest.filter_map(|index| shared_out(&kinds, seed, index)));
        let mut members: Vec<Member> = chosen
            .into_iter()
            .enumerate()
            .filter_map(|(index, kind)| member(kinds.get(kind)?, kind, index, seen, seed))
            .collect();
        if let Some(last) = members.last_mut() {
            last.files.push(FileKind::Rare);
        }
        let files = FileKind::ALL.map(|kind| SampleFile::of(kind, seed));
        Self {
            seed,
            kinds,
            files: files.to_vec(),
            members,
        }
    }

    /// The machines.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// How a machine behaves; `None` for one of another fleet.
    #[must_use]
    pub fn kind(&self, member: &Member) -> Option<&Kind> {
        self.kinds.get(member.kind)
    }

    /// The files that there are, seen or not.
    #[must_use]
    pub fn files(&self) -> &[SampleFile] {
        &self.files
    }

    /// The files on a machine.
    pub(crate) fn files_of(&self, member: &Member) -> impl Iterator<Item = &SampleFile> {
        self.files
            .iter()
            .filter(|file| member.files.contains(&file.kind))
    }

    /// The files on a machine, and where they are.
    pub(crate) fn paths_of(&self, member: &Member) -> BTreeMap<Sha1, WirePath> {
        let on_windows = self.kind(member).is_some_and(is_windows);
        self.files_of(member)
            .map(|file| (file.sha1, file.path(on_windows)))
            .collect()
    }
}

/// The kind of a machine of the rest; a profile without shares leaves none.
fn shared_out(kinds: &[Kind], seed: Seed, index: usize) -> Option<usize> {
    let shares = || {
        let rest = kinds.iter().enumerate();
        rest.filter(|(_, kind)| kind.count.is_none())
            .map(|(index, kind)| (index, u64::from(kind.share)))
    };
    let whole: u64 = shares().map(|(_, share)| share).sum();
    let mut drawn = seed.number_below(whole, "kind", index);
    shares().find_map(|(kind, share)| match drawn.checked_sub(share) {
        None => Some(kind),
        Some(left) => {
            drawn = left;
            None
        }
    })
}

fn member(kind: &Kind, number: usize, index: usize, seen: Share, seed: Seed) -> Option<Member> {
    let drawn = || seed.number_below(Share::WHOLE.into(), "seen", index) < seen.0.into();
    let mut files = vec![FileKind::Signed];
    if kind.seen.unwrap_or_else(drawn) {
        files.push(FileKind::Common);
    }
    Some(Member {
        id: MachineId::new(seed.hex(40, "machine", index)).ok()?,
        dns_name: format!("{}-{index:05}.{DOMAIN}", kind.name),
        files,
        index,
        kind: number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        let text = "[[machine]]\nname='a'\ncount=2\nseen=true\n[[machine]]\nname='b'\nshare=3\n[[machine]]\nname='c'";
        Profile::from_toml(text).unwrap()
    }

    fn named(fleet: &Fleet, name: &str) -> usize {
        let is = |member: &&Member| fleet.kind(member).unwrap().name == name;
        fleet.members().iter().filter(is).count()
    }

    #[test]
    fn same_seed_makes_the_same_machines_and_another_makes_others() {
        let plan = |seed| Fleet::plan(&profile(), 50, Share::percent(30), Seed::new(seed));
        assert_eq!(plan(1).members(), plan(1).members());
        let (one, two) = (plan(1), plan(2));
        let shared = one.members().iter().filter(|member| {
            let id = &member.id;
            two.members().iter().any(|other| other.id == *id)
        });
        assert_eq!(shared.count(), 0);
        assert!(
            one.members()
                .iter()
                .all(|member| member.id.as_str().len() == 40)
        );
    }

    #[test]
    fn first_machines_stay_when_there_are_more() {
        let few = Fleet::plan(&profile(), 10, Share::ALL, Seed::default());
        let many = Fleet::plan(&profile(), 100, Share::ALL, Seed::default());
        let ids = |fleet: &Fleet| -> Vec<MachineId> {
            fleet
                .members()
                .iter()
                .take(10)
                .map(|one| one.id.clone())
                .collect()
        };
        assert_eq!(ids(&few), ids(&many));
    }

    #[test]
    fn counted_kinds_come_first_and_the_rest_is_shared_out() {
        let fleet = Fleet::plan(&profile(), 2_002, Share::ALL, Seed::default());
        assert_eq!(named(&fleet, "a"), 2);
        let part = named(&fleet, "b");
        assert!((1_400..1_600).contains(&part), "three in four: {part}");
        assert_eq!(fleet.members().len(), 2_002);
        let cut = Fleet::plan(&profile(), 1, Share::ALL, Seed::default());
        assert_eq!((cut.members().len(), named(&cut, "a")), (1, 1));
    }

    #[test]
    fn common_file_is_on_its_share_and_where_the_kind_says_so() {
        let fleet = Fleet::plan(&profile(), 2_002, Share::percent(30), Seed::default());
        let has = |member: &Member, file| member.files.contains(&file);
        let members = fleet.members();
        assert!(members.iter().take(2).all(|m| has(m, FileKind::Common)));
        let seen = members
            .iter()
            .skip(2)
            .filter(|m| has(m, FileKind::Common))
            .count();
        assert!((520..680).contains(&seen), "three in ten: {seen}");
        assert_eq!(members.iter().filter(|m| has(m, FileKind::Rare)).count(), 1);
        assert!(
            members
                .iter()
                .all(|m| has(m, FileKind::Signed) && !has(m, FileKind::Unseen))
        );
    }

    #[test]
    fn share_is_per_cent() {
        for (text, share) in [
            ("0%", 0),
            ("30%", 3_000),
            ("2.5%", 250),
            ("100%", 10_000),
            ("0.01%", 1),
        ] {
            assert_eq!(text.parse(), Ok(Share(share)), "{text}");
        }
        for text in ["", "%", "30", "101%", "-1%", "1.234%", "a%", "1.%"] {
            assert_eq!(text.parse::<Share>(), Err(ShareError), "{text}");
        }
    }
}
