//! What is said about contracts.

super::messages! {
    /// Faults of a contract file.
    pub enum ContractFault {
        /// The file is not TOML, or has a key that contracts do not have.
        Syntax { problem: String } Usage,
            "the contract cannot be read: {problem}", "không đọc được hợp đồng dữ liệu: {problem}";
        /// A type that does not exist.
        UnknownType { column: String, found: String } Usage,
            "column `{column}` has unknown type `{found}`", "cột `{column}` có kiểu không rõ `{found}`",
            hint "use `text`, `int`, `year`, `float`, `rate`, `decimal(P,S)`, `date`, `timestamp`, `category` or `bool`",
                 "hãy dùng `text`, `int`, `year`, `float`, `rate`, `decimal(P,S)`, `date`, `timestamp`, `category` hoặc `bool`";
        /// A value outside a short list of words.
        UnknownWord { key: String, found: String, wanted: String } Usage,
            "`{key}` is `{found}`, wanted {wanted}", "`{key}` là `{found}`, cần {wanted}";
        /// A column is declared twice.
        DuplicateColumn { column: String } Usage,
            "column `{column}` is declared twice", "cột `{column}` được khai báo hai lần";
        /// A name that is not a plain lower-case name.
        BadColumnName { column: String } Usage,
            "`{column}` is not a column name: wanted small letters, digits and `_`",
            "`{column}` không phải tên cột: cần chữ thường không dấu, chữ số và `_`";
        /// `year` is the partition and may not be a column.
        ReservedColumn { column: String } Usage,
            "column `{column}` is kept for the program", "cột `{column}` dành riêng cho chương trình",
            hint "choose another name", "hãy chọn tên khác";
        /// A key names a column that is not declared.
        NoSuchColumn { key: String, column: String } Usage,
            "`{key}` names column `{column}`, which is not declared",
            "`{key}` nêu cột `{column}` chưa được khai báo";
        /// Two columns claim the same header.
        AliasTwice { alias: String, first: String, second: String } Usage,
            "header `{alias}` belongs to both `{first}` and `{second}`",
            "tiêu đề `{alias}` thuộc cả `{first}` và `{second}`",
            hint "leave it with one of them", "hãy để lại ở một cột";
        /// A category column without categories, or categories on another type.
        CategoriesMismatch { column: String } Usage,
            "column `{column}` must have `categories` exactly when its type is `category`",
            "cột `{column}` phải có `categories` khi và chỉ khi kiểu là `category`";
        /// Two categories claim the same spelling.
        SpellingTwice { column: String, spelling: String, first: String, second: String } Usage,
            "spelling `{spelling}` of column `{column}` belongs to both `{first}` and `{second}`",
            "cách viết `{spelling}` của cột `{column}` thuộc cả `{first}` và `{second}`";
        /// A pattern that is not a regular expression.
        BadPattern { column: String, problem: String } Usage,
            "the pattern of column `{column}` is not a regular expression: {problem}",
            "mẫu của cột `{column}` không phải biểu thức chính quy: {problem}";
        /// A rule that is no expression.
        BadRule { title: String, problem: String } Usage,
            "the rule `{title}` is not an expression: {problem}", "quy tắc `{title}` không phải biểu thức: {problem}",
            hint "write a condition on one row, such as `due_at >= received_at`",
                 "hãy viết điều kiện trên một dòng, ví dụ `due_at >= received_at`";
        /// A rule that names what is not there.
        UnknownInRule { title: String, problem: String, known: String } Usage,
            "the rule `{title}` cannot be used: {problem}", "không dùng được quy tắc `{title}`: {problem}",
            hint "a rule may name {known}", "quy tắc có thể dùng {known}";
        /// A rule that is no condition.
        NotACondition { title: String, found: String } Usage,
            "the rule `{title}` gives {found} and not true or false", "quy tắc `{title}` cho giá trị {found}, không phải đúng hoặc sai",
            hint "write a condition on one row, such as `due_at >= received_at`",
                 "hãy viết điều kiện trên một dòng, ví dụ `due_at >= received_at`";
        /// A threshold that leaves nothing out.
        BadMinCell { found: i64 } Usage,
            "`min_cell` is {found}", "`min_cell` là {found}",
            hint "it is the least count that is shown: a whole number from 2", "đó là số đếm nhỏ nhất được công bố: số nguyên từ 2 trở lên";
        /// A part of no cell.
        PartAlone { column: String } Usage,
            "column `{column}` has `part` and does not say of which cell", "cột `{column}` có `part` mà không nêu là phần của ô nào",
            hint "add `cell_of`, the column that holds the number", "hãy thêm `cell_of`, tên cột chứa con số";
        /// A day for months in a column without dates.
        PartialAlone { column: String } Usage,
            "column `{column}` has `partial`, which only dates can have", "cột `{column}` có `partial`, chỉ dùng được cho kiểu ngày";
        /// A contract without columns.
        NoColumns Usage,
            "the contract declares no columns", "hợp đồng dữ liệu không khai báo cột nào";
    }
}
