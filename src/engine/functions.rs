//! Turns the department's rules into SQL functions: working days, deadlines, timeliness, autonomy, spelling.
//!
//! Every function is one entry of a table: its parameters, its result, what it means with the place
//! of the rule, and what it does. The table serves registration, type conversion and documentation.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use datafusion::arrow::array::{
    Array as _, ArrayRef, AsArray as _, BinaryArray, BooleanArray, Date32Array, Int64Array, StringArray,
};
use datafusion::arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType,
};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, DocSection, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

use super::fault::CALLED_AS;
use super::working_calendar::WorkingCalendar;
use crate::error::{Explain as _, Lang};
use crate::messages::FunctionWords;
use crate::vietnamese::calendar::Saturdays;
use crate::vietnamese::collation::sort_key;
use crate::vietnamese::fold::{fold, unaccent};
use crate::vietnamese::print::{decimals_of, format_count, format_date, format_number};
use crate::vietnamese::rules::{autonomy_group, timeliness};
use crate::workspace::Workspace;

/// What a parameter takes; values of other types are converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Day,
    Time,
    Whole,
    Fraction,
    Truth,
    Words,
}

/// One function of the table.
struct Definition {
    name: &'static str,
    parameters: &'static [(&'static str, Wanted)],
    /// How many parameters at the end may be left out.
    optional: usize,
    result: DataType,
    about: FunctionWords,
    run: fn(&Rows<'_>, &WorkingCalendar) -> Result<ArrayRef>,
}

const SATURDAYS: (&str, Wanted) = ("count_makeup_saturdays", Wanted::Truth);

static DEFINITIONS: [Definition; 13] = [
    Definition {
        name: "working_days",
        parameters: &[("from", Wanted::Day), ("to", Wanted::Day), SATURDAYS],
        optional: 1,
        result: DataType::Int64,
        about: FunctionWords::WorkingDays,
        run: working_days,
    },
    Definition {
        name: "add_working_days",
        parameters: &[("date", Wanted::Day), ("days", Wanted::Whole), SATURDAYS],
        optional: 1,
        result: DataType::Date32,
        about: FunctionWords::AddWorkingDays,
        run: add_working_days,
    },
    Definition {
        name: "is_working_day",
        parameters: &[("date", Wanted::Day), SATURDAYS],
        optional: 1,
        result: DataType::Boolean,
        about: FunctionWords::IsWorkingDay,
        run: is_working_day,
    },
    Definition {
        name: "deadline",
        parameters: &[("received_at", Wanted::Time), ("days", Wanted::Whole), SATURDAYS],
        optional: 1,
        result: DataType::Date32,
        about: FunctionWords::Deadline,
        run: deadline,
    },
    Definition {
        name: "timeliness",
        parameters: &[
            ("received", Wanted::Day),
            ("due", Wanted::Day),
            ("completed", Wanted::Day),
            ("as_of", Wanted::Day),
        ],
        optional: 0,
        result: DataType::Utf8,
        about: FunctionWords::Timeliness,
        run: judge_timeliness,
    },
    Definition {
        name: "autonomy_group",
        parameters: &[("rate", Wanted::Fraction)],
        optional: 0,
        result: DataType::Utf8,
        about: FunctionWords::AutonomyGroup,
        run: find_autonomy_group,
    },
    Definition {
        name: "vi_number",
        parameters: &[("number", Wanted::Fraction), ("decimals", Wanted::Whole)],
        optional: 1,
        result: DataType::Utf8,
        about: FunctionWords::ViNumber,
        run: |rows, _| Ok(write_numbers(rows, Lang::Vi)),
    },
    Definition {
        name: "local_number",
        parameters: &[("number", Wanted::Fraction), ("decimals", Wanted::Whole)],
        optional: 1,
        result: DataType::Utf8,
        about: FunctionWords::LocalNumber,
        run: |rows, _| Ok(write_numbers(rows, rows.lang)),
    },
    Definition {
        name: "vi_count",
        parameters: &[("count", Wanted::Whole)],
        optional: 0,
        result: DataType::Utf8,
        about: FunctionWords::ViCount,
        run: write_count,
    },
    Definition {
        name: "vi_date",
        parameters: &[("date", Wanted::Day)],
        optional: 0,
        result: DataType::Utf8,
        about: FunctionWords::ViDate,
        run: write_date,
    },
    Definition {
        name: "unaccent",
        parameters: &[("text", Wanted::Words)],
        optional: 0,
        result: DataType::Utf8,
        about: FunctionWords::Unaccent,
        run: |rows, _| Ok(rows.map_text(unaccent)),
    },
    Definition {
        name: "fold",
        parameters: &[("text", Wanted::Words)],
        optional: 0,
        result: DataType::Utf8,
        about: FunctionWords::Fold,
        run: |rows, _| Ok(rows.map_text(fold)),
    },
    Definition {
        name: "vi_sort_key",
        parameters: &[("text", Wanted::Words)],
        optional: 0,
        result: DataType::Binary,
        about: FunctionWords::ViSortKey,
        run: find_sort_keys,
    },
];

