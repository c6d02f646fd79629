//! Turns an import's plan into lines for people: what was found, what becomes of it, what adds up.

use std::io::{self, Write};

use chrono::NaiveDate;

use crate::contract::Personal;
use crate::error::{Explain as _, Lang};
use crate::import::{ColumnPlan, FilePlan, Ignored, ImportPlan, LeftOut, Reason, SheetPlan};
use crate::messages::PlanWords;
use crate::source::Format;
use crate::store::{ControlTotal, Origin};

/// Writes what an import would do: where the table stands, what each column becomes, what the totals say.
pub(super) fn write_plan(out: &mut impl Write, plan: &ImportPlan, lang: Lang) -> io::Result<()> {
    for file in &plan.files {
        write_file(out, file, lang)?;
    }
    for total in &plan.control_totals {
        writeln!(out, "{}", describe_total(total, lang).message(lang))?;
    }
    let (period, as_of) = (plan.period, plan.as_of);
    let dates = PlanWords::Period {
        from: day(period.from),
        to: day(period.to),
        origin: describe_origin(period.origin).message(lang),
    };
    let as_of =
        PlanWords::AsOf { date: day(as_of.date), origin: describe_origin(as_of.origin).message(lang) };
    writeln!(out, "{}; {}", dates.message(lang), as_of.message(lang))?;
    let rows = PlanWords::WouldImport {
        dataset: plan.dataset.clone(),
        year: plan.year,
        rows: plan.rows,
        rejects: plan.rejects.len(),
    };
    writeln!(out, "{}", rows.message(lang))
}

fn write_file(out: &mut impl Write, file: &FilePlan, lang: Lang) -> io::Result<()> {
    let mut format = describe_format(file.format, lang);
    if let Some(encoding) = &file.encoding {
        format = format!("{format}, {encoding}");
    }
    let words = PlanWords::File { file: file.file.clone(), format, size: describe_size(file.bytes) };
    writeln!(out, "{}", words.message(lang))?;
    for sheet in &file.sheets {
        write_sheet(out, sheet, lang)?;
    }
    for sheet in &file.left_out {
        writeln!(out, "  {}", describe_left_out(sheet).message(lang))?;
    }
    Ok(())
}

fn write_sheet(out: &mut impl Write, sheet: &SheetPlan, lang: Lang) -> io::Result<()> {
    let words = match (sheet.name.clone(), sheet.header_rows) {
        (Some(name), (first, last)) if first == last => PlanWords::Sheet { name, row: first },
        (Some(name), (first, last)) => PlanWords::TallSheet { name, first, last },
        (None, (first, last)) if first == last => PlanWords::Table { row: first },
        (None, (first, last)) => PlanWords::TallTable { first, last },
    };
    writeln!(out, "  {}", words.message(lang))?;
    for column in &sheet.columns {
        let heading = column.heading.replace('\n', " ");
        writeln!(out, "    {:>3}  {heading} ⇒ {}", column.letters, describe_column(column, lang))?;
    }
    let kinds = PlanWords::Rows { kinds: describe_kinds(&sheet.rows_by_kind, lang) };
    writeln!(out, "    {}", kinds.message(lang))?;
    if sheet.columns.iter().any(|column| column.block.is_some()) {
        writeln!(out, "    {}", PlanWords::Records { count: sheet.records }.message(lang))?;
    }
    if sheet.formulas > 0 {
        writeln!(out, "    {}", PlanWords::Formulas { count: sheet.formulas }.message(lang))?;
    }
    Ok(())
}

fn describe_column(column: &ColumnPlan, lang: Lang) -> String {
    let block = column.block.as_ref().map(|block| format!("{block} · ")).unwrap_or_default();
    let becomes = match (column.field.clone(), column.ignored, column.personal) {
        (None, Some(Ignored::Ordinal), _) => PlanWords::Ordinal.message(lang),
        (None, Some(Ignored::Outdone), _) => PlanWords::Outdone.message(lang),
        (None, _, _) => PlanWords::Unclaimed.message(lang),
        (Some(_), _, Personal::Drop) => PlanWords::Dropped.message(lang),
        (Some(field), _, Personal::Hash) => PlanWords::Hashed { field }.message(lang),
        (Some(field), _, Personal::No) => field,
    };
    block + &becomes
}

/// Lists numbers of rows by kind, records first.
pub(super) fn describe_kinds(kinds: &indexmap::IndexMap<String, u64>, lang: Lang) -> String {
    let order =
        ["detail", "group", "total", "header", "column_numbers", "preamble", "footer", "blank"].into_iter();
    let found = order.filter_map(|kind| Some(describe_kind(kind, *kinds.get(kind)?).message(lang)));
    found.collect::<Vec<_>>().join(" · ")
}

fn describe_kind(kind: &str, count: u64) -> PlanWords {
    match kind {
        "detail" => PlanWords::DetailRows { count },
        "group" => PlanWords::GroupRows { count },
        "total" => PlanWords::TotalRows { count },
        "header" => PlanWords::HeaderRows { count },
        "column_numbers" => PlanWords::NumberRows { count },
        "preamble" => PlanWords::PreambleRows { count },
        "footer" => PlanWords::FooterRows { count },
        _ => PlanWords::BlankRows { count },
    }
}

/// Says why a sheet is not read.
pub(super) fn describe_left_out(sheet: &LeftOut) -> PlanWords {
    let name = sheet.name.clone();
    match sheet.reason {
        Reason::Hidden => PlanWords::HiddenSheet { name },
        Reason::NotAskedFor => PlanWords::OtherSheet { name },
        Reason::Empty => PlanWords::EmptySheet { name },
        Reason::NoHeader => PlanWords::StrangeSheet { name },
    }
}

fn describe_total(total: &ControlTotal, lang: Lang) -> PlanWords {
    let column = total.column.clone().unwrap_or_else(|| PlanWords::RowCount.message(lang));
    let parts = [total.scope.clone(), total.block.clone(), Some(column)];
    let what = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let stated = total.stated.clone();
    if total.agrees() {
        PlanWords::TotalAgrees { what, stated }
    } else {
        PlanWords::TotalDiffers { what, stated, computed: total.computed.clone() }
    }
}

fn describe_origin(origin: Origin) -> PlanWords {
    match origin {
        Origin::Export => PlanWords::FromExport,
        Origin::Given => PlanWords::FromUser,
        Origin::Assumed => PlanWords::Assumed,
    }
}

fn describe_format(format: Format, lang: Lang) -> String {
    match format {
        Format::Xlsx => PlanWords::Workbook { kind: "XLSX".to_owned() }.message(lang),
        Format::Xlsb => PlanWords::Workbook { kind: "XLSB".to_owned() }.message(lang),
        Format::Xls => PlanWords::Workbook { kind: "XLS".to_owned() }.message(lang),
        Format::Ods => PlanWords::Workbook { kind: "ODS".to_owned() }.message(lang),
        Format::SpreadsheetMl => PlanWords::Workbook { kind: "XML (Excel 2003)".to_owned() }.message(lang),
        Format::Html => PlanWords::WebPage.message(lang),
        Format::Delimited('\t') => {
            PlanWords::Delimited { delimiter: PlanWords::Tab.message(lang) }.message(lang)
        }
        Format::Delimited(delimiter) => {
            PlanWords::Delimited { delimiter: delimiter.to_string() }.message(lang)
        }
    }
}

fn describe_size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}

fn day(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}
