//! Turns the words around a table into the period and the as-of date of an export.
//!
//! A reporting year need not be a calendar year (15 December to 14 December is usual), so the
//! export's own words come first; the year at the end of the period is the reporting year.

use chrono::{Datelike, NaiveDate};

use super::ImportRequest;
use super::locate::Located;
use crate::error::{Error, Result};
use crate::messages::ImportFault;
use crate::store::{AsOf, Dated, Origin};
use crate::vietnamese::dates::find_dates;
use crate::vietnamese::fold::fold;

/// What the words around a table say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stated {
    /// `Từ ngày … đến ngày …`.
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// `Số liệu tính đến ngày …`.
    pub as_of: Option<NaiveDate>,
    /// `BÁO CÁO … NĂM 2023`: the year that the title names.
    pub year: Option<i32>,
    /// `Nghệ An, ngày … tháng … năm …` under the table.
    pub signed: Option<NaiveDate>,
}

/// Reads the lines above the header of a sheet and those of its signature block.
pub fn read_stated(located: &Located<'_>) -> Stated {
    let mut stated = Stated::default();
    for text in located.preamble() {
        read_line(text, &mut stated);
        stated.year = stated.year.or_else(|| read_title_year(text));
    }
    stated.signed = located.footer().find_map(read_signature);
    stated
}

/// Words after which a year is another one than that of the rows: a plan's, a comparison's, a span's.
const OTHER_YEARS: [&str; 6] = ["ke hoach", "phuong huong", "giai doan", "so voi", "kem theo", "thang"];

/// Reads the year at the end of a title; a line with a date is about that date.
fn read_title_year(text: &str) -> Option<i32> {
    let words = fold(text);
    let (before, year) = words.rsplit_once("nam ")?;
    if OTHER_YEARS.iter().any(|word| before.contains(word)) {
        return None;
    }
    let year = year.parse().ok().filter(|year| (2000..=2100).contains(year))?;
    find_dates(text).is_empty().then_some(year)
}

/// Reads a line that is a place and a date, and nothing after it: `Nghệ An, ngày 14 tháng 12 năm 2023`.
fn read_signature(text: &str) -> Option<NaiveDate> {
    let line = text.lines().find(|line| line.contains(','))?;
    let (range, date) = find_dates(line).pop()?;
    let rest = line.get(range.end..).unwrap_or_default();
    fold(rest).is_empty().then_some(date)
}

fn read_line(text: &str, stated: &mut Stated) {
    let dates = find_dates(text);
    let before = |at: usize| fold(text.get(..at).unwrap_or_default());
    for (index, (range, date)) in dates.iter().enumerate() {
        let words = before(range.start);
        let words = words.trim_end_matches(" ngay").trim_end_matches(" het");
        if let Some((first, start)) = index.checked_sub(1).and_then(|earlier| dates.get(earlier))
            && words.ends_with("den")
            && ["tu", "tu ngay"].iter().any(|from| before(first.start).ends_with(from))
        {
            stated.period.get_or_insert((*start, *date));
        } else if ["tinh den", "thoi diem", "co mat den", "chot den", "den"]
            .iter()
            .any(|end| words.ends_with(end))
        {
            stated.as_of.get_or_insert(*date);
        }
    }
}

/// Settles the period: the export's words, else the given one, else the calendar year.
///
/// # Errors
/// [`ImportFault::OtherDate`] if words and given period differ, [`ImportFault::OtherYear`] if the
/// period ends in another year.
pub fn settle_period(request: &ImportRequest, stated: &[Stated]) -> Result<Dated> {
    if let Some(other) = stated.iter().filter_map(|stated| stated.year).find(|year| *year != request.year) {
        return Err(ImportFault::OtherYear { year: request.year, found: other.to_string() }.into());
    }
    let mut found = stated.iter().filter_map(|stated| stated.period);
    let period = match (found.next(), request.period) {
        (Some(words), Some(given)) if words != given => {
            return Err(other_date(&span(words), &span(given)));
        }
        // Several exports of one year (one per half) cover it together.
        (Some(first), _) => {
            let whole = found.fold(first, |all, next| (all.0.min(next.0), all.1.max(next.1)));
            Dated { from: whole.0, to: whole.1, origin: Origin::Export }
        }
        (None, Some(given)) => Dated { from: given.0, to: given.1, origin: Origin::Given },
        (None, None) => {
            let (from, to) = calendar_year(request.year)?;
            Dated { from, to, origin: Origin::Assumed }
        }
    };
    if period.to.year() == request.year && period.from <= period.to {
        Ok(period)
    } else {
        let found = span((period.from, period.to));
        Err(ImportFault::OtherYear { year: request.year, found }.into())
    }
}

