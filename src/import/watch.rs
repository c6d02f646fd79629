//! Turns all cells of a column into doubts that no single cell shows.
//!
//! A spreadsheet set to the United States reads `05/03` as 3 May and leaves `25/03` as text: each
//! cell looks right, only the column shows it. The same holds for codes that lost a zero.

use chrono::Datelike;

use super::moment::is_serial;
use super::sparse::Sparse;
use crate::contract::{Column, ColumnType};
use crate::error::{Error, Explain as _, Place};
use crate::messages::ImportWarning;
use crate::source::Cell;
use crate::vietnamese::dates::reads_both_ways;
use crate::vietnamese::fold::replace_twins;

/// Fewer dates than this show nothing.
const FEWEST: u64 = 2;

/// What the cells of a column show together; it takes constant memory.
#[derive(Debug, Default)]
pub struct ColumnWatch {
    /// Dates of the spreadsheet that the month could stand first in, and others.
    typed: Pair,
    /// Dates in words that the month could stand first in, and others.
    worded: Pair,
    /// Numbers with decimals among texts.
    decimals: u64,
    /// Lengths of texts of digits that begin with a zero: the shortest and the longest.
    padded: Option<(usize, usize)>,
    /// The shortest whole number among texts, by digits.
    shortest: Option<usize>,
    /// Numbers of days where dates were wanted, and the first of them.
    serials: u64,
    serial_place: Option<Place>,
    /// Texts with Cyrillic or Greek letters among Latin ones, and the first of them.
    twins: u64,
    twin_place: Option<Place>,
    place: Option<Place>,
    /// Values and empty cells of a column of categories.
    pub(super) sparse: Sparse,
}

#[derive(Debug, Default)]
struct Pair {
    either: u64,
    clear: u64,
}

impl ColumnWatch {
    /// Tells whether a text shows nothing of its column, whatever the others are.
    pub fn is_quiet(text: &str, column: &Column) -> bool {
        match column.kind {
            ColumnType::Date | ColumnType::Timestamp => false,
            ColumnType::Text => replace_twins(text).is_none() && !is_padded(text),
            _ => true,
        }
    }

    /// Looks at one cell; `place` says where it stands.
    pub fn see(&mut self, cell: Cell<'_>, column: &Column, place: &dyn Fn() -> Place) {
        if matches!(column.kind, ColumnType::Date | ColumnType::Timestamp) && is_serial(cell) {
            self.serials += 1;
            self.serial_place.get_or_insert_with(place);
            return;
        }
        if column.kind == ColumnType::Text && cell.as_text().and_then(replace_twins).is_some() {
            self.twins += 1;
            self.twin_place.get_or_insert_with(place);
        }
        let is_seen = match column.kind {
            ColumnType::Date | ColumnType::Timestamp => self.see_date(cell),
            ColumnType::Text if column.pattern.is_none() && column.part.is_none() => self.see_code(cell),
            _ => false,
        };
        if is_seen && self.place.is_none() {
            self.place = Some(place());
        }
    }

    /// Adds what was seen in the cells that follow.
    pub fn join(&mut self, next: Self) {
        for (pair, of_next) in [(&mut self.typed, next.typed), (&mut self.worded, next.worded)] {
            pair.either += of_next.either;
            pair.clear += of_next.clear;
        }
        self.decimals += next.decimals;
        self.padded = self.padded.into_iter().chain(next.padded).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        self.shortest = self.shortest.into_iter().chain(next.shortest).min();
        self.serials += next.serials;
        self.serial_place = self.serial_place.take().or(next.serial_place);
        self.twins += next.twins;
        self.twin_place = self.twin_place.take().or(next.twin_place);
        self.place = self.place.take().or(next.place);
        self.sparse.join(next.sparse);
    }

    /// Tells whether no further date can make a doubt, so that most need not be looked at.
    fn is_settled(&self) -> bool {
        self.typed.clear > 0 || (self.worded.clear > 0 && self.worded.either > 0)
    }

    /// Returns whether the cell may have been changed.
    fn see_date(&mut self, cell: Cell<'_>) -> bool {
        if self.is_settled() {
            return false;
        }
        let (pair, either) = match cell {
            Cell::DateTime(time) => (&mut self.typed, time.day() <= 12),
            Cell::Text(text) => match reads_both_ways(text) {
                Some(either) => (&mut self.worded, either),
                None => return false,
            },
            _ => return false,
        };
        if either {
            pair.either += 1;
        } else {
            pair.clear += 1;
        }
        either
    }

    fn see_code(&mut self, cell: Cell<'_>) -> bool {
        match cell {
            Cell::Number { value, .. } if value.fract() != 0.0 => {
                self.decimals += 1;
                true
            }
            Cell::Number { value, .. } => {
                let digits = format!("{:.0}", value.abs()).len();
                self.shortest = Some(self.shortest.map_or(digits, |known| known.min(digits)));
                true
            }
            Cell::Text(text) if is_padded(text) => {
                let (least, most) = self.padded.unwrap_or((text.len(), text.len()));
                self.padded = Some((least.min(text.len()), most.max(text.len())));
                false
            }
            _ => false,
        }
    }

