//! Turns the dates that offices type (`01/3/2023`, `ngày 29 tháng 12 năm 2022`) into dates and times.
//!
//! The day always comes first. A text that only makes sense with the month first, or has a
//! two-digit year, is refused instead of being read some way that happens to work.

use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use regex::{Captures, Regex};

/// Years outside this range are typing errors in an office's yearly data.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

static NUMERIC: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:ngày\s*)?(?P<d>\d{1,2})\s*[/.\-]\s*(?P<m>\d{1,2})\s*[/.\-]\s*(?P<y>\d{4})$").ok()
});
static ISO: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})$").ok());
static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:ngày\s*)?(?P<d>\d{1,2})\s*tháng\s*(?P<m>\d{1,2})\s*năm\s*(?P<y>\d{4})$").ok()
});
static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?P<h>\d{1,2})\s*(?::|h|g|giờ)\s*(?P<min>\d{2})?(?::(?P<s>\d{2})(?:\.\d+)?)?\s*(?:phút|p)?$",
    )
    .ok()
});
static INSIDE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\d{1,2}\s*[/.\-]\s*\d{1,2}\s*[/.\-]\s*\d{4}|\d{1,2}\s*tháng\s*\d{1,2}\s*năm\s*\d{4}")
        .ok()
});

/// Parses a date alone.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let found = [&NUMERIC, &ISO, &WORDS].into_iter().find_map(|shape| shape.as_ref()?.captures(text))?;
    let date = NaiveDate::from_ymd_opt(number(&found, "y")?, part(&found, "m")?, part(&found, "d")?)?;
    YEARS.contains(&number(&found, "y")?).then_some(date)
}

/// Parses a date with or without a time of day, in either order; without one it is midnight.
pub fn parse_date_time(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    if let Some(date) = parse_date(text) {
        return date.and_hms_opt(0, 0, 0);
    }
    text.char_indices().filter(|(_, letter)| letter.is_whitespace() || matches!(letter, 'T' | ',')).find_map(
        |(at, letter)| {
            let before = text.get(..at)?.trim();
            let after = text.get(at + letter.len_utf8()..)?.trim();
            let date_first = parse_date(before).zip(parse_time(after));
            let (date, time) = date_first.or_else(|| parse_date(after).zip(parse_time(before)))?;
            Some(date.and_time(time))
        },
    )
}

fn parse_time(text: &str) -> Option<NaiveTime> {
    let text = text.trim_start_matches("lúc").trim();
    let found = TIME.as_ref()?.captures(text)?;
    let minute = found.name("min").map_or(Some(0), |m| m.as_str().parse().ok())?;
    let second = found.name("s").map_or(Some(0), |s| s.as_str().parse().ok())?;
    // `9:` alone is no time, `9h` is.
    if found.name("min").is_none() && text.contains(':') {
        return None;
    }
    NaiveTime::from_hms_opt(part(&found, "h")?, minute, second)
}

/// Finds every date in a sentence, in order, with the byte range where it stands.
pub fn find_dates(text: &str) -> Vec<(std::ops::Range<usize>, NaiveDate)> {
    let Some(shape) = INSIDE.as_ref() else { return Vec::new() };
    shape.find_iter(text).filter_map(|found| Some((found.range(), parse_date(found.as_str())?))).collect()
}

fn part(found: &Captures<'_>, name: &str) -> Option<u32> {
    found.name(name)?.as_str().parse().ok()
}

fn number(found: &Captures<'_>, name: &str) -> Option<i32> {
    found.name(name)?.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{find_dates, parse_date, parse_date_time};
    use chrono::NaiveDate;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        parse_date_time(text).map_or_else(|| "none".to_owned(), |found| found.to_string())
    }

    #[test]
    fn the_day_comes_first_in_every_shape() {
        assert_eq!(shown("01/3/2023"), "2023-03-01 00:00:00");
        assert_eq!(shown("29 tháng 12 năm 2022"), "2022-12-29 00:00:00");
        assert_eq!(shown("ngày 05 tháng 01 năm 2024"), "2024-01-05 00:00:00");
        assert_eq!(shown("13/01/2022 08:12"), "2022-01-13 08:12:00");
        assert_eq!(shown("04/01/2023 09:38:35"), "2023-01-04 09:38:35");
        assert_eq!(shown("08:12 13/01/2022"), "2022-01-13 08:12:00");
        assert_eq!(shown("2023-01-04T09:38:35"), "2023-01-04 09:38:35");
    }

    #[test]
    fn what_has_no_single_reading_is_refused() {
        for text in
            ["12/25/2023", "30/02/2023", "01/02/23", "tháng 12/2023", "Q4/2023", "45292", "", "01/01/0023"]
        {
            assert_eq!(shown(text), "none", "{text}");
        }
    }

    #[test]
    fn dates_are_found_inside_sentences() {
        let found = find_dates("(Từ ngày 01/01/2023 đến ngày 14/12/2023)");
        let dates: Vec<String> = found.iter().map(|(_, date)| date.to_string()).collect();
        assert_eq!(dates, ["2023-01-01", "2023-12-14"]);
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in "\\PC{0,30}") {
            let _ = parse_date_time(&text);
            drop(find_dates(&text));
        }

        #[test]
        fn a_written_date_reads_back(days in 0_i64..73_000) {
            let date = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Days::new(days.unsigned_abs());
            prop_assert_eq!(parse_date(&date.format("%d/%m/%Y").to_string()), Some(date));
            prop_assert_eq!(parse_date(&date.format("ngày %d tháng %m năm %Y").to_string()), Some(date));
        }
    }
}
