//! Which list to ask for next, and what it shows: no clock, no service.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Duration;

use quell_model::limits::PAGE_SIZE;
use quell_model::{ActionId, ActionType, MachineAction, Timestamp};

use super::ladder::Ladder;
use super::{Seen, Watched};

/// A list goes back so much further than it must: the service's clocks differ, and what is fresh
/// shows late.
const OVERLAP: Duration = Duration::from_secs(120);

/// What does not show after so long is asked for by its id.
const VISIBLE: Duration = Duration::from_secs(60);

/// So many ids fit in one address.
const IDS: usize = 100;

/// Actions whose end is awaited, and when each was looked at.
#[derive(Clone, Debug)]
pub(super) struct Lookout {
    open: HashMap<ActionId, Open>,
    ladder: Ladder,
    /// What is left to ask of the look that is under way.
    queue: VecDeque<Query>,
    /// Whether that look showed something new.
    news: bool,
    /// Where spans had to be cut because a page was full; the next look cuts there at once.
    cuts: BTreeSet<Timestamp>,
}

#[derive(Clone, Debug)]
struct Open {
    created: Option<Timestamp>,
    kind: Option<ActionType>,
    /// How old it was when it was added, and when that was.
    age: Duration,
    added: Duration,
}

/// One list to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Query {
    /// Created in this span, of this type if all are of one.
    Created(Span, Option<ActionType>),
    /// With these ids.
    Ids(Vec<ActionId>),
}

/// From a moment on, up to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Timestamp,
    pub(super) until: Option<Timestamp>,
}

impl Lookout {
    pub(super) fn new(shortest: Duration) -> Self {
        Self {
            open: HashMap::new(),
            ladder: Ladder::new(shortest),
            queue: VecDeque::new(),
            news: false,
            cuts: BTreeSet::new(),
        }
    }

    /// Watches one more, which is this old.
    pub(super) fn add(&mut self, watched: Watched, age: Duration, now: Duration) {
        let Watched { id, created, kind } = watched;
        let entry = Open {
            created,
            kind,
            age,
            added: now,
        };
        self.open.entry(id).or_insert(entry);
        self.ladder.wake();
    }

    pub(super) fn open(&self) -> impl Iterator<Item = &ActionId> {
        self.open.keys()
    }

    pub(super) fn is_done(&self) -> bool {
        self.open.is_empty()
    }

    /// When the next look is due; `None` if nothing is open.
    pub(super) fn due(&self, now: Duration) -> Option<Duration> {
        let steps = self
            .open
            .values()
            .map(|open| self.ladder.step_of(open.age(now)));
        steps.map(|step| self.ladder.due(step)).min()
    }

    /// Begins a look at everything that is due, unless one is under way.
    pub(super) fn look(&mut self, now: Duration) {
        if !self.queue.is_empty() {
            return;
        }
        let steps = self
            .open
            .values()
            .map(|open| self.ladder.step_of(open.age(now)));
        let Some(step) = steps.filter(|step| self.ladder.due(*step) <= now).max() else {
            return;
        };
        self.ladder.look(step, now);
        self.news = false;
        let (known, unknown): (Vec<_>, Vec<_>) = self
            .open
            .iter()
            .filter(|(_, open)| self.ladder.step_of(open.age(now)) <= step)
            .partition(|(_, open)| open.created.is_some());
        let oldest = known.iter().filter_map(|(_, open)| open.created).min();
        let kind = same(known.iter().map(|(_, open)| open.kind.as_ref()));
        let mut ids: Vec<ActionId> = unknown.into_iter().map(|(id, _)| id.clone()).collect();
        ids.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        self.queue.extend(by_ids(&ids));
        if let Some(oldest) = oldest {
            self.look_since(oldest.saturating_sub(OVERLAP), kind.as_ref());
        }
    }

    fn look_since(&mut self, from: Timestamp, kind: Option<&ActionType>) {
        let starts =
            std::iter::once(from).chain(self.cuts.iter().copied().filter(|cut| *cut > from));
        let starts: Vec<Timestamp> = starts.collect();
        let ends = starts.iter().skip(1).map(|end| Some(*end)).chain([None]);
        let spans = starts
            .iter()
            .zip(ends)
            .map(|(from, until)| Span { from: *from, until });
        let queries = spans.map(|span| Query::Created(span, kind.cloned()));
        self.queue.extend(queries);
    }

    /// The next list of the look that is under way.
    pub(super) fn query(&self) -> Option<&Query> {
        self.queue.front()
    }

    /// The look came to nothing; the next one is made in its turn.
    pub(super) fn give_up_look(&mut self) {
        self.queue.clear();
    }

