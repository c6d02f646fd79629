//! Turns a table or a query into a summary: one row per column with its nulls, distinct values,
//! quartiles and most frequent values.
//!
//! Everything is asked in SQL, so that the engine's memory limits hold and nothing is sampled.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema};

use crate::engine::{Answer, Engine, Script, Statement, TITLE_KEY, type_word};
use crate::error::{Explain as _, Lang, Result};
use crate::messages::{Heading, QueryFault};
use crate::vietnamese::print::{decimals_of, localise_number};

/// How many of the most frequent values are named.
const FREQUENT: usize = 3;

/// What is known about one column.
#[derive(Default)]
struct Row {
    column: String,
    type_word: String,
    nulls: i64,
    distinct: i64,
    min: Option<String>,
    quartiles: [Option<f64>; 3],
    max: Option<String>,
    frequent: Option<String>,
}

/// Sums up `source`, the name of a table or a query.
///
/// # Errors
/// [`QueryFault`] if the source cannot be read.
pub async fn summarise(engine: &Engine, source: &str, lang: Lang) -> Result<Answer> {
    let from = from_clause(source);
    let schema = ask(engine, &format!("SELECT * FROM {from} LIMIT 0")).await?.schema;
    // One question for all columns reads the source once, and one notice tells what it read.
    let wanted: Vec<String> = schema.fields().iter().flat_map(|field| questions(field)).collect();
    let wanted = wanted.iter().enumerate().map(|(index, wanted)| format!("{wanted} AS c{index}"));
    let wanted = wanted.collect::<Vec<_>>().join(", ");
    let answer = ask(engine, &format!("SELECT {wanted} FROM {from}")).await?;
    let batch = answer.batches.iter().find(|batch| batch.num_rows() > 0);
    let mut answers = batch.into_iter().flat_map(RecordBatch::columns);
    let mut rows = Vec::new();
    for field in schema.fields() {
        let mut row = read_row(field, &mut answers);
        if is_ordered(field) && row.distinct > 0 {
            row.frequent = find_frequent(engine, &from, &quote(field)).await?;
        }
        rows.push(row);
    }
    build(&rows, answer, lang)
}

fn from_clause(source: &str) -> String {
    let source = source.trim().trim_end_matches(';').trim_end();
    let first = source.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_ascii_uppercase();
    let is_query = ["SELECT", "WITH", "VALUES"].contains(&first.as_str());
    match source.starts_with('(') {
        true => format!("{source} AS summed"),
        false if is_query => format!("({source}) AS summed"),
        false => source.to_owned(),
    }
}

fn quote(field: &Field) -> String {
    format!("\"{}\"", field.name().replace('"', "\"\""))
}

fn is_ordered(field: &Field) -> bool {
    !field.data_type().is_nested() && field.data_type() != &DataType::Null
}

/// What is asked of a column, in the order in which [`read_row`] reads the answers.
fn questions(field: &Field) -> Vec<String> {
    let column = quote(field);
    let mut wanted = vec![format!("count(*) - count({column})"), format!("count(DISTINCT {column})")];
    if is_ordered(field) {
        wanted.extend(["min", "max"].map(|edge| format!("CAST({edge}({column}) AS VARCHAR)")));
    }
    if field.data_type().is_numeric() {
        wanted.extend(QUARTILES.map(|share| {
            format!("percentile_cont({share}) WITHIN GROUP (ORDER BY CAST({column} AS DOUBLE))")
        }));
    }
    wanted
}

const QUARTILES: [f64; 3] = [0.25, 0.5, 0.75];

fn read_row<'a>(field: &Field, answers: &mut impl Iterator<Item = &'a ArrayRef>) -> Row {
    let mut row =
        Row { column: field.name().clone(), type_word: type_word(field.data_type()), ..Row::default() };
    row.nulls = answers.next().map_or(0, int_at);
    row.distinct = answers.next().map_or(0, int_at);
    if is_ordered(field) {
        row.min = answers.next().and_then(text_at).map(|text| plain_time(field, text));
        row.max = answers.next().and_then(text_at).map(|text| plain_time(field, text));
    }
    if field.data_type().is_numeric() {
        row.quartiles = QUARTILES.map(|_| answers.next().and_then(float_at));
    }
    row
}

fn float_at(array: &ArrayRef) -> Option<f64> {
    array.as_primitive_opt::<Float64Type>().filter(|array| array.is_valid(0)).map(|array| array.value(0))
}

