//! Turns the text given for a parameter into its value, if it is one of those that the query declares.
//!
//! A value that no row can have would give an empty table, which reads like a finding; so it is an
//! error that proposes the nearest value. What is allowed is looked up only when a value is given.

use super::catalog::Context;
use super::saved;
use crate::error::{Error, Result};
use crate::messages::QueryFault;
use crate::query::{Choices, Parameter, SavedQuery, Value};
use crate::vietnamese::fold::fold;
use crate::workspace::did_you_mean;

/// How many values an error lists.
const LISTED: usize = 20;

/// One value that a parameter takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The value as it is given.
    pub value: String,
    /// What people call it, if that differs.
    pub label: Option<String>,
}

/// Parses what was given, and refuses what is none of the choices.
///
/// # Errors
/// [`QueryFault::BadArgument`] or [`QueryFault::NotOffered`], at the parameter's declaration.
pub(super) async fn judge(
    inner: &Context,
    query: &SavedQuery,
    parameter: &Parameter,
    text: &str,
) -> Result<Value> {
    let value = parameter.parse_argument(text).map_err(|error| error.at(query.place_of(parameter)))?;
    if parameter.choices.is_none() {
        return Ok(value);
    }
    let given: Vec<&Value> = match &value {
        Value::Null => return Ok(value),
        Value::List(values) => values.iter().collect(),
        value => vec![value],
    };
    let choices = list(inner, query, parameter).await?;
    let is_offered = |value: &&Value| choices.iter().any(|choice| choice.value == value.to_string());
    match given.into_iter().find(|value| !is_offered(value)) {
        None => Ok(value),
        Some(other) => {
            let (hint, hint_vi) = propose(&other.to_string(), &choices);
            let fault = QueryFault::NotOffered {
                name: parameter.name.clone(),
                found: other.to_string(),
                hint,
                hint_vi,
            };
            Err(Error::new(fault).at(query.place_of(parameter)))
        }
    }
}

/// Lists the values that a parameter takes; none, if the query does not say.
///
/// # Errors
/// If the query of the choices cannot run, or its category column does not exist.
pub(super) async fn list(inner: &Context, query: &SavedQuery, parameter: &Parameter) -> Result<Vec<Choice>> {
    let plain = |value: String| Choice { value, label: None };
    match &parameter.choices {
        None => Ok(Vec::new()),
        Some(Choices::Values(values)) => Ok(values.iter().map(|value| plain(value.to_string())).collect()),
        Some(Choices::Sql(sql)) => {
            let values = saved::read_values(inner, query, parameter, saved::select_rows(sql)).await?;
            let present = values.into_iter().filter(|value| !value.is_null());
            Ok(present.map(|value| plain(value.to_string())).collect())
        }
        Some(Choices::Category(key)) => {
            let fault = || {
                let fault = QueryFault::NoSuchCategory { key: key.clone() };
                Error::new(fault).at(query.place_of(parameter))
            };
            let (dataset, name) = key.split_once('.').ok_or_else(fault)?;
            let contract = inner.contracts.read(dataset)?;
            let column = contract.column(name).filter(|column| !column.categories.is_empty());
            let column = column.ok_or_else(fault)?;
            let codes = column.categories.keys();
            Ok(codes
                .map(|code| Choice { value: code.clone(), label: column.label(code).map(str::to_owned) })
                .collect())
        }
    }
}

/// Proposes the nearest value, by its code or by what people call it, or lists what there is.
fn propose(found: &str, choices: &[Choice]) -> (String, String) {
    let key = fold(found);
    let labelled = choices.iter().find(|choice| {
        choice.label.as_ref().is_some_and(|label| !key.is_empty() && fold(label).contains(&key))
    });
    let near = did_you_mean(found, choices.iter().map(|choice| choice.value.as_str()));
    let near = near.or_else(|| labelled.map(|choice| choice.value.as_str()));
    if let Some(near) = near {
        let label =
            choices.iter().find(|choice| choice.value == near).and_then(|choice| choice.label.as_ref());
        let label = label.map(|label| format!(" ({label})")).unwrap_or_default();
        return (format!("did you mean `{near}`{label}?"), format!("có phải ý bạn là `{near}`{label}?"));
    }
    let listed: Vec<&str> = choices.iter().take(LISTED).map(|choice| choice.value.as_str()).collect();
    let more = if choices.len() > LISTED { ", …" } else { "" };
    let listed = listed.join(", ") + more;
    (format!("there are: {listed}"), format!("các giá trị: {listed}"))
}
