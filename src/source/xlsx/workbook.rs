//! Turns the list of a package's parts into the list of its worksheets.

use super::Part;
use crate::error::Result;
use crate::messages::SourceFault;
use crate::source::book::{Book, ListedSheet};
use crate::source::limits;
use crate::source::number_format::Epoch;
use crate::source::package::Package;
use crate::source::xml::{Token, Xml, attribute, attributes, is_true};

/// What a part points to: identifier, kind and target.
#[derive(Debug, Default)]
pub(in crate::source) struct Relations(Vec<Relation>);

#[derive(Debug)]
struct Relation {
    id: String,
    kind: String,
    part: String,
}

impl Relations {
    /// Returns the first part of a kind; kinds are compared by their ends, as two standards name them.
    pub(in crate::source) fn part(&self, kind: &str) -> Option<&str> {
        self.0.iter().find(|relation| relation.kind.ends_with(kind)).map(|relation| relation.part.as_str())
    }

    /// Returns the part of a worksheet; `None` for charts, dialogs and macro sheets.
    pub(in crate::source) fn worksheet(&self, id: &str) -> Option<&str> {
        let relation = self.0.iter().find(|relation| relation.id == id)?;
        relation.kind.ends_with("/worksheet").then_some(relation.part.as_str())
    }
}

/// Finds the part of the workbook itself.
pub(in crate::source) fn find_workbook(package: &mut Package<'_>) -> Result<String> {
    let relations = read_relations(package, "")?;
    let usual = ["xl/workbook.xml", "xl/workbook.bin"];
    let found = relations.part("/officeDocument").filter(|part| package.has(part));
    let found = found.or_else(|| usual.into_iter().find(|part| package.has(part)));
    found.map(str::to_owned).ok_or_else(|| SourceFault::Damaged.into())
}

/// Reads what a part (the package itself, if the name is empty) points to.
pub(in crate::source) fn read_relations(package: &mut Package<'_>, of: &str) -> Result<Relations> {
    let (folder, name) = of.rsplit_once('/').unwrap_or(("", of));
    let mut relations = Relations::default();
    let Some(part) = package.xml(&format!("{folder}/_rels/{name}.rels"))? else { return Ok(relations) };
    let mut xml = Xml::new(part);
    loop {
        match xml.next()? {
            Token::Open(tag) if tag.local_name().as_ref() == "Relationship" => {
                let mut relation = Relation { id: String::new(), kind: String::new(), part: String::new() };
                for attribute in attributes(&tag) {
                    let (name, value) = attribute?;
                    match name {
                        "Id" => relation.id = value.into_owned(),
                        "Type" => relation.kind = value.into_owned(),
                        "Target" => relation.part = resolve_part(folder, &value),
                        _ => {}
                    }
                }
                if relations.0.len() < limits::ENTRIES {
                    relations.0.push(relation);
                }
            }
            Token::End => return Ok(relations),
            _ => {}
        }
    }
}

/// Resolves a target against the folder of the part that names it.
pub(in crate::source) fn resolve_part(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let base = if target.starts_with('/') { "" } else { folder };
    let mut path: Vec<&str> = Vec::new();
    for step in base.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

/// Reads the sheets in order, and what they share.
pub(super) fn read_workbook(
    mut xml: Part<'_>,
    relations: &Relations,
    book: &mut Book,
) -> Result<Vec<ListedSheet>> {
    let mut sheets = Vec::new();
    loop {
        match xml.next()? {
            Token::Open(tag) => match tag.local_name().as_ref() {
                "sheet" => {
                    let mut name = String::new();
                    let mut visible = true;
                    let mut part = None;
                    for attribute in attributes(&tag) {
                        let (key, value) = attribute?;
                        match key {
                            "name" => name = value.into_owned(),
                            "state" => visible = !matches!(value.as_ref(), "hidden" | "veryHidden"),
                            "id" => part = relations.worksheet(&value).map(str::to_owned),
                            _ => {}
                        }
                    }
                    sheets.extend(part.map(|part| ListedSheet { name, visible, part }));
                    if sheets.len() > limits::SHEETS {
                        return Err(SourceFault::TooManySheets { limit: limits::SHEETS }.into());
                    }
                }
                "workbookPr" if attribute(&tag, "date1904")?.is_some_and(|value| is_true(&value)) => {
                    book.epoch = Epoch::Y1904;
                }
                "calcPr" => {
                    book.is_uncomputed =
                        attribute(&tag, "fullCalcOnLoad")?.is_some_and(|value| is_true(&value));
                }
                _ => {}
            },
            Token::End => return Ok(sheets),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::resolve_part;

    #[test]
    fn targets_are_relative_absolute_or_climb() {
        assert_eq!(resolve_part("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve_part("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve_part("xl", "..\\xl\\styles.xml"), "xl/styles.xml");
        assert_eq!(resolve_part("", "../../../x"), "x");
    }
}
