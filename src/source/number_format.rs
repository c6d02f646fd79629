//! Turns number formats and serial numbers of spreadsheets into what a cell shows.
//!
//! Only the format tells a date from a number and 101,3 % from 1,013. Serials count days from
//! 1900 or from 1904 (ECMA-376 part 1, 18.17.4.1); serial 60 of the first is the 29 February 1900
//! that never was, and is no date here.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

use super::{Cell, Shown};

/// What a number format makes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Shape {
    /// A number.
    #[default]
    Plain,
    /// A number times a hundred with a percent sign.
    Percent,
    /// A date, a time of day, or both.
    Date,
    /// A span of time such as `[h]:mm`.
    Duration,
}

/// The day from which serials count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Epoch {
    /// 1900, as on Windows.
    #[default]
    Y1900,
    /// 1904, as on old Macintosh computers.
    Y1904,
}

/// Reads a built-in format by its number (ECMA-376 part 1, 18.8.30, with the East Asian ones).
pub(super) fn builtin_shape(id: u32) -> Shape {
    match id {
        9 | 10 => Shape::Percent,
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Shape::Date,
        46 => Shape::Duration,
        _ => Shape::Plain,
    }
}

/// Reads a format's code by its first section, the one for positive numbers.
pub(super) fn parse_shape(code: &str) -> Shape {
    let mut letters = code.chars();
    let mut shape = Shape::Plain;
    while let Some(letter) = letters.next() {
        match letter {
            ';' => break,
            // What follows is printed as it stands, padded with, or left blank.
            '\\' | '_' | '*' => drop(letters.next()),
            '"' => drop(letters.by_ref().find(|letter| *letter == '"')),
            '[' => {
                let inside: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                let inside = inside.to_ascii_lowercase();
                let is_span = |unit| !inside.is_empty() && inside.chars().all(|letter| letter == unit);
                if ['h', 'm', 's'].into_iter().any(is_span) {
                    return Shape::Duration;
                }
            }
            'y' | 'Y' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'm' | 'M' => shape = Shape::Date,
            '%' if shape == Shape::Plain => shape = Shape::Percent,
            _ => {}
        }
    }
    shape
}

/// Makes a cell of a number.
pub(super) fn number_cell(value: f64, shape: Shape, epoch: Epoch) -> Cell {
    if !value.is_finite() {
        return Cell::Error(value.to_string());
    }
    match shape {
        Shape::Plain => Cell::Number { value, shown: Shown::Plain },
        Shape::Percent => Cell::Number { value, shown: Shown::Percent },
        Shape::Date => {
            serial_time(value, epoch).map_or_else(|| Cell::Error(value.to_string()), Cell::DateTime)
        }
        Shape::Duration => Cell::Error(value.to_string()),
    }
}

/// Converts a serial into a time, to the millisecond.
pub(super) fn serial_time(serial: f64, epoch: Epoch) -> Option<NaiveDateTime> {
    const DAY_MILLIS: f64 = 86_400_000.0;
    // 31 December 9999 is the last day that spreadsheets know.
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let (days, is_gap) = match epoch {
        Epoch::Y1904 => (NaiveDate::from_ymd_opt(1904, 1, 1)?, false),
        Epoch::Y1900 if serial < 60.0 => (NaiveDate::from_ymd_opt(1899, 12, 31)?, false),
        Epoch::Y1900 => (NaiveDate::from_ymd_opt(1899, 12, 30)?, serial < 61.0),
    };
    if is_gap {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded above")]
    let (whole, millis) = (serial.trunc() as u64, (serial.fract() * DAY_MILLIS).round() as i64);
    days.checked_add_days(Days::new(whole))?
        .and_hms_opt(0, 0, 0)?
        .checked_add_signed(TimeDelta::milliseconds(millis))
}

/// Reads a date or a time as ISO 8601, as `t="d"` and `OpenDocument` write it.
pub(super) fn iso_time(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim().trim_end_matches('Z');
    text.parse().ok().or_else(|| text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::{Epoch, Shape, iso_time, number_cell, parse_shape, serial_time};
    use crate::source::Cell;

    fn time(serial: f64, epoch: Epoch) -> String {
        serial_time(serial, epoch).map_or_else(|| "none".to_owned(), |time| time.to_string())
    }

    #[test]
    fn formats_show_dates_percents_and_numbers() {
        for code in ["dd/mm/yyyy", "[$-42A]d mmmm yyyy;@", "h:mm", "yyyy\\-mm", "mm:ss.0"] {
            assert_eq!(parse_shape(code), Shape::Date, "{code}");
        }
        for code in ["0%", "#,##0.00%", "[Red]0.0%;-0%"] {
            assert_eq!(parse_shape(code), Shape::Percent, "{code}");
        }
        for code in [
            "General",
            "0.00",
            "#,##0\\ \"đồng/năm %\"",
            "_-* #,##0\\ _d",
            "0\\%",
            "@",
            "[$₫-42A]#,##0",
            "[Red]0",
        ] {
            assert_eq!(parse_shape(code), Shape::Plain, "{code}");
        }
        for code in ["[h]:mm", "[mm]:ss", "[SS]"] {
            assert_eq!(parse_shape(code), Shape::Duration, "{code}");
        }
    }

    #[test]
    fn serials_count_from_both_epochs() {
        assert_eq!(time(45_292.0, Epoch::Y1900), "2024-01-01 00:00:00");
        assert_eq!(time(43_830.0, Epoch::Y1904), "2024-01-01 00:00:00");
        assert_eq!(time(1.0, Epoch::Y1900), "1900-01-01 00:00:00");
        assert_eq!(time(61.0, Epoch::Y1900), "1900-03-01 00:00:00");
        assert_eq!(time(0.0, Epoch::Y1904), "1904-01-01 00:00:00");
        assert_eq!(time(44_567.341_793_981_48, Epoch::Y1900), "2022-01-06 08:12:11");
    }

    #[test]
    fn what_is_no_date_is_an_error_value() {
        for serial in [60.0, 60.5, -1.0, 3e6, f64::NAN, f64::INFINITY] {
            assert!(matches!(number_cell(serial, Shape::Date, Epoch::Y1900), Cell::Error(_)), "{serial}");
        }
    }

    #[test]
    fn iso_times_are_read() {
        assert_eq!(iso_time("2023-12-29").unwrap().to_string(), "2023-12-29 00:00:00");
        assert_eq!(iso_time("2023-12-29T08:30:00Z").unwrap().to_string(), "2023-12-29 08:30:00");
        assert_eq!(iso_time("29/12/2023"), None);
    }
}
