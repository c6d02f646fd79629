//! Turns the rules of a contract into conditions and finds the rows that break them.
//!
//! A rule sees one row and what the import knows about the year. It is compiled once and evaluated on
//! whole batches; a NULL passes, since a missing value is the business of `required`.

use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{Array as _, ArrayRef, Date32Array, Int32Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::{DFSchema, DataFusionError};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::prelude::SessionContext;

use crate::contract::{Contract, ORIGIN_COLUMNS, RULE_VALUES, Rule, Severity};
use crate::error::{Error, Result};
use crate::messages::{ContractFault, ImportFault};

/// What rules may use besides the columns.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The reporting year.
    pub year: i32,
    /// The first day of the period.
    pub period_from: NaiveDate,
    /// The last day of the period.
    pub period_to: NaiveDate,
    /// The as-of date.
    pub as_of: NaiveDate,
}

/// The compiled rules of a contract.
pub struct Rules {
    compiled: Vec<Compiled>,
    schema: SchemaRef,
    known: Known,
}

struct Compiled {
    /// Index of the rule in the contract.
    index: usize,
    severity: Severity,
    condition: Arc<dyn PhysicalExpr>,
    /// Index of the contract's column that the rule names first, to point at a cell.
    field: Option<usize>,
}

/// A row that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breach {
    /// Index of the rule in the contract.
    pub rule: usize,
    /// What it means for the import.
    pub severity: Severity,
    /// Index of the row in the batch.
    pub row: usize,
    /// Index of the contract's column to point at.
    pub field: Option<usize>,
}

impl Rules {
    /// Compiles the rules of `contract`.
    ///
    /// # Errors
    /// [`ContractFault::UnknownInRule`] or [`ContractFault::NotACondition`], at the rule's place.
    pub fn compile(contract: &Contract, known: Known) -> Result<Self> {
        let schema = extend_schema(contract);
        let session = SessionContext::new();
        let mut rules = Vec::new();
        let mut faults = Vec::new();
        for (index, rule) in contract.rules.iter().enumerate() {
            match compile(&session, &schema, contract, rule) {
                Ok((condition, field)) => {
                    rules.push(Compiled { index, severity: rule.severity, condition, field });
                }
                Err(error) => faults.push(error),
            }
        }
        Error::join(faults).map_or(Ok(Self { compiled: rules, schema, known }), Err)
    }

    /// Finds the rows of a batch of the contract's file schema that break a rule, rule by rule.
    ///
    /// # Errors
    /// [`ImportFault::RuleFailed`] if a condition cannot be evaluated, such as a division by zero.
    pub fn check(&self, contract: &Contract, batch: &RecordBatch) -> Result<Vec<Breach>> {
        if self.compiled.is_empty() {
            return Ok(Vec::new());
        }
        let failed = |rule: usize, cause: DataFusionError| {
            let declared = contract.rules.get(rule);
            let title = declared.map(|rule| rule.title.clone()).unwrap_or_default();
            let error = Error::new(ImportFault::RuleFailed { title }).caused_by(cause);
            declared.iter().fold(error, |error, rule| error.at(rule.place.clone()))
        };
        let extended = self.extend(batch).map_err(|cause| failed(0, cause))?;
        let mut breaches = Vec::new();
        for rule in &self.compiled {
            let evaluate = || {
                let array = rule.condition.evaluate(&extended)?.into_array(extended.num_rows())?;
                datafusion::common::cast::as_boolean_array(&array).cloned()
            };
            let holds = evaluate().map_err(|cause| failed(rule.index, cause))?;
            let broken = (0..holds.len()).filter(|row| holds.is_valid(*row) && !holds.value(*row));
            let breach = |row| Breach { rule: rule.index, severity: rule.severity, row, field: rule.field };
            breaches.extend(broken.map(breach));
        }
        Ok(breaches)
    }

    /// Adds what rules know besides the columns.
    fn extend(&self, batch: &RecordBatch) -> Result<RecordBatch, DataFusionError> {
        let rows = batch.num_rows();
        let date = |date: NaiveDate| -> ArrayRef {
            let days = (date - NaiveDate::default()).num_days();
            Arc::new(Date32Array::from(vec![i32::try_from(days).ok(); rows]))
        };
        let mut columns = batch.columns().to_vec();
        columns.push(Arc::new(Int32Array::from(vec![self.known.year; rows])));
        columns.extend([self.known.period_from, self.known.period_to, self.known.as_of].map(date));
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

fn extend_schema(contract: &Contract) -> SchemaRef {
    let mut fields: Vec<Field> =
        contract.file_schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    for name in RULE_VALUES {
        let kind = if name == "year" { DataType::Int32 } else { DataType::Date32 };
        fields.push(Field::new(name, kind, true));
    }
    Arc::new(Schema::new(fields))
}

fn compile(
    session: &SessionContext,
    schema: &SchemaRef,
    contract: &Contract,
    rule: &Rule,
) -> Result<(Arc<dyn PhysicalExpr>, Option<usize>)> {
    let unknown = |cause: DataFusionError| {
        let names = contract.stored_columns().map(|column| column.name.as_str()).chain(RULE_VALUES);
        let known: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        let fault = ContractFault::UnknownInRule {
            title: rule.title.clone(),
            problem: describe(&cause),
            known: known.join(", "),
        };
        Error::new(fault).at(rule.place.clone())
    };
    let named = DFSchema::try_from(Arc::clone(schema)).map_err(unknown)?;
    let expression = session.parse_sql_expr(&rule.check, &named).map_err(unknown)?;
    let references = expression.column_refs();
    let field = contract.columns.iter().position(|column| {
        !ORIGIN_COLUMNS.contains(&column.name.as_str())
            && references.iter().any(|reference| reference.name == column.name)
    });
    let condition = session.create_physical_expr(expression.clone(), &named).map_err(unknown)?;
    match condition.data_type(schema).map_err(unknown)? {
        DataType::Boolean => Ok((condition, field)),
        other => {
            let fault = ContractFault::NotACondition { title: rule.title.clone(), found: other.to_string() };
            Err(Error::new(fault).at(rule.place.clone()))
        }
    }
}

/// The first line of the engine's words, without its own name for the kind of error.
fn describe(cause: &DataFusionError) -> String {
    let text = cause.strip_backtrace();
    let line = text.lines().next().unwrap_or_default();
    let bare = ["Schema error: ", "Error during planning: "].iter().find_map(|kind| line.strip_prefix(kind));
    bare.unwrap_or(line).to_owned()
}
