//! Turns delimited text into blocks of rows, however long the text is.
//!
//! The text is read once from end to end when it is opened: its delimiter is found, and it is cut
//! into chunks that begin and end with whole records. From then on any chunk can be read alone, in
//! any order and by any thread. The delimiter is the one under which most records have the same
//! number of cells, because title lines and prose hold stray commas and semicolons.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use encoding_rs::UTF_8;
use memchr::{memchr, memchr_iter, memchr2, memchr3, memrchr2};

use super::block::Block;
use super::cell::Cell;
use super::encoding::{self, TextEncoding};
use super::limits;
use super::mend::Mending;
use super::text::TextFile;
use crate::error::{Error, Place, Result};
use crate::messages::SourceFault;

const DELIMITERS: [u8; 4] = [b'\t', b';', b',', b'|'];

/// Records looked at to find the delimiter.
const SAMPLE: usize = 200;

/// Bytes of a block, unless a record is longer: what fits into a processor's own memory.
pub(super) const BLOCK_BYTES: usize = 256 << 10;

/// Bytes in which the delimiter is looked for.
const SAMPLE_BYTES: usize = 1 << 20;

/// A delimited text that can be read in blocks.
#[derive(Debug, Clone)]
pub(super) struct Text {
    file: Arc<TextFile>,
    encoding: TextEncoding,
    delimiter: u8,
    chunks: Vec<Chunk>,
    mending: Option<Mending>,
    /// Memory that can be used again.
    spare: Arc<Mutex<Spare>>,
}

/// Blocks, and bytes of a file, that are kept for their memory.
#[derive(Debug, Default)]
struct Spare {
    blocks: Vec<Block>,
    bytes: Vec<Vec<u8>>,
}

/// Blocks that are kept.
const SPARE: usize = 16;

/// Whole records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chunk {
    start: u64,
    bytes: usize,
    /// Number of the first line.
    line: u32,
}

impl Text {
    /// Finds the delimiter and the chunks.
    ///
    /// Only encodings that write line breaks, quotes and delimiters as ASCII does can be read so; see
    /// [`is_cuttable`].
    ///
    /// # Errors
    /// [`SourceFault::OpenQuote`] if a quote swallows the lines after it, [`SourceFault::LongLine`],
    /// [`SourceFault::Undecodable`] if it is another encoding, and what reading the file gives.
    pub(super) fn open(file: Arc<TextFile>, encoding: TextEncoding, chunk_bytes: usize) -> Result<Self> {
        let sample = file.read(file.start(), SAMPLE_BYTES)?;
        let delimiter = find_delimiter(&String::from_utf8_lossy(&sample));
        let chunks = find_chunks(&file, encoding, delimiter, chunk_bytes.clamp(1, limits::LINE_BYTES))?;
        Ok(Self { file, encoding, delimiter, chunks, mending: None, spare: Arc::default() })
    }

    /// Returns the delimiter.
    pub(super) fn delimiter(&self) -> char {
        char::from(self.delimiter)
    }

    /// Returns the number of blocks.
    pub(super) fn blocks(&self) -> usize {
        self.chunks.len()
    }

    /// Mends every block that is read from now on.
    pub(super) fn mend_with(&mut self, mending: Mending) {
        self.mending = Some(mending);
    }

    /// Takes a block back.
    pub(super) fn give_back(&self, block: Block) {
        let blocks = &mut self.spare().blocks;
        if blocks.len() < SPARE {
            blocks.push(block);
        }
    }

    fn spare(&self) -> MutexGuard<'_, Spare> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads and splits a chunk.
    pub(super) fn read_block(&self, index: usize) -> Result<Block> {
        let Some(chunk) = self.chunks.get(index) else { return Ok(Block::default()) };
        let (spare, mut bytes) = {
            let mut spare = self.spare();
            (spare.blocks.pop().unwrap_or_default(), spare.bytes.pop().unwrap_or_default())
        };
        self.file.read_unchanged(chunk.start, chunk.bytes, &mut bytes)?;
        let mut block = split(&decode(&bytes, self.encoding, chunk.line)?, self.delimiter, chunk.line, spare);
        // At most one for each thread that reads.
        self.spare().bytes.push(bytes);
        if let Some(row) = block.rows().find(|row| row.width() > limits::COLUMNS) {
            let fault = SourceFault::TooManyColumns { limit: limits::COLUMNS };
            return Err(at_line(&self.file, row.number, |_| fault));
        }
        if let Some(mending) = &self.mending {
            let mut notes = std::mem::take(&mut block.notes);
            mending.mend(&mut block, &mut notes);
            block.notes = notes;
        }
        Ok(block)
    }
}

