//! Turns an answer into CSV that a Vietnamese Excel opens by a double click: byte-order mark,
//! semicolons, lines that end in CR LF, numbers with a decimal comma.
//!
//! Thousands are not separated, so that no other program reads `1.234` as a fraction. Texts that Excel
//! would run as formulas get an apostrophe; numbers and dates are left alone.

use std::io::{self, Write};

use datafusion::arrow::datatypes::DataType;

use super::csv::plain;
use super::formula::without_formula;
use super::layout::{Style, plain_text};
use super::{CellReader, Layout};
use crate::engine::Answer;
use crate::error::Lang;
use crate::vietnamese::print::{format_number, localise_date};

pub(super) fn write_excel_csv(out: &mut impl Write, answer: &Answer, layout: &Layout) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut writer =
        csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(out);
    writer
        .write_record(layout.columns.iter().map(|column| without_formula(&column.heading)))
        .map_err(plain)?;
    for batch in &answer.batches {
        let readers = layout.readers(batch);
        for row in 0..batch.num_rows() {
            for reader in &readers {
                writer.write_field(print_cell(reader, row)).map_err(plain)?;
            }
            writer.write_record(None::<&[u8]>).map_err(plain)?;
        }
    }
    writer.flush()
}

fn print_cell(reader: &CellReader<'_>, row: usize) -> String {
    if reader.is_null(row) {
        return reader.own_missing(row).unwrap_or_default().to_owned();
    }
    match reader.array().data_type() {
        data_type if data_type.is_numeric() => match reader.style(row) {
            Style::Plain | Style::Bare | Style::Trimmed => plain_text(reader.array(), row).replace('.', ","),
            // A plus sign would make it a formula.
            Style::Signed(decimals) => {
                let number = reader.number(row).unwrap_or_default();
                format_number(number, decimals, Lang::Vi).replace('.', "")
            }
            Style::Number(_) | Style::Percent(_) => {
                let printed = reader.text(row).unwrap_or_default();
                match reader.lang() {
                    Lang::Vi => printed.replace('.', ""),
                    Lang::En => printed.replace(',', "").replace('.', ","),
                }
            }
        },
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            localise_date(&plain_text(reader.array(), row), Lang::Vi)
        }
        _ => without_formula(&reader.text(row).unwrap_or_default()),
    }
}