fn working_days(rows: &Rows<'_>, calendar: &WorkingCalendar) -> Result<ArrayRef> {
    let days = calendar.read()?;
    let count = |row| {
        let (Some(from), Some(to)) = (rows.day(0, row), rows.day(1, row)) else { return Ok(None) };
        calendar.explain(&days, days.working_days(from, to, rows.saturdays(2, row))).map(Some)
    };
    Ok(Arc::new((0..rows.count).map(count).collect::<Result<Int64Array>>()?))
}

fn add_working_days(rows: &Rows<'_>, calendar: &WorkingCalendar) -> Result<ArrayRef> {
    let days = calendar.read()?;
    rows.collect_days(|row| {
        let (Some(date), Some(count)) = (rows.day(0, row), rows.whole(1, row)) else { return Ok(None) };
        calendar.explain(&days, days.add_working_days(date, count, rows.saturdays(2, row))).map(Some)
    })
}

fn is_working_day(rows: &Rows<'_>, calendar: &WorkingCalendar) -> Result<ArrayRef> {
    let days = calendar.read()?;
    let ask = |row| {
        let Some(date) = rows.day(0, row) else { return Ok(None) };
        calendar.explain(&days, days.is_working_day(date, rows.saturdays(1, row))).map(Some)
    };
    Ok(Arc::new((0..rows.count).map(ask).collect::<Result<BooleanArray>>()?))
}

fn deadline(rows: &Rows<'_>, calendar: &WorkingCalendar) -> Result<ArrayRef> {
    let days = calendar.read()?;
    rows.collect_days(|row| {
        let (Some(time), Some(count)) = (rows.time(0, row), rows.whole(1, row)) else { return Ok(None) };
        calendar.explain(&days, days.deadline(time, count, rows.saturdays(2, row))).map(Some)
    })
}

#[expect(clippy::unnecessary_wraps, reason = "all functions of the table have one shape")]
fn judge_timeliness(rows: &Rows<'_>, _: &WorkingCalendar) -> Result<ArrayRef> {
    let judge = |row| timeliness(rows.day(0, row), rows.day(1, row), rows.day(2, row), rows.day(3, row));
    Ok(Arc::new((0..rows.count).map(judge).collect::<StringArray>()))
}

#[expect(clippy::unnecessary_wraps, reason = "all functions of the table have one shape")]
fn find_autonomy_group(rows: &Rows<'_>, _: &WorkingCalendar) -> Result<ArrayRef> {
    let find = |row| rows.fraction(0, row).and_then(autonomy_group);
    Ok(Arc::new((0..rows.count).map(find).collect::<StringArray>()))
}

#[expect(clippy::unnecessary_wraps, reason = "all functions of the table have one shape")]
fn find_sort_keys(rows: &Rows<'_>, _: &WorkingCalendar) -> Result<ArrayRef> {
    let texts = rows.arrays.first().and_then(|array| array.as_string_opt::<i32>());
    let keys = |texts: &StringArray| texts.iter().map(|text| text.map(sort_key)).collect::<BinaryArray>();
    Ok(Arc::new(texts.map_or_else(|| BinaryArray::new_null(rows.count), keys)))
}

fn write_numbers(rows: &Rows<'_>, lang: Lang) -> ArrayRef {
    let write = |row| {
        let number = rows.fraction(0, row)?;
        let decimals = rows.whole(1, row).map(|decimals| usize::try_from(decimals.clamp(0, 15)));
        let decimals = decimals.and_then(std::result::Result::ok).unwrap_or_else(|| decimals_of(number));
        Some(format_number(number, decimals, lang))
    };
    Arc::new((0..rows.count).map(write).collect::<StringArray>())
}