/// Settles the as-of date: the export's words, else the given one, else the end of a known period,
/// else the date of the signature, else the end of the year.
///
/// # Errors
/// [`ImportFault::OtherDate`] if words and given date differ, [`ImportFault::OtherYear`] if the date
/// lies outside the year and the one after it.
pub fn settle_as_of(request: &ImportRequest, stated: &[Stated], period: &Dated) -> Result<AsOf> {
    let words = stated.iter().filter_map(|stated| stated.as_of).max();
    let as_of = match (words, request.as_of) {
        (Some(words), Some(given)) if words != given => return Err(other_date(&day(words), &day(given))),
        (Some(date), _) => AsOf { date, origin: Origin::Export },
        (None, Some(date)) => AsOf { date, origin: Origin::Given },
        (None, None) => match (period.origin, stated.iter().filter_map(|stated| stated.signed).max()) {
            (Origin::Assumed, Some(date)) => AsOf { date, origin: Origin::Export },
            (origin, _) => AsOf { date: period.to, origin },
        },
    };
    if (request.year..=request.year.saturating_add(1)).contains(&as_of.date.year()) {
        Ok(as_of)
    } else {
        Err(ImportFault::OtherYear { year: request.year, found: day(as_of.date) }.into())
    }
}

fn calendar_year(year: i32) -> Result<(NaiveDate, NaiveDate)> {
    let from = NaiveDate::from_ymd_opt(year, 1, 1);
    let to = NaiveDate::from_ymd_opt(year, 12, 31);
    from.zip(to).ok_or_else(|| ImportFault::OtherYear { year, found: "?".to_owned() }.into())
}

fn other_date(found: &str, given: &str) -> Error {
    ImportFault::OtherDate { found: found.to_owned(), given: given.to_owned() }.into()
}

fn day(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

fn span(period: (NaiveDate, NaiveDate)) -> String {
    format!("{} – {}", day(period.0), day(period.1))
}

#[cfg(test)]
mod tests {
    use super::{Stated, read_line, read_signature};

    fn stated(text: &str) -> (Option<String>, Option<String>) {
        let mut stated = Stated::default();
        read_line(text, &mut stated);
        (stated.period.map(super::span), stated.as_of.map(super::day))
    }

    #[test]
    fn a_period_and_an_as_of_date_are_told_apart() {
        let period = Some("01/01/2023 – 14/12/2023".to_owned());
        assert_eq!(stated("(Từ ngày 01/01/2023 đến ngày 14/12/2023)"), (period.clone(), None));
        assert_eq!(
            stated("Kỳ báo cáo: từ 01/01/2023 đến hết ngày 14/12/2023. Đơn vị tính: đồng"),
            (period, None)
        );
        let as_of = Some("31/12/2020".to_owned());
        assert_eq!(stated("(Số liệu tính đến ngày 31/12/2020)"), (None, as_of));
    }

    #[test]
    fn a_title_names_its_year_and_a_dated_line_does_not() {
        assert_eq!(super::read_title_year("KẾT QUẢ ĐÀO TẠO, BỒI DƯỠNG NĂM 2023"), Some(2023));
        assert_eq!(super::read_title_year("Nghệ An, ngày 14 tháng 12 năm 2023"), None);
        assert_eq!(super::read_title_year("BÁO CÁO KẾT QUẢ VÀ KẾ HOẠCH NĂM 2024"), None);
        assert_eq!(super::read_title_year("So với năm 2022"), None);
        assert_eq!(super::read_title_year("(Theo Nghị định số 60/2021/NĐ-CP)"), None);
    }

    #[test]
    fn a_signature_is_a_place_and_a_date_and_nothing_more() {
        let signed = |text: &str| read_signature(text).map(super::day);
        let date = Some("14/12/2023".to_owned());
        assert_eq!(signed("Nghệ An, ngày 14 tháng 12 năm 2023"), date);
        assert_eq!(signed("Nghệ An, ngày 14 tháng 12 năm 2023\nTHỦ TRƯỞNG ĐƠN VỊ"), date);
        assert_eq!(signed("Ghi chú: theo Quyết định, ngày 14 tháng 12 năm 2023, của UBND tỉnh"), None);
    }

    #[test]
    fn a_decision_has_a_date_that_means_neither() {
        assert_eq!(stated("(Quyết định số 4617/QĐ-UBND ngày 08/11/2019 của UBND tỉnh)"), (None, None));
    }
}
