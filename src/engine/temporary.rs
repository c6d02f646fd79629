//! Turns `CREATE TABLE … AS`, `CREATE VIEW … AS` and `DROP` into names that live as long as the session.
//!
//! They are kept in memory and seen by this session alone: SQL never writes to the workspace. Whatever else
//! these statements can say (columns, options, places of files) is refused rather than passed over.

use std::ops::ControlFlow;

use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{self, ObjectName, ObjectType, Query};

use super::catalog::{CATEGORIES, Context, DATASETS, IMPORTS};
use crate::error::{Explain as _, Result};
use crate::messages::QueryFault;
use crate::workspace::is_name;

/// What a statement wishes to be kept or forgotten.
#[derive(Debug, PartialEq)]
pub(super) enum Wish {
    Create(Creation),
    Drop(Removal),
}

/// A table or a view to be kept.
#[derive(Debug, PartialEq)]
pub(super) struct Creation {
    pub(super) name: String,
    pub(super) query: Parsed,
    /// Whether the question is kept and asked again each time, in place of its rows.
    pub(super) is_view: bool,
    replaces: bool,
    only_if_missing: bool,
}

/// Names to be forgotten.
#[derive(Debug, PartialEq)]
pub(super) struct Removal {
    pub(super) names: Vec<String>,
    only_if_there: bool,
}

/// Reads the wish that a statement is; none if it is a question, or something that nobody may do.
pub(super) fn read_wish(parsed: &Parsed) -> Result<Option<Wish>> {
    let Parsed::Statement(tree) = parsed else { return Ok(None) };
    let tree = tree.as_ref();
    let (name, query, is_view, replaces, only_if_missing, temporary) = match tree {
        ast::Statement::CreateTable(ast::CreateTable {
            name,
            query: Some(query),
            or_replace,
            if_not_exists,
            temporary,
            ..
        }) => (name, query, false, *or_replace, *if_not_exists, *temporary),
        ast::Statement::CreateView(view) if !view.materialized => {
            (&view.name, &view.query, true, view.or_replace, view.if_not_exists, view.temporary)
        }
        ast::Statement::Drop {
            object_type: ObjectType::Table | ObjectType::View, names, if_exists, ..
        } => {
            let names = names.iter().map(read_name).collect::<Result<_>>()?;
            return Ok(Some(Wish::Drop(Removal { names, only_if_there: *if_exists })));
        }
        _ => return Ok(None),
    };
    let word = |said: bool, word: &'static str| if said { word } else { "" };
    let plain = format!(
        "CREATE {}{}{} {}{name} AS {query}",
        word(replaces, "OR REPLACE "),
        word(temporary, "TEMPORARY "),
        if is_view { "VIEW" } else { "TABLE" },
        word(only_if_missing, "IF NOT EXISTS "),
    );
    if tree.to_string() != plain {
        return Err(QueryFault::NotPlainCreation.error());
    }
    let name = read_name(name)?;
    let query = question(query);
    Ok(Some(Wish::Create(Creation { name, query, is_view, replaces, only_if_missing })))
}

fn question(query: &Query) -> Parsed {
    Parsed::Statement(Box::new(ast::Statement::Query(Box::new(query.clone()))))
}

/// Reads a name without a schema, or in the schema where names without one are found.
fn read_name(name: &ObjectName) -> Result<String> {
    let parts: Vec<&ast::Ident> = name.0.iter().filter_map(|part| part.as_ident()).collect();
    let word = match parts.as_slice() {
        [word] => word,
        [schema, word] if schema.value.eq_ignore_ascii_case(DATASETS) => word,
        _ => return Err(QueryFault::NotTemporaryName { name: name.to_string() }.error()),
    };
    let word = if word.quote_style.is_some() { word.value.clone() } else { word.value.to_lowercase() };
    if is_name(&word) { Ok(word) } else { Err(QueryFault::NotTemporaryName { name: word }.error()) }
}

impl Creation {
    /// Checks that the name is free; breaks where what is there stays as it is.
    pub(super) fn check_name(&self, context: &Context) -> Result<ControlFlow<()>> {
        let name = &self.name;
        if belongs_to_workspace(context, name)? {
            return Err(QueryFault::NameTaken { name: name.clone() }.error());
        }
        match context.kept(name) {
            Some(_) if self.only_if_missing => Ok(ControlFlow::Break(())),
            Some(_) if !self.replaces => Err(QueryFault::AlreadyKept { name: name.clone() }.error()),
            _ => Ok(ControlFlow::Continue(())),
        }
    }
}

impl Removal {
    /// Forgets the names, all or none of them.
    pub(super) fn fulfil(&self, context: &Context) -> Result<()> {
        for name in &self.names {
            if belongs_to_workspace(context, name)? {
                return Err(QueryFault::NotTemporary { name: name.clone() }.error());
            }
            if !self.only_if_there && context.kept(name).is_none() {
                return Err(QueryFault::NothingKept { name: name.clone() }.error());
            }
        }
        self.names.iter().for_each(|name| context.forget(name));
        Ok(())
    }
}

fn belongs_to_workspace(context: &Context, name: &str) -> Result<bool> {
    let is_own = name == IMPORTS || name == CATEGORIES;
    Ok(is_own || context.workspace.datasets()?.iter().any(|dataset| dataset == name))
}

#[cfg(test)]
mod tests {
    use datafusion::sql::parser::DFParser;

    use super::{Wish, read_wish};
    use crate::error::Result;

    fn wish(sql: &str) -> Result<Option<Wish>> {
        read_wish(&DFParser::parse_sql(sql).unwrap()[0])
    }

    #[test]
    fn creations_and_removals_are_told_from_questions() {
        let Ok(Some(Wish::Create(table))) = wish("create or replace table T as select 1 as a") else {
            panic!("a table")
        };
        assert_eq!((table.name.as_str(), table.is_view), ("t", false));
        let Ok(Some(Wish::Create(view))) =
            wish("CREATE TEMPORARY VIEW v AS WITH a AS (SELECT 1) SELECT * FROM a")
        else {
            panic!("a view")
        };
        assert_eq!((view.name.as_str(), view.is_view), ("v", true));
        assert!(
            matches!(wish("drop table if exists a, b"), Ok(Some(Wish::Drop(drop))) if drop.names == ["a", "b"])
        );
        assert_eq!(wish("select 1").unwrap(), None);
        assert_eq!(wish("create table t (a int)").unwrap(), None);
        assert_eq!(wish("drop schema s").unwrap(), None);
    }

    #[test]
    fn what_is_more_than_a_name_and_a_query_is_refused() {
        for sql in [
            "create table t (a int) as select 1",
            "create view v (a) as select 1",
            "create table queries.t as select 1",
            "create table \"../t\" as select 1",
            "create table _ as select 1",
        ] {
            assert!(wish(sql).is_err(), "{sql}");
        }
    }
}
