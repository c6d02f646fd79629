//! Turns the text of a contract file into a [`Contract`], with the place of everything wrong in it.
//!
//! All mistakes that can be found are reported together, so that an analyst who writes a contract
//! is not sent back once per mistake.

use std::collections::{HashMap, HashSet};

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Token;
use indexmap::IndexMap;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::{
    Column, ColumnType, Contract, ORIGIN_COLUMNS, Part, Partial, Personal, Rule, Severity, Unpivot,
    ValueSource,
};
use crate::error::{Error, Place, Result};
use crate::messages::ContractFault;
use crate::vietnamese::fold::{fold, normalise};
use crate::workspace::is_name;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawContract {
    title: String,
    about: Option<String>,
    #[serde(default)]
    primary_key: Vec<Spanned<String>>,
    #[serde(default)]
    unique_across_years: bool,
    min_cell: Option<Spanned<i64>>,
    #[serde(default)]
    sort: Vec<Spanned<String>>,
    #[serde(default)]
    columns: Vec<RawColumn>,
    unpivot: Option<RawUnpivot>,
    /// Words for "no value" in every column, besides the column's own.
    #[serde(default)]
    missing_values: Vec<String>,
    #[serde(default)]
    rules: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    title: String,
    check: Spanned<String>,
    severity: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    name: Spanned<String>,
    title: String,
    about: Option<String>,
    #[serde(default)]
    aliases: Vec<Spanned<String>>,
    #[serde(rename = "type")]
    kind: Spanned<String>,
    categories: Option<IndexMap<String, Vec<Spanned<String>>>>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    unique: bool,
    minimum: Option<f64>,
    maximum: Option<f64>,
    pattern: Option<Spanned<String>>,
    #[serde(default)]
    missing_values: Vec<String>,
    measure_unit: Option<String>,
    personal: Option<Spanned<String>>,
    from: Option<Spanned<String>>,
    cell_of: Option<Spanned<String>>,
    part: Option<Spanned<String>>,
    partial: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawUnpivot {
    column: Spanned<String>,
    values: Vec<Spanned<String>>,
}

/// Parses the contract of dataset `name` from `text`; `file` is how errors name the file.
///
/// # Errors
/// Every fault of the file, each with line and column.
pub fn parse_contract(name: &str, file: &str, text: &str) -> Result<Contract> {
    let raw: RawContract = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        ContractFault::Syntax { problem: error.message().to_owned() }.error_at(file, text, span)
    })?;
    let mut checker = Checker { file, text, errors: Vec::new() };
    let contract = checker.check_contract(name, raw);
    match Error::join(checker.errors) {
        Some(error) => Err(error),
        None => Ok(contract),
    }
}

impl ContractFault {
    fn error_at(self, file: &str, text: &str, span: std::ops::Range<usize>) -> Error {
        Error::new(self).at(Place::text(file, text, span.start, span.end))
    }
}

/// Collects the faults of one file while its parts are checked.
struct Checker<'a> {
    file: &'a str,
    text: &'a str,
    errors: Vec<Error>,
}

