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
    }
}
