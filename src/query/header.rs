//! Turns the comments at the head of a saved query into what they declare.

use std::ops::Range;

use super::form::{Form, names_only};
use super::value::split_list;
use super::{Better, Choices, Default, Parameter, ParameterKind, ResultColumn, Role, SavedQuery, Value};
use crate::error::{Error, Place, Result};
use crate::messages::QueryFault;

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
        size_mm: None,
        parameters: Vec::new(),
        columns: Vec::new(),
        sums: Vec::new(),
        form: Form::default(),
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
        let mut report = |(en, vi): HeaderFault| self.report(en, vi, start, body.len());
        if let Some(title) = body.strip_prefix("title:") {
            title.trim().clone_into(&mut query.title);
        } else if let Some(title) = body.strip_prefix("title_en:") {
            title.trim().clone_into(&mut query.title_en);
        } else if let Some(about) = body.strip_prefix("about:") {
            query.about.push(about.trim().to_owned());
        } else if let Some(size) = body.strip_prefix("size:") {
            match parse_size(size) {
                Some(size) => query.size_mm = Some(size),
                None => report((
                    "a size is `155mm x 90mm`, each side from 20 to 1000 mm",
                    "kích thước có dạng `155mm x 90mm`, mỗi cạnh từ 20 đến 1000 mm",
                )),
            }
        } else if let Some(rest) = body.strip_prefix("param ") {
            match parse_parameter(rest, start..start + body.len()) {
                Ok(parameter) if query.parameters.iter().any(|known| known.name == parameter.name) => {
                    report(("the parameter is declared twice", "tham số được khai báo hai lần"));
                }
                Ok(parameter) => query.parameters.push(parameter),
                Err(fault) => report(fault),
            }
        } else if let Some(rest) = body.strip_prefix("choices ") {
            if let Err(fault) = read_choices(&mut query.parameters, rest) {
                report(fault);
            }
        } else if let Some(rest) = body.strip_prefix("column ") {
            match parse_column(rest, start..start + body.len()) {
                Ok(column) => query.columns.push(column),
                Err(fault) => report(fault),
            }
        } else if let Some(rest) = body.strip_prefix("missing ") {
            if let Err(fault) = read_missing(&mut query.columns, rest) {
                report(fault);
            }
        } else if let Some(line) = body.strip_prefix("form:") {
            query.form.lines.push(line.trim().to_owned());
            if !names_only(line, &query.parameters) {
                report((
                    "the line names a parameter that is not declared above",
                    "dòng này gọi một tham số chưa khai báo ở trên",
                ));
            }
        } else if let Some(numbers) = body.strip_prefix("numbers:") {
            query.form.numbers = numbers.split(',').map(|number| number.trim().to_owned()).collect();
            if query.form.numbers.len() != query.columns.len() {
                report((
                    "the numbers are not as many as the columns declared above",
                    "số ô đánh số không bằng số cột khai báo ở trên",
                ));
            }
            query.sums.extend(numbered_sums(query));
        } else if let Some(sum) = body.strip_prefix("sum:") {
            match parse_sum(sum, &query.columns) {
                Some(sum) => query.sums.push(sum),
                None => report((
                    "a sum is `total = part + part`, of columns declared above",
                    "tổng có dạng `tổng = phần + phần`, gồm các cột khai báo ở trên",
                )),
            }
        }
    }
}

/// What is wrong with a header line, in English and Vietnamese.
pub(super) type HeaderFault = (&'static str, &'static str);

/// Parses `received = resolved + open`.
fn parse_sum(text: &str, columns: &[ResultColumn]) -> Option<(String, Vec<String>)> {
    let known = |name: &str| {
        columns.iter().find(|column| column.name == name.trim()).map(|column| column.name.clone())
    };
    let (total, parts) = text.split_once('=')?;
    Some((known(total)?, parts.split('+').map(known).collect::<Option<_>>()?))
}