impl Checker<'_> {
    fn report(&mut self, fault: ContractFault, span: std::ops::Range<usize>) {
        self.errors.push(fault.error_at(self.file, self.text, span));
    }

    fn check_contract(&mut self, name: &str, raw: RawContract) -> Contract {
        if raw.columns.is_empty() {
            self.report(ContractFault::NoColumns, 0..0);
        }
        let names: Vec<String> = raw.columns.iter().map(|column| column.name.get_ref().clone()).collect();
        self.check_headers(&raw);
        let mut seen = HashSet::new();
        let mut columns: Vec<Column> = raw
            .columns
            .into_iter()
            .map(|column| {
                let span = column.name.span();
                if !seen.insert(column.name.get_ref().clone()) {
                    self.report(
                        ContractFault::DuplicateColumn { column: column.name.get_ref().clone() },
                        span,
                    );
                }
                self.check_column(column, &names)
            })
            .collect();
        for column in &mut columns {
            column.missing_values.extend(raw.missing_values.iter().cloned());
        }
        tell_parts(&mut columns);
        let primary_key = self.check_references("primary_key", raw.primary_key, &names);
        let sort = self.check_references("sort", raw.sort, &names);
        let min_cell = raw.min_cell.and_then(|least| self.check_min_cell(&least));
        let unpivot = raw.unpivot.map(|unpivot| Unpivot {
            column: self.check_reference("unpivot.column", unpivot.column, &names),
            values: self.check_references("unpivot.values", unpivot.values, &names),
        });
        let rules = raw.rules.into_iter().map(|rule| self.check_rule(rule)).collect();
        Contract {
            rules,
            name: name.to_owned(),
            title: normalise(&raw.title),
            about: raw.about.as_deref().map(normalise),
            primary_key,
            unique_across_years: raw.unique_across_years,
            min_cell,
            sort,
            columns,
            unpivot,
            hash: hex(&Sha256::digest(self.text.as_bytes())),
        }
    }

    /// From 1 on every count is shown, so such a threshold would promise what does not happen.
    fn check_min_cell(&mut self, raw: &Spanned<i64>) -> Option<u32> {
        let least = u32::try_from(*raw.get_ref()).ok().filter(|least| *least >= 2);
        if least.is_none() {
            self.report(ContractFault::BadMinCell { found: *raw.get_ref() }, raw.span());
        }
        least
    }

    /// Two columns may not claim the same header, or an export could be read in two ways.
    fn check_headers(&mut self, raw: &RawContract) {
        let mut owner: HashMap<String, String> = HashMap::new();
        for column in raw.columns.iter().filter(|column| column.cell_of.is_none()) {
            let name = column.name.get_ref();
            for alias in &column.aliases {
                let first = owner.entry(fold(alias.get_ref())).or_insert_with(|| name.clone()).clone();
                if &first != name {
                    let fault = ContractFault::AliasTwice {
                        alias: alias.get_ref().clone(),
                        first,
                        second: name.clone(),
                    };
                    self.report(fault, alias.span());
                }
            }
        }
    }

    fn check_references(&mut self, key: &str, raw: Vec<Spanned<String>>, names: &[String]) -> Vec<String> {
        raw.into_iter().map(|name| self.check_reference(key, name, names)).collect()
    }

    fn check_reference(&mut self, key: &str, raw: Spanned<String>, names: &[String]) -> String {
        let span = raw.span();
        let column = raw.into_inner();
        if !names.contains(&column) {
            let fault = ContractFault::NoSuchColumn { key: key.to_owned(), column: column.clone() };
            self.report(fault, span);
        }
        column
    }

    fn check_column(&mut self, raw: RawColumn, names: &[String]) -> Column {
        let name = raw.name.get_ref().clone();
        if !is_name(&name) {
            self.report(ContractFault::BadColumnName { column: name.clone() }, raw.name.span());
        }
        if name == "year" || ORIGIN_COLUMNS.contains(&name.as_str()) {
            self.report(ContractFault::ReservedColumn { column: name.clone() }, raw.name.span());
        }
        let kind = parse_type(raw.kind.get_ref()).unwrap_or_else(|| {
            let fault =
                ContractFault::UnknownType { column: name.clone(), found: raw.kind.get_ref().clone() };
            self.report(fault, raw.kind.span());
            ColumnType::Text
        });
        if raw.categories.is_some() != (kind == ColumnType::Category) {
            self.report(ContractFault::CategoriesMismatch { column: name.clone() }, raw.kind.span());
        }
        let personal =
            self.check_word("personal", raw.personal, &[("drop", Personal::Drop), ("hash", Personal::Hash)]);
        let sources = [("group row", ValueSource::GroupRow), ("preamble", ValueSource::Preamble)];
        let from = self.check_word("from", raw.from, &sources);
        let categories = self.check_categories(&name, raw.categories.unwrap_or_default());
        let pattern = raw.pattern.and_then(|pattern| self.check_pattern(&name, &pattern));
        let parts =
            [("qualifier", Part::Qualifier), ("unit", Part::Unit), ("denominator", Part::Denominator)];
        if let Some(part) = raw.part.as_ref().filter(|_| raw.cell_of.is_none()) {
            self.report(ContractFault::PartAlone { column: name.clone() }, part.span());
        }
        let part = self.check_word("part", raw.part, &parts);
        if let Some(partial) = &raw.partial
            && !matches!(kind, ColumnType::Date | ColumnType::Timestamp)
        {
            self.report(ContractFault::PartialAlone { column: name.clone() }, partial.span());
        }
        let days = [("first day", Partial::FirstDay), ("last day", Partial::LastDay)];
        let partial = self.check_word("partial", raw.partial, &days);
        let cell_of = raw.cell_of.map(|other| self.check_reference("cell_of", other, names));
        Column {
            title: normalise(&raw.title),
            about: raw.about.as_deref().map(normalise),
            aliases: raw.aliases.into_iter().map(|alias| normalise(alias.get_ref())).collect(),
            kind,
            categories,
            required: raw.required,
            unique: raw.unique,
            minimum: raw.minimum,
            maximum: raw.maximum,
            pattern,
            missing_values: raw.missing_values,
            measure_unit: raw.measure_unit,
            personal: personal.unwrap_or_default(),
            from,
            cell_of,
            part,
            parts: Vec::new(),
            partial,
            name,
        }
    }

    fn check_categories(
        &mut self,
        column: &str,
        raw: IndexMap<String, Vec<Spanned<String>>>,
    ) -> IndexMap<String, Vec<String>> {
        let mut owner: HashMap<String, String> = HashMap::new();
        for (code, spellings) in &raw {
            for spelling in spellings {
                let first = owner.entry(fold(spelling.get_ref())).or_insert_with(|| code.clone()).clone();
                if &first != code {
                    let fault = ContractFault::SpellingTwice {
                        column: column.to_owned(),
                        spelling: spelling.get_ref().clone(),
                        first,
                        second: code.clone(),
                    };
                    self.report(fault, spelling.span());
                }
            }
        }
        raw.into_iter()
            .map(|(code, spellings)| {
                (code, spellings.into_iter().map(|spelling| normalise(spelling.get_ref())).collect())
            })
            .collect()
    }

    fn check_pattern(&mut self, column: &str, raw: &Spanned<String>) -> Option<regex::Regex> {
        // Anchored: a pattern describes the whole value, as in the Table Schema.
        match regex::Regex::new(&format!("^(?:{})$", raw.get_ref())) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let problem = error.to_string().lines().last().unwrap_or_default().to_owned();
                self.report(ContractFault::BadPattern { column: column.to_owned(), problem }, raw.span());
                None
            }
        }
    }

    /// What the expression may name is known when it is compiled; whether it is one, here.
    fn check_rule(&mut self, raw: RawRule) -> Rule {
        let span = raw.check.span();
        let check = raw.check.into_inner();
        let parsed = Parser::new(&GenericDialect {}).try_with_sql(&check).and_then(|mut parser| {
            parser.parse_expr()?;
            parser.expect_token(&Token::EOF)
        });
        if let Err(error) = parsed {
            let problem = error.to_string();
            self.report(ContractFault::BadRule { title: raw.title.clone(), problem }, span.clone());
        }
        let words = [("error", Severity::Error), ("warning", Severity::Warning)];
        let severity = self.check_word("severity", raw.severity, &words).unwrap_or_default();
        let place = Place::text(self.file, self.text, span.start, span.end);
        Rule { title: normalise(&raw.title), check, severity, place }
    }

    fn check_word<T: Copy>(
        &mut self,
        key: &str,
        raw: Option<Spanned<String>>,
        words: &[(&str, T)],
    ) -> Option<T> {
        let raw = raw?;
        let found = words.iter().find(|(word, _)| word == raw.get_ref()).map(|(_, value)| *value);
        if found.is_none() {
            let wanted: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            let fault = ContractFault::UnknownWord {
                key: key.to_owned(),
                found: raw.get_ref().clone(),
                wanted: wanted.join(" | "),
            };
            self.report(fault, raw.span());
        }
        found
    }
}

