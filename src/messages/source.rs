//! What is said about export files.

super::messages! {
    /// Faults of export files before anything in them is understood.
    pub enum SourceFault {
        /// Nothing in the file.
        Empty { file: String } Data,
            "`{file}` is empty", "`{file}` không có nội dung",
            hint "export it again", "hãy xuất lại tệp";
        /// A password.
        Encrypted { file: String } Data,
            "`{file}` is protected by a password", "`{file}` có mật khẩu bảo vệ",
            hint "open it, save it without the password, and import that copy",
                 "hãy mở tệp, lưu lại không có mật khẩu rồi nhập bản đó";
        /// The right kind of file, but broken.
        Damaged { file: String } Data,
            "`{file}` is damaged or not what it seems to be", "`{file}` bị hỏng hoặc không đúng định dạng",
            hint "open it in a spreadsheet program and save it again as XLSX",
                 "hãy mở bằng phần mềm bảng tính và lưu lại dạng XLSX";
        /// No format that can be read.
        UnknownFormat { file: String } Data,
            "`{file}` is not in a format that can be read", "`{file}` không thuộc định dạng đọc được",
            hint "XLSX, XLS, HTML tables and delimited text (CSV) can be read",
                 "đọc được XLSX, XLS, bảng HTML và văn bản phân cách (CSV)";
        /// A quote that is not closed.
        OpenQuote { line: usize } Data,
            "the quote that opens in line {line} is not closed there, and would swallow the rows after it",
            "dấu ngoặc kép mở ở dòng {line} không được đóng, sẽ nuốt mất các dòng sau",
            hint "close or remove the quote, or export the table again as XLSX",
                 "hãy đóng hoặc xoá dấu ngoặc kép, hoặc xuất lại bảng dạng XLSX";
        /// A record of delimited text without end.
        LongRecord { line: usize, megabytes: usize } Data,
            "the record that begins in line {line} is longer than {megabytes} MB",
            "bản ghi bắt đầu ở dòng {line} dài hơn {megabytes} MB",
            hint "this is no table; export it again as CSV or XLSX",
                 "đây không phải là bảng; hãy xuất lại dạng CSV hoặc XLSX";
        /// A file that somebody saved while it was read.
        Changed { file: String } Data,
            "`{file}` was changed while it was read", "`{file}` bị thay đổi trong lúc đọc",
            hint "close it in the other program and try again", "hãy đóng tệp ở chương trình kia rồi thử lại";
        /// An encoding label that does not exist.
        UnknownEncoding { label: String } Usage,
            "there is no encoding `{label}`", "không có bảng mã `{label}`",
            hint "`utf-8`, `utf-16le`, `windows-1258` and `windows-1252` are common",
                 "thường gặp `utf-8`, `utf-16le`, `windows-1258` và `windows-1252`";
        /// Bytes that do not fit the encoding.
        Undecodable { file: String, encoding: String } Data,
            "`{file}` holds bytes that are not {encoding}", "`{file}` có byte không thuộc bảng mã {encoding}",
            hint "name the right one with `--encoding`", "hãy chỉ ra bảng mã đúng bằng `--encoding`";
    }
}