/// Names the most frequent values; values that all occur once say nothing.
async fn find_frequent(engine: &Engine, from: &str, column: &str) -> Result<Option<String>> {
    let sql = format!(
        "SELECT CAST({column} AS VARCHAR) AS found, count(*) AS occurs FROM {from} \
         WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY occurs DESC, found LIMIT {FREQUENT}"
    );
    let answer = ask(engine, &sql).await?;
    let mut parts = Vec::new();
    for batch in &answer.batches {
        for row in 0..batch.num_rows() {
            let count = batch.column(1).as_primitive_opt::<Int64Type>().map_or(0, |counts| counts.value(row));
            if let Some(found) = text_at(&batch.column(0).slice(row, 1)) {
                parts.push((found, count));
            }
        }
    }
    if parts.iter().all(|(_, count)| *count == 1) {
        return Ok(None);
    }
    Ok(Some(parts.iter().map(|(found, count)| format!("{found} ({count})")).collect::<Vec<_>>().join(", ")))
}

fn plain_time(field: &Field, text: String) -> String {
    if field.data_type().is_temporal() { text.replace('T', " ") } else { text }
}

fn int_at(array: &ArrayRef) -> i64 {
    array.as_primitive_opt::<Int64Type>().map_or(0, |array| array.value(0))
}

fn text_at(array: &ArrayRef) -> Option<String> {
    let texts = datafusion::arrow::compute::cast(array, &DataType::Utf8).ok()?;
    let texts = texts.as_string_opt::<i32>()?;
    texts.is_valid(0).then(|| texts.value(0).to_owned())
}

async fn ask(engine: &Engine, sql: &str) -> Result<Answer> {
    let script = Script::new("summarize", sql);
    let statement = Statement { range: 0..script.text.len(), terminated: false };
    engine.ask(&script, &statement).await
}

fn build(rows: &[Row], asked: Answer, lang: Lang) -> Result<Answer> {
    let texts = |value: fn(&Row) -> Option<&str>| {
        Arc::new(rows.iter().map(value).collect::<StringArray>()) as ArrayRef
    };
    let counts =
        |value: fn(&Row) -> i64| Arc::new(rows.iter().map(value).collect::<Int64Array>()) as ArrayRef;
    let quartile = |index: usize| {
        Arc::new(rows.iter().map(|row| row.quartiles[index]).collect::<Float64Array>()) as ArrayRef
    };
    let columns: Vec<(Heading, ArrayRef)> = vec![
        (Heading::Column, texts(|row| Some(&row.column))),
        (Heading::Type, texts(|row| Some(&row.type_word))),
        (Heading::Nulls, counts(|row| row.nulls)),
        (Heading::Distinct, counts(|row| row.distinct)),
        (Heading::Minimum, texts(|row| row.min.as_deref())),
        (Heading::LowerQuartile, quartile(0)),
        (Heading::Median, quartile(1)),
        (Heading::UpperQuartile, quartile(2)),
        (Heading::Maximum, texts(|row| row.max.as_deref())),
        (Heading::Frequent, texts(|row| row.frequent.as_deref())),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(heading, array)| headed(heading, array.data_type(), lang)).collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)
        .map_err(|error| QueryFault::Defect { problem: error.to_string() }.error())?;
    Ok(Answer { schema, batches: vec![batch], is_ordered: true, ..asked })
}

fn headed(heading: &Heading, data_type: &DataType, lang: Lang) -> Field {
    let title = HashMap::from([(TITLE_KEY.to_owned(), heading.message(lang))]);
    Field::new(heading.message(Lang::En), data_type.clone(), true).with_metadata(title)
}

/// Puts the three quartiles of a summary into one column, so that a screen has room for all columns;
/// numbers are printed for `locale`, or as programs do.
pub fn narrow_summary(summary: &Answer, locale: Option<Lang>, lang: Lang) -> Answer {
    const QUARTILES: std::ops::Range<usize> = 5..8;
    let print = |number: f64| {
        let plain = format!("{number:.*}", decimals_of(number));
        locale.map_or_else(|| plain.clone(), |locale| localise_number(&plain, locale))
    };
    let join = |batch: &RecordBatch, row: usize| {
        let quartiles = batch.columns().get(QUARTILES)?.iter().map(|array| float_at(&array.slice(row, 1)));
        Some(quartiles.collect::<Option<Vec<f64>>>()?.into_iter().map(print).collect::<Vec<_>>().join(" · "))
    };
    let mut fields = summary.schema.fields().to_vec();
    fields.splice(QUARTILES, [Arc::new(headed(&Heading::Quartiles, &DataType::Utf8, lang))]);
    let schema = Arc::new(Schema::new(fields));
    let narrow = |batch: &RecordBatch| {
        let joined: StringArray = (0..batch.num_rows()).map(|row| join(batch, row)).collect();
        let mut columns = batch.columns().to_vec();
        columns.splice(QUARTILES, [Arc::new(joined) as ArrayRef]);
        RecordBatch::try_new(Arc::clone(&schema), columns).ok()
    };
    let batches = summary.batches.iter().filter_map(narrow).collect();
    Answer { schema: Arc::clone(&schema), batches, ..summary.clone() }
}