/// Tells each column which parts of its cells other columns keep.
fn tell_parts(columns: &mut [Column]) {
    let told: Vec<(String, Part)> =
        columns.iter().filter_map(|column| Some((column.cell_of.clone()?, column.part?))).collect();
    for column in columns {
        column.parts = told.iter().filter(|(of, _)| *of == column.name).map(|(_, part)| *part).collect();
    }
}

fn parse_type(text: &str) -> Option<ColumnType> {
    Some(match text {
        "text" => ColumnType::Text,
        "int" => ColumnType::Int,
        "year" => ColumnType::Year,
        "float" => ColumnType::Float,
        "rate" => ColumnType::Rate,
        "date" => ColumnType::Date,
        "timestamp" => ColumnType::Timestamp,
        "category" => ColumnType::Category,
        "bool" => ColumnType::Bool,
        _ => {
            let (precision, scale) = text.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
            let precision: u8 = precision.trim().parse().ok()?;
            let scale: i8 = scale.trim().parse().ok()?;
            if !(1..=38).contains(&precision) || scale < 0 || i16::from(scale) > i16::from(precision) {
                return None;
            }
            ColumnType::Decimal(precision, scale)
        }
    })
}

/// Writes bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value & 0xF)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

#[cfg(test)]
mod tests {
    use super::parse_contract;
    use crate::error::Lang;

