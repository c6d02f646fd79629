//! Turns the dates that offices type (`01/3/2023`, `ngày 29 tháng 12 năm 2022`) into dates and times.
//!
//! The day always comes first. A text that only makes sense with the month first is refused instead
//! of being read some way that happens to work; two-digit years, and months or quarters without a
//! day, have readings of their own, which a caller must ask for.

use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use regex::{Captures, Regex};

/// Years outside this range are typing errors in an office's yearly data.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// What may stand before a date: `Thứ Hai,`, `ngày`.
const BEFORE: &str = r"(?:(?:thứ\s*(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật)\s*,?\s*)?(?:ngày\s*)?";

static NUMERIC: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let shape = r"(?P<d>\d{1,2})\s*[/.\-]\s*(?P<m>\d{1,2})\s*[/.\-]\s*(?P<y>\d{4})";
    Regex::new(&format!("(?i)^{BEFORE}{shape}$")).ok()
});
static SHORT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let shape = r"(?P<d>\d{1,2})\s*[/.\-]\s*(?P<m>\d{1,2})\s*[/.\-]\s*(?P<y>\d{2})";
    Regex::new(&format!("(?i)^{BEFORE}{shape}$")).ok()
});
static ISO: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})$").ok());
static COMPACT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2})$").ok());
static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let shape = r"(?P<d>\d{1,2})\s*tháng\s*(?P<m>\d{1,2})\s*,?\s*năm\s*(?P<y>\d{4})";
    // A document begins with the place: `Nghệ An, ngày 06 tháng 02 năm 2023`.
    let place = r"(?:[\p{L} ]{2,40},\s*)?";
    Regex::new(&format!("(?i)^{place}{BEFORE}{shape}$")).ok()
});
static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?P<h>\d{1,2})\s*(?::|h|g|giờ)\s*(?P<min>\d{2})?(?::(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?:phút|p)?\s*(?P<half>sa|ch|am|pm)?(?:z|\+07(?::?00)?)?$",
    )
    .ok()
});
static MONTH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:tháng\s*|t)?(?P<m>\d{1,2})\s*(?:[/.\-]|năm|,\s*năm)\s*(?P<y>\d{4})$").ok()
});
static QUARTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:quý|q)\s*(?P<q>[1-4]|iv|i{1,3})\s*(?:[/.,\-]|năm|,\s*năm)?\s*(?P<y>\d{4})$").ok()
});
static YEAR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)^(?:năm\s*)?(?P<y>\d{4})$").ok());
static INSIDE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\d{1,2}\s*[/.\-]\s*\d{1,2}\s*[/.\-]\s*\d{4}|\d{1,2}\s*tháng\s*\d{1,2}\s*năm\s*\d{4}")
        .ok()
});

/// Parses a date alone.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    if let Some(plain) = read_plain_date(text.as_bytes()) {
        return make_date(plain);
    }
    let found =
        [&NUMERIC, &ISO, &COMPACT, &WORDS].into_iter().find_map(|shape| shape.as_ref()?.captures(text))?;
    let date = NaiveDate::from_ymd_opt(number(&found, "y")?, part(&found, "m")?, part(&found, "d")?)?;
    YEARS.contains(&number(&found, "y")?).then_some(date)
}

/// Reads day, month and year of `2/1/2023`, the shape of nearly all dates, without the regular
/// expressions; `None` for other shapes.
fn read_plain_date(text: &[u8]) -> Option<[u32; 3]> {
    let is_mark = |byte: Option<&u8>| matches!(byte, Some(b'/' | b'.' | b'-'));
    let (day, at) = read_digits(text, 0, 2)?;
    let (month, next) = read_digits(text, at + 1, 2).filter(|_| is_mark(text.get(at)))?;
    let (year, end) = read_digits(text, next + 1, 4).filter(|_| is_mark(text.get(next)))?;
    (end == text.len() && end - next == 5).then_some([day, month, year])
}

fn make_date([day, month, year]: [u32; 3]) -> Option<NaiveDate> {
    let year = i32::try_from(year).ok().filter(|year| YEARS.contains(year))?;
    NaiveDate::from_ymd_opt(year, month, day)
}

