//! What a dry run says about an export: where its table stands and what becomes of it.

super::messages! {
    /// The lines of an import's plan.
    pub enum PlanWords {
        /// A file and what it turned out to be.
        File { file: String, format: String, size: String } Notice,
            "{file} ({format}, {size})", "{file} ({format}, {size})";
        /// Text with a delimiter.
        Delimited { delimiter: String } Notice,
            "text with `{delimiter}` between cells", "văn bản phân cách bằng `{delimiter}`";
        /// A web page.
        WebPage Notice, "HTML table", "bảng HTML";
        /// A workbook.
        Workbook { kind: String } Notice, "{kind} workbook", "bảng tính {kind}";
        /// What stands between cells where it cannot be seen.
        Tab Notice, "tab", "dấu tab";
        /// A sheet that is read, with one header row.
        Sheet { name: String, row: u32 } Notice,
            "sheet {name}: header in row {row}", "trang tính {name}: tiêu đề ở dòng {row}";
        /// A sheet that is read, with a header of several rows.
        TallSheet { name: String, first: u32, last: u32 } Notice,
            "sheet {name}: header in rows {first}–{last}", "trang tính {name}: tiêu đề ở dòng {first}–{last}";
        /// The only table of a format without sheets, with one header row.
        Table { row: u32 } Notice, "table: header in row {row}", "bảng: tiêu đề ở dòng {row}";
        /// The same with a header of several rows.
        TallTable { first: u32, last: u32 } Notice,
            "table: header in rows {first}–{last}", "bảng: tiêu đề ở dòng {first}–{last}";
        /// A hidden sheet that is not read.
        HiddenSheet { name: String } Notice,
            "sheet {name} is left out: it is hidden; `--sheet` names it all the same",
            "bỏ qua trang tính {name}: trang bị ẩn; muốn đọc hãy nêu tên bằng `--sheet`";
        /// A sheet that `--sheet` does not name.
        OtherSheet { name: String } Notice,
            "sheet {name} is left out: `--sheet` does not name it", "bỏ qua trang tính {name}: `--sheet` không nêu tên";
        /// A sheet without anything in it.
        EmptySheet { name: String } Notice, "sheet {name} is left out: it is empty", "bỏ qua trang tính {name}: trang trống";
        /// A sheet without the dataset's header.
        StrangeSheet { name: String } Notice,
            "sheet {name} is left out: no row in it looks like the header",
            "bỏ qua trang tính {name}: không dòng nào giống tiêu đề của bộ dữ liệu";
        /// A column of ordinal numbers.
        Ordinal Notice, "(left out: row numbers)", "(bỏ qua: số thứ tự)";
        /// A column that no contract column claims.
        Unclaimed Notice, "(left out: no column claims this heading)", "(bỏ qua: không cột nào nhận tiêu đề này)";
        /// A column whose contract column another heading fits better.
        Outdone Notice, "(left out: another heading fits better)", "(bỏ qua: đã có tiêu đề khác khớp hơn)";
        /// A personal column that is not stored.
        Dropped Notice, "(personal, not stored)", "(dữ liệu cá nhân, không lưu)";
        /// A personal column that is stored as a hash.
        Hashed { field: String } Notice, "{field} (keyed hash)", "{field} (băm có khoá)";
        /// Rows by kind.
        Rows { kinds: String } Notice, "rows: {kinds}", "các dòng: {kinds}";
        /// Rows of a wide table give several records.
        Records { count: u64 } Notice, "records after unpivoting: {count}", "số bản ghi sau khi tách khối: {count}";
        /// Cells whose value a spreadsheet program has computed and stored.
        Formulas { count: u64 } Notice,
            "cells whose value is the stored result of a formula: {count}", "số ô lấy kết quả đã lưu của công thức: {count}";
        /// A total that agrees.
        TotalAgrees { what: String, stated: String } Notice,
            "control total of {what}: {stated}, as the rows give", "tổng đối chiếu {what}: {stated}, khớp với các dòng";
        /// A total that does not agree.
        TotalDiffers { what: String, stated: String, computed: String } Notice,
            "control total of {what}: {stated}, but the rows give {computed}",
            "tổng đối chiếu {what}: {stated}, nhưng các dòng cho {computed}";
        /// What a count of rows is called.
        RowCount Notice, "row count", "số dòng";
        /// The period.
        Period { from: String, to: String, origin: String } Notice,
            "period {from} – {to} ({origin})", "kỳ báo cáo {from} – {to} ({origin})";
        /// The as-of date.
        AsOf { date: String, origin: String } Notice, "as of {date} ({origin})", "số liệu tính đến {date} ({origin})";
        /// A date that the export says.
        FromExport Notice, "stated in the export", "ghi trong tệp";
        /// A date that the command line says.
        FromUser Notice, "given on the command line", "nêu ở dòng lệnh";
        /// A date that nobody says.
        Assumed Notice, "assumed, the export is silent", "giả định, tệp không ghi";
        /// What would be imported.
        WouldImport { dataset: String, year: i32, rows: u64, rejects: usize } Notice,
            "would import {rows} rows into {dataset} {year}; rejected: {rejects}",
            "sẽ nhập {rows} dòng vào {dataset} {year}; bị loại: {rejects}";
        /// Records.
        DetailRows { count: u64 } Notice, "{count} detail", "{count} chi tiết";
        /// Headings inside the table.
        GroupRows { count: u64 } Notice, "{count} group", "{count} nhóm";
        /// Totals.
        TotalRows { count: u64 } Notice, "{count} total", "{count} tổng cộng";
        /// Header rows.
        HeaderRows { count: u64 } Notice, "{count} header", "{count} tiêu đề";
        /// Rows of column numbers.
        NumberRows { count: u64 } Notice, "{count} column numbers", "{count} số thứ tự cột";
        /// Rows above the table.
        PreambleRows { count: u64 } Notice, "{count} above the table", "{count} phía trên bảng";
        /// Rows under the table.
        FooterRows { count: u64 } Notice, "{count} notes and signatures", "{count} ghi chú, chữ ký";
        /// Empty rows.
        BlankRows { count: u64 } Notice, "{count} blank", "{count} trống";
    }
}