    const GOOD: &str = r#"
title = "Hồ sơ"
primary_key = ["code"]
[[columns]]
name = "code"
title = "Mã"
type = "text"
required = true
[[columns]]
name = "outcome"
title = "Kết quả"
type = "category"
[columns.categories]
early = ["Trước hạn", "Trả trước hạn"]
late = ["Quá hạn"]
"#;

    fn fault(text: &str) -> String {
        parse_contract("x", "datasets/x.toml", text).map(|_| ()).unwrap_err().render(Lang::En)
    }

    #[test]
    fn the_first_spelling_is_the_label_and_order_is_kept() {
        let contract = parse_contract("x", "datasets/x.toml", GOOD).unwrap();
        let outcome = contract.column("outcome").unwrap();
        assert_eq!(outcome.label("early"), Some("Trước hạn"));
        assert_eq!(outcome.categories.keys().collect::<Vec<_>>(), ["early", "late"]);
    }

    #[test]
    fn an_unknown_type_names_line_and_column() {
        let text = GOOD.replace("type = \"text\"", "type = \"percent\"");
        let shown = fault(&text);
        assert!(shown.contains("datasets/x.toml:7:8"), "{shown}");
        assert!(shown.contains("unknown type `percent`"), "{shown}");
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place() {
        let shown = fault(&GOOD.replace("required = true", "requried = true"));
        assert!(shown.contains("datasets/x.toml:8:1"), "{shown}");
    }

    #[test]
    fn the_least_count_that_is_shown_is_a_whole_number_from_two() {
        let with = |least: &str| GOOD.replacen("primary_key", &format!("min_cell = {least}\nprimary_key"), 1);
        assert_eq!(parse_contract("x", "datasets/x.toml", &with("5")).unwrap().min_cell, Some(5));
        for wrong in ["1", "-3", "2.5", "'5'"] {
            let shown = fault(&with(wrong));
            assert!(shown.contains("datasets/x.toml:3:12"), "{shown}");
        }
    }

    #[test]
    fn all_faults_are_reported_at_once() {
        let text = GOOD
            .replace("[\"code\"]", "[\"kode\"]")
            .replace("late = [\"Quá hạn\"]", "late = [\"TRƯỚC HẠN\"]");
        let shown = fault(&text);
        assert!(shown.contains("names column `kode`"), "{shown}");
        assert!(shown.contains("belongs to both `early` and `late`"), "{shown}");
    }

    #[test]
    fn decimals_need_a_scale_within_the_precision() {
        assert!(fault(&GOOD.replace("type = \"text\"", "type = \"decimal(2,3)\"")).contains("unknown type"));
    }
}