/// Reads `08:15` and `08:15:30` without the regular expressions; `None` for other shapes.
fn parse_plain_time(text: &[u8]) -> Option<NaiveTime> {
    let (hour, at) = read_digits(text, 0, 2)?;
    let (minute, next) = read_digits(text, at + 1, 2).filter(|_| text.get(at) == Some(&b':'))?;
    let (second, end) = match text.get(next) {
        None => (0, next),
        Some(b':') => read_digits(text, next + 1, 2).filter(|(_, end)| end - next == 3)?,
        Some(_) => return None,
    };
    if end != text.len() || next - at != 3 {
        return None;
    }
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// Reads up to `most` digits from `at` on, and tells where they end.
fn read_digits(text: &[u8], at: usize, most: usize) -> Option<(u32, usize)> {
    let digits = text.get(at..)?.iter().take(most).take_while(|byte| byte.is_ascii_digit());
    let (number, count) =
        digits.fold((0, 0), |(number, count), digit| (number * 10 + u32::from(digit - b'0'), count + 1));
    (count > 0).then_some((number, at + count))
}

/// Parses a date with a two-digit year, as a year of this century.
pub fn parse_short_date(text: &str) -> Option<NaiveDate> {
    let found = SHORT.as_ref()?.captures(text.trim())?;
    NaiveDate::from_ymd_opt(2000 + number(&found, "y")?, part(&found, "m")?, part(&found, "d")?)
}

/// Parses a month, a quarter or a year alone, as its first and its last day.
pub fn parse_span(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let text = text.trim();
    let months = |found: &Captures<'_>, first: u32, last: u32| {
        let year = number(found, "y").filter(|year| YEARS.contains(year))?;
        let from = NaiveDate::from_ymd_opt(year, first, 1)?;
        let after = NaiveDate::from_ymd_opt(year, last, 1)?.checked_add_months(chrono::Months::new(1))?;
        Some((from, after.pred_opt()?))
    };
    if let Some(found) = MONTH.as_ref()?.captures(text) {
        let month = part(&found, "m")?;
        return months(&found, month, month);
    }
    if let Some(found) = QUARTER.as_ref()?.captures(text) {
        let quarter = match found.name("q")?.as_str().to_lowercase().as_str() {
            "1" | "i" => 1,
            "2" | "ii" => 2,
            "3" | "iii" => 3,
            _ => 4,
        };
        return months(&found, quarter * 3 - 2, quarter * 3);
    }
    months(&YEAR.as_ref()?.captures(text)?, 1, 12)
}

/// Tells whether a text is a date only with the month first: `12/25/2023`.
pub fn has_month_first(text: &str) -> bool {
    let Some(found) = NUMERIC.as_ref().and_then(|shape| shape.captures(date_word(text))) else {
        return false;
    };
    let swapped = || NaiveDate::from_ymd_opt(number(&found, "y")?, part(&found, "d")?, part(&found, "m")?);
    parse_date(date_word(text)).is_none() && swapped().is_some()
}

/// Tells whether a text is a date that reads another way with the month first.
pub fn reads_both_ways(text: &str) -> Option<bool> {
    let found = NUMERIC.as_ref()?.captures(date_word(text))?;
    Some(part(&found, "d")? <= 12 && part(&found, "m")? <= 12)
}

/// Cuts a time of day from behind a date.
fn date_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// Parses a date with or without a time of day, in either order; without one it is midnight.
pub fn parse_date_time(text: &str) -> Option<NaiveDateTime> {
    let plain = text.split_once(' ').and_then(|(date, time)| {
        let date = make_date(read_plain_date(date.as_bytes())?)?;
        Some(date.and_time(parse_plain_time(time.as_bytes())?))
    });
    plain.or_else(|| parse_with(text, &parse_date))
}