    /// Says what the column leaves in doubt.
    pub fn warnings(&self, column: &Column) -> Vec<Error> {
        let name = column.name.clone();
        let Pair { either: typed, clear: typed_clear } = self.typed;
        let Pair { either: worded, clear: worded_clear } = self.worded;
        let same_length = self.padded.filter(|(least, most)| least == most).map(|(length, _)| length);
        let warning = match () {
            () if typed > 0 && typed_clear == 0 && worded == 0 && worded_clear > 0 => {
                Some(ImportWarning::SwappedDates { column: name, typed, worded: worded_clear })
            }
            () if typed_clear + worded_clear == 0 && typed + worded >= FEWEST => {
                Some(ImportWarning::AmbiguousDates { column: name, count: typed + worded })
            }
            () if same_length.zip(self.shortest).is_some_and(|(length, shortest)| shortest < length) => {
                Some(ImportWarning::ShorterCodes { column: name, length: same_length.unwrap_or_default() })
            }
            () if self.decimals > 0 => {
                Some(ImportWarning::DecimalCodes { column: name, count: self.decimals })
            }
            () => None,
        };
        let twins = (self.twins > 0).then(|| {
            let warning = ImportWarning::TwinLetters { column: column.name.clone(), count: self.twins };
            self.twin_place.iter().cloned().fold(warning.error(), Error::at)
        });
        let at = |error: Error| self.place.iter().cloned().fold(error, Error::at);
        let serials = (self.serials > 0).then(|| {
            let warning = ImportWarning::SerialDates { column: column.name.clone(), count: self.serials };
            self.serial_place.iter().cloned().fold(warning.error(), Error::at)
        });
        let sparse = self.sparse.warning(column);
        warning
            .map(|warning| at(warning.error()))
            .into_iter()
            .chain(serials)
            .chain(twins)
            .chain(sparse)
            .collect()
    }
}

/// Tells whether a text is digits with a zero before them.
fn is_padded(text: &str) -> bool {
    text.len() > 1 && text.starts_with('0') && text.bytes().all(|letter| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::ColumnWatch;
    use crate::contract::parse_contract;
    use crate::error::{Lang, Place};
    use crate::source::{Cell, Shown};
    use chrono::NaiveDate;

    fn doubts(kind: &str, cells: &[Cell<'_>]) -> String {
        let text = format!("title = \"x\"\n[[columns]]\nname = \"a\"\ntitle = \"A\"\ntype = \"{kind}\"\n");
        let contract = parse_contract("x", "x.toml", &text).unwrap();
        let mut watch = ColumnWatch::default();
        for cell in cells {
            watch.see(*cell, &contract.columns[0], &|| Place::file("f"));
        }
        watch.warnings(&contract.columns[0]).iter().map(|warning| warning.message(Lang::En)).collect()
    }

    fn date(month: u32, day: u32) -> Cell<'static> {
        Cell::DateTime(NaiveDate::from_ymd_opt(2023, month, day).unwrap().and_hms_opt(0, 0, 0).unwrap())
    }

    fn number(value: f64) -> Cell<'static> {
        Cell::Number { value, shown: Shown::Plain }
    }

    #[test]
    fn dates_that_a_spreadsheet_has_swapped_are_pointed_out() {
        let swapped = [date(5, 3), Cell::text("25/03/2023"), date(7, 4)];
        assert!(doubts("date", &swapped).contains("month and day may be swapped"));
        assert_eq!(doubts("date", &[date(5, 3), date(5, 25)]), "");
        assert_eq!(doubts("date", &[Cell::text("25/03/2023"), Cell::text("05/03/2023")]), "");
    }

    #[test]
    fn a_column_that_reads_both_ways_throughout_is_pointed_out() {
        assert!(
            doubts("timestamp", &[Cell::text("05/03/2023 08:00"), Cell::text("06/03/2023")])
                .contains("either way")
        );
        assert!(doubts("date", &[date(5, 3), Cell::text("06/03/2023")]).contains("either way"));
        assert_eq!(doubts("date", &[Cell::text("05/03/2023")]), "");
    }

    #[test]
    fn numbers_of_days_are_pointed_out() {
        for cell in [Cell::text("45292"), number(45_292.5)] {
            assert!(doubts("date", &[date(5, 25), cell]).contains("1 cells of `a` are not dates"));
        }
        assert_eq!(doubts("date", &[Cell::text("2023"), Cell::text("31.01.2023")]), "");
    }

    #[test]
    fn codes_that_became_numbers_are_pointed_out() {
        assert!(doubts("text", &[Cell::text("0123"), number(45.0)]).contains("4 digits"));
        assert!(doubts("text", &[number(1.5)]).contains("decimals"));
        assert_eq!(doubts("text", &[Cell::text("0123"), number(4567.0)]), "");
        assert_eq!(doubts("text", &[number(45.0)]), "");
    }
}