/// Tells whether a text in this encoding can be cut where its bytes are line breaks.
pub(super) fn is_cuttable(encoding: TextEncoding) -> bool {
    matches!(encoding, TextEncoding::Letters(_)) || encoding == TextEncoding::Web(UTF_8)
}

/// Decodes whole lines, of which the first has the number `line`.
fn decode(bytes: &[u8], encoding: TextEncoding, line: u32) -> Result<Cow<'_, str>> {
    if encoding != TextEncoding::Web(UTF_8) {
        return encoding.decode_lines(bytes, line as usize).map(Cow::Owned);
    }
    encoding::read_utf8(bytes).map(Cow::Borrowed).map_err(|good| {
        let good = bytes.get(..good).unwrap_or_default();
        encoding::undecodable(encoding, line as usize + count_lines(good) as usize)
    })
}

/// Cuts the text into chunks, each of which can be decoded.
fn find_chunks(
    file: &TextFile,
    encoding: TextEncoding,
    delimiter: u8,
    chunk_bytes: usize,
) -> Result<Vec<Chunk>> {
    let mut chunks = Vec::new();
    let (mut start, mut line, mut wanted) = (file.start(), 1_u32, chunk_bytes);
    let mut bytes = Vec::new();
    loop {
        file.read_into(start, wanted, &mut bytes)?;
        if bytes.is_empty() {
            return Ok(chunks);
        }
        let is_last = bytes.len() < wanted;
        let cut = match find_cut(&bytes, delimiter, is_last) {
            Ok(cut) => cut,
            Err(opened) => return Err(at_line(file, line + opened, |line| SourceFault::OpenQuote { line })),
        };
        if cut == 0 {
            if wanted >= limits::LINE_BYTES {
                let megabytes = limits::LINE_BYTES >> 20;
                return Err(at_line(file, line, |line| SourceFault::LongLine { line, megabytes }));
            }
            wanted *= 2;
            continue;
        }
        let records = bytes.get(..cut).unwrap_or_default();
        if let Some(at) = memchr(0, records) {
            let line = line + count_lines(records.get(..at).unwrap_or_default());
            return Err(at_line(file, line, |line| SourceFault::NulByte { line }));
        }
        check_encoding(records, encoding, line)?;
        chunks.push(Chunk { start, bytes: cut, line });
        line = line.saturating_add(count_lines(records));
        start += cut as u64;
        wanted = chunk_bytes;
    }
}

fn check_encoding(records: &[u8], encoding: TextEncoding, line: u32) -> Result<()> {
    let is_good = encoding == TextEncoding::Web(UTF_8) && encoding::read_utf8(records).is_ok();
    if is_good { Ok(()) } else { decode(records, encoding, line).map(drop) }
}

fn at_line(file: &TextFile, line: u32, fault: impl FnOnce(usize) -> SourceFault) -> Error {
    let place = Place::Cell {
        file: file.name().to_owned(),
        sheet: None,
        cell: Some(format!("row {line}")),
        found: None,
    };
    Error::new(fault(line as usize)).at(place)
}

