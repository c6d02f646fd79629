//! Turns cells whose letters were read in a wrong encoding back into Vietnamese.
//!
//! An export may hold letters of `.VnTime` without the font that draws them, or UTF-8 that some
//! program took for Western text (`SÃ¡ng`). Words tell: a cell is mended only if its words are no
//! Vietnamese as they stand and are Vietnamese in the other reading, and if enough different words
//! of the export say so. A cell that both readings fit follows its row, if that is Unicode among others
//! that are not, and else its column; where the column holds
//! both, the cell is marked unreadable, since a guess would not be seen. Letters that became `?`
//! are gone; such a cell is marked, too.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::block::{Block, Row};
use super::cell::OwnedCell;
use super::{Notes, Sheet, Unreadable};
use crate::error::Result;
use crate::vietnamese::fold::normalise;
use crate::vietnamese::letters::{Letters, western_bytes};
use crate::vietnamese::syllables::{Weight, has_lost_letters, weigh};

/// Different words that must speak for an encoding before any cell is read in it.
const WORDS: usize = 4;

/// Words that are kept for an encoding; more prove no more.
const MOST_WORDS: usize = 1000;

/// Texts that are remembered so as not to be looked at again.
const MOST_SEEN: usize = 100_000;

/// The encodings that letters end up in when they are read as Western ones.
const READINGS: [Letters; 4] = [Letters::Tcvn3, Letters::Vni, Letters::Windows1258, Letters::Viscii];

/// What one text can be.
enum Found {
    /// Without accents: nothing to ask.
    Plain,
    /// Vietnamese in Unicode.
    Unicode,
    /// UTF-8 that was read as Western text.
    Mojibake(String),
    /// The same, with letters missing.
    Lost,
    /// Western letters, which are Vietnamese in some readings.
    Western { stands: Stands, readings: Vec<(Letters, String)> },
}

/// What Western letters are as they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// Vietnamese words.
    Good,
    /// No accented words, only signs such as `·`.
    Neutral,
    /// Words that are not Vietnamese.
    Bad,
}

/// Mends the cells of an export; `forced` is the encoding that the user named.
///
/// # Errors
/// If a text cannot be read any more.
pub(super) fn mend(sheets: &mut [Sheet], forced: Option<Letters>) -> Result<()> {
    let mut words = Words::default();
    let mut columns: Vec<Columns> = vec![Columns::default(); sheets.len()];
    for (sheet, columns) in sheets.iter().zip(&mut columns) {
        // Texts repeat, and looking at one that could be anything is dear.
        let mut seen = Seen::default();
        for index in sheet.rows.sample() {
            let block = sheet.rows.block(index)?;
            for row in block.rows() {
                let texts = row.filled().filter_map(|(column, cell)| Some((column, cell.as_text()?)));
                for (column, text) in texts.filter(|(_, text)| !text.is_ascii()) {
                    if seen.is_new(column, text) {
                        columns.observe(column, text, &mut words);
                    }
                }
            }
        }
    }
    let mender = Arc::new(words.decide(forced));
    for (sheet, columns) in sheets.iter_mut().zip(columns) {
        sheet.rows.mend(Mending { mender: Arc::clone(&mender), columns }, &mut sheet.notes);
    }
    Ok(())
}

/// The texts of each column that were looked at.
#[derive(Default)]
struct Seen {
    columns: Vec<HashSet<Box<str>>>,
    texts: usize,
}

impl Seen {
    /// Remembers a text; those beyond [`MOST_SEEN`] are always new.
    fn is_new(&mut self, column: usize, text: &str) -> bool {
        if self.columns.len() <= column {
            self.columns.resize_with(column + 1, HashSet::new);
        }
        let known = &mut self.columns[column];
        if known.contains(text) {
            return false;
        }
        if self.texts < MOST_SEEN {
            self.texts += 1;
            known.insert(text.into());
        }
        true
    }
}

/// Mends the cells of one sheet, block by block.
#[derive(Debug, Clone)]
pub(super) struct Mending {
    mender: Arc<Mender>,
    columns: Columns,
}

