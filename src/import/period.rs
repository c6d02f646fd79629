//! Turns the words around a table into the period and the as-of date of an export.
//!
//! A reporting year need not be a calendar year (15 December to 14 December is usual), so the
//! export's own words come first; the year at the end of the period is the reporting year.

use chrono::{Datelike, NaiveDate};

use super::ImportRequest;
use super::locate::Located;
use super::rows::RowKind;
use crate::error::{Error, Explain, Place, Result};
use crate::messages::{ImportFault, ImportWarning};
use crate::source::{Cell, Row, column_letters};
use crate::store::{AsOf, Dated, Origin};
use crate::vietnamese::dates::find_dates;
use crate::vietnamese::fold::fold;

/// Something that an export says, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<T> {
    /// What is said.
    pub what: T,
    /// The cell that says it.
    pub place: Place,
}

/// What the words around a table say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stated {
    /// The file's name.
    pub file: String,
    /// `Từ ngày … đến ngày …`.
    pub period: Option<Said<(NaiveDate, NaiveDate)>>,
    /// `Số liệu tính đến ngày …`.
    pub as_of: Option<Said<NaiveDate>>,
    /// `BÁO CÁO … NĂM 2023`: the year that the title names.
    pub year: Option<Said<i32>>,
    /// `Nghệ An, ngày … tháng … năm …` under the table.
    pub signed: Option<Said<NaiveDate>>,
}

/// Reads the lines above the header of a sheet and those of its signature block.
pub fn read_stated(file: &str, located: &Located<'_>) -> Stated {
    let sheet = located.sheet;
    let place = |row: &Row, column: usize, text: &str| Place::Cell {
        file: file.to_owned(),
        sheet: sheet.name.clone(),
        cell: Some(format!("{}{}", column_letters(column), row.number)),
        found: Some(text.to_owned()),
    };
    let mut stated = Stated { file: file.to_owned(), ..Stated::default() };
    for row in sheet.rows.iter().take(located.header.top) {
        for (column, text) in texts(row) {
            stated.read_line(text, &|| place(row, column, text));
        }
    }
    let footer = sheet.rows.iter().zip(&located.kinds).filter(|(_, kind)| **kind == RowKind::Footer);
    for (row, _) in footer {
        for (column, text) in texts(row) {
            stated.read_footer(text, &|| place(row, column, text));
        }
    }
    stated
}