/// Finds the end of the last whole record, 0 if there is none.
///
/// Only quotes are looked at one by one: between them a line break ends a record, inside them it does not.
///
/// The error is the line, counted from 0, of a quote that is never closed, or that the quote of a
/// later line closes. A reader takes both as one long cell, and the rows inside it would be lost.
/// A cell of several lines that has text right behind its closing quote is the second case: no
/// program writes that.
fn find_cut(bytes: &[u8], delimiter: u8, is_last: bool) -> Result<usize, u32> {
    let line_of = |quote: usize| count_lines(bytes.get(..quote).unwrap_or_default());
    let (mut at, mut cut) = (0, 0);
    while let Some(quote) = find(b'"', bytes, at) {
        cut = last_line_end(bytes, at, quote).unwrap_or(cut);
        let begins_cell = quote
            .checked_sub(1)
            .and_then(|before| bytes.get(before))
            .is_none_or(|before| *before == delimiter || matches!(before, b'\n' | b'\r'));
        if !begins_cell {
            at = quote + 1;
            continue;
        }
        let Some(close) = find_close(bytes, quote + 1) else {
            return if is_last { Err(line_of(quote)) } else { Ok(cut) };
        };
        let blanks = bytes.iter().skip(close + 1).take_while(|byte| **byte == b' ').count();
        at = close + 1 + blanks;
        let ends_cell = bytes.get(at).is_none_or(|next| *next == delimiter || matches!(next, b'\n' | b'\r'));
        let has_lines = || memchr2(b'\n', b'\r', bytes.get(quote..close).unwrap_or_default()).is_some();
        if !ends_cell && has_lines() {
            return Err(line_of(quote));
        }
    }
    Ok(if is_last { bytes.len() } else { last_line_end(bytes, at, bytes.len()).unwrap_or(cut) })
}

fn find(byte: u8, bytes: &[u8], from: usize) -> Option<usize> {
    memchr(byte, bytes.get(from..)?).map(|length| from + length)
}

/// Finds the quote that closes a cell whose text begins at `from`; a doubled one stands for one.
fn find_close(bytes: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let quote = find(b'"', bytes, from)?;
        if bytes.get(quote + 1) != Some(&b'"') {
            return Some(quote);
        }
        from = quote + 2;
    }
}

/// Finds the end of the last line that ends between two places; a return at the end of the bytes may be
/// half of a line break.
fn last_line_end(bytes: &[u8], from: usize, to: usize) -> Option<usize> {
    let inner = bytes.get(from..to)?;
    let inner = if to == bytes.len() { inner.strip_suffix(b"\r").unwrap_or(inner) } else { inner };
    memrchr2(b'\n', b'\r', inner).map(|at| from + at + 1)
}

/// Counts line breaks: `\n`, `\r\n` and `\r` are one each.
fn count_lines(bytes: &[u8]) -> u32 {
    let newlines = memchr_iter(b'\n', bytes).count();
    let returns = memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n')).count();
    u32::try_from(newlines + returns).unwrap_or(u32::MAX)
}

/// Splits whole records into the cells of a block.
fn split(text: &str, delimiter: u8, first_line: u32, spare: Block) -> Block {
    let end = text.len();
    let mut block = Block::over(text, spare);
    let (mut at, mut line) = (0, first_line);
    let mut first_of_record = line;
    while at < end {
        let field = read_field(block.source().as_bytes(), at, end, delimiter);
        match field.content {
            Content::Range(start, stop) => block.push_range(start, stop),
            Content::Unescaped(text) => block.push(Cell::text(&text)),
        }
        line = line.saturating_add(field.lines);
        at = field.next;
        if field.ends_record {
            if block.is_empty() {
                block.reserve_like(at);
            }
            block.end_trimmed_row(first_of_record);
            first_of_record = line;
        } else if at == end {
            // A delimiter at the very end leaves an empty cell, which need not be there.
            block.end_trimmed_row(first_of_record);
        }
    }
    block
}

/// One field of a record.
struct Field {
    content: Content,
    /// Where the next field begins.
    next: usize,
    /// Line breaks up to there.
    lines: u32,
    ends_record: bool,
}

enum Content {
    Range(usize, usize),
    /// A quoted text that does not stand in the file as it is meant.
    Unescaped(String),
}

/// Reads the field that begins at `at`; a quote matters only as its first letter.
fn read_field(bytes: &[u8], at: usize, end: usize, delimiter: u8) -> Field {
    if bytes.get(at) == Some(&b'"') {
        return read_quoted(bytes, at + 1, end, delimiter);
    }
    let stop = find_stop(bytes, at, end, delimiter);
    end_field(bytes, Content::Range(at, stop), stop, end, delimiter, 0)
}

fn find_stop(bytes: &[u8], at: usize, end: usize, delimiter: u8) -> usize {
    let rest = bytes.get(at..end).unwrap_or_default();
    memchr3(delimiter, b'\n', b'\r', rest).map_or(end, |length| at + length)
}

