//! Turns the bytes of a ZIP container into its parts, after a look at what they would unpack to.
//!
//! The look comes before any part is opened: number of entries, repeated names, entries that share
//! bytes, passwords, declared sizes. What is declared is not believed: reading stops at the same
//! limits when the bytes themselves are counted.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::limits::{self, Capped};
use crate::error::{Error, Result};
use crate::messages::SourceFault;

/// An open container.
pub(super) struct Package<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Entries by name in small letters with `/`: programs do not agree on case and separator.
    names: HashMap<String, usize>,
}

impl<'a> Package<'a> {
    /// Opens a container and checks what it declares.
    ///
    /// # Errors
    /// If it is damaged, protected, or built to do harm.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(fault)?;
        if zip.len() > limits::ENTRIES {
            return Err(SourceFault::TooManyEntries { limit: limits::ENTRIES }.into());
        }
        if zip.has_duplicate_names() || zip.has_overlapping_entries().map_err(fault)? {
            return Err(SourceFault::TrickedEntries.into());
        }
        let mut names = HashMap::new();
        let mut total = 0_u64;
        for index in 0..zip.len() {
            let entry = zip.by_index_data(index).map_err(fault)?;
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            if entry.encrypted() {
                return Err(SourceFault::Encrypted.into());
            }
            total = total.saturating_add(entry.size());
            check_ratio(&name, entry.size(), entry.compressed_size())?;
            if names.insert(normalise(&name), index).is_some() {
                return Err(SourceFault::TrickedEntries.into());
            }
        }
        if total > limits::UNPACKED_BYTES {
            return Err(too_large());
        }
        Ok(Self { zip, names })
    }

    /// Lists the names of the entries that are no folders, in the container's order.
    pub(super) fn entry_names(&self) -> Vec<String> {
        let names = self.zip.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned());
        names.filter(|name| !name.ends_with(['/', '\\'])).collect()
    }

    /// Tells whether a part is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(&normalise(name))
    }

    /// Opens a part; `None` if it is not there.
    ///
    /// # Errors
    /// If the entry cannot be unpacked.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Box<dyn BufRead + Send + '_>>> {
        let Some(index) = self.names.get(&normalise(name)).copied() else { return Ok(None) };
        let entry = self.zip.by_index(index).map_err(fault)?;
        let packed = entry.compressed_size();
        let most = packed.saturating_mul(limits::RATIO).clamp(limits::RATIO_GRACE, limits::UNPACKED_BYTES);
        let trap = SourceFault::PackedTooTight { entry: name.to_owned(), ratio: limits::RATIO };
        Ok(Some(Box::new(BufReader::with_capacity(1 << 16, Capped::new(entry, most, trap)))))
    }

    /// Reads a part as a whole; `None` if it is not there.
    ///
    /// # Errors
    /// If the entry cannot be unpacked.
    pub(super) fn read_part(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(mut part) = self.part(name)? else { return Ok(None) };
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).map_err(limits::explain)?;
        Ok(Some(bytes))
    }

    /// Opens an XML part as UTF-8; `None` if it is not there.
    ///
    /// # Errors
    /// If the entry cannot be unpacked.
    pub(super) fn xml(&mut self, name: &str) -> Result<Option<Box<dyn BufRead + Send + '_>>> {
        let Some(mut part) = self.part(name)? else { return Ok(None) };
        let head = part.fill_buf().map_err(limits::explain)?;
        match head {
            [0xEF, 0xBB, 0xBF, ..] => part.consume(3),
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
                let mut bytes = Vec::new();
                part.read_to_end(&mut bytes).map_err(limits::explain)?;
                let text = encoding_rs::UTF_16LE.decode(&bytes).0.into_owned();
                return Ok(Some(Box::new(Cursor::new(text.into_bytes()))));
            }
            _ => {}
        }
        Ok(Some(part))
    }
}

fn normalise(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

fn check_ratio(entry: &str, size: u64, packed: u64) -> Result<()> {
    if size > limits::RATIO_GRACE && size / limits::RATIO > packed {
        let fault = SourceFault::PackedTooTight { entry: entry.to_owned(), ratio: limits::RATIO };
        return Err(fault.into());
    }
    Ok(())
}

fn too_large() -> Error {
    SourceFault::UnpacksTooLarge { megabytes: limits::UNPACKED_BYTES >> 20 }.into()
}

fn fault(cause: ZipError) -> Error {
    match cause {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            SourceFault::Encrypted.into()
        }
        cause => limits::explain(cause),
    }
}
