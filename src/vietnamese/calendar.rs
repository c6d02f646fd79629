//! Turns dates into working days of Vietnamese public bodies, by a calendar of the days that differ.
//!
//! Public bodies work from Monday to Friday. Holidays, compensation and swapped days are set every
//! year (Labour Code 2019, article 112; yearly announcements), so they are data: the years that ship
//! stand in `assets/calendar/calendar-vn.csv`, and a workspace's `calendar.csv` adds and corrects
//! days. A date of a year without any entry is an error, because a guess would look like a fact.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

/// Receipts after this time count as the next working day's (office hours end at 17:00).
const OFFICE_CLOSES: NaiveTime = match NaiveTime::from_hms_opt(17, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// What a day is, where it is not what its weekday says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayKind {
    /// A holiday, or a day off instead of one, or swapped for a Saturday.
    Off,
    /// A Saturday worked for a day off.
    MakeUp,
    /// A holiday that is planned and not law: the day is worked.
    Unconfirmed,
}

/// The days that differ from their weekdays, by date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    days: BTreeMap<NaiveDate, DayKind>,
    years: BTreeSet<i32>,
}

/// Why a calendar cannot answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarProblem {
    /// No entry of the date's year is known.
    NoYear(NaiveDate),
    /// A line of a calendar file: its number, and what was found there.
    BadLine(usize, String),
}

/// Whether make-up Saturdays are worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saturdays {
    /// Make-up Saturdays are working days.
    Counted,
    /// No Saturday is a working day.
    LeftOut,
}

type Answer<T> = Result<T, CalendarProblem>;

impl Calendar {
    /// Returns the calendar of 2019 to 2026 that ships.
    pub fn shipped() -> Arc<Self> {
        static SHIPPED: OnceLock<Arc<Calendar>> = OnceLock::new();
        let read = || Self::default().extended(include_str!("../../assets/calendar/calendar-vn.csv"));
        // A test reads the file; an empty calendar answers every question with an error.
        Arc::clone(SHIPPED.get_or_init(|| Arc::new(read().unwrap_or_default())))
    }

    /// Adds the lines of a file (`date,kind,name,source`) to this calendar; they win over its own.
    ///
    /// Kinds: `public_holiday`, `compensatory`, `swapped_off`, `makeup_workday`, `unconfirmed`, and
    /// `workday` to take an entry back.
    ///
    /// # Errors
    /// [`CalendarProblem::BadLine`] for a line without a date or with another kind.
    pub fn extended(&self, text: &str) -> Answer<Self> {
        let mut calendar = self.clone();
        let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
        for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let mut cells = line.splitn(3, ',').map(|cell| cell.trim().trim_matches('"'));
            let (date, kind) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
            if index == 0 && date == "date" {
                continue;
            }
            let bad = || CalendarProblem::BadLine(index + 1, line.chars().take(60).collect());
            let date: NaiveDate = date.parse().map_err(|_| bad())?;
            calendar.years.insert(date.year());
            match kind {
                "public_holiday" | "compensatory" | "swapped_off" => calendar.days.insert(date, DayKind::Off),
                "makeup_workday" => calendar.days.insert(date, DayKind::MakeUp),
                "unconfirmed" => calendar.days.insert(date, DayKind::Unconfirmed),
                "workday" => calendar.days.remove(&date),
                _ => return Err(bad()),
            };
        }
        Ok(calendar)
    }

    /// Returns the first and the last year that the calendar knows.
    pub fn span(&self) -> Option<(i32, i32)> {
        self.years.first().copied().zip(self.years.last().copied())
    }

    /// Tells whether public bodies work on a day.
    ///
    /// # Errors
    /// [`CalendarProblem::NoYear`].
    pub fn is_working_day(&self, date: NaiveDate, saturdays: Saturdays) -> Answer<bool> {
        if !self.years.contains(&date.year()) {
            return Err(CalendarProblem::NoYear(date));
        }
        let is_weekday = !matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        Ok(match self.days.get(&date) {
            Some(DayKind::Off) => false,
            Some(DayKind::MakeUp) => saturdays == Saturdays::Counted,
            Some(DayKind::Unconfirmed) | None => is_weekday,
        })
    }

    /// Counts the working days after `from` up to and including `to`; negative if `to` comes first.
    ///
    /// # Errors
    /// [`CalendarProblem::NoYear`].
    pub fn working_days(&self, from: NaiveDate, to: NaiveDate, saturdays: Saturdays) -> Answer<i64> {
        if to < from {
            return Ok(-self.working_days(to, from, saturdays)?);
        }
        // Checked at once: years in between would be counted for long before the end is refused.
        self.is_working_day(from, saturdays)?;
        self.is_working_day(to, saturdays)?;
        let mut count = 0;
        let mut day = from;
        while day < to {
            day = next(day)?;
            count += i64::from(self.is_working_day(day, saturdays)?);
        }
        Ok(count)
    }

    /// Returns the `days`-th working day after a date (before it, if negative); the date itself for 0.
    ///
    /// The day of receipt is not counted (Civil Code 2015, articles 147 and 148).
    ///
    /// # Errors
    /// [`CalendarProblem::NoYear`].
    pub fn add_working_days(&self, date: NaiveDate, days: i64, saturdays: Saturdays) -> Answer<NaiveDate> {
        let mut day = date;
        let mut left = days.unsigned_abs();
        while left > 0 {
            day = if days > 0 { next(day)? } else { previous(day)? };
            left -= u64::from(self.is_working_day(day, saturdays)?);
        }
        Ok(day)
    }

    /// Returns the last day of a term of `days` working days.
    ///
    /// A receipt on a rest day or after office hours counts as one of the next working day.
    ///
    /// # Errors
    /// [`CalendarProblem::NoYear`].
    pub fn deadline(&self, received: NaiveDateTime, days: i64, saturdays: Saturdays) -> Answer<NaiveDate> {
        let date = received.date();
        let is_in_time = received.time() <= OFFICE_CLOSES && self.is_working_day(date, saturdays)?;
        let counted = if is_in_time { date } else { self.add_working_days(date, 1, saturdays)? };
        self.add_working_days(counted, days, saturdays)
    }
}

