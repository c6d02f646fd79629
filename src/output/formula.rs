//! Turns a text that a spreadsheet would run into one that it shows.

/// Puts an apostrophe before what a spreadsheet would run as a formula.
///
/// Source: OWASP, CSV Injection; the full-width signs are read as formulas by East Asian versions.
pub(super) fn without_formula(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::without_formula;

    #[test]
    fn cells_that_would_run_become_text() {
        assert_eq!(without_formula("=1+1"), "'=1+1");
        assert_eq!(without_formula("＋84"), "'＋84");
        assert_eq!(without_formula("a=1"), "a=1");
    }
}
