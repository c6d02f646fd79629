//! Turns the widths that columns want into the widths that a terminal has room for.
//!
//! Numbers and dates are never shortened: a number without its last digits is another number. Texts
//! are shortened in their middle first; when that is not enough, whole columns in the middle give way,
//! since the first ones name the row and the last ones are often what was asked for.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// What one column wants.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// Width of its widest cell or heading.
    pub(super) natural: usize,
    /// Width below which it says nothing.
    pub(super) least: usize,
}

/// What a table's columns get.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fit {
    /// Position and width of the columns that are shown.
    pub(super) shown: Vec<(usize, usize)>,
    /// How many of the shown stand before the gap, if columns are hidden.
    pub(super) gap: Option<usize>,
}

/// Characters around a cell: two blanks and a line.
const FRAME: usize = 3;

/// Fits columns into `room` terminal columns.
pub(super) fn fit(wishes: &[Wish], room: usize) -> Fit {
    let all: Vec<usize> = (0..wishes.len()).collect();
    if let Some(shown) = share(wishes, &all, room) {
        return Fit { shown, gap: None };
    }
    // Columns come back from both ends as long as they fit beside the gap.
    let room = room.saturating_sub(FRAME + 1);
    let (mut left, mut right) = (vec![0], Vec::new());
    let mut candidates = (1, wishes.len());
    let mut best = share(wishes, &left, room);
    while candidates.0 < candidates.1 {
        let from_right = right.len() < left.len();
        let next = if from_right { candidates.1 - 1 } else { candidates.0 };
        let chosen: Vec<usize> =
            left.iter().copied().chain([next]).chain(right.iter().rev().copied()).collect();
        let Some(shares) = share(wishes, &chosen, room) else { break };
        best = Some(shares);
        if from_right {
            right.push(next);
            candidates.1 -= 1;
        } else {
            left.push(next);
            candidates.0 += 1;
        }
    }
    let alone = || vec![(0, room.saturating_sub(FRAME + 1).max(1))];
    Fit { shown: best.unwrap_or_else(alone), gap: Some(left.len()) }
}

/// Shares the room among the chosen columns: none gets more than it wants, wide ones are cut to one
/// width that suits all.
fn share(wishes: &[Wish], chosen: &[usize], room: usize) -> Option<Vec<(usize, usize)>> {
    let room = room.checked_sub(chosen.len() * FRAME + 1)?;
    let width = |cap: usize, column: usize| {
        let Wish { natural, least } = wishes[column];
        natural.min(cap.max(least))
    };
    let sum = |cap: usize| chosen.iter().map(|column| width(cap, *column)).sum::<usize>();
    if sum(0) > room {
        return None;
    }
    // The largest cap that fits, by halving; widths grow with the cap.
    let (mut low, mut high) = (0, room);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if sum(middle) <= room { low = middle } else { high = middle - 1 }
    }
    Some(chosen.iter().map(|column| (*column, width(low, *column))).collect())
}

/// Shortens a text to a width by leaving out its middle.
pub(super) fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let head = take_width(text.chars(), kept.div_ceil(2));
    let tail: String = take_width(text.chars().rev(), kept / 2).chars().rev().collect();
    format!("{head}…{tail}")
}

/// Breaks a text into lines of at most a width: between words, within a word only if it is too long.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive(' ') {
        if line.width() + word.trim_end().width() > width && !line.trim().is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        line.push_str(word);
        while line.trim_end().width() > width {
            let head = take_width(line.chars(), width);
            // A letter that is wider than the line gets one of its own.
            let cut =
                if head.is_empty() { line.chars().next().map_or(0, char::len_utf8) } else { head.len() };
            let rest = line.split_off(cut);
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    if lines.is_empty() || !line.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Breaks a text into at most so many lines and tells whether that is the whole text.
pub(super) fn wrap_up_to(text: &str, width: usize, most: usize) -> (Vec<String>, bool) {
    let lines = wrap(text, width);
    if lines.len() <= most {
        return (lines, true);
    }
    // Words leave gaps at the ends of lines, so less than the lines hold may be what fits.
    let fitting = (1..=width * most).rev().map(|room| wrap(&shorten(text, room), width));
    (fitting.into_iter().find(|lines| lines.len() <= most).unwrap_or_default(), false)
}

fn take_width(letters: impl Iterator<Item = char>, width: usize) -> String {
    let mut left = width;
    letters
        .take_while(|letter| match left.checked_sub(letter.width().unwrap_or(0)) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Fit, Wish, fit, shorten, wrap, wrap_up_to};

    fn text(natural: usize) -> Wish {
        Wish { natural, least: natural.min(8) }
    }

    fn number(natural: usize) -> Wish {
        Wish { natural, least: natural }
    }

    #[test]
    fn what_fits_stays_and_only_long_texts_give_way() {
        assert_eq!(fit(&[text(5), number(4)], 80), Fit { shown: vec![(0, 5), (1, 4)], gap: None });
        assert_eq!(fit(&[text(60), number(10)], 40), Fit { shown: vec![(0, 23), (1, 10)], gap: None });
    }

    #[test]
    fn columns_in_the_middle_give_way_to_the_first_and_the_last() {
        let fitted = fit(&[number(10); 9], 44);
        assert_eq!(fitted.gap, Some(2));
        assert_eq!(fitted.shown.iter().map(|(column, _)| *column).collect::<Vec<_>>(), [0, 1, 8]);
    }

    #[test]
    fn no_width_is_too_small() {
        for room in 0..30 {
            let fitted = fit(&[text(50), number(12), text(3)], room);
            assert!(
                !fitted.shown.is_empty() && fitted.shown.iter().all(|(_, width)| *width > 0),
                "{fitted:?}"
            );
        }
    }

    #[test]
    fn lines_break_between_words_and_nothing_is_lost() {
        assert_eq!(wrap("Tên khóa đào tạo, bồi dưỡng", 12), ["Tên khóa đào", "tạo, bồi", "dưỡng"]);
        assert_eq!(wrap("  abcdefgh i", 4), ["  ab", "cdef", "gh i"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
    }

    #[test]
    fn a_text_of_too_many_lines_loses_its_middle() {
        let text = "Cấp giấy phép tiến hành công việc bức xạ";
        assert_eq!(wrap_up_to(text, 14, 2), (vec!["Cấp giấy phép".into(), "…g việc bức xạ".into()], false));
        assert_eq!(wrap_up_to("một hai", 3, 2), (vec!["một".into(), "hai".into()], true));
    }

    #[test]
    fn texts_lose_their_middle() {
        assert_eq!(shorten("Nguyễn Thị Ánh Nguyệt", 11), "Nguyễ…guyệt");
        assert_eq!(shorten("abc", 3), "abc");
        assert_eq!(shorten("abc", 1), "…");
        assert_eq!(shorten("日本語です", 4), "日…");
    }
}
