//! Turns what is seen of statements on a scheduler into whether they still can end well.
//!
//! Ballista 55 lets some statements wait for ever: what goes wrong while a report of a task is taken in, or while a plan is
//! cut up, is only logged. So the scheduler keeps an account of its own, and ends what does not get on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long it may take to cut a plan up.
const PLAN_TIME: Duration = Duration::from_mins(1);
/// How long a statement may stand still: no task runs, and none waits for a core.
const STILL_TIME: Duration = Duration::from_secs(30);
/// How long nobody may ask for a statement; clients ask several times a second.
const LEASE_TIME: Duration = Duration::from_secs(30);
/// How long a statement waits for the first executor.
pub(super) const LONELY_TIME: Duration = Duration::from_secs(20);
/// How long it is remembered what became of a statement.
const MEMORY_TIME: Duration = Duration::from_mins(5);
/// Before the name of a fate, in what a client is told of a statement.
const MARK: &str = "cchc-fate:";

/// Why the scheduler has ended a statement, or says that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// An executor has gone: what Ballista makes others compute again may be in the result twice.
    ExecutorDied,
    /// No executor is there to take it.
    NoExecutor,
    /// Its plan was not cut up in time.
    Unplanned,
    /// It stands still.
    Still,
    /// Nobody waits for it.
    Unwanted,
    /// The scheduler does not know it: it began anew.
    Unknown,
}

impl Fate {
    const ALL: [Self; 6] =
        [Self::ExecutorDied, Self::NoExecutor, Self::Unplanned, Self::Still, Self::Unwanted, Self::Unknown];

    /// What a client is told.
    pub(super) fn report(self) -> String {
        format!("{MARK}{self:?}")
    }

    /// Reads what a client was told.
    pub(super) fn read(report: &str) -> Option<Self> {
        let (_, name) = report.split_once(MARK)?;
        Self::ALL.into_iter().find(|fate| name.trim() == format!("{fate:?}"))
    }
}

/// A task of a statement: its stage, and its number there.
pub(super) type Task = (usize, usize);

/// What a look at a statement finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Its plan is being cut up.
    Waiting,
    /// These tasks run, and so many wait for a core.
    Running { tasks: Vec<Task>, waiting: usize },
    /// It has ended.
    Ended,
}

/// A statement on this scheduler.
#[derive(Debug)]
struct Known {
    since: Instant,
    asked: Instant,
    still_since: Option<Instant>,
    lonely_since: Option<Instant>,
    reported: BTreeSet<Task>,
    has_ended: bool,
    fate: Option<Fate>,
}

impl Known {
    fn new(now: Instant) -> Self {
        Self {
            since: now,
            asked: now,
            still_since: None,
            lonely_since: None,
            reported: BTreeSet::new(),
            has_ended: false,
            fate: None,
        }
    }

    fn look(&mut self, seen: &Seen, has_executors: bool, now: Instant) -> Option<Fate> {
        if *seen == Seen::Ended {
            self.has_ended = true;
            return None;
        }
        let is_over = |since: Option<Instant>, limit| since.is_some_and(|since| now - since >= limit);
        // A task whose report has come does not run, whatever became of the report.
        let is_still = matches!(seen, Seen::Running { tasks, waiting: 0 }
            if tasks.iter().all(|task| self.reported.contains(task)));
        self.still_since = is_still.then(|| self.still_since.unwrap_or(now));
        self.lonely_since = (!has_executors).then(|| self.lonely_since.unwrap_or(now));
        if is_over(Some(self.asked), LEASE_TIME) {
            Some(Fate::Unwanted)
        } else if is_over(self.lonely_since, LONELY_TIME) {
            Some(Fate::NoExecutor)
        } else if *seen == Seen::Waiting && is_over(Some(self.since), PLAN_TIME) {
            Some(Fate::Unplanned)
        } else if is_over(self.still_since, STILL_TIME) {
            Some(Fate::Still)
        } else {
            None
        }
    }
}