impl Mending {
    /// Mends the cells of a block.
    pub(super) fn mend(&self, block: &mut Block, notes: &mut Notes) {
        let is_sound = |text: &str| {
            !text.contains('?')
                && (text.is_ascii() || (self.mender.believed.is_empty() && !may_be_damaged(text)))
        };
        if is_sound(block.source()) {
            return;
        }
        block.change(|row, column, text| {
            if is_sound(text) {
                return None;
            }
            let is_unicode = || self.columns.stand_apart(row);
            self.mender.mend(&self.columns, column, text, &is_unicode, notes)
        });
    }
}

/// Tells from its bytes whether a text could be UTF-8 that was read as Western text.
///
/// Such a text has one of the letters that stand for the bytes 0x80 to 0xBF, or the sign for a lost
/// one. Vietnamese has none of them: its letters begin with the bytes C3, C4, C6 and E1, and `ũ`.
#[expect(clippy::needless_bitwise_bool, reason = "without a branch many bytes are looked at at once")]
fn may_be_damaged(text: &str) -> bool {
    let is_odd = |pair: &[u8]| {
        let (lead, next) = (pair[0], pair[1]);
        (lead == 0xC2)
            | (lead == 0xCB)
            | (lead == 0xE2)
            | (lead == 0xEF)
            | ((lead == 0xC5) & (next != 0xA8) & (next != 0xA9))
            | ((lead == 0xC6) & (next == 0x92))
    };
    // A leading byte is never the last one.
    text.as_bytes().windows(2).fold(false, |odd, pair| odd | is_odd(pair))
}

/// The words of an export that are Vietnamese only in another encoding.
#[derive(Debug, Default)]
struct Words(BTreeMap<Letters, HashSet<String>>);

/// What the columns of a sheet hold besides texts that two readings fit.
#[derive(Debug, Clone, Default)]
struct Columns(Vec<Column>);

#[derive(Debug, Clone, Default)]
struct Column {
    unicode: bool,
    /// Encodings in which a text is Vietnamese that is none as it stands.
    letters: BTreeSet<Letters>,
}

impl Columns {
    /// Tells whether a row is Unicode among others that are not, as headings over old data are: one of
    /// its cells can be nothing else, in a column that has cells of an old encoding.
    fn stand_apart(&self, row: &Row<'_>) -> bool {
        row.filled().any(|(column, cell)| {
            self.0.get(column).is_some_and(|column| !column.letters.is_empty())
                && cell.as_text().is_some_and(|text| matches!(look(text), Found::Unicode))
        })
    }

    fn observe(&mut self, column: usize, text: &str, words: &mut Words) {
        let found = look(text);
        if matches!(found, Found::Plain | Found::Lost) {
            return;
        }
        if self.0.len() <= column {
            self.0.resize(column + 1, Column::default());
        }
        let column = &mut self.0[column];
        match found {
            Found::Western { stands: Stands::Bad, readings } => {
                for (letters, text) in readings {
                    column.letters.insert(letters);
                    words.add(letters, &text);
                }
            }
            Found::Western { stands: Stands::Good, readings } => column.unicode |= readings.is_empty(),
            Found::Western { stands: Stands::Neutral, .. } => {}
            _ => column.unicode = true,
        }
    }
}

impl Words {
    fn add(&mut self, letters: Letters, text: &str) {
        let known = self.0.entry(letters).or_default();
        if known.len() < MOST_WORDS {
            known.extend(text.split_whitespace().filter(|word| !word.is_ascii()).map(str::to_owned));
        }
    }

    /// Decides which encodings are believed, the one with most words first.
    fn decide(self, forced: Option<Letters>) -> Mender {
        if let Some(letters) = forced {
            return Mender { believed: vec![letters], is_forced: true };
        }
        let counts = self.0.into_iter().map(|(letters, words)| (words.len(), letters));
        let mut counts: Vec<(usize, Letters)> = counts.filter(|(words, _)| *words >= WORDS).collect();
        counts.sort_by_key(|(words, _)| std::cmp::Reverse(*words));
        Mender { believed: counts.into_iter().map(|(_, letters)| letters).collect(), is_forced: false }
    }
}

/// Knows which encodings to read texts in.
#[derive(Debug)]
struct Mender {
    believed: Vec<Letters>,
    is_forced: bool,
}

