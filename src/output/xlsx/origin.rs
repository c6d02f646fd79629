//! Writes the sheet that says where a workbook's results come from.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use super::heading_format;
use crate::error::Lang;
use crate::output::Sheet;
use crate::output::provenance::{describe_year, list_facts, year_headings};

pub(super) fn write_provenance(
    target: &mut Worksheet,
    sheets: &[Sheet<'_>],
    lang: Lang,
) -> Result<(), XlsxError> {
    let name = Format::new().set_bold().set_align(FormatAlign::Top);
    let open = Format::new().set_num_format("@").set_align(FormatAlign::Top);
    let text = Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top);
    let heading = heading_format();
    let mut line = 0;
    for sheet in sheets {
        for (fact, value) in list_facts(sheet, lang) {
            target.write_string_with_format(line, 0, fact, &name)?;
            // The cells to the right are empty, so a long text runs over them.
            target.write_string_with_format(line, 1, value, &open)?;
            line += 1;
        }
        let years = sheet.provenance.iter().flat_map(|provenance| &provenance.years);
        let rows: Vec<[String; 8]> = years.map(|year| describe_year(year, lang)).collect();
        if !rows.is_empty() {
            line += 1;
            for (at, word) in (0_u16..).zip(year_headings(lang)) {
                target.write_string_with_format(line, at, word, &heading)?;
            }
            line += 1;
        }
        for row in rows {
            for (at, value) in (0_u16..).zip(row) {
                target.write_string_with_format(line, at, value, &text)?;
            }
            line += 1;
        }
        line += 1;
    }
    for (at, width) in (0_u16..).zip([20.0, 8.0, 36.0, 28.0, 30.0, 34.0, 68.0, 16.0]) {
        target.set_column_width(at, width)?;
    }
    target.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}
