//! Turns headings into names of columns, and tells what a heading says about its values.

use std::collections::HashSet;

use super::super::amount::money_scale;
use super::{Drafted, Kind};
use crate::contract::{ORIGIN_COLUMNS, RULE_VALUES};
use crate::vietnamese::fold::fold;
use crate::workspace::is_name;

/// Longer names are cut at a word.
const LONGEST: usize = 40;

/// Names that are given, so that none is given twice.
#[derive(Debug, Default)]
pub(super) struct NameBook {
    given: HashSet<String>,
}

impl NameBook {
    /// Makes a name of small letters, digits and `_` from words.
    pub(super) fn name(&mut self, words: &str) -> String {
        let base = plain_name(words);
        let numbered = (2..).map(|number: u32| format!("{base}_{number}"));
        let name = std::iter::once(base.clone()).chain(numbered).find(|name| !self.given.contains(name));
        let name = name.unwrap_or(base);
        self.given.insert(name.clone());
        name
    }
}

fn plain_name(words: &str) -> String {
    let mut name = String::new();
    for word in fold(words).split(' ') {
        let word: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        if !name.is_empty() && name.len() + word.len() >= LONGEST {
            break;
        }
        if !name.is_empty() && !word.is_empty() {
            name.push('_');
        }
        name.push_str(&word);
    }
    name.truncate(LONGEST);
    let is_kept = ORIGIN_COLUMNS.contains(&name.as_str()) || RULE_VALUES.contains(&name.as_str());
    if is_name(&name) && !is_kept { name } else { format!("c_{name}") }
}

/// Words of headings over what identifies people, or over free text in which names stand.
///
/// Source: Nghị định 13/2023/NĐ-CP, điều 2, for basic personal data.
const PERSONAL: [&str; 34] = [
    "ho ten",
    "ho va ten",
    "ho dem",
    "chu ho so",
    "nguoi nop",
    "nguoi nhan",
    "nguoi dai dien",
    "nguoi uy quyen",
    "nguoi duoc uy quyen",
    "nguoi lien he",
    "nguoi tiep nhan",
    "nguoi ky",
    "can bo",
    "ten ca nhan",
    "ten cong dan",
    "hoc vien",
    "dien thoai",
    "sdt",
    "so dt",
    "di dong",
    "dia chi",
    "noi o",
    "thuong tru",
    "tam tru",
    "email",
    "e mail",
    "thu dien tu",
    "cccd",
    "cmnd",
    "can cuoc",
    "so dinh danh",
    "ho chieu",
    "ngay sinh",
    "ghi chu",
];

/// Headings that begin like personal ones and are counts or units.
const NOT_PERSONAL: [&str; 4] = ["so ", "tong ", "ty le", "luot"];

/// Tells whether a heading stands over personal data.
pub(super) fn is_personal(heading: &str) -> bool {
    let words = format!(" {} ", fold(heading));
    let counts = NOT_PERSONAL.iter().any(|start| words.starts_with(&format!(" {start}")));
    let numbers = ["dien thoai", "cccd", "cmnd", "can cuoc", "dinh danh", "ho chieu", "so dt"];
    let is_number = numbers.iter().any(|word| words.contains(&format!(" {word} ")));
    is_number || (!counts && PERSONAL.iter().any(|word| words.contains(&format!(" {word} "))))
}

/// Tells whether a heading stands over codes, which are text whatever they look like.
pub(super) fn is_code(heading: &str) -> bool {
    let words = format!(" {} ", fold(heading));
    [" ma ", " ma so ", " so hieu ", " ky hieu ", " so quyet dinh ", " tai khoan "]
        .iter()
        .any(|word| words.contains(word))
}

/// Tells whether a heading promises a value of its own in every row.
pub(super) fn looks_like_key(heading: &str) -> bool {
    is_code(heading) || fold(heading).starts_with("so ky hieu")
}

/// Tells whether a heading stands over years.
pub(super) fn is_year(heading: &str) -> bool {
    fold(heading).split(' ').any(|word| word == "nam")
}

/// Reads the unit in brackets at the end of a heading.
pub(super) fn unit_in(heading: &str) -> Option<String> {
    let (_, unit) = heading.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    let unit = unit.trim();
    // `(A)`, `(1)` and `(nếu có)` are remarks, not units.
    let is_unit = unit.chars().count() >= 2
        && unit.chars().all(|letter| letter.is_alphabetic() || letter == ' ')
        && !fold(unit).starts_with("neu ");
    is_unit.then(|| unit.to_lowercase())
}

/// Tells whether numbers are money: by their unit, or by their heading.
pub(super) fn is_money(unit: Option<&str>, heading: &str) -> bool {
    let words = format!(" {} ", fold(heading));
    let is_paid = ["kinh phi", "le phi", "thanh tien", "so tien", "don gia"];
    unit.is_some_and(|unit| money_scale(&fold(unit)).is_some())
        || (unit.is_none() && is_paid.iter().any(|word| words.contains(&format!(" {word} "))))
}

/// The column that keeps the words of group rows.
pub(super) fn group_column(columns: &[Drafted]) -> Drafted {
    let mut names = NameBook { given: columns.iter().map(|column| column.name.clone()).collect() };
    Drafted {
        name: names.name("nhóm"),
        title: "Nhóm dòng".to_owned(),
        kind: Kind::Text,
        is_personal: false,
        is_required: false,
        from_group: true,
    }
}

#[cfg(test)]
mod tests {
    use super::{NameBook, is_personal, unit_in};

    #[test]
    fn names_are_plain_and_never_given_twice() {
        let mut names = NameBook::default();
        assert_eq!(names.name("Đơn vị tính"), "don_vi_tinh");
        assert_eq!(names.name("Đơn vị tính"), "don_vi_tinh_2");
        assert_eq!(names.name("2023"), "c_2023");
        assert_eq!(names.name("Year"), "c_year");
        assert!(crate::workspace::is_name(&names.name("…")));
        assert!(crate::workspace::is_name(&names.name(&"Tên rất dài ".repeat(20))));
    }

    #[test]
    fn people_are_recognised_by_headings() {
        for heading in
            ["Họ và tên", "Thông tin chủ hồ sơ Số CCCD", "Số điện thoại", "Địa chỉ", "Email", "Ghi chú"]
        {
            assert!(is_personal(heading), "{heading}");
        }
        for heading in ["Số cán bộ", "Tên đơn vị", "Số học viên", "Mã hồ sơ", "Ngày nhận"]
        {
            assert!(!is_personal(heading), "{heading}");
        }
    }

    #[test]
    fn units_stand_in_brackets() {
        assert_eq!(unit_in("Kinh phí (triệu đồng)").as_deref(), Some("triệu đồng"));
        assert_eq!(unit_in("Tổng thu (A)"), None);
        assert_eq!(unit_in("Số quyết định (nếu có)"), None);
    }
}
