//! What is said about the store of imported years.

super::messages! {
    /// Faults of the store.
    pub enum StoreFault {
        /// Another process changes the workspace.
        Busy Data,
            "the workspace is being changed by another process", "một tiến trình khác đang thay đổi không gian làm việc",
            hint "wait until it has finished and try again", "hãy chờ tiến trình đó xong rồi thử lại";
        /// A file that no import wrote.
        NotOurs { file: String } Data,
            "`{file}` was not written by an import", "`{file}` không phải do lệnh nhập dữ liệu ghi",
            hint "move it away and import the year again", "hãy chuyển tệp đi nơi khác và nhập lại năm đó";
        /// A revision that is not kept.
        NoSuchRevision { revision: String, known: String } Usage,
            "there is no revision `{revision}` of this year", "không có phiên bản `{revision}` của năm này",
            hint "kept are {known}", "các phiên bản đang giữ: {known}";
        /// A year that is not imported.
        NoSuchYear { dataset: String, year: i32 } Usage,
            "`{dataset}` has no year {year}", "`{dataset}` không có năm {year}";
        /// The Parquet writer failed.
        CannotWriteRows Data,
            "the rows cannot be written", "không ghi được các dòng dữ liệu",
            hint "check the free space on the disk", "hãy kiểm tra dung lượng trống của ổ đĩa";
    }
}
