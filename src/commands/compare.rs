//! `cchc compare NAME...`: the years of saved queries side by side.

use std::collections::{BTreeMap, BTreeSet};

use super::write::Destination;
use super::{Session, ask_for_missing};
use crate::analysis::{
    Years, check_years, choose_baseline, compare, find_threshold, lay_out, leave_out_of_comparison, tabulate,
    warn_of_periods,
};
use crate::cli::CompareArgs;
use crate::engine::{Answer, Arguments, Engine, QUERY_YEAR, add_source};
use crate::error::{Explain as _, Lang, Result};
use crate::messages::{CompareFault, CompareWords, QueryNotice, TerminalFault};
use crate::output::{Format, ResultProvenance, Sheet, holds_several};
use crate::query::{Parameter, ParameterKind, SavedQuery};

pub(super) fn run(session: &Session, arguments: &CompareArgs) -> Result<()> {
    let engine = session.open_engine()?;
    let destination = Destination::for_list(&arguments.list, session.terminal, engine.workspace())?;
    let requests = read_requests(&engine, &arguments.words)?;
    if requests.len() > 1 && !holds_several(destination.format()) {
        let format = destination.format().name().to_owned();
        return Err(CompareFault::OneQuery { format, count: requests.len() }.error());
    }
    let mut compared = Vec::new();
    for (query, mut values) in requests {
        ask_for_missing(session, &engine, &query, &mut values)?;
        compared.push(compare_one(session, &engine, query, &values, arguments, destination.format())?);
    }
    let sheets: Vec<Sheet<'_>> = compared.iter().map(Compared::sheet).collect();
    destination.write_sheets(session.terminal, &sheets)?;
    let mut told: Vec<&QueryNotice> = Vec::new();
    for notice in compared.iter().flat_map(|part| &part.answer.notices) {
        if !told.contains(&notice) {
            session.terminal.narrate(notice);
            told.push(notice);
        }
    }
    Ok(())
}

/// Reads the queries that are named, each with the values that are for it.
fn read_requests(engine: &Engine, words: &[String]) -> Result<Vec<(SavedQuery, Arguments)>> {
    let (pairs, names): (Vec<&String>, Vec<&String>) = words.iter().partition(|word| word.contains('='));
    if names.is_empty() {
        return Err(CompareFault::NoQuery.error());
    }
    let queries: Vec<SavedQuery> =
        names.into_iter().map(|name| engine.read_query(name)).collect::<Result<_>>()?;
    let mut given: Vec<(String, String)> = Vec::new();
    for pair in pairs {
        let fault = || TerminalFault::NotAnArgument { found: pair.clone() }.error();
        let (name, value) = pair.split_once('=').ok_or_else(fault)?;
        let mut known: Vec<&str> = queries.iter().flat_map(parameter_names).collect();
        if !known.contains(&name) {
            known.sort_unstable();
            known.dedup();
            let known = known.join(", ");
            return Err(CompareFault::NobodysParameter { name: name.to_owned(), known }.error());
        }
        given.push((name.to_owned(), value.to_owned()));
    }
    let request = |query: SavedQuery| {
        let own = given.iter().filter(|(name, _)| parameter_names(&query).any(|known| known == name));
        let values = Arguments::new(own.cloned())?;
        Ok((query, values))
    };
    queries.into_iter().map(request).collect()
}

fn parameter_names(query: &SavedQuery) -> impl Iterator<Item = &str> {
    query.parameters.iter().map(|parameter| parameter.name.as_str())
}

/// A comparison, ready to be written.
struct Compared {
    query: SavedQuery,
    answer: Answer,
    layout: crate::output::Layout,
    provenance: ResultProvenance,
}

impl Compared {
    fn sheet(&self) -> Sheet<'_> {
        Sheet {
            name: self.query.name.clone(),
            title: self.query.title.clone(),
            about: self.query.about.clone(),
            provenance: Some(self.provenance.clone()),
            ..Sheet::of(&self.answer, self.layout.clone())
        }
    }
}

