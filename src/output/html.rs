//! Turns results into one HTML page that needs nothing else: no script, no picture, no other file.
//!
//! A policy in the page forbids scripts and every connection, so that a page made of foreign text stays
//! a page. Everything that came from outside is escaped.

use std::io::{self, Write};

use super::heading::{header_height, stack_headings};
use super::provenance::{describe_year, list_facts, year_headings};
use super::{Sheet, visible};
use crate::error::{Explain as _, Lang};
use crate::messages::ProvenanceWords;

const STYLE: &str = "\
body{font-family:'Times New Roman',serif;margin:2em;color:#111}\
table{border-collapse:collapse;margin:1em 0}\
caption{font-weight:bold;text-align:left;padding:.3em 0}\
th,td{border:1px solid #888;padding:.25em .5em;vertical-align:top;text-align:left}\
th{background:#ddebf7}\
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\
td.better{background:#e2f0d9}td.worse{background:#fbe5d6}\
p.note{color:#9c0006}\
details table{font-size:.85em}\
@media print{details{display:none}}";

/// Writes a page with one table per result.
pub(super) fn write_html(out: &mut impl Write, sheets: &[Sheet<'_>], lang: Lang) -> io::Result<()> {
    let code = match lang {
        Lang::Vi => "vi",
        Lang::En => "en",
    };
    let title = sheets.iter().map(heading).find(|title| !title.is_empty()).unwrap_or("cchc");
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">")?;
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
    writeln!(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width\">")?;
    writeln!(out, "<title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>", escape(title))?;
    for sheet in sheets {
        write_table(out, sheet)?;
        write_notes(out, sheet, lang)?;
    }
    writeln!(out, "</body>\n</html>")
}

/// What a result is called for people, or for want of it its name.
fn heading<'a>(sheet: &'a Sheet<'_>) -> &'a str {
    if sheet.title.is_empty() { &sheet.name } else { &sheet.title }
}

fn write_table(out: &mut impl Write, sheet: &Sheet<'_>) -> io::Result<()> {
    writeln!(out, "<table>")?;
    let title = heading(sheet);
    if !title.is_empty() {
        let lines = std::iter::once(title).chain(sheet.form.lines.iter().map(String::as_str));
        writeln!(out, "<caption>{}</caption>", lines.map(escape).collect::<Vec<_>>().join("<br>"))?;
    }
    write_header(out, sheet)?;
    writeln!(out, "<tbody>")?;
    for batch in &sheet.answer.batches {
        let readers = sheet.layout.readers(batch);
        for row in 0..batch.num_rows() {
            write!(out, "<tr>")?;
            for (reader, column) in readers.iter().zip(&sheet.layout.columns) {
                let class = match (column.numeric, reader.tone(row)) {
                    (true, Some(true)) => " class=\"n better\"",
                    (true, Some(false)) => " class=\"n worse\"",
                    (true, None) => " class=\"n\"",
                    (false, _) => "",
                };
                let text = reader.text(row).unwrap_or_else(|| reader.missing(row, "").to_owned());
                write!(out, "<td{class}>{}</td>", escape(&text))?;
            }
            writeln!(out, "</tr>")?;
        }
    }
    writeln!(out, "</tbody>\n</table>")
}

fn write_header(out: &mut impl Write, sheet: &Sheet<'_>) -> io::Result<()> {
    let cells = stack_headings(&sheet.layout.columns);
    write!(out, "<thead>")?;
    for row in 0..header_height(&cells) {
        write!(out, "<tr>")?;
        for cell in cells.iter().filter(|cell| cell.row == row) {
            let span = |name, count| if count > 1 { format!(" {name}=\"{count}\"") } else { String::new() };
            let (rows, columns) = (span("rowspan", cell.rows), span("colspan", cell.columns));
            let scope = if cell.columns > 1 { "colgroup" } else { "col" };
            write!(out, "<th scope=\"{scope}\"{rows}{columns}>{}</th>", escape(cell.text))?;
        }
        write!(out, "</tr>")?;
    }
    if !sheet.form.numbers.is_empty() {
        write!(out, "<tr>")?;
        for number in &sheet.form.numbers {
            write!(out, "<td>({})</td>", escape(number))?;
        }
        write!(out, "</tr>")?;
    }
    writeln!(out, "</thead>")
}

fn write_notes(out: &mut impl Write, sheet: &Sheet<'_>, lang: Lang) -> io::Result<()> {
    for notice in &sheet.answer.notices {
        writeln!(out, "<p class=\"note\">{}</p>", escape(&notice.message(lang)))?;
    }
    let Some(provenance) = &sheet.provenance else { return Ok(()) };
    writeln!(out, "<details><summary>{}</summary>", escape(&ProvenanceWords::Sheet.message(lang)))?;
    writeln!(out, "<table>")?;
    for (fact, value) in list_facts(sheet, lang) {
        writeln!(out, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escape(&fact), escape(&value))?;
    }
    writeln!(out, "</table>")?;
    if !provenance.years.is_empty() {
        write!(out, "<table>\n<tr>")?;
        for word in year_headings(lang) {
            write!(out, "<th scope=\"col\">{}</th>", escape(&word))?;
        }
        writeln!(out, "</tr>")?;
        for year in &provenance.years {
            let cells = describe_year(year, lang).map(|cell| format!("<td>{}</td>", escape(&cell)));
            writeln!(out, "<tr>{}</tr>", cells.concat())?;
        }
        writeln!(out, "</table>")?;
    }
    writeln!(out, "</details>")
}

/// Turns text into text of a page; line breaks stay, other control characters are shown as signs.
fn escape(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| {
            visible(line.trim_end_matches('\r'))
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
                .replace('\'', "&#39;")
        })
        .collect();
    lines.join("<br>")
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn foreign_text_does_not_become_a_tag_an_attribute_or_a_control_character() {
        assert_eq!(
            escape("<script>\"x\"&'y'</script>\r\nđ\u{202e}"),
            "&lt;script&gt;&quot;x&quot;&amp;&#39;y&#39;&lt;/script&gt;<br>đ�"
        );
    }
}
