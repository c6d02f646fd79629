//! Turns the session's functions into what a person wants to know: how each is called and what it gives.

use datafusion::logical_expr::Documentation;

use super::Engine;
use crate::error::{Explain as _, Lang};
use crate::messages::FunctionWords;

/// A function of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// How it is called: `date_trunc(precision, expression)`.
    pub call: String,
    /// What it does, in the engine's words.
    pub about: String,
    /// What its arguments mean.
    pub arguments: Vec<(String, String)>,
    /// An example with its result.
    pub example: Option<String>,
    /// What kind of function it is.
    pub kind: FunctionKind,
}

/// What kind of function it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FunctionKind {
    /// One value per row.
    Scalar,
    /// One value per group.
    Aggregate,
    /// One value per row, from the rows around it.
    Window,
    /// Rows.
    Table,
}

impl FunctionKind {
    /// The word for lists.
    pub fn word(self, lang: Lang) -> String {
        let words = match self {
            Self::Scalar => FunctionWords::Scalar,
            Self::Aggregate => FunctionWords::Aggregate,
            Self::Window => FunctionWords::Window,
            Self::Table => FunctionWords::Table,
        };
        words.message(lang)
    }
}

impl Engine {
    /// Lists the functions by name, aliases included; the program's own are explained in `lang`.
    pub fn functions(&self, lang: Lang) -> Vec<Function> {
        let state = self.context().state();
        let scalar = state.scalar_functions().iter();
        let scalar = scalar.map(|(name, one)| describe(name, FunctionKind::Scalar, one.documentation()));
        let aggregate = state.aggregate_functions().iter();
        let aggregate =
            aggregate.map(|(name, one)| describe(name, FunctionKind::Aggregate, one.documentation()));
        let window = state.window_functions().iter();
        let window = window.map(|(name, one)| describe(name, FunctionKind::Window, one.documentation()));
        let table = state.table_functions().keys().map(|name| describe(name, FunctionKind::Table, None));
        let own = std::iter::once(super::forecast::describe_function(lang));
        let mut functions: Vec<Function> =
            scalar.chain(aggregate).chain(window).chain(table).chain(own).collect();
        for function in &mut functions {
            if let Some(words) = super::functions::describe(&function.name) {
                function.about = words.message(lang);
            }
            if function.name == super::label::NAME {
                "label(column[, 'dataset.column'])".clone_into(&mut function.call);
                function.about = FunctionWords::Label.message(lang);
            }
        }
        functions.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
        functions.dedup_by(|a, b| a.name == b.name);
        functions
    }
}

fn describe(name: &str, kind: FunctionKind, documentation: Option<&Documentation>) -> Function {
    let call = documentation.map(|found| found.syntax_example.trim().to_owned());
    let about = documentation.map(|found| found.description.trim().to_owned());
    Function {
        name: name.to_owned(),
        call: call.filter(|call| !call.is_empty()).unwrap_or_else(|| format!("{name}(…)")),
        about: about.unwrap_or_default(),
        arguments: documentation.and_then(|found| found.arguments.clone()).unwrap_or_default(),
        example: documentation.and_then(|found| found.sql_example.clone()),
        kind,
    }
}
