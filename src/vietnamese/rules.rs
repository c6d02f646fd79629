//! Turns dates and rates into the classes that rules of administrative reform define.

use chrono::NaiveDate;

/// Classifies a dossier by its dates, date against date; a result ready on time but collected late is on time.
///
/// `None` without a due date, for an open dossier without an as-of date, and for one that was
/// completed before it was received: nothing is guessed.
pub fn timeliness(
    received: Option<NaiveDate>,
    due: Option<NaiveDate>,
    completed: Option<NaiveDate>,
    as_of: Option<NaiveDate>,
) -> Option<&'static str> {
    let due = due?;
    match (received, completed) {
        (Some(received), Some(completed)) if completed < received => None,
        (_, Some(completed)) if completed < due => Some("early"),
        (_, Some(completed)) if completed == due => Some("on_time"),
        (_, Some(_)) => Some("overdue"),
        (_, None) if due >= as_of? => Some("in_progress"),
        (_, None) => Some("in_progress_overdue"),
    }
}

/// Lower bounds of the groups of self-financing, each up to but not including the one before it
/// (Decree 60/2021/ND-CP, article 9).
const AUTONOMY_GROUPS: [(f64, &str); 4] = [(1.0, "1/2"), (0.7, "3a"), (0.3, "3b"), (0.1, "3c")];

/// Finds the group of a rate of self-financing, 1 being 100 %; `None` for what is no number.
pub fn autonomy_group(rate: f64) -> Option<&'static str> {
    if rate.is_nan() {
        return None;
    }
    let group = AUTONOMY_GROUPS.iter().find(|(bound, _)| rate >= *bound);
    Some(group.map_or("4", |(_, group)| group))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{autonomy_group, timeliness};

    fn day(day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(2023, 5, day)
    }

    #[test]
    fn a_dossier_is_classified_date_against_date() {
        assert_eq!(timeliness(day(2), day(10), day(9), None), Some("early"));
        assert_eq!(timeliness(day(2), day(10), day(10), None), Some("on_time"));
        assert_eq!(timeliness(None, day(10), day(11), None), Some("overdue"));
        assert_eq!(timeliness(day(2), day(10), None, day(10)), Some("in_progress"));
        assert_eq!(timeliness(day(2), day(10), None, day(11)), Some("in_progress_overdue"));
    }

    #[test]
    fn what_the_dates_do_not_decide_stays_open() {
        assert_eq!(timeliness(day(2), None, day(9), day(31)), None);
        assert_eq!(timeliness(day(9), day(10), day(2), None), None);
        assert_eq!(timeliness(day(2), day(10), None, None), None);
    }

    #[test]
    fn groups_begin_at_their_bounds() {
        let groups = [0.0999, 0.1, 0.2999, 0.3, 0.6999, 0.7, 0.9999, 1.0, 1.013, -0.1].map(autonomy_group);
        let names = ["4", "3c", "3c", "3b", "3b", "3a", "3a", "1/2", "1/2", "4"].map(Some);
        assert_eq!(groups, names);
        assert_eq!(autonomy_group(f64::NAN), None);
    }
}
