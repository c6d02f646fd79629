//! What the file of rejected rows says to the person who corrects them.

super::messages! {
    /// Words of the rejected rows' workbook.
    pub enum RejectWords {
        /// Heading of the row numbers.
        Row Notice, "Row", "Dòng";
        /// The note on a bad cell.
        Note { title: String, name: String, wanted: String, rule: String } Notice,
            "{title} (`{name}`)\nwanted: {wanted}\nrule: {rule}",
            "{title} (`{name}`)\ncần: {wanted}\nquy tắc: {rule}";
        /// The file is written.
        Wrote { count: usize, file: String } Notice,
            "wrote {count} rejected rows to {file}", "đã ghi {count} dòng bị loại vào {file}";
        /// There is nothing to write.
        None { file: String } Notice,
            "no rows are rejected, so {file} is not written", "không có dòng nào bị loại nên không ghi {file}";
        /// Another extension.
        UnknownExtension { file: String } Usage,
            "rejected rows are written as .csv or .xlsx, not as `{file}`",
            "các dòng bị loại được ghi dạng .csv hoặc .xlsx, không phải `{file}`",
            hint "name a file that ends in .csv or .xlsx", "hãy nêu tệp có đuôi .csv hoặc .xlsx";
        /// The workbook cannot be made.
        NotAWorkbook Internal, "the workbook of rejected rows cannot be made", "không tạo được bảng tính các dòng bị loại";
    }
}
