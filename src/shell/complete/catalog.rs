//! Turns a workspace into the names that completion offers, each with its title.

use std::rc::Rc;

use datafusion::arrow::datatypes::{FieldRef, SchemaRef};

use super::scope;
use crate::engine::{Engine, Function, TITLE_KEY};
use crate::query::SavedQuery;
use crate::vietnamese::fold::fold;

/// All names.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    pub(super) datasets: Vec<TableEntry>,
    pub(super) queries: Vec<QueryEntry>,
    /// Tables and views that live as long as the session.
    pub(super) temporary: Vec<TableEntry>,
    pub(super) checks: Vec<QueryEntry>,
    pub(super) charts: Vec<String>,
    pub(super) functions: Rc<Vec<Function>>,
}

/// A dataset.
#[derive(Debug, Clone)]
pub(super) struct TableEntry {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) columns: Vec<ColumnEntry>,
}

/// A column.
#[derive(Debug, Clone, Default)]
pub(super) struct ColumnEntry {
    pub(super) name: String,
    pub(super) title: String,
    /// The title without accents.
    pub(super) folded: String,
    /// `dataset.column`, if the values are codes, with their labels.
    pub(super) categories: Rc<Vec<(String, String)>>,
}

/// A saved query.
#[derive(Debug, Clone)]
pub(super) struct QueryEntry {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) columns: Vec<ColumnEntry>,
}

impl ColumnEntry {
    pub(super) fn new(name: impl Into<String>, title: impl Into<String>) -> Self {
        let title = title.into();
        Self { name: name.into(), folded: fold(&title), title, categories: Rc::default() }
    }
}

impl Catalog {
    /// Reads contracts and headers; what is broken is left out, as its error appears where it is used.
    pub(super) fn read(engine: &Engine, functions: Rc<Vec<Function>>) -> Self {
        let workspace = engine.workspace();
        let datasets = workspace.datasets().unwrap_or_default();
        let datasets = datasets.iter().filter_map(|name| read_dataset(engine, name)).collect();
        let mut catalog =
            Self { datasets, charts: workspace.charts().unwrap_or_default(), functions, ..Self::default() };
        catalog.temporary = engine.temporary_tables().into_iter().map(describe_temporary).collect();
        let queries = workspace.queries().unwrap_or_default();
        let queries = queries.iter().filter_map(|name| engine.read_query(name).ok());
        let checks = workspace.checks().unwrap_or_default();
        let checks = checks.iter().filter_map(|name| engine.read_check(name).ok());
        catalog.checks = checks.map(|check| describe_query(&catalog, check)).collect();
        catalog.queries = queries.map(|query| describe_query(&catalog, query)).collect();
        catalog
    }

    /// Finds the columns of a table by the name that stands after FROM.
    pub(super) fn columns_of(&self, schema: Option<&str>, name: &str) -> Option<Vec<ColumnEntry>> {
        match schema {
            Some("queries") => {
                self.queries.iter().find(|query| query.name == name).map(|query| query.columns.clone())
            }
            None | Some("datasets") if name == "imports" => Some(named(&IMPORTS)),
            None | Some("datasets") if name == "categories" => Some(named(&CATEGORIES)),
            None | Some("datasets") if self.temporary.iter().any(|table| table.name == name) => {
                let table = self.temporary.iter().find(|table| table.name == name)?;
                Some(table.columns.clone())
            }
            None | Some("datasets" | "source") => {
                let table = self.datasets.iter().find(|table| table.name == name)?;
                let mut columns = table.columns.clone();
                if schema == Some("source") {
                    columns.extend(named(&["_file", "_sheet", "_row"]));
                }
                Some(columns)
            }
            Some("information_schema") if name == "columns" => Some(named(&INFORMATION_COLUMNS)),
            Some("information_schema") if name == "tables" => Some(named(&INFORMATION_TABLES)),
            Some(_) => None,
        }
    }
}

/// Columns of the tables about tables that people ask for.
const INFORMATION_TABLES: [&str; 4] = ["table_catalog", "table_schema", "table_name", "table_type"];
const INFORMATION_COLUMNS: [&str; 5] =
    ["table_schema", "table_name", "column_name", "data_type", "is_nullable"];
/// Columns of `categories`.
const CATEGORIES: [&str; 5] = ["dataset", "column_name", "code", "label", "position"];
/// Columns of `imports` that people ask for.
const IMPORTS: [&str; 10] = [
    "dataset",
    "year",
    "rows",
    "rejects",
    "period_from",
    "period_to",
    "as_of",
    "synthetic",
    "files",
    "revision",
];

