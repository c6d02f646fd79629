//! Turns a position in what is typed into what could stand there.
//!
//! ```text
//! text + cursor ─position→ Position ─scope→ tables in sight ─candidates→ list
//! ```
//! Reading the text takes microseconds; names come from a catalogue that is read once per prompt, when
//! Tab is first pressed.

mod arguments;
mod candidates;
mod catalog;
mod position;
mod scope;
mod tokens;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use self::candidates::Offer;
use self::catalog::Catalog;
use crate::engine::{Engine, Function};
use crate::error::Lang;

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// What the list shows.
    display: String,
    /// What is put in.
    replacement: String,
}

impl rustyline::completion::Candidate for Candidate {
    fn display(&self) -> &str {
        &self.display
    }

    fn replacement(&self) -> &str {
        &self.replacement
    }
}

/// What only the running session knows.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// Names of the columns of the last result.
    pub(super) last_columns: Vec<String>,
    /// Names of the variables.
    pub(super) variables: Vec<String>,
    /// The language of the session.
    pub(super) lang: Lang,
}

/// Completes entries over one workspace.
pub(super) struct Completion {
    engine: Engine,
    functions: OnceCell<Rc<Vec<Function>>>,
    catalog: RefCell<Option<Rc<Catalog>>>,
    known: Known,
}

impl Completion {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine, functions: OnceCell::new(), catalog: RefCell::default(), known: Known::default() }
    }

    /// Forgets the catalogue, since the last entry may have changed it.
    pub(super) fn refresh(&mut self, known: Known) {
        self.catalog.replace(None);
        self.known = known;
    }

    /// Proposes what could stand before the cursor, and where it would begin.
    pub(super) fn complete(&self, text: &str, cursor: usize) -> (usize, Vec<Candidate>) {
        let catalog = self.catalog();
        complete(&catalog, &self.known, text, cursor)
    }

    fn catalog(&self) -> Rc<Catalog> {
        let functions = self.functions.get_or_init(|| Rc::new(self.engine.functions(Lang::En)));
        let mut kept = self.catalog.borrow_mut();
        let read = || Rc::new(Catalog::read(&self.engine, Rc::clone(functions)));
        Rc::clone(kept.get_or_insert_with(read))
    }
}

/// The list of the terminal cannot take more, and nobody reads as many.
const MOST: usize = 500;

fn complete(catalog: &Catalog, known: &Known, text: &str, cursor: usize) -> (usize, Vec<Candidate>) {
    let Some(before) = text.get(..cursor) else { return (0, Vec::new()) };
    let offer = match arguments::find_command(before) {
        Some(start) => arguments::complete_command(catalog, known, before, start),
        None => Offer::for_sql(catalog, known, text, cursor),
    };
    let mut candidates = offer.candidates;
    candidates.truncate(MOST);
    (offer.start, candidates)
}

#[cfg(test)]
mod tests {
    use super::catalog::tests::catalog;
    use super::{Known, complete};
    use crate::error::Lang;

    /// What the text before `|` is completed to, each candidate put in.
    fn completed(text: &str) -> Vec<String> {
        let cursor = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let known =
            Known { last_columns: vec!["n".to_owned()], variables: vec!["year".to_owned()], lang: Lang::En };
        let (start, candidates) = complete(&catalog(), &known, &text, cursor);
        candidates.iter().map(|one| format!("{}{}", text.get(..start).unwrap(), one.replacement)).collect()
    }

    #[track_caller]
    fn assert_offers(text: &str, wanted: &str) {
        let found = completed(text);
        assert!(found.iter().any(|one| one == wanted), "{text}: {found:#?}");
    }

    #[track_caller]
    fn assert_only(text: &str, wanted: &[&str]) {
        assert_eq!(completed(text), wanted, "{text}");
    }

    #[test]
    fn tables_stand_after_from_and_join() {
        assert_only("select * from doss|", &["select * from dossiers"]);
        assert_only("select * from a join queries.on|", &["select * from a join queries.on_time"]);
        assert_offers("select * from staffing, doss|", "select * from staffing, dossiers");
        assert_offers(
            "with late as (select 1) select * from la|",
            "with late as (select 1) select * from late",
        );
    }