fn read_quoted(bytes: &[u8], at: usize, end: usize, delimiter: u8) -> Field {
    let mut pieces: Vec<&[u8]> = Vec::new();
    let mut from = at;
    let close = loop {
        let rest = bytes.get(from..end).unwrap_or_default();
        let Some(quote) = memchr(b'"', rest).map(|length| from + length) else {
            break end;
        };
        if bytes.get(quote + 1) != Some(&b'"') || quote + 1 >= end {
            break quote;
        }
        // A doubled quote stands for one.
        pieces.push(bytes.get(from..=quote).unwrap_or_default());
        from = quote + 2;
    };
    let lines = count_lines(bytes.get(at..close).unwrap_or_default());
    let after = (close + 1).min(end);
    let stop = find_stop(bytes, after, end, delimiter);
    if pieces.is_empty() && stop == after {
        return end_field(bytes, Content::Range(at, close), stop, end, delimiter, lines);
    }
    pieces.push(bytes.get(from..close).unwrap_or_default());
    // What follows the closing quote belongs to the text, as every reader takes it.
    pieces.push(bytes.get(after..stop).unwrap_or_default());
    let text = String::from_utf8_lossy(&pieces.concat()).into_owned();
    end_field(bytes, Content::Unescaped(text), stop, end, delimiter, lines)
}

/// Looks at what stopped a field.
fn end_field(bytes: &[u8], content: Content, stop: usize, end: usize, delimiter: u8, lines: u32) -> Field {
    let is_delimiter = stop < end && bytes.get(stop) == Some(&delimiter);
    if is_delimiter {
        return Field { content, next: stop + 1, lines, ends_record: false };
    }
    let is_pair = bytes.get(stop) == Some(&b'\r') && bytes.get(stop + 1) == Some(&b'\n');
    let next = (stop + if is_pair { 2 } else { 1 }).min(end);
    Field { content, next, lines: lines.saturating_add(1), ends_record: true }
}

fn find_delimiter(sample: &str) -> u8 {
    let score = |delimiter: &u8| {
        let mut widths = count_fields(first_lines(sample).as_bytes(), *delimiter);
        widths.truncate(SAMPLE);
        widths.retain(|width| *width > 1);
        widths.sort_unstable();
        let runs = widths.chunk_by(|a, b| a == b);
        runs.map(|run| run.len() * (run.first().copied().unwrap_or(1) - 1)).max().unwrap_or(0)
    };
    // `max_by_key` takes the last of equals, so the likeliest delimiter comes last.
    DELIMITERS.into_iter().rev().max_by_key(score).unwrap_or(b',')
}

/// Counts the fields of each record, empty ones at its end included.
fn count_fields(bytes: &[u8], delimiter: u8) -> Vec<usize> {
    let (mut at, mut fields, mut widths) = (0, 0, Vec::new());
    while at < bytes.len() {
        let field = read_field(bytes, at, bytes.len(), delimiter);
        at = field.next;
        fields += 1;
        if field.ends_record || at == bytes.len() {
            widths.push(std::mem::take(&mut fields));
        }
    }
    widths
}

