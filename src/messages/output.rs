//! What written results say about themselves, and what keeps them from being written.

super::messages! {
    /// The words of a result's provenance.
    pub enum ProvenanceWords {
        /// The name of the sheet.
        Sheet Notice, "Provenance", "Nguồn số liệu";
        /// What was asked.
        Query Notice, "Query", "Truy vấn";
        /// What the result is called.
        Title Notice, "Title", "Tiêu đề";
        /// What it means.
        About Notice, "About", "Giải thích";
        /// A value that it was asked with.
        Parameter { name: String } Notice, "Parameter {name}", "Tham số {name}";
        /// A parameter that was left empty.
        NotGiven Notice, "(not given)", "(không nêu)";
        /// What its reader must know.
        Note Notice, "Note", "Lưu ý";
        /// The program that made it.
        Program Notice, "Program", "Chương trình";
        /// When it was made.
        WrittenAt Notice, "Written at", "Lập lúc";
        /// A dataset.
        Dataset Notice, "Dataset", "Bộ dữ liệu";
        /// A year.
        Year Notice, "Year", "Năm";
        /// The days that the data cover.
        Period Notice, "Period", "Kỳ số liệu";
        /// The day at which states were taken.
        AsOf Notice, "As of", "Ngày chốt số liệu";
        /// What is made up.
        MadeUp Notice, "Synthetic", "Phần mô phỏng";
        /// Nothing is made up.
        NoneMadeUp Notice, "none", "không có";
        /// Everything is made up.
        AllMadeUp Notice, "all", "toàn bộ";
        /// The exports.
        Files Notice, "Files", "Tệp nguồn";
        /// Their hashes.
        Hashes Notice, "SHA-256", "Mã băm SHA-256";
        /// The revision of the year.
        Revision Notice, "Revision", "Phiên bản";
        /// The export says it.
        FromExport Notice, "stated in the export", "ghi trong tệp xuất";
        /// The user gave it.
        Given Notice, "given at import", "nêu khi nhập";
        /// Nobody said it.
        Assumed Notice, "assumed", "giả định";
    }
}

super::messages! {
    /// What keeps a result from being written in a format.
    pub enum OutputFault {
        /// Bytes that would spoil a terminal.
        Binary { format: String } Usage,
            "`{format}` is not text and cannot be shown on a terminal",
            "`{format}` không phải dạng văn bản nên không hiển thị được trên màn hình",
            hint "write it to a file: `-o FILE`, in the shell `\\g FILE`",
                 "hãy ghi ra tệp: `-o TỆP`, trong cửa sổ gõ lệnh là `\\g TỆP`";
        /// A second result for a file that holds one.
        HoldsOne { file: String } Usage,
            "`{file}` holds one result, and one is already in it",
            "`{file}` chỉ chứa một kết quả, và đã có một kết quả trong đó",
            hint "choose another file with `\\o FILE`; .csv, .ndjson, .md and .txt take several",
                 "hãy chọn tệp khác bằng `\\o TỆP`; .csv, .ndjson, .md và .txt nhận nhiều kết quả";
        /// More rows or columns than a sheet takes.
        TooLarge { rows: usize, columns: usize } Data,
            "the result has {rows} rows and {columns} columns; a sheet of XLSX takes 1,048,575 and 16,384",
            "kết quả có {rows} dòng và {columns} cột; một trang tính XLSX chỉ chứa 1.048.575 dòng và 16.384 cột",
            hint "ask for less, or write .csv or .parquet", "hãy thu hẹp kết quả, hoặc ghi ra .csv hay .parquet";
        /// A text that is longer than a cell takes.
        TooLong { column: String, row: usize } Data,
            "the text in row {row}, column `{column}` is longer than the 32,767 characters that a cell of XLSX takes",
            "văn bản ở dòng {row}, cột `{column}` dài hơn 32.767 ký tự là mức một ô XLSX chứa được",
            hint "shorten it with `left({column}, 32767)`, or write .csv or .parquet",
                 "hãy cắt bớt bằng `left({column}, 32767)`, hoặc ghi ra .csv hay .parquet";
    }
}
