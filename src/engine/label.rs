//! Turns `label(column)` into the mapping from category codes to their Vietnamese labels.
//!
//! The mapping is found while planning, from a key in the field's metadata, and becomes a literal
//! CASE: nothing is looked up while rows flow, and the plan can run anywhere. Metadata do not pass
//! through functions; where the key is gone, naming it is the way out: `label(expr, 'dossiers.outcome')`.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result, exec_err, plan_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{
    Case, ColumnarValue, Expr, ExprSchemable, LogicalPlan, ReturnFieldArgs, ScalarFunctionArgs,
    ScalarUDFImpl, Signature, TypeSignature, Volatility, cast, lit,
};
use datafusion::optimizer::AnalyzerRule;

use super::catalog::{Contracts, external};
use super::dataset::{CATEGORY_KEY, LABELS_KEY, TITLE_KEY};
use crate::contract::Column;
use crate::error::Error;
use crate::messages::QueryFault;

pub(super) const NAME: &str = "label";

/// The function as the parser sees it; [`LabelRule`] replaces every call before anything runs.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Label {
    signature: Signature,
}

impl Label {
    pub(super) fn new() -> Self {
        let either = vec![TypeSignature::Any(1), TypeSignature::Any(2)];
        Self { signature: Signature::one_of(either, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Label {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    /// Passes on which column the labels are of, for headings and for the order of a chart's series.
    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let argument = args.arg_fields.first().map(|field| field.metadata());
        let named =
            args.scalar_arguments.get(1).copied().flatten().and_then(|name| name.try_as_str().flatten());
        let key =
            named.or_else(|| argument.and_then(|metadata| metadata.get(CATEGORY_KEY)).map(String::as_str));
        let title = argument.and_then(|metadata| metadata.get(TITLE_KEY));
        let metadata = [(LABELS_KEY, key), (TITLE_KEY, title.map(String::as_str))];
        let metadata =
            metadata.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())));
        Ok(Arc::new(Field::new(NAME, DataType::Utf8, true).with_metadata(metadata.collect())))
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        exec_err!("`label` must be resolved while planning")
    }
}

/// Replaces calls of `label` by literal mappings.
#[derive(Debug)]
pub(super) struct LabelRule {
    contracts: Contracts,
}

impl LabelRule {
    pub(super) fn new(contracts: Contracts) -> Self {
        Self { contracts }
    }

    fn rewrite_plan(&self, plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
        let names = NamePreserver::new(&plan);
        let schema = merge_schema(&plan.inputs());
        plan.map_expressions(|expr| {
            let saved = names.save(&expr);
            let rewritten = expr.transform_up(|expr| self.rewrite_call(expr, &schema))?;
            Ok(rewritten.update_data(|expr| saved.restore(expr)))
        })
    }

    fn rewrite_call(&self, expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
        let Expr::ScalarFunction(ScalarFunction { func, args }) = &expr else {
            return Ok(Transformed::no(expr));
        };
        if func.name() != NAME {
            return Ok(Transformed::no(expr));
        }
        let (value, key) = match args.as_slice() {
            [value] => (value, Self::key_of(value, schema)?),
            [value, Expr::Literal(key, _)] => match key.try_as_str() {
                Some(Some(key)) => (value, key.to_owned()),
                _ => return plan_err!("the second argument of `label` is a text such as 'dossiers.outcome'"),
            },
            _ => return plan_err!("`label` takes a column and, at most, the name of a category column"),
        };
        Ok(Transformed::yes(mapping(value, &self.find_column(&key)?)))
    }

    fn key_of(value: &Expr, schema: &DFSchema) -> Result<String> {
        let (_, field) = value.to_field(schema)?;
        field.metadata().get(CATEGORY_KEY).cloned().ok_or_else(|| {
            external(Error::new(QueryFault::NoLabels { expression: value.human_display().to_string() }))
        })
    }

    fn find_column(&self, key: &str) -> Result<Column> {
        let fault = || external(Error::new(QueryFault::NoSuchCategory { key: key.to_owned() }));
        let (dataset, name) = key.split_once('.').ok_or_else(fault)?;
        let contract = self.contracts.read(dataset).map_err(|_| fault())?;
        contract.column(name).filter(|column| !column.categories.is_empty()).cloned().ok_or_else(fault)
    }
}

/// A code without a label stays as it is, so that nothing disappears from a table.
fn mapping(value: &Expr, column: &Column) -> Expr {
    let code = cast(value.clone(), DataType::Utf8);
    let branches = column
        .categories
        .keys()
        .filter_map(|code| Some((Box::new(lit(code.as_str())), Box::new(lit(column.label(code)?)))))
        .collect();
    Expr::Case(Case::new(Some(Box::new(code.clone())), branches, Some(Box::new(code))))
}

impl AnalyzerRule for LabelRule {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        Ok(plan.transform_up_with_subqueries(|plan| self.rewrite_plan(plan))?.data)
    }

    fn name(&self) -> &'static str {
        "resolve_label"
    }
}
