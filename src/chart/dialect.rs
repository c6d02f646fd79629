//! Writes the SQL that the grammar crate needs in the form that `DataFusion` takes.
//!
//! The crate's defaults express quantiles as correlated subqueries, which `DataFusion` refuses, and
//! instants by adding intervals, which depends on the type that the sum happens to get.

use ggsql::naming::quote_ident;
use ggsql::reader::SqlDialect;

/// The SQL of the chart's private `DataFusion` session.
pub(super) struct ChartDialect;

impl SqlDialect for ChartDialect {
    fn number_type_name(&self) -> Option<&str> {
        Some("DOUBLE")
    }

    fn sql_quantile_inline(&self, column: &str, fraction: f64) -> Option<String> {
        Some(format!("percentile_cont({fraction}) WITHIN GROUP (ORDER BY {})", quote_ident(column)))
    }

    fn sql_percentile(&self, column: &str, fraction: f64, from: &str, groups: &[String]) -> String {
        // `DataFusion` takes a window over the rows where the default correlates a subquery.
        let column = quote_ident(column);
        if groups.is_empty() {
            return format!(
                "(SELECT percentile_cont({fraction}) WITHIN GROUP (ORDER BY {column}) FROM ({from}) AS \"__pct\")"
            );
        }
        format!("percentile_cont({fraction}) WITHIN GROUP (ORDER BY {column})")
    }

    fn sql_date_literal(&self, days_since_epoch: i32) -> String {
        format!("CAST({days_since_epoch} AS DATE)")
    }

    fn sql_datetime_literal(&self, microseconds_since_epoch: i64) -> String {
        format!("arrow_cast({microseconds_since_epoch}, 'Timestamp(Microsecond, None)')")
    }

    fn sql_time_literal(&self, nanoseconds_since_midnight: i64) -> String {
        format!("arrow_cast({nanoseconds_since_midnight}, 'Time64(Nanosecond)')")
    }
}