/// Reads the sums among the numbers of a form's columns, `3=4+5+6`.
fn numbered_sums(query: &SavedQuery) -> Vec<(String, Vec<String>)> {
    let number = |text: &str| text.split('=').next().unwrap_or_default().trim().to_owned();
    let numbers: Vec<String> = query.form.numbers.iter().map(|text| number(text)).collect();
    let find = |text: &str| {
        let at = numbers.iter().position(|number| number == text.trim())?;
        query.columns.get(at).map(|column| column.name.clone())
    };
    let sum = |text: &String| {
        let (total, parts) = text.split_once('=')?;
        Some((find(total)?, parts.split('+').map(find).collect::<Option<_>>()?))
    };
    query.form.numbers.iter().filter_map(sum).collect()
}

/// Parses `155mm x 90mm`.
fn parse_size(text: &str) -> Option<(f64, f64)> {
    let side = |text: &str| {
        let side: f64 = text.trim().strip_suffix("mm")?.trim().parse().ok()?;
        (20.0..=1000.0).contains(&side).then_some(side)
    };
    let (width, height) = text.split_once(['x', '×'])?;
    Some((side(width)?, side(height)?))
}

/// Parses `from_year: int = 2020 -- năm đầu`.
fn parse_parameter(line: &str, span: Range<usize>) -> std::result::Result<Parameter, HeaderFault> {
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
    let (kind, is_list) = match kind.strip_suffix("[]") {
        Some(kind) => (kind, true),
        None => (kind, false),
    };
    let name = name.trim();
    if !crate::workspace::is_name(name) {
        return Err(("the parameter's name is not a plain name", "tên tham số không hợp lệ"));
    }
    let kind = ParameterKind::parse(kind).ok_or((
        "the type is none of int, number, text, bool, date, year, nor one of them with `[]` for a list",
        "kiểu phải là int, number, text, bool, date hoặc year, thêm `[]` nếu là danh sách",
    ))?;
    let about = about.to_owned();
    let mut parameter = Parameter {
        name: name.to_owned(),
        kind,
        is_list,
        optional,
        default: None,
        about,
        choices: None,
        span,
    };
    parameter.default = match default {
        None => None,
        Some(sql) if sql.starts_with('(') => Some(Default::Sql(sql.to_owned())),
        Some(text) => {
            let fault = ("the default is not a value of the type", "giá trị mặc định không đúng kiểu");
            Some(Default::Value(parameter.parse_value(unquote(text)).map_err(|_| fault)?))
        }
    };
    Ok(parameter)
}

fn unquote(text: &str) -> &str {
    text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(text)
}

/// Reads `field: dossiers.field`, `level: 2, 3, 4` or `unit: (SELECT unit FROM staffing)`.
fn read_choices(parameters: &mut [Parameter], line: &str) -> std::result::Result<(), HeaderFault> {
    let (name, choices) =
        line.split_once(':').ok_or(("choices are `name: values`", "lựa chọn có dạng `tên: các giá trị`"))?;
    let parameter = parameters.iter_mut().find(|parameter| parameter.name == name.trim()).ok_or((
        "choices follow the parameter that they are for",
        "dòng lựa chọn phải đứng sau tham số của nó",
    ))?;
    let choices = choices.trim();
    parameter.choices = Some(if choices.starts_with('(') {
        Choices::Sql(choices.to_owned())
    } else if let Some(key) = category_key(choices).filter(|_| parameter.kind == ParameterKind::Text) {
        Choices::Category(key)
    } else {
        let values: Option<Vec<Value>> =
            split_list(choices).iter().map(|text| parameter.kind.parse_value(unquote(text))).collect();
        Choices::Values(values.ok_or((
            "a choice is not a value of the parameter's type",
            "có lựa chọn không đúng kiểu của tham số",
        ))?)
    });
    let allowed = match (&parameter.choices, &parameter.default) {
        (Some(Choices::Values(values)), Some(Default::Value(default))) => match default {
            Value::List(items) => items.iter().all(|item| values.contains(item)),
            Value::Null => true,
            value => values.contains(value),
        },
        _ => true,
    };
    if !allowed {
        return Err(("the default is none of the choices", "giá trị mặc định không nằm trong các lựa chọn"));
    }
    Ok(())
}

/// Tells `dataset.column` from values.
fn category_key(text: &str) -> Option<String> {
    let (dataset, column) = text.split_once('.')?;
    (crate::workspace::is_name(dataset) && crate::workspace::is_name(column)).then(|| text.to_owned())
}