#[expect(clippy::unnecessary_wraps, reason = "all functions of the table have one shape")]
fn write_count(rows: &Rows<'_>, _: &WorkingCalendar) -> Result<ArrayRef> {
    let write = |row| rows.whole(0, row).map(format_count);
    Ok(Arc::new((0..rows.count).map(write).collect::<StringArray>()))
}

#[expect(clippy::unnecessary_wraps, reason = "all functions of the table have one shape")]
fn write_date(rows: &Rows<'_>, _: &WorkingCalendar) -> Result<ArrayRef> {
    let write = |row| rows.day(0, row).map(format_date);
    Ok(Arc::new((0..rows.count).map(write).collect::<StringArray>()))
}

/// The arguments of one call, one array per parameter given.
struct Rows<'a> {
    arrays: &'a [ArrayRef],
    count: usize,
    /// The language in which the reader of the result sees numbers.
    lang: Lang,
}

impl Rows<'_> {
    /// Reads a value unless it is NULL or its parameter was left out.
    fn value<T: ArrowPrimitiveType>(&self, parameter: usize, row: usize) -> Option<T::Native> {
        let array = self.arrays.get(parameter).filter(|array| array.is_valid(row))?;
        Some(array.as_primitive_opt::<T>()?.value(row))
    }

    fn day(&self, parameter: usize, row: usize) -> Option<NaiveDate> {
        Date32Type::to_naive_date_opt(self.value::<Date32Type>(parameter, row)?)
    }

    fn time(&self, parameter: usize, row: usize) -> Option<NaiveDateTime> {
        let micros = self.value::<TimestampMicrosecondType>(parameter, row)?;
        chrono::DateTime::from_timestamp_micros(micros).map(|time| time.naive_utc())
    }

    fn whole(&self, parameter: usize, row: usize) -> Option<i64> {
        self.value::<Int64Type>(parameter, row)
    }

    fn fraction(&self, parameter: usize, row: usize) -> Option<f64> {
        self.value::<Float64Type>(parameter, row)
    }

    /// Make-up Saturdays count unless the last argument says no.
    fn saturdays(&self, parameter: usize, row: usize) -> Saturdays {
        let given = self.arrays.get(parameter).filter(|array| array.is_valid(row));
        match given.and_then(|array| array.as_boolean_opt()).map(|array| array.value(row)) {
            Some(false) => Saturdays::LeftOut,
            _ => Saturdays::Counted,
        }
    }

    fn map_text(&self, change: fn(&str) -> String) -> ArrayRef {
        let Some(texts) = self.arrays.first().and_then(|array| array.as_string_opt::<i32>()) else {
            return Arc::new(StringArray::new_null(self.count));
        };
        Arc::new(texts.iter().map(|text| text.map(change)).collect::<StringArray>())
    }

    fn collect_days(&self, find: impl Fn(usize) -> Result<Option<NaiveDate>>) -> Result<ArrayRef> {
        let day = |row| Ok(find(row)?.map(Date32Type::from_naive_date));
        Ok(Arc::new((0..self.count).map(day).collect::<Result<Date32Array>>()?))
    }
}

impl Wanted {
    fn data_type(self) -> DataType {
        match self {
            Self::Day => DataType::Date32,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::Whole => DataType::Int64,
            Self::Fraction => DataType::Float64,
            Self::Truth => DataType::Boolean,
            Self::Words => DataType::Utf8,
        }
    }

    /// Tells whether values of a type can be meant; dates may be written as text.
    fn accepts(self, given: &DataType) -> bool {
        let given = if let DataType::Dictionary(_, value) = given { value.as_ref() } else { given };
        match self {
            _ if *given == DataType::Null => true,
            Self::Day | Self::Time => given.is_string() || given.is_temporal(),
            Self::Whole => given.is_integer(),
            Self::Fraction => given.is_numeric(),
            Self::Truth => *given == DataType::Boolean,
            Self::Words => given.is_string(),
        }
    }
}

/// A function of the table as the engine calls it.
#[derive(Debug)]
struct DomainFunction {
    definition: &'static Definition,
    signature: Signature,
    documentation: Documentation,
    calendar: WorkingCalendar,
    lang: Lang,
}

impl std::fmt::Debug for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for DomainFunction {
    fn eq(&self, other: &Self) -> bool {
        self.definition.name == other.definition.name
            && self.calendar == other.calendar
            && self.lang == other.lang
    }
}

impl Eq for DomainFunction {}

impl Hash for DomainFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.definition.name.hash(state);
    }
}

