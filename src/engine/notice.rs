//! Turns a plan into what it reads, dataset by year, and what its reader must know: which of it is made up.
//!
//! The scans of the optimised plan say which columns are read and, by their filters on `year`, of
//! which years; provenance says which of those are synthetic. Nothing in the rows is looked at, so
//! an empty result of synthetic data carries the notice too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int32Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::default_table_source::source_as_provider;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DFSchema, Result};
use datafusion::execution::SessionState;
use datafusion::logical_expr::expr_rewriter::unnormalize_col;
use datafusion::logical_expr::{Expr, LogicalPlan, TableScan};

use super::catalog::{Context, external};
use super::dataset::DatasetTable;
use super::outside;
use crate::contract::Contract;
use crate::messages::QueryNotice;
use crate::store::{Origin, Synthetic, read_provenance};
use crate::workspace::Workspace;

/// A name with what people call it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    name: String,
    title: String,
}

/// What is read of one dataset and year that is synthetic: all of it, or some columns.
type Findings = BTreeMap<(Named, i32), BTreeSet<Named>>;

/// What a plan reads of one dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The dataset.
    pub dataset: String,
    /// Its title.
    pub title: String,
    /// The years, in order.
    pub years: Vec<i32>,
    /// The day at which the last of them was drawn up, if the export or the user says so.
    pub as_of: Option<NaiveDate>,
    /// The last day that the last of them covers.
    pub period_to: NaiveDate,
}

/// What the reader of a plan's rows must know.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    pub(super) notices: Vec<QueryNotice>,
    pub(super) sources: Vec<Source>,
}

impl Reading {
    /// Adds what another plan reads; nothing is said twice.
    pub(super) fn join(&mut self, other: Self) {
        for notice in other.notices {
            if !self.notices.contains(&notice) {
                self.notices.push(notice);
            }
        }
        for source in other.sources {
            add_source(&mut self.sources, source);
        }
    }
}

/// Adds what is read to what is known of the same dataset.
pub fn add_source(sources: &mut Vec<Source>, found: Source) {
    match sources.iter_mut().find(|known| known.dataset == found.dataset) {
        Some(known) => {
            if found.years.last() > known.years.last() {
                (known.as_of, known.period_to) = (found.as_of, found.period_to);
            }
            known.years.extend(found.years);
            known.years.sort_unstable();
            known.years.dedup();
        }
        None => sources.push(found),
    }
}

/// Finds what an optimised plan reads.
pub(super) fn find_reading(state: &SessionState, inner: &Context, plan: &LogicalPlan) -> Result<Reading> {
    let mut findings = Findings::new();
    let mut kept = Vec::new();
    let mut sources = Vec::new();
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            if let Some(table) = inner.kept_as(&source_as_provider(&scan.source)?) {
                kept.extend(table.notices);
                for source in table.sources {
                    add_source(&mut sources, source);
                }
            }
            kept.extend(outside::find_notice(scan)?);
            inspect_scan(state, &inner.workspace, scan, &mut findings, &mut sources)?;
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    let mut reading = Reading { notices: Vec::new(), sources };
    reading.join(Reading { notices: kept, sources: Vec::new() });
    reading.join(Reading { notices: describe(&findings).into_iter().collect(), sources: Vec::new() });
    Ok(reading)
}

fn inspect_scan(
    state: &SessionState,
    workspace: &Workspace,
    scan: &TableScan,
    findings: &mut Findings,
    sources: &mut Vec<Source>,
) -> Result<()> {
    let provider = source_as_provider(&scan.source)?;
    let Some(table) = provider.downcast_ref::<DatasetTable>() else { return Ok(()) };
    let contract = table.contract();
    let dataset = &contract.name;
    let columns = columns_read(scan);
    let years = workspace.years(dataset).map_err(external)?;
    for year in years_read(state, &scan.filters, &years)? {
        let provenance = read_provenance(workspace, &workspace.year_file(dataset, year)).map_err(external)?;
        let as_of = provenance.as_of;
        let source = Source {
            dataset: dataset.clone(),
            title: contract.title.clone(),
            years: vec![year],
            as_of: (as_of.origin != Origin::Assumed).then_some(as_of.date),
            period_to: provenance.period.to,
        };
        add_source(sources, source);
        let read: BTreeSet<Named> = match provenance.synthetic {
            Synthetic::None => continue,
            Synthetic::All => BTreeSet::new(),
            Synthetic::Columns(synthetic) => {
                let read = synthetic.into_iter().filter(|column| columns.contains(column));
                let read: BTreeSet<_> = read.map(|column| name_column(contract, column)).collect();
                if read.is_empty() {
                    continue;
                }
                read
            }
        };
        let named = Named { name: dataset.clone(), title: contract.title.clone() };
        findings.entry((named, year)).or_default().extend(read);
    }
    Ok(())
}