/// Parses `rate: rate(on_time/resolved) 2 higher -- Tỷ lệ đúng hạn`.
pub(super) fn parse_column(line: &str, span: Range<usize>) -> std::result::Result<ResultColumn, HeaderFault> {
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
        is_whole: false,
        stands_apart: false,
        title: title.to_owned(),
        spec: spec.trim().to_owned(),
        missing: None,
        span,
    };
    for word in words {
        match (word, word.parse::<u8>()) {
            ("higher", _) => column.better = Some(Better::Higher),
            ("lower", _) => column.better = Some(Better::Lower),
            ("total", _) if matches!(column.role, Role::Count | Role::Amount) => column.is_whole = true,
            ("apart", _) if column.role == Role::Key => column.stands_apart = true,
            (_, Ok(decimals)) if decimals <= 9 => column.decimals = Some(decimals),
            _ => {
                return Err((
                    "after the role stand decimals (0 to 9), `higher` or `lower`, `total` (count), `apart` (key)",
                    "sau vai trò là số chữ số thập phân (0 đến 9), `higher` hoặc `lower`, `total` (count), `apart` (key)",
                ));
            }
        }
    }
    Ok(column)
}

/// Reads `carried_in: không có số liệu`.
fn read_missing(columns: &mut [ResultColumn], line: &str) -> std::result::Result<(), HeaderFault> {
    let (name, words) = line.split_once(':').ok_or((
        "what stands for a missing value is `column: words`",
        "chữ thay cho giá trị trống có dạng `cột: chữ`",
    ))?;
    let column = columns
        .iter_mut()
        .find(|column| column.name == name.trim())
        .ok_or(("`missing` follows the column that it is for", "dòng `missing` phải đứng sau cột của nó"))?;
    column.missing = Some(words.trim().to_owned());
    Ok(())
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
    use super::parse_saved_query;
    use crate::error::Lang;
    use crate::query::{Choices, Default, ParameterKind, Role, Value};

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
    fn lists_and_choices_are_declared_and_checked() {
        let text = "-- param years: year[] = 2021,2023
-- param field: text? -- lĩnh vực
-- choices field: dossiers.field
-- param level: int = 3
-- choices level: 2, 3, 4
-- param unit: text[]
-- choices unit: (SELECT unit FROM staffing)
SELECT 1";
        let query = parse_saved_query("q", "queries/q.sql", text).unwrap();
        let years = Value::List(vec![Value::Int(2021), Value::Int(2023)]);
        assert_eq!(query.parameters[0].default, Some(Default::Value(years)));
        assert_eq!(query.parameters[0].type_word(), "year[]");
        assert_eq!(query.parameters[1].choices, Some(Choices::Category("dossiers.field".into())));
        assert!(matches!(&query.parameters[2].choices, Some(Choices::Values(values)) if values.len() == 3));
        assert!(matches!(&query.parameters[3].choices, Some(Choices::Sql(_))));
        for (wrong, place) in [
            ("-- param a: int = 5\n-- choices a: 1, 2\nSELECT 1", ":2:4"),
            ("-- choices a: 1\nSELECT 1", ":1:4"),
            ("-- param a: int\n-- choices a: x\nSELECT 1", ":2:4"),
        ] {
            let shown = parse_saved_query("q", "q.sql", wrong).unwrap_err().render(Lang::En);
            assert!(shown.contains(place), "{shown}");
        }
    }

    #[test]
    fn sums_are_read_from_their_lines_and_from_the_numbers_of_a_form() {
        let header = "-- column a: count\n-- column b: count\n-- column c: count\n";
        let text = format!("{header}-- sum: c = a + b\n-- numbers: 1=2+3, 2, 3\nSELECT 1");
        let query = parse_saved_query("q", "q.sql", &text).unwrap();
        let sum = |total: &str, parts: [&str; 2]| (total.to_owned(), parts.map(str::to_owned).to_vec());
        assert_eq!(query.sums, [sum("c", ["a", "b"]), sum("a", ["b", "c"])]);
        for wrong in ["c = a + d", "c", "d = a + b"] {
            let text = format!("{header}-- sum: {wrong}\nSELECT 1");
            let shown = parse_saved_query("q", "q.sql", &text).unwrap_err().render(Lang::En);
            assert!(shown.contains("q.sql:4:4"), "{shown}");
        }
    }
}