/// A statement as who asks names it before the scheduler has: by a number of its own.
#[derive(Debug)]
struct Submission {
    since: Instant,
    name: Option<String>,
    is_withdrawn: bool,
}

#[derive(Debug, Default)]
struct Accounts {
    statements: BTreeMap<String, Known>,
    submissions: BTreeMap<String, Submission>,
}

impl Accounts {
    fn submission(&mut self, number: &str, now: Instant) -> &mut Submission {
        let new = || Submission { since: now, name: None, is_withdrawn: false };
        self.submissions.entry(number.to_owned()).or_insert_with(new)
    }
}

/// The statements of a scheduler by their names.
#[derive(Debug, Default)]
pub(super) struct Fates(Mutex<Accounts>);

impl Fates {
    /// Notes which statement a submission has become; it meets its fate at once if it was withdrawn meanwhile.
    pub(super) fn accept(&self, number: &str, name: &str, now: Instant) {
        let mut all = self.locked();
        let submission = all.submission(number, now);
        submission.name = Some(name.to_owned());
        let fate = submission.is_withdrawn.then_some(Fate::Unwanted);
        // A look may have found it before.
        let known = all.statements.entry(name.to_owned()).or_insert_with(|| Known::new(now));
        known.fate = known.fate.or(fate);
    }

    /// Notes that nobody waits for a statement, by its name or by the number of its submission, which may be on its way
    /// still; returns the name, if there is one yet.
    pub(super) fn withdraw(&self, name_or_number: &str, now: Instant) -> Option<String> {
        let mut all = self.locked();
        let name = if all.statements.contains_key(name_or_number) {
            name_or_number.to_owned()
        } else {
            let submission = all.submission(name_or_number, now);
            submission.is_withdrawn = true;
            submission.name.clone()?
        };
        all.statements.get_mut(&name)?.fate.get_or_insert(Fate::Unwanted);
        Some(name)
    }

    /// Notes that a statement was found.
    pub(super) fn add(&self, name: &str, now: Instant) {
        self.locked().statements.entry(name.to_owned()).or_insert_with(|| Known::new(now));
    }

    /// Notes that somebody asks for a statement, and returns its fate, if it has met one.
    pub(super) fn ask(&self, name: &str, now: Instant) -> Option<Fate> {
        let mut all = self.locked();
        let Some(known) = all.statements.get_mut(name) else { return Some(Fate::Unknown) };
        known.asked = now;
        known.fate
    }

    /// Notes that the report of a task has come.
    pub(super) fn report(&self, name: &str, task: Task) {
        if let Some(known) = self.locked().statements.get_mut(name) {
            known.reported.insert(task);
        }
    }

    /// Gives a statement a fate, unless it has met one.
    pub(super) fn meet(&self, name: &str, fate: Fate) {
        if let Some(known) = self.locked().statements.get_mut(name) {
            known.fate.get_or_insert(fate);
        }
    }

    /// Returns the statements of which it is not known that they have ended, and forgets those of long ago.
    pub(super) fn open(&self, now: Instant) -> Vec<String> {
        let mut all = self.locked();
        all.submissions.retain(|_, submission| now - submission.since < MEMORY_TIME);
        all.statements.retain(|_, known| !known.has_ended || now - known.asked < MEMORY_TIME);
        all.statements.iter().filter(|(_, known)| !known.has_ended).map(|(name, _)| name.clone()).collect()
    }

    /// Looks at a statement; tells whether it is to be cancelled.
    pub(super) fn look(&self, name: &str, seen: &Seen, has_executors: bool, now: Instant) -> bool {
        let mut all = self.locked();
        let Some(known) = all.statements.get_mut(name) else { return false };
        let fate = known.look(seen, has_executors, now);
        if let Some(fate) = fate {
            known.fate.get_or_insert(fate);
        }
        // Ballista forgets a wish to cancel what it is still planning, so the wish is repeated.
        known.fate.is_some() && *seen != Seen::Ended
    }

