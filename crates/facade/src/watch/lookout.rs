//! Which list to ask for next, and what it shows: no clock, no service.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Duration;

use quell_model::limits::PAGE_SIZE;
use quell_model::{ActionId, ActionType, MachineAction, Timestamp};

use super::ladder::Ladder;
use super::pace::Pace;
use super::{Seen, Watched};

/// A list goes back so much further than it must: the service's clocks differ, and what is fresh
/// shows late.
const OVERLAP: Duration = Duration::from_secs(120);

/// What does not show after so long is asked for by its id.
const VISIBLE: Duration = Duration::from_secs(60);

/// No span is cut finer than this: a service may give a thousand actions one moment.
const FINEST: Duration = Duration::from_secs(1);

/// So many ids fit in one address.
const IDS: usize = 100;

/// Actions whose end is awaited, and when each was looked at.
#[derive(Clone, Debug)]
pub(super) struct Lookout {
    open: HashMap<ActionId, Open>,
    ladder: Ladder,
    pace: Pace,
    /// What is left to ask of the look that is under way.
    queue: VecDeque<Query>,
    /// Whether that look showed something new.
    news: bool,
    /// Where spans had to be cut because a page was full; the next look cuts there at once.
    cuts: BTreeSet<Timestamp>,
    /// A service may not know `id in (…)`.
    one_by_one: bool,
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
    /// This one by itself.
    One(ActionId),
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
            pace: Pace::default(),
            queue: VecDeque::new(),
            news: false,
            cuts: BTreeSet::new(),
            one_by_one: false,
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
        let steps = self
            .open
            .values()
            .map(|open| self.ladder.step_of(open.age(now)));
        if let Some(step) = steps.filter(|step| self.ladder.due(*step) <= now).max() {
            self.look_up_to(step, now);
        }
    }

    /// Begins a look at everything, due or not, unless one is under way.
    pub(super) fn look_at_all(&mut self, now: Duration) {
        self.look_up_to(self.ladder.step_of(Duration::MAX), now);
    }

    fn look_up_to(&mut self, step: usize, now: Duration) {
        if !self.queue.is_empty() {
            return;
        }
        self.ladder.look(step, now);
        self.news = false;
        let (known, unknown): (Vec<_>, Vec<_>) = self
            .open
            .iter()
            .filter(|(_, open)| self.ladder.step_of(open.age(now)) <= step)
            .partition(|(_, open)| open.created.is_some());
        let oldest = known.iter().filter_map(|(_, open)| open.created).min();
        let kind = same(known.iter().map(|(_, open)| open.kind.as_ref()));
        let unknown = unknown.into_iter().map(|(id, _)| id.clone()).collect();
        self.ask_by_id(unknown);
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

    /// Takes the next list's place in its minute, or says how long until there is one. What is asked
    /// for by itself is no list.
    pub(super) fn turn(&mut self, now: Duration) -> Result<(), Duration> {
        match self.queue.front() {
            Some(Query::Created(..) | Query::Ids(_)) => self.pace.take(now),
            Some(Query::One(_)) | None => Ok(()),
        }
    }

    /// The service lists nothing by ids: each is asked for by itself, now and later.
    pub(super) fn ask_one_by_one(&mut self) {
        self.one_by_one = true;
        let queries = self.queue.drain(..).flat_map(|query| match query {
            Query::Ids(ids) => ids.into_iter().map(Query::One).collect(),
            other => vec![other],
        });
        self.queue = queries.collect();
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
        let is_full = actions.len() >= page_size();
        let newest = actions.iter().map(|row| row.creation_date_time_utc).max();
        let (mut seen, shown) = self.note(actions, service_now, now);
        match query {
            Query::Created(span, kind) => {
                let missing = self.missing(span, &shown);
                let too_many = is_full && missing.len() > self.askable();
                match too_many.then(|| span.halves(newest)).flatten() {
                    Some(halves) => self.ask_in(halves, kind.as_ref()),
                    // Not all that is hidden by a full page is old enough to be expected.
                    None if is_full => self.ask_by_id(missing),
                    None => self.ask_by_id(self.old(missing, now)),
                }
            }
            Query::Ids(ids) => {
                let missing = ids.into_iter().filter(|id| !shown.contains(id)).collect();
                let absent = self.old(missing, now);
                self.queue.extend(absent.into_iter().map(Query::One));
            }
            Query::One(id) => seen.extend(self.lost(id, &shown, now)),
        }
        self.news |= !seen.is_empty();
        if self.queue.is_empty() {
            self.ladder.learn(self.news);
        }
        seen
    }

    /// What the rows say of the actions that are open: which ended, and which were shown and go on.
    fn note(
        &mut self,
        rows: Vec<MachineAction>,
        service_now: Timestamp,
        now: Duration,
    ) -> (Vec<Seen>, HashSet<ActionId>) {
        let (mut ended, mut shown) = (Vec::new(), HashSet::new());
        for action in rows {
            let Some(open) = self.open.get_mut(&action.id) else {
                continue;
            };
            if action.status.is_final() {
                self.open.remove(&action.id);
                ended.push(Seen::Ended(Box::new(action)));
            } else {
                open.learn(&action, service_now, now);
                shown.insert(action.id);
            }
        }
        (ended, shown)
    }

    /// What a list of this span should have shown and did not.
    fn missing(&self, span: Span, shown: &HashSet<ActionId>) -> Vec<ActionId> {
        let covered = |open: &Open| open.created.is_some_and(|created| span.holds(created));
        self.open
            .iter()
            .filter(|(id, open)| covered(open) && !shown.contains(*id))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Those that are watched long enough to show.
    fn old(&self, mut ids: Vec<ActionId>, now: Duration) -> Vec<ActionId> {
        let is_old = |open: &Open| open.watched(now) >= VISIBLE;
        ids.retain(|id| self.open.get(id).is_some_and(is_old));
        ids
    }

    /// What was asked for by itself and is not there does not exist, once it is old enough to show.
    fn lost(&mut self, id: ActionId, shown: &HashSet<ActionId>, now: Duration) -> Option<Seen> {
        let is_open_yet = self.open.get(&id)?.watched(now) < VISIBLE || shown.contains(&id);
        if is_open_yet {
            return None;
        }
        self.open.remove(&id);
        Some(Seen::Lost(id))
    }

    /// So many are asked for by their ids at less cost than by halving a span.
    const fn askable(&self) -> usize {
        if self.one_by_one { 0 } else { IDS }
    }

    fn ask_in(&mut self, spans: [Span; 2], kind: Option<&ActionType>) {
        self.cuts
            .extend(spans.first().and_then(|first| first.until));
        let queries = spans.map(|span| Query::Created(span, kind.cloned()));
        self.queue.extend(queries);
    }

    fn ask_by_id(&mut self, mut ids: Vec<ActionId>) {
        ids.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        if self.one_by_one {
            self.queue.extend(ids.into_iter().map(Query::One));
        } else {
            let lists = ids.chunks(IDS).map(|ids| Query::Ids(ids.to_vec()));
            self.queue.extend(lists);
        }
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

    /// Both halves; none if it is too short to be worth it: what is missing is asked for by id.
    fn halves(self, newest: Option<Timestamp>) -> Option<[Self; 2]> {
        let end = self.until.or(newest)?.unix_ticks();
        let start = self.from.unix_ticks();
        let middle =
            Timestamp::from_unix_ticks(start.saturating_add(end.saturating_sub(start) / 2));
        let first = Self {
            from: self.from,
            until: Some(middle),
        };
        let second = Self {
            from: middle,
            until: self.until,
        };
        let is_worth_it = middle.saturating_duration_since(self.from) >= FINEST;
        is_worth_it.then_some([first, second])
    }
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
mod economy;
#[cfg(test)]
mod tests;
