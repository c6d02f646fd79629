//! Turns a fragment of a plan into a name under which its values are kept.
//!
//! Columns are written by position, so that names that a user or the planner makes up do not matter;
//! everything else is written in full, types and literals included. What stands in the name decides the
//! values; two fragments of one name have the same values.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use datafusion::arrow::datatypes::Field;
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::expr_rewriter::unnormalize_col;
use datafusion::logical_expr::{Expr, LogicalPlan};
use sha2::{Digest as _, Sha256};

use super::fragment::is_about_year;

/// The form of what is kept; raised when it changes.
const FORM: u32 = 1;

/// Where the values of one fragment over one file are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// The hash of the file's bytes.
    pub(super) content: String,
    /// The hash of the engine, the year and the fragment.
    pub(super) fragment: String,
}

impl Key {
    /// The year stands in the path of a file, not in its bytes.
    pub(super) fn new(content: String, year: i32, text: &str) -> Self {
        let fragment = hash_hex(format!("{FORM}\n{}\n{year}\n{text}", engine_version()).as_bytes());
        Self { content, fragment }
    }
}

/// The program that computes: its version and the build's length and time, so that no other build's
/// values are believed, not even those of a developer's last attempt.
fn engine_version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let program = std::env::current_exe().and_then(std::fs::metadata);
        let build = program.and_then(|file| Ok((file.len(), file.modified()?))).ok();
        format!("{} {} {build:?}", env!("CARGO_PKG_VERSION"), datafusion::DATAFUSION_VERSION)
    })
}

/// Hashes bytes to lower-case hexadecimal digits.
pub(super) fn hash_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Writes bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes a fragment, the filters that only choose years left out: a file is in or not.
pub(super) fn describe(plan: &LogicalPlan) -> Result<String> {
    let mut text = String::new();
    describe_node(plan, &mut text)?;
    Ok(text)
}

fn describe_node(plan: &LogicalPlan, text: &mut String) -> Result<()> {
    match plan {
        LogicalPlan::TableScan(scan) => {
            text.push_str("scan\n");
            for field in scan.projected_schema.fields() {
                describe_field(field, text);
            }
            for filter in scan.filters.iter().filter(|filter| !is_about_year(filter)) {
                text.push_str("where ");
                describe_expression(&unnormalize_col(filter.clone()), None, text)?;
            }
        }
        LogicalPlan::Filter(filter) => {
            text.push_str("filter\n");
            describe_expression(&filter.predicate, Some(filter.input.schema()), text)?;
        }
        LogicalPlan::Projection(projection) => {
            text.push_str("project\n");
            for expression in &projection.expr {
                describe_expression(expression, Some(projection.input.schema()), text)?;
            }
        }
        LogicalPlan::Aggregate(aggregate) => {
            text.push_str("group\n");
            for expression in &aggregate.group_expr {
                describe_expression(expression, Some(aggregate.input.schema()), text)?;
            }
            text.push_str("aggregate\n");
            for expression in &aggregate.aggr_expr {
                describe_expression(expression, Some(aggregate.input.schema()), text)?;
            }
        }
        // Another name for the same columns in the same order.
        _ => {}
    }
    for input in plan.inputs() {
        describe_node(input, text)?;
    }
    Ok(())
}

fn describe_field(field: &Field, text: &mut String) {
    let metadata: BTreeMap<_, _> = field.metadata().iter().collect();
    let _ = writeln!(text, "{:?} {:?} {} {metadata:?}", field.name(), field.data_type(), field.is_nullable());
}

/// Writes an expression; its name does not matter, and where `input` is given neither do its columns'.
fn describe_expression(expression: &Expr, input: Option<&DFSchema>, text: &mut String) -> Result<()> {
    let positioned = expression.clone().unalias_nested().data.transform_up(|node| {
        Ok(match (node, input) {
            (Expr::Column(column), Some(input)) => {
                let position = input.index_of_column(&column)?;
                Transformed::yes(Expr::Column(Column::new_unqualified(format!("#{position}"))))
            }
            (node, _) => Transformed::no(node),
        })
    })?;
    // Not every function shows its own name when it is printed for debugging.
    positioned.data.apply(|node| {
        match node {
            Expr::ScalarFunction(call) => {
                let _ = write!(text, "{:?} ", call.func.name());
            }
            Expr::AggregateFunction(call) => {
                let _ = write!(text, "{:?} ", call.func.name());
            }
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    let _ = writeln!(text, "{:?}", positioned.data);
    Ok(())
}