/// Makes all functions of the table, over the calendar of a workspace, for readers of a language.
pub(super) fn domain_functions(workspace: &Workspace, lang: Lang) -> impl Iterator<Item = ScalarUDF> {
    let calendar = WorkingCalendar::new(workspace);
    DEFINITIONS.iter().map(move |definition| make_function(definition, &calendar, lang))
}

fn make_function(definition: &'static Definition, calendar: &WorkingCalendar, lang: Lang) -> ScalarUDF {
    ScalarUDF::from(DomainFunction {
        definition,
        signature: Signature::user_defined(Volatility::Stable),
        documentation: definition.document(),
        calendar: calendar.clone(),
        lang,
    })
}

/// What a function of the table takes along to another machine: all that its values depend on.
#[cfg(feature = "cluster")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Packed {
    is_vietnamese: bool,
    calendar: Option<String>,
}

/// Tells whether a function is one of the table.
#[cfg(feature = "cluster")]
pub(super) fn is_domain_function(function: &ScalarUDF) -> bool {
    function.inner().downcast_ref::<DomainFunction>().is_some()
}

/// Packs a function, if it is one of the table.
///
/// # Errors
/// If the workspace's calendar cannot be read.
#[cfg(feature = "cluster")]
pub(super) fn pack(function: &ScalarUDF) -> Result<Option<Vec<u8>>> {
    let Some(function) = function.inner().downcast_ref::<DomainFunction>() else { return Ok(None) };
    let lines = function.calendar.lines()?;
    let calendar = lines.map(|lines| lines.as_ref().to_owned());
    let packed = Packed { is_vietnamese: function.lang == Lang::Vi, calendar };
    serde_json::to_vec(&packed)
        .map(Some)
        .map_err(|error| datafusion::common::DataFusionError::External(error.into()))
}

/// Makes the function of that name again from what it took along, if there is one.
///
/// # Errors
/// If that was not packed by [`pack`].
#[cfg(feature = "cluster")]
pub(super) fn unpack(name: &str, packed: &[u8]) -> Result<Option<ScalarUDF>> {
    let Some(definition) = DEFINITIONS.iter().find(|definition| definition.name == name) else {
        return Ok(None);
    };
    let packed: Packed = serde_json::from_slice(packed)
        .map_err(|error| datafusion::common::DataFusionError::External(error.into()))?;
    let lang = if packed.is_vietnamese { Lang::Vi } else { Lang::En };
    Ok(Some(make_function(definition, &WorkingCalendar::brought(packed.calendar), lang)))
}

/// Returns what a function of the table does, in words.
pub(super) fn describe(name: &str) -> Option<&'static FunctionWords> {
    DEFINITIONS.iter().find(|definition| definition.name == name).map(|definition| &definition.about)
}

impl Definition {
    fn syntax(&self) -> String {
        let required = self.parameters.len() - self.optional;
        let name = |(index, (name, _)): (usize, &(&str, Wanted))| match index {
            0 => (*name).to_owned(),
            index if index < required => format!(", {name}"),
            _ => format!("[, {name}]"),
        };
        format!("{}({})", self.name, self.parameters.iter().enumerate().map(name).collect::<String>())
    }

    fn document(&self) -> Documentation {
        let section = DocSection { include: true, label: "Department", description: None };
        Documentation::builder(section, self.about.message(Lang::En), self.syntax()).build()
    }
}

impl ScalarUDFImpl for DomainFunction {
    fn name(&self) -> &str {
        self.definition.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.definition.result.clone())
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let Definition { parameters, optional, .. } = self.definition;
        let wanted = parameters.iter().map(|(_, wanted)| *wanted).zip(given);
        let is_enough = (parameters.len() - optional..=parameters.len()).contains(&given.len());
        if !is_enough || wanted.clone().any(|(wanted, given)| !wanted.accepts(given)) {
            return plan_err!("{CALLED_AS}{}", self.definition.syntax());
        }
        Ok(wanted.map(|(wanted, _)| wanted.data_type()).collect())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_constant = args.args.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let count = if is_constant { 1 } else { args.number_rows };
        let arrays: Vec<ArrayRef> =
            args.args.into_iter().map(|value| value.into_array(count)).collect::<Result<_>>()?;
        let result =
            (self.definition.run)(&Rows { arrays: &arrays, count, lang: self.lang }, &self.calendar)?;
        if is_constant {
            return ScalarValue::try_from_array(&result, 0).map(ColumnarValue::Scalar);
        }
        Ok(ColumnarValue::Array(result))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}