/// Parses a date as `parse` does, with or without a time of day.
pub fn parse_with(text: &str, parse_date: &dyn Fn(&str) -> Option<NaiveDate>) -> Option<NaiveDateTime> {
    let text = text.trim();
    if let Some(date) = parse_date(text) {
        return date.and_hms_opt(0, 0, 0);
    }
    text.char_indices().filter(|(_, letter)| letter.is_whitespace() || matches!(letter, 'T' | ',')).find_map(
        |(at, letter)| {
            let before = text.get(..at)?.trim();
            let after = text.get(at + letter.len_utf8()..)?.trim();
            // Portals write `08:05 - 05/03/2023`.
            let dashed = after.strip_prefix(['-', '–']).filter(|rest| rest.starts_with(char::is_whitespace));
            let after = dashed.map_or(after, str::trim);
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
    let hour = part(&found, "h")?;
    let hour = match found.name("half").map(|half| half.as_str().to_lowercase()).as_deref() {
        // Spreadsheets in Vietnamese write `8:05 SA` (sáng) and `2:30 CH` (chiều).
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some("sa" | "am") => hour % 12,
        Some(_) => hour % 12 + 12,
        None => hour,
    };
    NaiveTime::from_hms_opt(hour, minute, second)
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
    use super::{
        find_dates, has_month_first, parse_date, parse_date_time, parse_short_date, parse_span,
        reads_both_ways,
    };
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
        assert_eq!(shown("Nghệ An, ngày 06 tháng 02 năm 2023"), "2023-02-06 00:00:00");
        assert_eq!(shown("13/01/2022 08:12"), "2022-01-13 08:12:00");
        assert_eq!(shown("04/01/2023 09:38:35"), "2023-01-04 09:38:35");
        assert_eq!(shown("08:12 13/01/2022"), "2022-01-13 08:12:00");
        assert_eq!(shown("2023-01-04T09:38:35"), "2023-01-04 09:38:35");
        assert_eq!(shown("2023-01-04T09:38:35.123+07:00"), "2023-01-04 09:38:35");
        assert_eq!(shown("Thứ Tư, ngày 04/01/2023"), "2023-01-04 00:00:00");
        assert_eq!(shown("NGÀY 29 THÁNG 12 NĂM 2022"), "2022-12-29 00:00:00");
        assert_eq!(shown("05/03/2023 2:30:00 CH"), "2023-03-05 14:30:00");
        assert_eq!(shown("05/03/2023 12:05 SA"), "2023-03-05 00:05:00");
        assert_eq!(shown("08:05 - 05/03/2023"), "2023-03-05 08:05:00");
        assert_eq!(shown("05/03/2023 – 14h30"), "2023-03-05 14:30:00");
        assert_eq!(shown("20231229"), "2023-12-29 00:00:00");
    }

    #[test]
    fn months_quarters_and_years_are_spans() {
        let span = |text: &str| parse_span(text).map(|(from, to)| format!("{from} {to}"));
        assert_eq!(span("tháng 12/2023").as_deref(), Some("2023-12-01 2023-12-31"));
        assert_eq!(span("02/2024").as_deref(), Some("2024-02-01 2024-02-29"));
        assert_eq!(span("Q4/2023").as_deref(), Some("2023-10-01 2023-12-31"));
        assert_eq!(span("Quý II năm 2023").as_deref(), Some("2023-04-01 2023-06-30"));
        assert_eq!(span("năm 2023").as_deref(), Some("2023-01-01 2023-12-31"));
        assert_eq!(span("13/2023"), None);
        assert_eq!(span("01/12/2023"), None);
    }

    #[test]
    fn the_month_first_is_recognised_and_not_read() {
        assert!(has_month_first("12/25/2023"));
        assert!(has_month_first("1/13/2023 08:00"));
        assert!(!has_month_first("25/12/2023"));
        assert!(!has_month_first("13/13/2023"));
        assert_eq!(reads_both_ways("05/03/2023"), Some(true));
        assert_eq!(reads_both_ways("25/03/2023 08:00"), Some(false));
        assert_eq!(reads_both_ways("ngày 5 tháng 3 năm 2023"), None);
    }

    #[test]
    fn short_years_are_of_this_century_and_read_on_request() {
        assert_eq!(parse_short_date("05/03/23").map(|date| date.to_string()).as_deref(), Some("2023-03-05"));
        assert_eq!(parse_short_date("05/13/23"), None);
        assert_eq!(parse_short_date("05/03/2023"), None);
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
        fn plain_shapes_read_as_the_regular_expressions_do(
            date in "[0-9]{1,3}[/.-][0-9]{1,2}[/.-](19|20|0|2)[0-9]{2}",
            time in "( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2})?)?",
        ) {
            let text = format!("{date}{time}");
            // A blank too many takes the way through the regular expressions.
            let spaced = text.replacen(['/', '.', '-'], " / ", 1);
            prop_assert_eq!(parse_date_time(&text), parse_date_time(&spaced));
        }

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
