//! Turns a header into what it leaves open: columns that nothing fills, headings that nobody reads.
//!
//! Both are allowed, since every office's form has its own remarks and lacks something; but a column
//! that is silently empty looks like a year without cases, so each import says both, and which of
//! them may belong together.

use super::header::{Header, Role, without_suffix};
use crate::contract::{Column, Contract};
use crate::error::{Error, Explain as _, Place};
use crate::messages::ImportWarning;
use crate::vietnamese::fold::fold;

/// What a header leaves open.
#[derive(Debug, Default)]
pub struct Gaps {
    /// Indices of the contract's columns that no heading, group row or title line fills.
    pub absent: Vec<usize>,
    /// Headings that no column claims; ordinal numbers are not among them.
    pub unclaimed: Vec<String>,
}

/// Headings of ordinal numbers, which no dataset keeps.
const ORDINALS: [&str; 5] = ["stt", "tt", "so tt", "so thu tu", "no"];

/// From this likeness on, a heading is proposed for a column.
const LIKELY: f64 = 0.72;

/// Finds what `header` leaves open of `contract`.
pub fn find_gaps(contract: &Contract, header: &Header) -> Gaps {
    let is_absent = |field: &usize| {
        let column = &contract.columns[*field];
        column.is_stored()
            && column.cell_of.is_none()
            && column.from.is_none()
            && !is_filled(contract, header, *field)
    };
    let ignored = header.columns.iter().filter(|column| column.role == Role::Ignored);
    Gaps {
        absent: (0..contract.columns.len()).filter(is_absent).collect(),
        unclaimed: ignored
            .map(super::header::SourceColumn::heading)
            .filter(|heading| !is_ordinal(heading))
            .collect(),
    }
}

/// Tells whether a heading is that of ordinal numbers.
pub(super) fn is_ordinal(heading: &str) -> bool {
    ORDINALS.contains(&fold(heading).as_str())
}

fn is_filled(contract: &Contract, header: &Header, field: usize) -> bool {
    let blocks = header.blocks();
    let names_blocks =
        contract.unpivot.as_ref().is_some_and(|unpivot| unpivot.column == contract.columns[field].name);
    header.place_of(field, None).is_some()
        || (names_blocks && !blocks.is_empty())
        || blocks.iter().any(|block| header.place_of(field, Some(block)).is_some())
}

impl Gaps {
    /// Says what is left open, at the place of the header.
    pub fn warnings(&self, contract: &Contract, place: &Place) -> Vec<Error> {
        let mut warnings: Vec<ImportWarning> = Vec::new();
        if !self.absent.is_empty() {
            let describe = |field: &usize| {
                let column = &contract.columns[*field];
                format!("`{}` ({})", column.name, column.title)
            };
            let columns: Vec<String> = self.absent.iter().map(describe).collect();
            warnings.push(ImportWarning::AbsentColumns { columns: columns.join(", ") });
        }
        if !self.unclaimed.is_empty() {
            let headings: Vec<String> = self.unclaimed.iter().map(|heading| format!("`{heading}`")).collect();
            warnings.push(ImportWarning::UnclaimedHeadings { headings: headings.join(", ") });
        }
        for field in &self.absent {
            let column = &contract.columns[*field];
            if let Some(heading) = nearest_heading(column, self.unclaimed.iter().map(String::as_str)) {
                warnings.push(ImportWarning::LikelyHeading {
                    heading: heading.to_owned(),
                    column: column.name.clone(),
                    title: column.title.clone(),
                    contract: format!("datasets/{}.toml", contract.name),
                });
            }
        }
        warnings.into_iter().map(|warning| warning.error().at(place.clone())).collect()
    }
}

/// Finds the heading that most likely means `column`, if one is near enough.
pub fn nearest_heading<'a>(column: &Column, headings: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    headings
        .map(|heading| (likeness(heading, column), heading))
        .filter(|(likeness, _)| *likeness >= LIKELY)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, heading)| heading)
}

fn likeness(heading: &str, column: &Column) -> f64 {
    let leaf = heading.rsplit(" → ").next().unwrap_or(heading);
    let headings = [fold(heading), fold(without_suffix(leaf))];
    let names: Vec<String> =
        std::iter::once(&column.title).chain(&column.aliases).map(|name| fold(name)).collect();
    let pairs = headings.iter().flat_map(|heading| names.iter().map(move |name| (heading, name)));
    pairs.map(|(heading, name)| alike(heading, name)).fold(0.0, f64::max)
}

/// Compares folded words: few letters differ, or one is the other with a word more.
fn alike(a: &str, b: &str) -> f64 {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let contained = short.contains(' ') && format!(" {long} ").contains(&format!(" {short} "));
    let letters = strsim::normalized_damerau_levenshtein(a, b);
    if contained { letters.max(0.8) } else { letters }
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn a_slip_or_one_more_word_is_alike_and_another_word_is_not() {
        assert!(alike("ngay hen tra", "ngay hen tr") > super::LIKELY);
        assert!(alike("ngay hen tra", "ngay hen tra kq") > super::LIKELY);
        assert!(alike("ngay nhan", "ghi chu") < super::LIKELY);
        assert!(alike("ngay den", "ngay tiep nhan") < super::LIKELY);
        assert!(alike("le phi", "phi") < super::LIKELY);
    }
}
