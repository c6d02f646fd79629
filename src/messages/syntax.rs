//! Turns what the SQL parser says in English into Vietnamese.
//!
//! Only the sentences that users meet are here; every other one stays as it was said.

/// What the SQL parser may have wanted.
const WANTED: [(&str, &str); 16] = [
    ("an SQL statement", "một câu lệnh SQL"),
    ("end of statement", "hết câu lệnh"),
    ("an expression", "một biểu thức"),
    ("identifier", "một tên"),
    ("a name or type", "một tên hoặc kiểu dữ liệu"),
    ("a data type name", "tên một kiểu dữ liệu"),
    ("joined table", "bảng được nối"),
    ("ON, or USING after JOIN", "ON hoặc USING sau JOIN"),
    ("WHEN", "WHEN"),
    ("number", "một số"),
    ("literal number", "một số viết thẳng"),
    ("literal int", "một số nguyên viết thẳng"),
    ("literal string", "một chuỗi viết thẳng"),
    ("date/time field", "tên một phần của ngày giờ (YEAR, MONTH, …)"),
    ("at least one value", "ít nhất một giá trị"),
    ("SELECT, VALUES, or a subquery in the query body", "SELECT, VALUES hoặc một truy vấn con"),
];

/// Translates a message of the SQL parser, such as `Expected: end of statement, found: x`.
pub fn translate_syntax(problem: &str) -> String {
    if let Some((wanted, found)) =
        problem.strip_prefix("Expected: ").and_then(|rest| rest.rsplit_once(", found: "))
    {
        let known = WANTED.iter().find(|(english, _)| *english == wanted).map_or(wanted, |(_, vi)| vi);
        let found = if found == "EOF" { "chỗ kết thúc" } else { found };
        return format!("cần {known}, nhưng gặp {found}");
    }
    match problem {
        "Unterminated string literal" => "chuỗi thiếu dấu nháy đóng".to_owned(),
        "recursion limit exceeded" => "các dấu ngoặc hoặc truy vấn lồng nhau quá sâu".to_owned(),
        "one statement is wanted" => "cần đúng một câu lệnh".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_parser_wanted_is_said_in_vietnamese() {
        assert_eq!(translate_syntax("Expected: end of statement, found: x"), "cần hết câu lệnh, nhưng gặp x");
        assert_eq!(
            translate_syntax("Expected: an expression, found: EOF"),
            "cần một biểu thức, nhưng gặp chỗ kết thúc"
        );
        assert_eq!(translate_syntax("Something new"), "Something new");
    }
}