fn next(day: NaiveDate) -> Answer<NaiveDate> {
    day.checked_add_days(Days::new(1)).ok_or(CalendarProblem::NoYear(day))
}

fn previous(day: NaiveDate) -> Answer<NaiveDate> {
    day.checked_sub_days(Days::new(1)).ok_or(CalendarProblem::NoYear(day))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{Calendar, CalendarProblem, Saturdays};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn terms_end_where_the_official_calendars_put_them() {
        // Received, days, due with make-up Saturdays counted, and left out.
        let vectors = [
            ("2023-01-16", 5, "2023-01-30", "2023-01-30"),
            ("2023-01-19", 1, "2023-01-27", "2023-01-27"),
            ("2022-12-29", 15, "2023-01-27", "2023-01-27"),
            ("2023-04-27", 5, "2023-05-09", "2023-05-09"),
            ("2023-08-30", 3, "2023-09-06", "2023-09-06"),
            ("2024-04-25", 5, "2024-05-06", "2024-05-07"),
            ("2025-04-24", 7, "2025-05-07", "2025-05-08"),
            ("2026-01-01", 5, "2026-01-09", "2026-01-09"),
            ("2026-08-20", 5, "2026-08-26", "2026-08-27"),
        ];
        let calendar = Calendar::shipped();
        for (from, days, counted, left_out) in vectors {
            for (saturdays, due) in [(Saturdays::Counted, counted), (Saturdays::LeftOut, left_out)] {
                let found = calendar.add_working_days(day(from), days, saturdays).unwrap();
                assert_eq!(found, day(due), "{from} + {days} {saturdays:?}");
                assert_eq!(calendar.working_days(day(from), found, saturdays), Ok(days), "{from}");
            }
        }
    }

    #[test]
    fn years_have_the_official_number_of_working_days() {
        let calendar = Calendar::shipped();
        let counts = |saturdays| -> Vec<i64> {
            let count = |year: i32| {
                let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
                let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap();
                let first_is_worked = i64::from(calendar.is_working_day(first, saturdays).unwrap());
                calendar.working_days(first, last, saturdays).unwrap() + first_is_worked
            };
            (2019..=2026).map(count).collect()
        };
        assert_eq!(counts(Saturdays::Counted), [252, 252, 250, 249, 249, 251, 250, 250]);
        assert_eq!(counts(Saturdays::LeftOut), [250, 252, 250, 249, 249, 250, 249, 248]);
    }

    #[test]
    fn a_receipt_on_a_rest_day_or_in_the_evening_counts_from_the_next_working_day() {
        let calendar = Calendar::shipped();
        let deadline = |text: &str| calendar.deadline(text.parse().unwrap(), 5, Saturdays::Counted).unwrap();
        assert_eq!(deadline("2023-03-05T09:00:00"), day("2023-03-13"));
        assert_eq!(deadline("2023-03-06T17:00:00"), day("2023-03-13"));
        assert_eq!(deadline("2023-03-06T17:00:01"), day("2023-03-14"));
    }

    #[test]
    fn a_year_without_calendar_is_an_error_and_never_a_guess() {
        let calendar = Calendar::shipped();
        let found = calendar.working_days(day("2026-12-30"), day("2027-01-05"), Saturdays::Counted);
        assert_eq!(found, Err(CalendarProblem::NoYear(day("2027-01-05"))));
        assert_eq!(calendar.span(), Some((2019, 2026)));
    }

    #[test]
    fn a_file_of_the_workspace_adds_years_and_corrects_days() {
        let file =
            "date,kind,name,source\n2027-01-01,public_holiday,Tết Dương lịch,x\n2023-01-20,workday,,x\n";
        let calendar = Calendar::shipped().extended(file).unwrap();
        assert_eq!(calendar.working_days(day("2026-12-31"), day("2027-01-04"), Saturdays::Counted), Ok(1));
        assert_eq!(calendar.is_working_day(day("2023-01-20"), Saturdays::Counted), Ok(true));
        let bad = Calendar::default().extended("date,kind\n2027-13-01,public_holiday\n");
        assert_eq!(bad, Err(CalendarProblem::BadLine(2, "2027-13-01,public_holiday".to_owned())));
    }
}