/// Enough lines for a sample, even if some records have several.
fn first_lines(text: &str) -> &str {
    let is_break = |letter: char| matches!(letter, '\n' | '\r');
    let end = text.match_indices(is_break).nth(SAMPLE * 4).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Arc, Block, Text, TextEncoding, TextFile, UTF_8};
    use crate::error::{Lang, Result};
    use crate::source::limits;
    use crate::vietnamese::letters::Letters;

    fn open(text: &str, chunk_bytes: usize) -> Result<Text> {
        let file = Arc::new(TextFile::in_memory("x.csv", text.as_bytes().to_vec()));
        Text::open(file, TextEncoding::Web(UTF_8), chunk_bytes)
    }

    fn read(text: &str, chunk_bytes: usize) -> (Text, Block) {
        let text = open(text, chunk_bytes).unwrap();
        let mut all = Block::default();
        (0..text.blocks()).for_each(|index| all.extend(&text.read_block(index).unwrap()));
        (text, all)
    }

    fn shown(block: &Block) -> Vec<(u32, Vec<String>)> {
        let texts = |row: super::super::Row<'_>| {
            row.cells().map(|cell| cell.as_text().unwrap_or("").to_owned()).collect()
        };
        block.rows().map(|row| (row.number, texts(row))).collect()
    }

    #[test]
    fn the_delimiter_is_the_one_that_makes_a_table() {
        let (text, rows) = read("Danh sách, năm 2023\n\na;b;c\n1;x, y, z;3\n2;\"q; r\";4\n", 1 << 20);
        assert_eq!(text.delimiter(), ';');
        assert_eq!(rows.len(), 5);
        assert!(rows.row(1).is_blank());
        assert_eq!(rows.row(4).cell(1).as_text(), Some("q; r"));
    }

    #[test]
    fn line_breaks_in_cells_do_not_shift_row_numbers() {
        for chunk_bytes in [1, 5, 1 << 20] {
            let (_, rows) = read("a\tb\r\n\"x\r\ny\"\t1\r\nz\t2\rw\t3", chunk_bytes);
            let wanted = [(1, "a"), (2, "x\ny"), (4, "z"), (5, "w")];
            let found: Vec<(u32, &str)> =
                rows.rows().map(|row| (row.number, row.cell(0).as_text().unwrap())).collect();
            assert_eq!(found, wanted);
        }
    }

    #[test]
    fn a_quote_that_swallows_rows_is_refused_with_its_line() {
        for text in ["a;b\n1;x\n2;\"y\n3;z\n4;w\n", "a;b\n1;x\n2;\"y\n3;z\n4;\"w\"\n5;v\n"] {
            for chunk_bytes in [1, 7, 1 << 20] {
                let error = open(text, chunk_bytes).unwrap_err();
                assert!(error.message(Lang::En).contains("line 3"), "{error}");
                assert!(error.message(Lang::Vi).contains("dòng 3"), "{error}");
            }
        }
        let (_, rows) = read("a;b\n1;\"x\n\"\"y\"\"\"\n2;12\" \n\"3\" ;z\n", 1 << 20);
        assert_eq!(rows.len(), 4);
        assert_eq!(rows.row(1).cell(1).as_text(), Some("x\n\"y\""));
        assert_eq!(rows.row(2).cell(1).as_text(), Some("12\""));
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let long = "x".repeat(limits::LINE_BYTES + 10) + "\n";
        assert!(open(&long, 1 << 20).unwrap_err().message(Lang::En).contains("line 1"));
    }

    #[test]
    fn old_encodings_are_decoded_block_by_block_and_bad_bytes_have_their_line() {
        let bytes = b"M\xB7;x\nS\xEB;1\nS\xEB;2\n".to_vec();
        for chunk_bytes in [1, 4, 1 << 20] {
            let file = Arc::new(TextFile::in_memory("x.csv", bytes.clone()));
            let text = Text::open(file, TextEncoding::Letters(Letters::Tcvn3), chunk_bytes).unwrap();
            let last = text.read_block(text.blocks() - 1).unwrap();
            assert_eq!(last.row(last.len() - 1).cell(0).as_text(), Some("Sở"));
            let file = Arc::new(TextFile::in_memory("x.csv", bytes.clone()));
            let error = Text::open(file, TextEncoding::Web(UTF_8), chunk_bytes).unwrap_err();
            assert!(error.message(Lang::En).contains("line 1"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn the_size_of_the_chunks_does_not_matter(
            cells in proptest::collection::vec(proptest::collection::vec("[ab\"\n\r; ếệ\u{301}]{0,5}", 1..4), 1..12),
            chunk_bytes in 1_usize..40,
        ) {
            let quote = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let lines: Vec<String> =
                cells.iter().map(|row| row.iter().map(quote).collect::<Vec<_>>().join(";")).collect();
            let text = format!("x;y\n{}", lines.join("\n"));
            let (whole, rows) = read(&text, 1 << 20);
            let (cut, parts) = read(&text, chunk_bytes);
            prop_assert_eq!(whole.delimiter(), cut.delimiter());
            prop_assert_eq!(shown(&rows), shown(&parts));
            prop_assert_eq!(rows.len(), cells.len() + 1);
        }

        #[test]
        fn any_text_is_split_or_refused(text in "[ab\"\n\r;]{0,30}", chunk_bytes in 1_usize..20) {
            let whole = open(&text, 1 << 20);
            let cut = open(&text, chunk_bytes);
            prop_assert_eq!(whole.is_ok(), cut.is_ok());
            if whole.is_ok() && cut.is_ok() {
                prop_assert_eq!(shown(&read(&text, 1 << 20).1), shown(&read(&text, chunk_bytes).1));
            }
        }
    }
}
