//! Turns the first stretch of records into what the sheets share.

use encoding_rs::{Encoding, WINDOWS_1252};

use super::records::{Record, Records};
use super::strings::{Chunks, decode_page};
use crate::error::Result;
use crate::messages::SourceFault;
use crate::source::Notes;
use crate::source::book::{Book, ListedSheet, StyleTable};
use crate::source::fonts::{Font, Written};
use crate::source::limits::{self, Budget};
use crate::source::number_format::Epoch;

/// What the sheets share.
pub(super) struct Globals {
    pub(super) book: Book,
    pub(super) is_biff8: bool,
    pub(super) page: &'static Encoding,
    fonts: StyleTable,
}

impl Globals {
    /// Reads a string with a length of two bytes.
    pub(super) fn read_text(&self, chunks: &mut Chunks<'_, '_>) -> Result<Written> {
        let count = usize::from(chunks.u16()?);
        self.read_counted(chunks, count)
    }

    /// Reads a string with a length of one byte.
    fn read_short_text(&self, chunks: &mut Chunks<'_, '_>) -> Result<String> {
        let count = usize::from(chunks.u8()?);
        Ok(self.read_counted(chunks, count)?.read(Font::Unicode, &mut Notes::default()).into_owned())
    }

    fn read_counted(&self, chunks: &mut Chunks<'_, '_>, count: usize) -> Result<Written> {
        if self.is_biff8 {
            return chunks.unicode(count, |font| self.font(font));
        }
        let bytes = (0..count).map(|_| chunks.u8()).collect::<Result<Vec<u8>>>()?;
        Ok(decode_page(&bytes, self.page))
    }

    /// Returns a font by the number that cells use: there is no font 4.
    fn font(&self, number: u16) -> Font {
        self.fonts.font(font_index(number))
    }
}

fn font_index(number: u16) -> usize {
    usize::from(if number > 4 { number - 1 } else { number })
}

/// Reads the globals and where the worksheets begin.
pub(super) fn read_globals(
    records: Records<'_>,
    budget: &mut Budget,
) -> Result<(Globals, Vec<(usize, ListedSheet)>)> {
    let mut globals =
        Globals { book: Book::default(), is_biff8: true, page: WINDOWS_1252, fonts: StyleTable::default() };
    let mut listed = Vec::new();
    let mut formats = Vec::new();
    let mut is_first = true;
    for record in records {
        let mut bytes = record.bytes();
        if std::mem::take(&mut is_first) {
            globals.is_biff8 = match (record.kind, bytes.u16()?) {
                (0x0809, 0x0600) => true,
                (0x0809, 0x0500) => false,
                _ => return Err(SourceFault::UnknownFormat.into()),
            };
            continue;
        }
        match record.kind {
            0x000A => break,
            0x002F => return Err(SourceFault::Encrypted.into()),
            0x0042 => globals.page = code_page(bytes.u16()?),
            0x0022 if bytes.u16()? == 1 => globals.book.epoch = Epoch::Y1904,
            0x0031 => read_font(&record, &mut globals)?,
            0x041E => read_format(&record, &mut globals)?,
            0x00E0 => formats.push((font_index(bytes.u16()?), u32::from(bytes.u16()?))),
            0x0085 => listed.extend(read_listed(&record, &globals)?),
            0x00FC => read_shared(&record, &mut globals, budget)?,
            _ => {}
        }
        if listed.len() > limits::SHEETS {
            return Err(SourceFault::TooManySheets { limit: limits::SHEETS }.into());
        }
    }
    let style = |(font, format): (usize, u32)| globals.fonts.style(format, font);
    globals.book.styles = formats.into_iter().map(style).collect();
    Ok((globals, listed))
}

fn read_font(record: &Record<'_>, globals: &mut Globals) -> Result<()> {
    let mut chunks = Chunks::new(&record.chunks);
    for _ in 0..14 {
        chunks.u8()?;
    }
    let name = globals.read_short_text(&mut chunks)?;
    globals.fonts.add_font(&name);
    Ok(())
}

fn read_format(record: &Record<'_>, globals: &mut Globals) -> Result<()> {
    let mut chunks = Chunks::new(&record.chunks);
    let id = u32::from(chunks.u16()?);
    let code = if globals.is_biff8 {
        globals.read_text(&mut chunks)?.read(Font::Unicode, &mut Notes::default()).into_owned()
    } else {
        globals.read_short_text(&mut chunks)?
    };
    globals.fonts.add_format(id, &code);
    Ok(())
}

/// Reads where a sheet begins; `None` for charts, macro sheets and modules.
fn read_listed(record: &Record<'_>, globals: &Globals) -> Result<Option<(usize, ListedSheet)>> {
    let mut chunks = Chunks::new(&record.chunks);
    let offset = chunks.u32()? as usize;
    let (state, kind) = (chunks.u8()?, chunks.u8()?);
    let name = globals.read_short_text(&mut chunks)?;
    let sheet = ListedSheet { name, visible: matches!(state % 4, 0), part: String::new() };
    Ok((kind == 0).then_some((offset, sheet)))
}

fn read_shared(record: &Record<'_>, globals: &mut Globals, budget: &mut Budget) -> Result<()> {
    let mut chunks = Chunks::new(&record.chunks);
    let (_, count) = (chunks.u32()?, chunks.u32()?);
    // The count is what the file claims; each text is taken only if its bytes are there.
    for _ in 0..count {
        let text = globals.read_text(&mut chunks)?;
        globals.book.add_text(text, budget)?;
    }
    Ok(())
}

/// Finds a code page by its number.
fn code_page(number: u16) -> &'static Encoding {
    let label = match number {
        874 | 1250..=1258 => format!("windows-{number}"),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        10_000 => "macintosh".to_owned(),
        65_001 => "utf-8".to_owned(),
        _ => return WINDOWS_1252,
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}