fn name_column(contract: &Contract, name: String) -> Named {
    let title = contract.column(&name).map_or_else(|| name.clone(), |column| column.title.clone());
    Named { name, title }
}

fn columns_read(scan: &TableScan) -> BTreeSet<String> {
    let projected = scan.projected_schema.fields().iter().map(|field| field.name().clone());
    let filtered = scan.filters.iter().flat_map(Expr::column_refs).map(|column| column.name.clone());
    projected.chain(filtered).collect()
}

/// Keeps the years that pass every filter that looks at nothing but `year`.
pub(super) fn years_read(state: &SessionState, filters: &[Expr], years: &[i32]) -> Result<Vec<i32>> {
    let schema = Arc::new(Schema::new(vec![Field::new("year", DataType::Int32, true)]));
    let df_schema = DFSchema::try_from(Arc::clone(&schema))?;
    let column: ArrayRef = Arc::new(Int32Array::from(years.to_vec()));
    let batch = RecordBatch::try_new(schema, vec![column])?;
    let mut kept = vec![true; years.len()];
    for filter in
        filters.iter().filter(|filter| filter.column_refs().iter().all(|column| column.name == "year"))
    {
        let filter = state.create_physical_expr(unnormalize_col(filter.clone()), &df_schema)?;
        let verdict = filter.evaluate(&batch)?.into_array(batch.num_rows())?;
        let verdict = verdict.as_boolean();
        for (index, kept) in kept.iter_mut().enumerate() {
            *kept &= verdict.is_valid(index) && verdict.value(index);
        }
    }
    Ok(years.iter().zip(kept).filter(|(_, kept)| *kept).map(|(year, _)| *year).collect())
}

/// Says it in one line: `dossiers 2020–2022, 2023 (channel, fee); staffing 2020`.
fn describe(findings: &Findings) -> Option<QueryNotice> {
    if findings.is_empty() {
        return None;
    }
    let mut datasets: BTreeMap<&Named, Vec<(i32, &BTreeSet<Named>)>> = BTreeMap::new();
    for ((dataset, year), columns) in findings {
        datasets.entry(dataset).or_default().push((*year, columns));
    }
    let say = |word: fn(&Named) -> &str, all: &str| {
        let part = |(dataset, years): (&&Named, &Vec<_>)| {
            format!("{} {}", word(dataset), describe_years(years, word, all))
        };
        datasets.iter().map(part).collect::<Vec<_>>().join("; ")
    };
    Some(QueryNotice::Synthetic {
        what: say(|named| &named.name, "all"),
        what_vi: say(|named| &named.title, "toàn bộ"),
    })
}

fn describe_years(years: &[(i32, &BTreeSet<Named>)], word: fn(&Named) -> &str, all: &str) -> String {
    // Beside a year of which only columns are made up, a whole one says so.
    let is_mixed = years.iter().any(|(_, columns)| !columns.is_empty());
    let mut runs: Vec<(i32, i32, &BTreeSet<Named>)> = Vec::new();
    for (year, columns) in years {
        match runs.last_mut() {
            Some((_, last, same)) if *last + 1 == *year && same == columns => *last = *year,
            _ => runs.push((*year, *year, columns)),
        }
    }
    let show = |(first, last, columns): (i32, i32, &BTreeSet<Named>)| {
        let span = if first == last { first.to_string() } else { format!("{first}–{last}") };
        if columns.is_empty() {
            return if is_mixed { format!("{span} ({all})") } else { span };
        }
        let columns: Vec<&str> = columns.iter().map(word).collect();
        format!("{span} ({})", columns.join(", "))
    };
    runs.into_iter().map(show).collect::<Vec<_>>().join(", ")
}
