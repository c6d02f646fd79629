//! Turns what a reader noted about a sheet into warnings.

use crate::error::{Error, Explain as _, Place};
use crate::messages::ImportWarning;
use crate::source::Sheet;

/// Says what a person who looks at the sheet would not see as it was read.
pub fn warnings(file: &str, sheet: &Sheet) -> Vec<Error> {
    let notes = &sheet.notes;
    let place = Place::Cell { file: file.to_owned(), sheet: sheet.name.clone(), cell: None, found: None };
    let counts = [
        (notes.hidden_rows, ImportWarning::HiddenRows { count: notes.hidden_rows }),
        (notes.hidden_columns, ImportWarning::HiddenColumns { count: notes.hidden_columns }),
        (notes.repaired, ImportWarning::Repaired { count: notes.repaired }),
    ];
    let counted = counts.into_iter().filter(|(count, _)| *count > 0).map(|(_, warning)| warning);
    let letters = notes.letters.iter().map(|(letters, count)| ImportWarning::OldLetters {
        encoding: letters.name().to_owned(),
        count: *count,
    });
    counted.chain(letters).map(|warning| warning.error().at(place.clone())).collect()
}
