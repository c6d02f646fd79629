//! What an import says about an export that it can read, and that may not mean what it seems to.

super::messages! {
    /// Something in an export that people should look at; it refuses nothing.
    pub enum ImportWarning {
        /// Columns that stay empty because the export does not have them.
        AbsentColumns { columns: String } Notice,
            "columns without a heading stay empty (NULL): {columns}",
            "các cột không có tiêu đề trong tệp sẽ để trống (NULL): {columns}";
        /// Headings that are read by nobody.
        UnclaimedHeadings { headings: String } Notice,
            "headings that no column claims are left out: {headings}",
            "các tiêu đề không thuộc cột nào bị bỏ qua: {headings}";
        /// A heading that nobody reads and a column that nothing fills, which look alike.
        LikelyHeading { heading: String, column: String, title: String, contract: String } Notice,
            "heading `{heading}` is left out, and looks like column `{column}` ({title}), which stays empty",
            "tiêu đề `{heading}` bị bỏ qua, nhưng trông giống cột `{column}` ({title}) đang để trống",
            hint "if it is that column, add the heading to its `aliases` in `{contract}`",
                 "nếu đúng là cột đó, hãy thêm tiêu đề vào `aliases` của cột trong `{contract}`";
        /// A total that is no number, or of something that is not summed.
        UncheckedTotal Notice,
            "a total cannot be compared with its rows, since it is not a number that can be read",
            "không đối chiếu được một dòng tổng với các dòng chi tiết vì ô không phải là số đọc được";
        /// Rows that nobody sees in the spreadsheet.
        HiddenRows { count: u64 } Notice,
            "hidden rows are read like all others ({count} in all)", "có {count} dòng bị ẩn vẫn được đọc như các dòng khác",
            hint "delete them from the export if they are not meant", "nếu không cần, hãy xoá các dòng đó khỏi tệp";
        /// Columns that nobody sees in the spreadsheet.
        HiddenColumns { count: u64 } Notice,
            "hidden columns are read like all others ({count} in all)", "có {count} cột bị ẩn vẫn được đọc như các cột khác";
        /// Cells in the letters of an old encoding.
        OldLetters { encoding: String, count: u64 } Notice,
            "{count} cells are in the letters of {encoding} and were turned into Unicode",
            "{count} ô dùng bảng mã {encoding} đã được đổi sang Unicode";
        /// UTF-8 that a program had taken for Western text.
        Repaired { count: u64 } Notice,
            "{count} cells held UTF-8 read as Western text (`SÃ¡ng`), and were put right",
            "{count} ô bị hiển thị sai bảng mã (`SÃ¡ng`) đã được khôi phục";
        /// Some exports say their period, this one does not.
        NoPeriod { period: String } Notice,
            "the export does not say its period; the other exports say {period}",
            "tệp không ghi kỳ báo cáo; các tệp khác ghi {period}",
            hint "name the whole period with `--period` if it is longer", "nếu kỳ dài hơn, hãy nêu cả kỳ bằng `--period`";
        /// Two exports have the same rows.
        SameRows { count: u64 } Notice,
            "two exports have the same {count} rows, which are counted twice",
            "hai tệp có cùng {count} dòng, số liệu sẽ bị tính hai lần",
            hint "leave one of them out if it is a copy", "nếu một tệp là bản sao, hãy bỏ tệp đó ra";
        /// Month and day are probably swapped.
        SwappedDates { column: String, typed: u64, worded: u64 } Notice,
            "month and day may be swapped in `{column}`: no date cell has a day above 12 ({typed}), and all dates left as text have one ({worded})",
            "cột `{column}` có thể bị đảo ngày và tháng: không ô kiểu ngày nào có ngày lớn hơn 12 ({typed} ô), còn các ô dạng chữ đều lớn hơn 12 ({worded} ô)",
            hint "a spreadsheet set to month/day/year does that: export again with the regional format Vietnamese",
                 "bảng tính đặt kiểu tháng/ngày/năm gây ra lỗi này: hãy xuất lại với định dạng vùng Việt Nam";
        /// Numbers of days where dates were wanted.
        SerialDates { column: String, count: u64 } Notice,
            "{count} cells of `{column}` are not dates but a spreadsheet's numbers of days (45292 is 01/01/2024), and were read as such",
            "{count} ô của cột `{column}` không phải ngày mà là số thứ tự ngày của bảng tính (45292 là 01/01/2024), đã được đọc thành ngày",
            hint "if they are something else, correct the export; if they are dates, format the cells as dates",
                 "nếu không phải ngày, hãy sửa tệp; nếu đúng là ngày, hãy định dạng ô kiểu ngày";
        /// Letters of another script in codes.
        TwinLetters { column: String, count: u64 } Notice,
            "{count} cells of `{column}` have Cyrillic or Greek letters that look Latin, and were stored with Latin ones",
            "{count} ô của cột `{column}` có chữ cái Kirin hoặc Hy Lạp trông giống chữ La-tinh, đã được lưu bằng chữ La-tinh";
        /// Values of a category that stand only where they change.
        WrittenOnce { column: String, count: u64 } Notice,
            "no value of `{column}` stands below the same value, and {count} cells below values are empty: they may have been left out where they repeat",
            "không giá trị nào của cột `{column}` đứng dưới chính nó, và {count} ô bên dưới các giá trị bị trống: có thể giá trị lặp lại đã được bỏ trống",
            hint "the empty cells stay empty (NULL); if they mean the value above, fill them in and import again",
                 "các ô trống được giữ là NULL; nếu chúng mang giá trị ở trên, hãy điền vào và nhập lại";
        /// Every date reads both ways.
        AmbiguousDates { column: String, count: u64 } Notice,
            "all {count} dates of `{column}` can be read either way, day or month first; the day is taken first",
            "cả {count} ngày của cột `{column}` đều có thể hiểu theo hai cách (ngày trước hoặc tháng trước); đã đọc ngày trước";
        /// Codes of digits that are shorter than those with a zero in front.
        ShorterCodes { column: String, length: usize } Notice,
            "`{column}` has codes of {length} digits that begin with 0, and numbers with fewer digits: zeros may be lost",
            "cột `{column}` có mã {length} chữ số bắt đầu bằng 0 và có ô kiểu số ít chữ số hơn: có thể đã mất chữ số 0",
            hint "format the column as text in the spreadsheet, type the codes again, and declare their `pattern`",
                 "hãy định dạng cột kiểu văn bản, nhập lại mã và khai báo `pattern`";
        /// Codes with a dot that became numbers.
        DecimalCodes { column: String, count: u64 } Notice,
            "`{column}` is text and has {count} numbers with decimals: codes such as 1.010 lose their last zeros that way",
            "cột `{column}` là văn bản nhưng có {count} ô số thập phân: mã như 1.010 sẽ mất chữ số 0 ở cuối",
            hint "format the column as text in the spreadsheet", "hãy định dạng cột kiểu văn bản trong bảng tính";
        /// A rule that warns is broken.
        Rule { title: String, rule: String, count: usize } Notice,
            "the rule `{title}` ({rule}) is broken ({count} in all)", "{count} dòng vi phạm quy tắc `{title}` ({rule})";
        /// Rows of this year stand in another year, too.
        CarriedOver { columns: String, count: u64, years: String } Notice,
            "rows with a `{columns}` that also stands in {years} are counted in both years ({count} in all)",
            "{count} dòng có `{columns}` cũng có trong {years}: hồ sơ chuyển kỳ sẽ được tính ở cả hai năm";
        /// The keys of other years cannot be read.
        OtherYearsUnread Notice,
            "the keys of the dataset's other years cannot be read", "không đọc được khoá của các năm khác trong bộ dữ liệu",
            hint "run `cchc verify` to find the damaged file", "hãy chạy `cchc verify` để tìm tệp bị hỏng";
    }
}