    #[test]
    fn columns_come_from_the_tables_in_sight() {
        assert_only("select outc| from dossiers", &["select outcome"]);
        assert_only("select d.rec| from dossiers d", &["select d.received_at"]);
        assert_only("select ass| from dossiers", &[]);
        assert_offers("select ass|", "select assigned");
        assert_only(
            "select * from staffing where (select max(rece| from dossiers) > 1",
            &["select * from staffing where (select max(received_at"],
        );
    }

    #[test]
    fn columns_of_common_tables_and_subqueries_are_found() {
        assert_only(
            "with t as (select field, count(*) as how_many from dossiers group by 1) select how|  from t",
            &["with t as (select field, count(*) as how_many from dossiers group by 1) select how_many"],
        );
        assert_only("select x.how| from (select count(*) how_many from dossiers) x", &["select x.how_many"]);
        assert_offers(
            "with t as (select * from dossiers) select t.out| from t",
            "with t as (select * from dossiers) select t.outcome",
        );
    }

    #[test]
    fn titles_without_accents_find_their_column() {
        assert_only(
            "select * from dossiers where ngay tiep nhan|",
            &["select * from dossiers where received_at"],
        );
        assert_only("select Ngày tiếp n| from dossiers", &["select received_at"]);
        assert_offers("select linh| from dossiers", "select field");
    }

    #[test]
    fn categories_stand_in_quotes() {
        assert_only(
            "select * from dossiers where outcome = 'ea|",
            &["select * from dossiers where outcome = 'early'"],
        );
        assert_only(
            "select * from dossiers d where d.outcome in ('early', 'over|'",
            &["select * from dossiers d where d.outcome in ('early', 'overdue"],
        );
        assert_only(
            "select * from dossiers where outcome = 'truoc|",
            &["select * from dossiers where outcome = 'early'"],
        );
        assert_only(
            "select label(coalesce(outcome, 'x'), 'dossiers.o|",
            &["select label(coalesce(outcome, 'x'), 'dossiers.outcome'"],
        );
    }

    #[test]
    fn saved_queries_offer_their_parameters() {
        assert_only("select * from queries.on_time(fr|", &["select * from queries.on_time(from_year => "]);
        assert_only("\\n on_time from|", &["\\n on_time from_year="]);
        assert_offers("select * from queries.on_time where rat|", "select * from queries.on_time where rate");
    }

    #[test]
    fn functions_open_their_bracket_and_keywords_follow_the_case() {
        assert_offers("select date_tr|", "select date_trunc(");
        assert_only("SEL|", &["SELECT "]);
        assert_only("sel|", &["select "]);
        assert_offers("select :ye|", "select :year");
    }

    #[test]
    fn commands_and_their_arguments_are_offered() {
        assert_offers("\\ti|", "\\timing ");
        assert_only("\\d doss|", &["\\d dossiers"]);
        assert_only("\\pset pag|", &["\\pset pager "]);
        assert_only("\\pset pager al|", &["\\pset pager always"]);
        assert_offers("select 1 \\cr|", "select 1 \\crosstabview ");
        assert_only("\\crosstabview |", &["\\crosstabview n"]);
        assert_only("\\h date_t|", &["\\h date_trunc"]);
    }

    #[test]
    fn nothing_is_offered_in_texts_and_comments_and_nothing_panics() {
        assert_only("select 'from doss|", &[]);
        assert_only("select 1 -- from doss|", &[]);
        for text in [
            "",
            "(",
            "with",
            "with t as (",
            "select * from (",
            "select a. from",
            "\\",
            "\\n ",
            "'",
            "\"độ",
            ")))",
            "select (",
        ] {
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let _ = complete(&catalog(), &Known::default(), text, at);
            }
        }
    }

    #[test]
    fn a_key_is_answered_at_once_also_with_five_hundred_columns() {
        let catalog = super::catalog::tests::wide(500);
        let text = format!(
            "select {} from wide where co",
            (0..200).map(|n| format!("column_{n}")).collect::<Vec<_>>().join(", ")
        );
        let start = std::time::Instant::now();
        let (_, found) = complete(&catalog, &Known::default(), &text, text.len());
        let highlighted = crate::shell::highlight::highlight(&text, text.len());
        let elapsed = start.elapsed();
        assert!(found.len() >= 500 && highlighted.len() > text.len());
        // Ten milliseconds is the promise for an optimised build; this one is not.
        assert!(elapsed.as_millis() < 200, "{elapsed:?}");
    }
}