fn named(names: &[&str]) -> Vec<ColumnEntry> {
    names.iter().map(|name| ColumnEntry::new(*name, "")).collect()
}

fn describe_temporary((name, schema): (String, SchemaRef)) -> TableEntry {
    let title = |field: &FieldRef| field.metadata().get(TITLE_KEY).cloned().unwrap_or_default();
    let columns = schema.fields().iter().map(|field| ColumnEntry::new(field.name(), title(field)));
    TableEntry { name, title: String::new(), columns: columns.collect() }
}

fn read_dataset(engine: &Engine, name: &str) -> Option<TableEntry> {
    let contract = engine.contracts().read(name).ok()?;
    let column = |column: &crate::contract::Column| {
        let label = |code: &String| column.label(code).unwrap_or_default().to_owned();
        let categories = column.categories.keys().map(|code| (code.clone(), label(code))).collect();
        ColumnEntry { categories: Rc::new(categories), ..ColumnEntry::new(&column.name, &column.title) }
    };
    let mut columns: Vec<ColumnEntry> = contract.stored_columns().map(column).collect();
    columns.push(ColumnEntry::new("year", "Năm"));
    Some(TableEntry { name: name.to_owned(), title: contract.title.clone(), columns })
}

/// The declared columns, and those that the SELECT names.
fn describe_query(catalog: &Catalog, query: SavedQuery) -> QueryEntry {
    let mut columns: Vec<ColumnEntry> =
        query.columns.iter().map(|column| ColumnEntry::new(&column.name, &column.title)).collect();
    for column in scope::output_of(catalog, &query.text) {
        if columns.iter().all(|known| known.name != column.name) {
            columns.push(column);
        }
    }
    let parameters = query.parameters.iter();
    let parameters = parameters.map(|one| (one.name.clone(), format!("{} {}", one.type_word(), one.about)));
    QueryEntry { name: query.name, title: query.title, parameters: parameters.collect(), columns }
}

#[cfg(test)]
pub(super) mod tests {
    use std::rc::Rc;

    use super::{Catalog, ColumnEntry, QueryEntry, TableEntry};
    use crate::engine::{Function, FunctionKind};

    fn function(name: &str, call: &str) -> Function {
        Function {
            name: name.to_owned(),
            call: call.to_owned(),
            about: String::new(),
            arguments: Vec::new(),
            example: None,
            kind: FunctionKind::Scalar,
        }
    }

    pub(in crate::shell::complete) fn catalog() -> Catalog {
        let codes = [("early", "Trước hạn"), ("overdue", "Quá hạn")];
        let codes = codes.map(|(code, label)| (code.to_owned(), label.to_owned()));
        let outcome = ColumnEntry {
            categories: Rc::new(codes.to_vec()),
            ..ColumnEntry::new("outcome", "Kết quả giải quyết")
        };
        let dossiers = TableEntry {
            name: "dossiers".to_owned(),
            title: "Hồ sơ".to_owned(),
            columns: vec![
                ColumnEntry::new("field", "Lĩnh vực"),
                ColumnEntry::new("received_at", "Ngày tiếp nhận"),
                outcome,
                ColumnEntry::new("year", "Năm"),
            ],
        };
        let staffing = TableEntry {
            name: "staffing".to_owned(),
            title: "Biên chế".to_owned(),
            columns: vec![ColumnEntry::new("assigned", "Được giao"), ColumnEntry::new("year", "Năm")],
        };
        let on_time = QueryEntry {
            name: "on_time".to_owned(),
            title: "Đúng hạn".to_owned(),
            parameters: vec![("from_year".to_owned(), "year".to_owned())],
            columns: vec![ColumnEntry::new("rate", "Tỷ lệ")],
        };
        Catalog {
            temporary: Vec::new(),
            datasets: vec![dossiers, staffing],
            queries: vec![on_time],
            checks: Vec::new(),
            charts: vec!["rates".to_owned()],
            functions: Rc::new(vec![
                function("date_trunc", "date_trunc(precision, expression)"),
                function("max", "max(expression)"),
            ]),
        }
    }

    pub(in crate::shell::complete) fn wide(count: usize) -> Catalog {
        let columns =
            (0..count).map(|n| ColumnEntry::new(format!("column_{n}"), format!("Cột số {n}"))).collect();
        let table = TableEntry { name: "wide".to_owned(), title: String::new(), columns };
        Catalog { datasets: vec![table], ..Catalog::default() }
    }
}