fn compare_one(
    session: &Session,
    engine: &Engine,
    query: SavedQuery,
    values: &Arguments,
    arguments: &CompareArgs,
    format: Format,
) -> Result<Compared> {
    let mut wanted: BTreeSet<i32> = arguments.years.iter().copied().collect();
    if !wanted.is_empty() {
        wanted.extend(arguments.baseline);
    }
    let asked = session.wait(ask_years(engine, &query, values, &wanted))?;
    let years = find_years(engine, &query, &asked, wanted, arguments.baseline)?;
    let mut comparison = compare(&query, &asked, &years)?;
    let threshold = find_threshold(engine, &asked.trace)?;
    if let Some(threshold) = &threshold {
        leave_out_of_comparison(&mut comparison, &query, threshold.least);
    }
    let provenance = engine.provenance(&asked.trace)?;
    let mut notices = asked.notices.clone();
    let title = |dataset: &str| match engine.contracts().read(dataset) {
        Ok(contract) => contract.title.clone(),
        Err(_) => dataset.to_owned(),
    };
    notices.extend(warn_of_periods(&provenance, &years.shown, title));
    notices.extend(tell_missing(&years, format.is_for_people()));
    let answer = tabulate(&comparison, &asked, notices, threshold.as_ref())?;
    let is_document = format.is_document() || format == Format::ExcelCsv;
    let lang = if is_document { session.image_lang } else { session.terminal.lang };
    let layout = lay_out(&comparison, &answer, engine.contracts(), lang, format.is_for_people());
    let provenance = ResultProvenance {
        query: format!("compare {}", query.name),
        years: provenance,
        written_at: session.fixed_now,
    };
    Ok(Compared { query, answer, layout, provenance })
}

/// How a query is told which years are wanted.
enum Span<'a> {
    /// It takes the first and the last.
    Range,
    /// It takes all of them.
    List(&'a Parameter),
    /// It takes one, so it runs once per year.
    Single(&'a Parameter),
    /// It gives all that there are.
    Whole,
}

fn find_span<'a>(query: &'a SavedQuery, values: &Arguments) -> Span<'a> {
    let is_year = |parameter: &&Parameter| parameter.kind == ParameterKind::Year;
    let named = |name: &str| query.parameters.iter().filter(is_year).any(|parameter| parameter.name == name);
    if named(FIRST) && named(LAST) {
        return Span::Range;
    }
    let mut free = query.parameters.iter().filter(is_year).filter(|found| values.get(&found.name).is_none());
    match (free.next(), free.next()) {
        (Some(parameter), None) if parameter.is_list => Span::List(parameter),
        (Some(parameter), None) => Span::Single(parameter),
        _ => Span::Whole,
    }
}

/// The parameters with which a query takes its first and its last year.
const FIRST: &str = "from_year";
const LAST: &str = "to_year";

/// Asks a query for the wanted years, or for all that it gives.
async fn ask_years(
    engine: &Engine,
    query: &SavedQuery,
    values: &Arguments,
    wanted: &BTreeSet<i32>,
) -> Result<Answer> {
    let ask = async |values: &Arguments| engine.ask_saved(query, query.text.len(), values).await;
    let mut values = values.clone();
    match find_span(query, &values) {
        Span::Range => {
            for (name, year) in [(FIRST, wanted.first()), (LAST, wanted.last())] {
                if let Some(year) = year.filter(|_| values.get(name).is_none()) {
                    values.set(name, year.to_string());
                }
            }
        }
        Span::List(parameter) if !wanted.is_empty() => {
            let list: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            values.set(&parameter.name, list.join(","));
        }
        Span::Single(parameter) => {
            let years = if wanted.is_empty() {
                imported_somewhere(engine, &ask(&values).await?)?
            } else {
                wanted.clone()
            };
            let mut answers = Vec::new();
            for year in years {
                values.set(&parameter.name, year.to_string());
                answers.push(ask(&values).await?);
            }
            return match join(answers) {
                Some(joined) => Ok(joined),
                None => ask(&values).await,
            };
        }
        Span::List(_) | Span::Whole => {}
    }
    ask(&values).await
}