    /// Takes the answer to the query at hand. `service_now` is the service's time.
    pub(super) fn answered(
        &mut self,
        actions: Vec<MachineAction>,
        service_now: Timestamp,
        now: Duration,
    ) -> Vec<Seen> {
        let Some(query) = self.queue.pop_front() else {
            return Vec::new();
        };
        let count = actions.len();
        let newest = actions
            .iter()
            .map(|action| action.creation_date_time_utc)
            .max();
        let mut shown: Vec<ActionId> = Vec::new();
        let mut seen = Vec::new();
        for action in actions {
            let Some(open) = self.open.get_mut(&action.id) else {
                continue;
            };
            if action.status.is_final() {
                self.open.remove(&action.id);
                seen.push(Seen::Ended(Box::new(action)));
                continue;
            }
            open.learn(&action, service_now, now);
            shown.push(action.id);
        }
        match query {
            Query::Ids(ids) => seen.extend(self.lost(ids, &shown, now)),
            Query::Created(span, kind) if count >= page_size() => {
                let halves = span.halves(newest).into_iter().flatten();
                for half in halves {
                    self.cuts
                        .extend(half.until.filter(|cut| Some(*cut) != span.until));
                    self.queue.push_back(Query::Created(half, kind.clone()));
                }
            }
            Query::Created(span, _) => self.ask_for_missing(span, &shown, now),
        }
        self.news |= !seen.is_empty();
        if self.queue.is_empty() {
            self.ladder.learn(self.news);
        }
        seen
    }

    /// What was asked for by its id and is not there does not exist, once it is old enough to show.
    fn lost(&mut self, asked: Vec<ActionId>, shown: &[ActionId], now: Duration) -> Vec<Seen> {
        let mut lost = Vec::new();
        for id in asked {
            let is_old = self
                .open
                .get(&id)
                .is_some_and(|open| open.watched(now) >= VISIBLE);
            if is_old && !shown.contains(&id) {
                self.open.remove(&id);
                lost.push(Seen::Lost(id));
            }
        }
        lost
    }

    /// What should have shown in a whole list and did not is asked for by its id.
    fn ask_for_missing(&mut self, span: Span, shown: &[ActionId], now: Duration) {
        let shown: HashSet<&ActionId> = shown.iter().collect();
        let mut missing: Vec<ActionId> = self
            .open
            .iter()
            .filter(|(id, open)| {
                let covered = open.created.is_some_and(|created| span.holds(created));
                covered && open.watched(now) >= VISIBLE && !shown.contains(id)
            })
            .map(|(id, _)| id.clone())
            .collect();
        missing.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        self.queue.extend(by_ids(&missing));
    }
}

impl Open {
    fn watched(&self, now: Duration) -> Duration {
        now.saturating_sub(self.added)
    }

    fn age(&self, now: Duration) -> Duration {
        self.age.saturating_add(self.watched(now))
    }

    /// The service tells what the caller did not know.
    fn learn(&mut self, action: &MachineAction, service_now: Timestamp, now: Duration) {
        if self.created.is_none() && !action.creation_date_time_utc.is_never() {
            let age = service_now.saturating_duration_since(action.creation_date_time_utc);
            self.created = Some(action.creation_date_time_utc);
            self.age = age.saturating_sub(self.watched(now));
            self.kind = Some(action.kind.clone());
        }
    }
}

impl Span {
    fn holds(self, moment: Timestamp) -> bool {
        moment >= self.from && self.until.is_none_or(|until| moment < until)
    }

    /// Both halves; none if it cannot be divided any more.
    fn halves(self, newest: Option<Timestamp>) -> Option<[Self; 2]> {
        let end = self.until.or(newest)?.unix_ticks();
        let start = self.from.unix_ticks();
        let middle = Timestamp::from_unix_ticks(start + end.saturating_sub(start) / 2);
        let first = Self {
            from: self.from,
            until: Some(middle),
        };
        let second = Self {
            from: middle,
            until: self.until,
        };
        (middle > self.from).then_some([first, second])
    }
}

fn by_ids(ids: &[ActionId]) -> impl Iterator<Item = Query> + '_ {
    ids.chunks(IDS).map(|ids| Query::Ids(ids.to_vec()))
}

fn page_size() -> usize {
    usize::try_from(PAGE_SIZE).unwrap_or(usize::MAX)
}

/// The one value that all have.
fn same<'a>(mut kinds: impl Iterator<Item = Option<&'a ActionType>>) -> Option<ActionType> {
    let first = kinds.next()??;
    kinds.all(|kind| kind == Some(first)).then(|| first.clone())
}

#[cfg(test)]
mod tests;
