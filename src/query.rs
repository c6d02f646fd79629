//! Turns the file of a saved query into its title, parameters, result columns and SQL.
//!
//! The header is SQL comments, so that the same file runs in any SQL tool that knows the tables;
//! the whole text is kept, so that places in errors are places in the file.

use chrono::NaiveDate;

use crate::error::{Error, Place, Result};
use crate::messages::QueryFault;

/// A saved query as written.
#[derive(Debug, Clone)]
pub struct SavedQuery {
    /// Its name, which is also the file's.
    pub name: String,
    /// How errors name the file.
    pub file: String,
    /// What it answers, in one line.
    pub title: String,
    /// The title in English, where the program itself shows it to people of both languages.
    pub title_en: String,
    /// More about it: formula, source, limits.
    pub about: Vec<String>,
    /// What may be given to it, in order of declaration.
    pub parameters: Vec<Parameter>,
    /// What its result columns are, as far as declared.
    pub columns: Vec<ResultColumn>,
    /// The whole file.
    pub text: String,
}

/// A declared parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name, without `$`.
    pub name: String,
    /// The type of its values.
    pub kind: ParameterKind,
    /// Whether it may be left empty (NULL).
    pub optional: bool,
    /// What it is when nothing is given.
    pub default: Option<Default>,
    /// What it means.
    pub about: String,
}

/// What a parameter is when nothing is given.
#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    /// A value.
    Value(Value),
    /// A query that gives one value; it runs only when the value is needed.
    Sql(String),
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// A whole number.
    Int,
    /// Any number.
    Number,
    /// Text.
    Text,
    /// True or false.
    Bool,
    /// A date, written `2023-12-14` or `14/12/2023`.
    Date,
    /// A calendar year.
    Year,
}

/// A typed value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// A whole number or a year.
    Int(i64),
    /// Any number.
    Number(f64),
    /// Text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A date.
    Date(NaiveDate),
}

/// What a column of the result is, by `-- column`.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultColumn {
    /// Its name in the result.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Number of decimals to show.
    pub decimals: Option<u8>,
    /// Which way is better, if either.
    pub better: Option<Better>,
    /// Its title for people.
    pub title: String,
}

/// The role of a result column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// It names the row.
    Key,
    /// It counts things.
    Count,
    /// It is an amount of money.
    Amount,
    /// It is a fraction of other columns of the result, so that totals can be computed again.
    Rate {
        /// Names of the columns whose sum stands above the line.
        numerator: Vec<String>,
        /// Names of the columns whose sum stands below the line.
        denominator: Vec<String>,
    },
    /// It is text.
    Text,
}

/// Which way a figure is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

impl ParameterKind {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "int" => Self::Int,
            "number" => Self::Number,
            "text" => Self::Text,
            "bool" => Self::Bool,
            "date" => Self::Date,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// Returns the word that declares the type.
    pub fn word(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Number => "number",
            Self::Text => "text",
            Self::Bool => "bool",
            Self::Date => "date",
            Self::Year => "year",
        }
    }

    /// Returns a value of the type, as it is written.
    pub fn example(self) -> &'static str {
        match self {
            Self::Int => "12",
            Self::Number => "12.5",
            Self::Text => "abc",
            Self::Bool => "true",
            Self::Date => "2023-12-31",
            Self::Year => "2023",
        }
    }

    /// Says how values of the type are written, in English and Vietnamese.
    fn form(self) -> (&'static str, &'static str) {
        match self {
            Self::Int => ("a whole number, such as `12`", "một số nguyên, ví dụ `12`"),
            Self::Number => (
                "a number with a decimal point, such as `12.5`",
                "một số, phần lẻ sau dấu chấm, ví dụ `12.5`",
            ),
            Self::Text => ("a text", "một đoạn văn bản"),
            Self::Bool => ("`true` or `false`", "`có` hoặc `không`"),
            Self::Date => ("`2023-12-31` or `31/12/2023`", "`2023-12-31` hoặc `31/12/2023`"),
            Self::Year => {
                ("a year from 1900 to 2200, such as `2023`", "một năm từ 1900 đến 2200, ví dụ `2023`")
            }
        }
    }

    /// Parses the text of a value.
    pub fn parse_value(self, text: &str) -> Option<Value> {
        let text = text.trim();
        Some(match self {
            Self::Int => Value::Int(text.parse().ok()?),
            Self::Year => Value::Int(text.parse().ok().filter(|year| (1900..=2200).contains(year))?),
            Self::Number => Value::Number(text.parse().ok().filter(|number: &f64| number.is_finite())?),
            Self::Text => Value::Text(text.to_owned()),
            Self::Bool => Value::Bool(match text.to_lowercase().as_str() {
                "true" | "có" | "đúng" => true,
                "false" | "không" | "sai" => false,
                _ => return None,
            }),
            Self::Date => Value::Date(
                NaiveDate::parse_from_str(text, "%Y-%m-%d")
                    .or_else(|_| NaiveDate::parse_from_str(text, "%d/%m/%Y"))
                    .ok()?,
            ),
        })
    }
}

