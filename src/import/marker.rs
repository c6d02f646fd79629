//! Recognises words and signs that stand for "no value" or for the value above.
//!
//! What they mean differs from office to office (`-` may be zero or unknown), so only a contract
//! gives them a meaning; recognising them makes the complaint say what to declare.

use crate::source::Cell;
use crate::vietnamese::fold::fold;

const SIGNS: [&str; 13] = ["-", "–", "—", "−", "--", "---", ".", "..", "...", "…", "~", "/", "*"];

const WORDS: [&str; 14] = [
    "khong",
    "khong co",
    "khong ro",
    "chua",
    "chua co",
    "chua xac dinh",
    "chua ro",
    "k",
    "x",
    "n a",
    "na",
    "null",
    "none",
    "nan",
];

const DITTO_SIGNS: [&str; 5] = ["\"", "''", "〃", "”", "“"];

const DITTO_WORDS: [&str; 3] = ["nt", "nhu tren", "n t"];

/// Tells whether a cell says in some way that there is no value.
pub(super) fn is_marker(cell: &Cell) -> bool {
    cell.as_text().is_some_and(|text| SIGNS.contains(&text.trim()) || WORDS.contains(&fold(text).as_str()))
}

/// Tells whether a cell repeats the one above: `nt`, `như trên`, `〃`.
pub(super) fn is_ditto(cell: &Cell) -> bool {
    cell.as_text()
        .is_some_and(|text| DITTO_SIGNS.contains(&text.trim()) || DITTO_WORDS.contains(&fold(text).as_str()))
}