/// Puts answers of one query one behind the other.
fn join(answers: Vec<Answer>) -> Option<Answer> {
    answers.into_iter().reduce(|mut joined, next| {
        joined.batches.extend(next.batches);
        for notice in next.notices {
            if !joined.notices.contains(&notice) {
                joined.notices.push(notice);
            }
        }
        for source in next.trace.sources {
            add_source(&mut joined.trace.sources, source);
        }
        joined
    })
}

/// The years of each dataset that an answer read.
fn years_by_dataset(engine: &Engine, answer: &Answer) -> Result<BTreeMap<String, BTreeSet<i32>>> {
    let years = |dataset: &str| engine.workspace().years(dataset).map(|years| years.into_iter().collect());
    let sources = answer.trace.sources.iter();
    sources.map(|source| Ok((source.dataset.clone(), years(&source.dataset)?))).collect()
}

fn imported_somewhere(engine: &Engine, answer: &Answer) -> Result<BTreeSet<i32>> {
    Ok(years_by_dataset(engine, answer)?.into_values().flatten().collect())
}

fn find_years(
    engine: &Engine,
    query: &SavedQuery,
    answer: &Answer,
    wanted: BTreeSet<i32>,
    baseline: Option<i32>,
) -> Result<Years> {
    let found = years_of(answer);
    // What one dataset lacks cannot be counted as nothing.
    let mut datasets = years_by_dataset(engine, answer)?.into_values();
    let imported = match datasets.next() {
        Some(first) => datasets.fold(first, |common, years| &common & &years),
        None => found.clone(),
    };
    let shown = if wanted.is_empty() {
        let read = answer.trace.sources.iter().flat_map(|source| source.years.iter().copied());
        read.chain(found.iter().copied()).chain(baseline).collect()
    } else {
        wanted
    };
    let has_data = |year: &i32| imported.contains(year) || found.contains(year);
    if let Some(baseline) = baseline.filter(|year| !has_data(year)) {
        let years = shown.iter().filter(|year| has_data(year)).map(ToString::to_string);
        let years = years.collect::<Vec<_>>().join(", ");
        return Err(CompareFault::NoBaseline { baseline, years }.error());
    }
    let shown: Vec<i32> = shown.into_iter().collect();
    let baseline = baseline.or_else(|| choose_baseline(&shown, &(&imported | &found)));
    let years = Years { shown, imported, baseline };
    check_years(query, &years)?;
    Ok(years)
}

/// The years in the rows.
fn years_of(answer: &Answer) -> BTreeSet<i32> {
    use datafusion::arrow::array::AsArray as _;
    use datafusion::arrow::compute::cast;
    use datafusion::arrow::datatypes::{DataType, Int32Type};
    let columns = answer.batches.iter().filter_map(|batch| batch.column_by_name(QUERY_YEAR));
    let years = columns.filter_map(|array| cast(array, &DataType::Int32).ok());
    years.flat_map(|years| years.as_primitive::<Int32Type>().iter().flatten().collect::<Vec<_>>()).collect()
}

fn tell_missing(years: &Years, has_sign: bool) -> Option<QueryNotice> {
    let missing = years.shown.iter().filter(|year| !years.imported.contains(year));
    let missing: Vec<String> = missing.map(ToString::to_string).collect();
    // The sign is the same in both languages.
    let sign = if has_sign { CompareWords::NoDataSign.message(Lang::En) } else { String::new() };
    (!missing.is_empty()).then(|| QueryNotice::NotImported { years: missing.join(", "), sign })
}
