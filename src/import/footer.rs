//! Tells the notes and signatures that stand under a table from rows that have only one cell.
//!
//! A dataset whose first column is required would otherwise take `Ghi chú: …` for a record.

use regex::Regex;
use std::sync::LazyLock;

use crate::source::Row;
use crate::vietnamese::dates::find_dates;
use crate::vietnamese::fold::fold;

/// What notes, signatures and lists of receivers begin with (Nghị định 30/2020/NĐ-CP, phụ lục I).
static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let signatures = "nguoi lap|nguoi ky|thu truong|giam doc|pho giam doc|kt giam doc|tm |ky ten|ky ghi ro ho ten|xac nhan cua";
    Regex::new(&format!("^(?:ghi chu|luu y|chu thich|nguon so lieu|noi nhan|{signatures})")).ok()
});

/// Tells whether a row is one note, one date line or signatures, and no record.
pub fn is_footer(row: &Row) -> bool {
    let mut filled = row.cells.iter().filter(|cell| !cell.is_empty()).peekable();
    filled.peek().is_some() && filled.all(|cell| cell.as_text().is_some_and(is_footer_text))
}

fn is_footer_text(text: &str) -> bool {
    let folded = fold(text);
    // `Ghi chú` alone may be a heading, `Giám đốc` a post: a note has a colon, a signature capitals.
    let is_said = text.contains(':')
        || text.contains('(')
        || text.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    (is_said && WORDS.as_ref().is_some_and(|words| words.is_match(&folded))) || is_date_line(text, &folded)
}

/// `Nghệ An, ngày 14 tháng 12 năm 2023`.
fn is_date_line(text: &str, folded: &str) -> bool {
    folded.contains("ngay")
        && text.contains(',')
        && find_dates(text).last().is_some_and(|(range, _)| range.end == text.trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::is_footer;
    use crate::source::{Cell, Row};

    fn footer(texts: &[&str]) -> bool {
        is_footer(&Row { number: 1, cells: texts.iter().map(|text| Cell::text(text)).collect() })
    }

    #[test]
    fn notes_and_signatures_are_told_from_records() {
        assert!(footer(&["Ghi chú: số liệu tạm tính"]));
        assert!(footer(&["NGƯỜI LẬP BIỂU", "", "THỦ TRƯỞNG ĐƠN VỊ"]));
        assert!(footer(&["", "Nghệ An, ngày 14 tháng 12 năm 2023"]));
        assert!(footer(&["(Ký, ghi rõ họ tên)"]));
        assert!(!footer(&["Giám đốc các trung tâm", "3"]));
        assert!(!footer(&["Bồi dưỡng giám đốc"]));
        assert!(!footer(&["Ghi chú"]));
        assert!(!footer(&[""]));
    }
}