impl Mender {
    /// Returns what a text should be, if it is to change.
    fn mend(
        &self,
        columns: &Columns,
        column: usize,
        text: &str,
        is_unicode: &dyn Fn() -> bool,
        notes: &mut Notes,
    ) -> Option<OwnedCell> {
        let mended = self.read(columns, column, text, is_unicode, notes);
        let letters = mended.as_ref().map_or(Some(text), OwnedCell::as_text);
        if letters.is_some_and(has_lost_letters) {
            return Some(OwnedCell::Unreadable(Unreadable::LostLetters, text.to_owned()));
        }
        mended
    }

    fn read(
        &self,
        columns: &Columns,
        column: usize,
        text: &str,
        is_unicode: &dyn Fn() -> bool,
        notes: &mut Notes,
    ) -> Option<OwnedCell> {
        match look(text) {
            Found::Plain | Found::Unicode => None,
            Found::Mojibake(text) => {
                notes.repaired += 1;
                Some(OwnedCell::text(&text))
            }
            Found::Lost => Some(OwnedCell::Unreadable(Unreadable::LostLetters, text.to_owned())),
            Found::Western { stands, readings } => {
                let read = |letters: &Letters| readings.iter().find(|(reading, _)| reading == letters);
                let (letters, read) = self.believed.iter().find_map(read)?;
                let column = columns.0.get(column).cloned().unwrap_or_default();
                let is_mended = column.letters.contains(letters);
                if stands == Stands::Good && is_mended && !self.is_forced && is_unicode() {
                    return None;
                }
                let is_clear = match stands {
                    Stands::Bad => true,
                    Stands::Neutral => !column.unicode,
                    Stands::Good => is_mended && !column.unicode,
                };
                if is_clear || self.is_forced {
                    notes.count_letters(*letters);
                    return Some(OwnedCell::text(read));
                }
                is_mended.then(|| OwnedCell::Unreadable(Unreadable::UnclearLetters, text.to_owned()))
            }
        }
    }
}

fn look(text: &str) -> Found {
    if text.is_ascii() {
        return Found::Plain;
    }
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Found::Lost;
    }
    let Some(bytes) = western_bytes(text) else {
        return if has_cut_utf8(text) { Found::Lost } else { Found::Unicode };
    };
    if let Ok(mended) = String::from_utf8(bytes.clone()) {
        return Found::Mojibake(normalise(&mended));
    }
    let stands = match weigh(text) {
        Weight { valid: 0, invalid: 0 } => Stands::Neutral,
        Weight { invalid: 0, .. } => Stands::Good,
        _ if has_cut_utf8(text) => return Found::Lost,
        _ => Stands::Bad,
    };
    let readings = READINGS.into_iter().filter_map(|letters| {
        let decoded = letters.decode(&bytes);
        let fits = decoded.first_bad.is_none() && weigh(&decoded.text).is_vietnamese();
        fits.then_some((letters, decoded.text))
    });
    Found::Western { stands, readings: readings.collect() }
}

