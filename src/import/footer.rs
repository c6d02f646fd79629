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
pub fn is_footer(row: &Row<'_>) -> bool {
    // From the right, where records have numbers and dates, which settles it at once.
    let mut filled = row.filled().rev().peekable();
    let is_pair = row.filled().nth(1).is_some();
    let has_letters = |text: &str| text.bytes().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
    let is_said = |text: &str| has_letters(text) && (is_footer_text(text) || (is_pair && is_post(text)));
    filled.peek().is_some() && filled.all(|(_, cell)| cell.as_text().is_some_and(is_said))
}

/// A post without anything else: one may be a record, two beside each other sign.
fn is_post(text: &str) -> bool {
    text.split_whitespace().count() <= MOST_WORDS && begins_like_one(text)
}

/// Tells whether a text begins with one of the [`WORDS`]; two letters rule out most cells of records.
fn begins_like_one(text: &str) -> bool {
    const STARTS: [&str; 12] = ["gi", "gh", "lu", "ch", "ng", "no", "th", "tm", "kt", "ky", "ph", "xa"];
    let mut letters =
        text.chars().filter(|letter| letter.is_alphabetic()).map(|letter| letter.to_ascii_lowercase());
    let start: String = letters.by_ref().take(2).collect();
    let may_be = start.starts_with(['g', 'l', 'c', 'n', 't', 'k', 'p', 'x'])
        && (!start.is_ascii() || STARTS.contains(&start.as_str()));
    may_be && WORDS.as_ref().is_some_and(|words| words.is_match(&fold(text)))
}

/// Words of a post, or of a name.
const MOST_WORDS: usize = 5;

/// The commonest surnames, without those that also begin the names of provinces.
const SURNAMES: &str = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Mai Đào \
    Lương Tạ Tăng Chu Trương";

/// `Nguyễn Văn A`: whoever signed stands alone in the row.
fn is_name(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is_capital =
        |word: &str| word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphabetic);
    let is_surname = words.next().is_some_and(|first| SURNAMES.split_whitespace().any(|name| name == first));
    is_surname && (1..MOST_WORDS).contains(&words.clone().count()) && words.all(is_capital)
}

fn is_footer_text(text: &str) -> bool {
    if !text.contains(char::is_alphabetic) {
        return false;
    }
    // `Ghi chú` alone may be a heading, `Giám đốc` a post: a note has a colon, a signature capitals.
    let is_said = text.contains(':')
        || text.contains('(')
        || text.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    (is_said && begins_like_one(text)) || is_date_line(text) || is_name(text)
}

/// `Nghệ An, ngày 14 tháng 12 năm 2023`.
fn is_date_line(text: &str) -> bool {
    text.contains(',')
        && fold(text).contains("ngay")
        && find_dates(text).last().is_some_and(|(range, _)| range.end == text.trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::is_footer;
    use crate::source::Block;

    fn footer(texts: &[&str]) -> bool {
        is_footer(&Block::of_texts(&[texts]).row(0))
    }

    #[test]
    fn notes_and_signatures_are_told_from_records() {
        assert!(footer(&["Ghi chú: số liệu tạm tính"]));
        assert!(footer(&["NGƯỜI LẬP BIỂU", "", "THỦ TRƯỞNG ĐƠN VỊ"]));
        assert!(footer(&["", "Nghệ An, ngày 14 tháng 12 năm 2023"]));
        assert!(footer(&["(Ký, ghi rõ họ tên)"]));
        assert!(footer(&["", "Người lập biểu", "", "Giám đốc"]));
        assert!(footer(&["Nguyễn Văn A", "", "Trần Thị B"]));
        assert!(!footer(&["1", "Nguyễn Văn A"]));
        assert!(!footer(&["Giám đốc", "Sở Nội vụ"]));
        assert!(!footer(&["Giám đốc các trung tâm", "3"]));
        assert!(!footer(&["Bồi dưỡng giám đốc"]));
        assert!(!footer(&["Ghi chú"]));
        assert!(!footer(&[""]));
    }
}