impl Parameter {
    /// Parses a value given on the command line or in a form; the empty text is NULL where allowed.
    ///
    /// # Errors
    /// [`QueryFault::BadArgument`].
    pub fn parse_argument(&self, text: &str) -> Result<Value> {
        if text.is_empty() && self.optional {
            return Ok(Value::Null);
        }
        self.kind.parse_value(text).ok_or_else(|| {
            Error::new(QueryFault::BadArgument {
                name: self.name.clone(),
                found: text.to_owned(),
                kind: self.kind.word().to_owned(),
                form: self.kind.form().0.to_owned(),
                form_vi: self.kind.form().1.to_owned(),
            })
        })
    }
}

/// Parses the file of a saved query or a saved chart; `file` is how errors name it.
///
/// # Errors
/// Every fault of the header, each with line and column.
pub fn parse_saved_query(name: &str, file: &str, text: &str) -> Result<SavedQuery> {
    let mut header = HeaderParser { file, text, errors: Vec::new() };
    let mut query = SavedQuery {
        name: name.to_owned(),
        file: file.to_owned(),
        title: String::new(),
        title_en: String::new(),
        about: Vec::new(),
        parameters: Vec::new(),
        columns: Vec::new(),
        text: text.to_owned(),
    };
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        header.parse_line(&mut query, line, offset);
        offset += line.len();
    }
    match Error::join(header.errors) {
        Some(error) => Err(error),
        None => Ok(query),
    }
}

struct HeaderParser<'a> {
    file: &'a str,
    text: &'a str,
    errors: Vec<Error>,
}

impl HeaderParser<'_> {
    fn report(&mut self, en: &str, vi: &str, start: usize, length: usize) {
        let fault = QueryFault::BadHeader { problem: en.to_owned(), problem_vi: vi.to_owned() };
        self.errors.push(Error::new(fault).at(Place::text(self.file, self.text, start, start + length)));
    }

    fn parse_line(&mut self, query: &mut SavedQuery, line: &str, offset: usize) {
        let Some(comment) = line.trim_end().strip_prefix("--") else { return };
        let body = comment.trim_start();
        let start = offset + line.find(body).unwrap_or_default();
        if let Some(title) = body.strip_prefix("title:") {
            title.trim().clone_into(&mut query.title);
        } else if let Some(title) = body.strip_prefix("title_en:") {
            title.trim().clone_into(&mut query.title_en);
        } else if let Some(about) = body.strip_prefix("about:") {
            query.about.push(about.trim().to_owned());
        } else if let Some(rest) = body.strip_prefix("param ") {
            match parse_parameter(rest) {
                Ok(parameter) if query.parameters.iter().any(|known| known.name == parameter.name) => {
                    self.report(
                        "the parameter is declared twice",
                        "tham số được khai báo hai lần",
                        start,
                        body.len(),
                    );
                }
                Ok(parameter) => query.parameters.push(parameter),
                Err((en, vi)) => self.report(en, vi, start, body.len()),
            }
        } else if let Some(rest) = body.strip_prefix("column ") {
            match parse_column(rest) {
                Ok(column) => query.columns.push(column),
                Err((en, vi)) => self.report(en, vi, start, body.len()),
            }
        }
    }
}

/// What is wrong with a header line, in English and Vietnamese.
type HeaderFault = (&'static str, &'static str);

/// Parses `from_year: int = 2020 -- năm đầu`.
fn parse_parameter(line: &str) -> std::result::Result<Parameter, HeaderFault> {
    let (declaration, about) = split_comment(line);
    let (name, rest) =
        declaration.split_once(':').ok_or(("a parameter is `name: type`", "tham số có dạng `tên: kiểu`"))?;
    let (kind, default) = match rest.split_once('=') {
        Some((kind, default)) => (kind.trim(), Some(default.trim())),
        None => (rest.trim(), None),
    };
    let (kind, optional) = match kind.strip_suffix('?') {
        Some(kind) => (kind, true),
        None => (kind, false),
    };
    let name = name.trim();
    if !crate::workspace::is_name(name) {
        return Err(("the parameter's name is not a plain name", "tên tham số không hợp lệ"));
    }
    let kind = ParameterKind::parse(kind).ok_or((
        "the type is none of int, number, text, bool, date, year",
        "kiểu phải là int, number, text, bool, date hoặc year",
    ))?;
    let default = match default {
        None => None,
        Some(sql) if sql.starts_with('(') => Some(Default::Sql(sql.to_owned())),
        Some(text) => {
            let text = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(text);
            let fault = ("the default is not a value of the type", "giá trị mặc định không đúng kiểu");
            Some(Default::Value(kind.parse_value(text).ok_or(fault)?))
        }
    };
    Ok(Parameter { name: name.to_owned(), kind, optional, default, about: about.to_owned() })
}