fn texts(row: &Row) -> impl Iterator<Item = (usize, &str)> {
    row.cells.iter().enumerate().filter_map(|(column, cell)| Some((column, Cell::as_text(cell)?)))
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

impl Stated {
    /// Reads a line above the table; `place` says where it stands.
    pub fn read_line(&mut self, text: &str, place: &dyn Fn() -> Place) {
        let dates = find_dates(text);
        let before = |at: usize| fold(text.get(..at).unwrap_or_default());
        for (index, (range, date)) in dates.iter().enumerate() {
            let words = before(range.start);
            let words = words.trim_end_matches(" ngay").trim_end_matches(" het");
            if let Some((first, start)) = index.checked_sub(1).and_then(|earlier| dates.get(earlier))
                && words.ends_with("den")
                && ["tu", "tu ngay"].iter().any(|from| before(first.start).ends_with(from))
            {
                self.period.get_or_insert_with(|| Said { what: (*start, *date), place: place() });
            } else if AS_OF.iter().any(|end| words.ends_with(end)) {
                self.as_of.get_or_insert_with(|| Said { what: *date, place: place() });
            }
        }
        if self.year.is_none() {
            self.year = read_title_year(text).map(|what| Said { what, place: place() });
        }
    }

    /// Reads a line under the table.
    pub fn read_footer(&mut self, text: &str, place: &dyn Fn() -> Place) {
        if self.signed.is_none() {
            self.signed = read_signature(text).map(|what| Said { what, place: place() });
        }
    }
}

/// Words before the day at which states were taken.
const AS_OF: [&str; 5] = ["tinh den", "thoi diem", "co mat den", "chot den", "den"];

/// A period may be this long: reporting years shift by weeks, and 13 months are not one year.
const LONGEST_DAYS: i64 = 400;

/// Figures of a year are drawn up until the end of the first quarter of the next.
const LAST_AS_OF: (u32, u32) = (3, 31);

/// Settles the period: the exports' words, else the given one, else the calendar year.
///
/// # Errors
/// [`ImportFault::OtherYear`] naming the export whose title or period is of another year,
/// [`ImportFault::OtherDate`] if words and given period differ.
pub fn settle_period(request: &ImportRequest, stated: &[Stated]) -> Result<Dated> {
    Error::join(stated.iter().flat_map(|stated| other_years(request.year, stated)).collect())
        .map_or(Ok(()), Err)?;
    let mut said = stated.iter().filter_map(|stated| stated.period.as_ref());
    // Several exports of one year (one per half) cover it together.
    let words = said
        .next()
        .map(|first| said.fold(first.what, |all, next| (all.0.min(next.what.0), all.1.max(next.what.1))));
    let period = match (words, request.period) {
        (Some(words), Some(given)) if words != given => {
            let places = stated.iter().filter_map(|stated| stated.period.as_ref());
            return Err(places
                .fold(other_date(&span(words), &span(given)), |error, said| error.at(said.place.clone())));
        }
        (Some((from, to)), _) => Dated { from, to, origin: Origin::Export },
        (None, Some((from, to))) => Dated { from, to, origin: Origin::Given },
        (None, None) => {
            let (from, to) = calendar_year(request.year)?;
            Dated { from, to, origin: Origin::Assumed }
        }
    };
    if fits_year((period.from, period.to), request.year) {
        Ok(period)
    } else {
        Err(other_year(request.year, span((period.from, period.to))))
    }
}

/// Finds what one export says of its title's year and its period that is not of the year.
fn other_years(year: i32, stated: &Stated) -> Vec<Error> {
    let title = stated.year.iter().filter(|said| said.what != year);
    let title = title.map(|said| other_year(year, said.what.to_string()).at(said.place.clone()));
    let period = stated.period.iter().filter(|said| !fits_year(said.what, year));
    title.chain(period.map(|said| other_year(year, span(said.what)).at(said.place.clone()))).collect()
}

/// A period belongs to the year in which it ends, and is no longer than about a year.
fn fits_year((from, to): (NaiveDate, NaiveDate), year: i32) -> bool {
    to.year() == year && from <= to && (to - from).num_days() <= LONGEST_DAYS
}

/// Warns of exports that say no period where others do: the period found may be too short.
pub fn silent_exports(stated: &[Stated], period: &Dated) -> Option<Error> {
    if period.origin != Origin::Export {
        return None;
    }
    let says = |file: &str| stated.iter().any(|other| other.file == file && other.period.is_some());
    let mut silent: Vec<&str> = stated.iter().map(|stated| stated.file.as_str()).collect();
    silent.retain(|file| !says(file));
    silent.dedup();
    let warning = ImportWarning::NoPeriod { period: span((period.from, period.to)) };
    (!silent.is_empty())
        .then(|| silent.iter().fold(warning.error(), |error, file| error.at(Place::file(file))))
}

/// Settles the as-of date: the exports' words, else the given one, else the end of a known period,
/// else the date of the signature, else the end of the year.
///
/// # Errors
/// [`ImportFault::OtherDate`] if words and given date differ, [`ImportFault::OtherYear`] if a date
/// lies outside the year and the three months after it; both name the export.
pub fn settle_as_of(request: &ImportRequest, stated: &[Stated], period: &Dated) -> Result<AsOf> {
    let said: Vec<&Said<NaiveDate>> = stated.iter().filter_map(|stated| stated.as_of.as_ref()).collect();
    refuse_outside(request.year, &said)?;
    if let Some(given) = request.as_of {
        let other = said.iter().filter(|said| said.what != given);
        let faults = other.map(|said| other_date(&day(said.what), &day(given)).at(said.place.clone()));
        Error::join(faults.collect()).map_or(Ok(()), Err)?;
    }
    let latest = said.iter().map(|said| said.what).max();
    let as_of = match (latest, request.as_of, period.origin) {
        (Some(date), _, _) => AsOf { date, origin: Origin::Export },
        (None, Some(date), _) => AsOf { date, origin: Origin::Given },
        (None, None, Origin::Assumed) => settle_signature(request.year, stated, period)?,
        (None, None, origin) => AsOf { date: period.to, origin },
    };
    if is_as_of(as_of.date, request.year) {
        Ok(as_of)
    } else {
        Err(other_year(request.year, day(as_of.date)))
    }
}

/// Where nothing else is known, figures are as of the day on which they were signed.
fn settle_signature(year: i32, stated: &[Stated], period: &Dated) -> Result<AsOf> {
    let signed: Vec<&Said<NaiveDate>> = stated.iter().filter_map(|stated| stated.signed.as_ref()).collect();
    refuse_outside(year, &signed)?;
    let latest = signed.iter().map(|said| said.what).max();
    Ok(latest.map_or(AsOf { date: period.to, origin: period.origin }, |date| AsOf {
        date,
        origin: Origin::Export,
    }))
}

fn refuse_outside(year: i32, said: &[&Said<NaiveDate>]) -> Result<()> {
    let outside = said.iter().filter(|said| !is_as_of(said.what, year));
    let faults = outside.map(|said| other_year(year, day(said.what)).at(said.place.clone()));
    Error::join(faults.collect()).map_or(Ok(()), Err)
}

fn is_as_of(date: NaiveDate, year: i32) -> bool {
    let (month, day) = LAST_AS_OF;
    let last = NaiveDate::from_ymd_opt(year.saturating_add(1), month, day);
    date.year() >= year && last.is_some_and(|last| date <= last)
}

fn other_year(year: i32, found: String) -> Error {
    ImportFault::OtherYear { year, found }.into()
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
    use super::{Stated, read_signature};
    use crate::error::Place;

    fn stated(text: &str) -> (Option<String>, Option<String>) {
        let mut stated = Stated::default();
        stated.read_line(text, &|| Place::file("x"));
        (stated.period.map(|said| super::span(said.what)), stated.as_of.map(|said| super::day(said.what)))
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