/// Finds the beginnings of Vietnamese letters in UTF-8 as they look in Western text: `á»` or `áº`,
/// with more text behind them (behind a quote there would be a blank).
fn has_cut_utf8(text: &str) -> bool {
    ["á»", "áº", "Æ°", "Ä‘"].iter().any(|start| {
        text.match_indices(start).any(|(at, start)| {
            let next = text.get(at + start.len()..).and_then(|rest| rest.chars().next());
            next.is_some_and(|next| !next.is_whitespace() && !matches!(next, ',' | '.' | ';' | ')' | ':'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::mend;
    use crate::source::rows::RowsBuilder;
    use crate::source::{Block, Cell, Sheet, Unreadable};
    use crate::vietnamese::letters::Letters;

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let mut builder = RowsBuilder::default();
        for (number, row) in (1..).zip(rows) {
            row.iter().enumerate().for_each(|(column, text)| builder.put(number, column, Cell::text(text)));
        }
        Sheet { rows: builder.finish().unwrap(), ..Sheet::default() }
    }

    fn rows(sheet: &Sheet) -> Block {
        sheet.rows.head(100).unwrap()
    }

    fn mended(rows: &[&[&str]]) -> Sheet {
        let mut sheets = [sheet(rows)];
        mend(&mut sheets, None).unwrap();
        let [sheet] = sheets;
        sheet
    }

    fn text(sheet: &Sheet, row: usize, column: usize) -> String {
        rows(sheet).row(row).cell(column).as_text().unwrap_or("unreadable").to_owned()
    }

    #[test]
    fn letters_without_their_font_are_read_by_their_words() {
        let sheet = mended(&[&["Hä vµ tªn", "§¬n vÞ"], &["Lª ThÞ Hoµ", "Së Khoa häc"], &["Có", "An", "M·"]]);
        assert_eq!(text(&sheet, 0, 0), "Họ và tên");
        assert_eq!(text(&sheet, 1, 1), "Sở Khoa học");
        // It would be a word in Unicode as well; its column decides.
        assert_eq!(text(&sheet, 2, 0), "Cú");
        assert_eq!(text(&sheet, 2, 1), "An");
        // A sign that would be a letter stands in a column without Unicode.
        assert_eq!(text(&sheet, 2, 2), "Mã");
        assert_eq!(sheet.notes.letters[&Letters::Tcvn3], 6);
        let sheet = mended(&[&["UÛY BAN NHAÂN DAÂN TÆNH", "Sôû Khoa hoïc"]]);
        assert_eq!(text(&sheet, 0, 0), "ỦY BAN NHÂN DÂN TỈNH");
    }

    #[test]
    fn unicode_and_plain_text_are_never_touched() {
        let rows: &[&[&str]] = &[
            &["Họ và tên", "Hà", "5 µm", "m²"],
            &["Nestlé", "1ª", "20°C", "café"],
            &["«Cá»", "Có", "plain", "½"],
        ];
        let shown = |sheet: &Sheet| {
            format!(
                "{:?}",
                self::rows(sheet).rows().map(|row| row.cells().collect()).collect::<Vec<Vec<_>>>()
            )
        };
        assert_eq!(shown(&mended(rows)), shown(&sheet(rows)));
    }

    #[test]
    fn headings_in_unicode_over_old_data_stay() {
        let sheet = mended(&[
            &["Tên khóa", "Cơ sở đào tạo"],
            &["Båi d\u{AD}ìng qu¶n lý nhµ n\u{AD}íc", "Tr\u{AD}êng ChÝnh trÞ"],
            &["Có", "Së Néi vô"],
        ]);
        assert_eq!((text(&sheet, 0, 0), text(&sheet, 2, 0)), ("Tên khóa".to_owned(), "Cú".to_owned()));
        assert_eq!(text(&sheet, 1, 1), "Trường Chính trị");
    }

    #[test]
    fn a_cell_that_both_readings_fit_is_not_guessed_in_a_mixed_column() {
        let sheet = mended(&[&["Hä vµ tªn §¬n vÞ"], &["Nguyễn Văn Ất"], &["Có"]]);
        assert_eq!(rows(&sheet).row(2).cell(0), Cell::Unreadable(Unreadable::UnclearLetters, "Có"));
    }

    #[test]
    fn utf8_that_was_read_as_western_text_is_repaired_or_told_to_be_lost() {
        let sheet = mended(&[&["S? Khoa h?c", "Lê Thị Th?o", "Đ?n v?", "Ai ký?"]]);
        for column in 0..3 {
            let cell = rows(&sheet).row(0).cell(column).as_text().map(str::to_owned);
            assert_eq!(cell, None, "{column}");
        }
        assert_eq!(text(&sheet, 0, 3), "Ai ký?");
        let sheet = mended(&[&["SÃ¡ng kiáº¿n", "Ä‘á»‹nh", "á»§y ban Nguyá»n", "Nguy\u{FFFD}n"]]);
        assert_eq!(text(&sheet, 0, 0), "Sáng kiến");
        assert_eq!(text(&sheet, 0, 1), "định");
        assert_eq!(sheet.notes.repaired, 2);
        for column in [2, 3] {
            assert!(matches!(rows(&sheet).row(0).cell(column), Cell::Unreadable(Unreadable::LostLetters, _)));
        }
    }

    #[test]
    fn a_named_encoding_reads_every_cell_that_it_can() {
        let mut sheets = [sheet(&[&["Có", "Họ"]])];
        mend(&mut sheets, Some(Letters::Tcvn3)).unwrap();
        assert_eq!(sheets[0].texts(), [["Cú", "Họ"]]);
    }
}