/// Parses `rate: rate(on_time/resolved) 2 higher -- Tỷ lệ đúng hạn`.
fn parse_column(line: &str) -> std::result::Result<ResultColumn, HeaderFault> {
    let (declaration, title) = split_comment(line);
    let (name, spec) =
        declaration.split_once(':').ok_or(("a column is `name: spec`", "cột có dạng `tên: đặc tả`"))?;
    let mut words = spec.split_whitespace();
    let role = parse_role(words.next().unwrap_or_default()).ok_or((
        "the role is none of key, count, amount, rate(numerator/denominator), text",
        "vai trò phải là key, count, amount, rate(tử số/mẫu số) hoặc text",
    ))?;
    let mut column = ResultColumn {
        name: name.trim().to_owned(),
        role,
        decimals: None,
        better: None,
        title: title.to_owned(),
    };
    for word in words {
        match (word, word.parse::<u8>()) {
            ("higher", _) => column.better = Some(Better::Higher),
            ("lower", _) => column.better = Some(Better::Lower),
            (_, Ok(decimals)) if decimals <= 9 => column.decimals = Some(decimals),
            _ => {
                return Err((
                    "after the role stand decimals (0 to 9) and `higher` or `lower`",
                    "sau vai trò là số chữ số thập phân (0 đến 9) và `higher` hoặc `lower`",
                ));
            }
        }
    }
    Ok(column)
}

fn parse_role(word: &str) -> Option<Role> {
    Some(match word {
        "key" => Role::Key,
        "count" => Role::Count,
        "amount" => Role::Amount,
        "text" => Role::Text,
        _ => {
            let (numerator, denominator) = word.strip_prefix("rate(")?.strip_suffix(')')?.split_once('/')?;
            let sum = |part: &str| part.split('+').map(str::to_owned).collect();
            Role::Rate { numerator: sum(numerator), denominator: sum(denominator) }
        }
    })
}

fn split_comment(line: &str) -> (&str, &str) {
    match line.split_once(" -- ") {
        Some((declaration, comment)) => (declaration.trim(), comment.trim()),
        None => (line.trim(), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::{Default, ParameterKind, Role, Value, parse_saved_query};
    use crate::error::Lang;

    const QUERY: &str = "-- title: Tỷ lệ đúng hạn
-- about: (sớm + đúng) / (sớm + đúng + quá)
-- param from_year: int = 2020 -- năm đầu
-- param to_year: int = (SELECT max(year) FROM dossiers) -- năm cuối
-- param field: text? -- bỏ trống là mọi lĩnh vực
-- column rate: rate(on_time/resolved) 2 higher -- Tỷ lệ
SELECT 1 AS rate";

    #[test]
    fn a_header_declares_title_parameters_and_columns() {
        let query = parse_saved_query("q", "queries/q.sql", QUERY).unwrap();
        assert_eq!(query.title, "Tỷ lệ đúng hạn");
        assert_eq!(query.parameters[0].default, Some(Default::Value(Value::Int(2020))));
        assert!(
            matches!(&query.parameters[1].default, Some(Default::Sql(sql)) if sql.starts_with("(SELECT"))
        );
        assert!(query.parameters[2].optional);
        assert_eq!(query.parameters[2].kind, ParameterKind::Text);
        let rate = &query.columns[0];
        assert_eq!(
            rate.role,
            Role::Rate { numerator: vec!["on_time".into()], denominator: vec!["resolved".into()] }
        );
        assert_eq!((rate.decimals, rate.title.as_str()), (Some(2), "Tỷ lệ"));
    }

    #[test]
    fn an_unknown_type_is_placed_in_the_file() {
        let text = QUERY.replace("field: text?", "field: words");
        let shown = parse_saved_query("q", "queries/q.sql", &text).unwrap_err().render(Lang::En);
        assert!(shown.contains("queries/q.sql:5:4"), "{shown}");
    }

    #[test]
    fn values_are_typed_and_impossible_ones_refused() {
        assert_eq!(ParameterKind::Year.parse_value("20233"), None);
        assert_eq!(ParameterKind::Int.parse_value("x"), None);
        assert!(ParameterKind::Date.parse_value("14/12/2023").is_some());
        assert_eq!(ParameterKind::Number.parse_value("NaN"), None);
    }
}