    fn locked(&self) -> MutexGuard<'_, Accounts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A statement that somebody asks for, looked at second by second.
    fn follow(seen: &Seen, has_executors: bool, seconds: u64) -> Option<Fate> {
        let (fates, start) = (Fates::default(), Instant::now());
        fates.add("a", start);
        fates.report("a", (1, 0));
        (0..=seconds).find_map(|second| {
            let now = start + Duration::from_secs(second);
            fates.look("a", seen, has_executors, now);
            fates.ask("a", now)
        })
    }

    #[test]
    fn a_statement_that_does_not_get_on_meets_its_fate_and_one_that_does_goes_on() {
        let running = |tasks: &[Task], waiting| Seen::Running { tasks: tasks.to_vec(), waiting };
        assert_eq!(follow(&running(&[(1, 1)], 0), true, 9999), None);
        assert_eq!(follow(&running(&[(1, 0), (1, 1)], 0), true, 9999), None);
        assert_eq!(follow(&running(&[], 3), true, 9999), None);
        assert_eq!(follow(&running(&[], 0), true, 30), Some(Fate::Still));
        assert_eq!(follow(&running(&[(1, 0)], 0), true, 30), Some(Fate::Still));
        assert_eq!(follow(&running(&[], 0), true, 29), None);
        assert_eq!(follow(&Seen::Waiting, true, 60), Some(Fate::Unplanned));
        assert_eq!(follow(&Seen::Waiting, true, 59), None);
        assert_eq!(follow(&running(&[], 3), false, 20), Some(Fate::NoExecutor));
        assert_eq!(follow(&Seen::Ended, false, 9999), None);
    }

    #[test]
    fn a_statement_that_nobody_asks_for_is_cancelled_however_late_it_begins() {
        let (fates, start) = (Fates::default(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        fates.add("a", start);
        assert!(!fates.look("a", &Seen::Waiting, true, after(29)));
        assert!(fates.look("a", &Seen::Waiting, true, after(30)));
        let running = Seen::Running { tasks: vec![(1, 0)], waiting: 0 };
        assert!(fates.look("a", &running, true, after(50)));
        assert_eq!(fates.ask("a", after(51)), Some(Fate::Unwanted));
        assert!(!fates.look("a", &Seen::Ended, true, after(52)));
        assert_eq!(fates.open(after(52)), Vec::<String>::new());
    }

    #[test]
    fn a_statement_that_the_scheduler_does_not_know_is_said_to_be_unknown() {
        let (fates, now) = (Fates::default(), Instant::now());
        assert_eq!(fates.ask("a", now), Some(Fate::Unknown));
        fates.add("a", now);
        fates.meet("a", Fate::ExecutorDied);
        fates.meet("a", Fate::Unwanted);
        assert_eq!(fates.ask("a", now), Some(Fate::ExecutorDied));
    }

    #[test]
    fn a_statement_is_withdrawn_by_its_name_or_by_its_number_whichever_is_known_and_comes_first() {
        let (fates, now) = (Fates::default(), Instant::now());
        for (number, name) in [("1", "a"), ("2", "b"), ("3", "c")] {
            if number == "1" {
                assert_eq!(fates.withdraw(number, now), None);
                fates.add(name, now);
            }
            fates.accept(number, name, now);
            let known = [None, Some(number), Some(name)][number.parse::<usize>().unwrap() - 1];
            if let Some(known) = known {
                assert_eq!(fates.ask(name, now), None);
                assert_eq!(fates.withdraw(known, now), Some(name.to_owned()));
            }
            assert_eq!(fates.ask(name, now), Some(Fate::Unwanted));
            assert!(fates.look(name, &Seen::Waiting, true, now), "{name} is not cancelled");
        }
        assert_eq!(fates.open(now).len(), 3);
    }

    #[test]
    fn a_fate_is_read_as_it_was_reported() {
        for fate in Fate::ALL {
            assert_eq!(Fate::read(&format!("Job 7: {}\n", fate.report())), Some(fate));
        }
        assert_eq!(Fate::read("the disk is full"), None);
    }
}
