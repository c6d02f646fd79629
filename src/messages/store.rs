//! What is said about the store of imported years.

super::messages! {
    /// Faults of the store.
    pub enum StoreFault {
        /// Another process changes the workspace, and it is not known which.
        Busy Data,
            "the workspace is being changed by another process", "một tiến trình khác đang thay đổi không gian làm việc",
            hint "wait until it has finished and try again", "hãy chờ tiến trình đó xong rồi thử lại";
        /// Another process changes the workspace.
        BusyWith { holder: String, holder_vi: String } Data,
            "the workspace is being changed by {holder}", "không gian làm việc đang được thay đổi bởi {holder_vi}",
            hint "wait until it has finished and try again", "hãy chờ tiến trình đó xong rồi thử lại";
        /// A file that no import wrote.
        NotOurs { file: String } Data,
            "`{file}` was not written by an import", "`{file}` không phải do lệnh nhập dữ liệu ghi",
            hint "move it away and import the year again", "hãy chuyển tệp đi nơi khác và nhập lại năm đó";
        /// A revision that is not kept.
        NoSuchRevision { dataset: String, year: i32, revision: String, hint: String, hint_vi: String } Usage,
            "no revision `{revision}` of {dataset} {year} is kept", "không giữ phiên bản `{revision}` nào của {dataset} {year}",
            hint "{hint}", "{hint_vi}";
        /// A year that is not imported.
        NoSuchYear { dataset: String, year: i32, hint: String, hint_vi: String } Usage,
            "`{dataset}` has no year {year}", "`{dataset}` không có năm {year}",
            hint "{hint}", "{hint_vi}";
        /// The Parquet writer failed.
        CannotWriteRows Data,
            "the rows cannot be written", "không ghi được các dòng dữ liệu",
            hint "check the free space on the disk", "hãy kiểm tra dung lượng trống của ổ đĩa";
        /// A change that everybody sees, and that the disk did not confirm.
        NotConfirmed { file: String } Data,
            "`{file}` is changed, but the disk did not confirm it: a power cut may undo it",
            "`{file}` đã được thay đổi, nhưng ổ đĩa chưa xác nhận: mất điện có thể làm mất thay đổi này",
            hint "check the disk, then run `cchc verify`", "hãy kiểm tra ổ đĩa rồi chạy `cchc verify`";
        /// `cchc verify` found faults.
        Wrong { wrong: usize, years: usize, revisions: usize } Data,
            "{wrong} findings in {years} years and {revisions} kept revisions",
            "{wrong} điểm sai trong {years} năm và {revisions} phiên bản đang giữ",
            hint "each finding says what to do; `cchc history` lists what was published",
                 "mỗi điểm sai có cách xử lý; `cchc history` liệt kê những gì đã được ghi";
    }
}

super::messages! {
    /// What the commands of the store say.
    pub enum StoreWords {
        /// Waiting for another process.
        Waiting { holder: String, holder_vi: String } Notice,
            "waiting for {holder}", "đang chờ {holder_vi}";
        /// Waiting for another process that has not said who it is.
        WaitingForOther Notice,
            "waiting for another process that changes the workspace",
            "đang chờ một tiến trình khác thay đổi không gian làm việc";
        /// Nothing changed.
        Unchanged { dataset: String, year: i32, revision: String } Notice,
            "{dataset} {year} is already revision {revision}: nothing was changed",
            "{dataset} {year} đã là phiên bản {revision}: không có gì thay đổi";
        /// A revision was brought back.
        Restored { dataset: String, year: i32, revision: String, rows: u64 } Notice,
            "{dataset} {year} is revision {revision} again ({rows} rows)",
            "{dataset} {year} đã trở lại phiên bản {revision} ({rows} dòng)";
        /// A year was put aside when another took its place.
        Kept { revision: String } Notice,
            "the former file is kept as revision {revision}", "tệp cũ được giữ làm phiên bản {revision}";
        /// The contract has changed since the revision was imported.
        OtherContract { dataset: String, year: i32 } Notice,
            "the contract of `{dataset}` has changed since {year} was imported; `cchc verify` tells whether the rows still fit",
            "hợp đồng dữ liệu của `{dataset}` đã thay đổi từ khi nhập năm {year}; `cchc verify` cho biết các dòng còn phù hợp không";
        /// A year was taken away.
        Removed { dataset: String, year: i32, revision: String } Notice,
            "removed {dataset} {year}; `cchc restore {dataset} {year} {revision}` brings it back",
            "đã xoá {dataset} {year}; `cchc restore {dataset} {year} {revision}` sẽ khôi phục lại";
        /// A year was taken away for good.
        RemovedForGood { dataset: String, year: i32 } Notice,
            "removed {dataset} {year}", "đã xoá {dataset} {year}";
        /// Earlier revisions were deleted.
        Purged { dataset: String, year: i32, revisions: String, bytes: u64, lines: usize } Notice,
            "deleted for good: revisions {revisions} of {dataset} {year} ({bytes} bytes), and the file names in {lines} lines of the history",
            "đã xoá vĩnh viễn: các phiên bản {revisions} của {dataset} {year} ({bytes} byte) và tên tệp trong {lines} dòng nhật ký";
        /// There was nothing to delete.
        NothingToPurge { dataset: String, year: i32 } Notice,
            "{dataset} {year} has no earlier revisions to delete", "{dataset} {year} không có phiên bản cũ nào để xoá";
        /// A log without lines.
        NoHistory Notice,
            "the history is empty: nothing was imported into this copy of the workspace",
            "nhật ký trống: chưa nhập gì vào bản sao này của không gian làm việc";
        /// Lines of the log that cannot be read.
        DamagedHistory { lines: String } Notice,
            "lines of .cchc/history.jsonl that cannot be read: {lines}",
            "các dòng của .cchc/history.jsonl không đọc được: {lines}";
        /// Everything is as it should be.
        AllWell { years: usize, revisions: usize, rows: u64 } Notice,
            "checked {years} years ({rows} rows) and {revisions} kept revisions: nothing is wrong",
            "đã kiểm tra {years} năm ({rows} dòng) và {revisions} phiên bản đang giữ: không có gì sai";
        /// Years whose bytes could not be compared.
        Unrecorded { count: usize } Notice,
            "{count} years came with the workspace and are not in its history: their bytes could not be compared",
            "{count} năm có sẵn trong không gian làm việc và không có trong nhật ký: không đối chiếu được nội dung tệp";
    }
}

super::messages! {
    /// What `cchc verify` finds.
    #[derive(PartialEq, Eq)]
    pub enum StoreFinding {
        /// Something stands where only a year's file may.
        Foreign Data,
            "does not belong there: a dataset's folder holds `year=2023/data.parquet` and the like, nothing else",
            "không thuộc về chỗ này: thư mục của bộ dữ liệu chỉ chứa các tệp dạng `year=2023/data.parquet`",
            hint "move it out of the folder", "hãy chuyển nó ra khỏi thư mục";
        /// A link.
        Link Data,
            "is a link, and a workspace holds plain files and folders only",
            "là một liên kết, trong khi không gian làm việc chỉ chứa tệp và thư mục thường",
            hint "replace the link by what it points to", "hãy thay liên kết bằng chính tệp hoặc thư mục nó trỏ tới";
        /// Years without a contract.
        NoContract Data,
            "has no contract beside it, so nothing reads these years",
            "không có hợp đồng dữ liệu đi kèm nên các năm này không được đọc",
            hint "bring the contract back, or move the folder away", "hãy khôi phục hợp đồng dữ liệu, hoặc chuyển thư mục đi nơi khác";
        /// A contract with faults.
        BadContract { problem: String, problem_vi: String } Data,
            "cannot be used: {problem}", "không dùng được: {problem_vi}";
        /// A file that cannot be read to its end.
        Unreadable { problem: String } Data,
            "cannot be read through: {problem}", "không đọc được trọn vẹn: {problem}",
            hint "restore a kept revision, or import the year again", "hãy khôi phục một phiên bản đang giữ, hoặc nhập lại năm đó";
        /// A file without provenance.
        NoProvenance Data,
            "was not written by an import", "không phải do lệnh nhập dữ liệu ghi",
            hint "move it away and import the year again", "hãy chuyển tệp đi nơi khác và nhập lại năm đó";
        /// A file that says of itself that it belongs elsewhere.
        Misplaced { dataset: String, year: i32 } Data,
            "was imported as {dataset} {year}", "được nhập là {dataset} {year}",
            hint "move it away and import the year again", "hãy chuyển tệp đi nơi khác và nhập lại năm đó";
        /// Other bytes than those that were published.
        Changed Data,
            "was changed after it was published: its SHA-256 is not the history's",
            "đã bị thay đổi sau khi ghi: mã SHA-256 khác với nhật ký",
            hint "restore a kept revision, or import the year again", "hãy khôi phục một phiên bản đang giữ, hoặc nhập lại năm đó";
        /// Another revision than the one that was published.
        NotPublished { revision: String, expected: String } Data,
            "is revision {revision}, and the history last published {expected}",
            "là phiên bản {revision}, trong khi nhật ký ghi nhận {expected}",
            hint "import the year again, or restore a kept revision", "hãy nhập lại năm đó, hoặc khôi phục một phiên bản đang giữ";
        /// A year that was removed and stands there.
        WasRemoved Data,
            "stands there although the history says that the year was removed",
            "vẫn còn đó trong khi nhật ký ghi là năm này đã bị xoá",
            hint "move it away, or import the year again", "hãy chuyển tệp đi nơi khác, hoặc nhập lại năm đó";
        /// A year that was published and is gone.
        Missing { revision: String } Data,
            "is gone: the history published revision {revision}", "đã mất: nhật ký ghi nhận phiên bản {revision}",
            hint "restore a kept revision, or import the year again", "hãy khôi phục một phiên bản đang giữ, hoặc nhập lại năm đó";
        /// Another number of rows than the provenance says.
        RowCount { stated: u64, found: u64 } Data,
            "holds {found} rows, and its provenance says {stated}", "có {found} dòng, trong khi nguồn gốc ghi {stated}",
            hint "restore a kept revision, or import the year again", "hãy khôi phục một phiên bản đang giữ, hoặc nhập lại năm đó";
        /// Rows out of order.
        Order { row: u64, columns: String } Data,
            "is not in the order of {columns}, from row {row} on", "không theo thứ tự {columns}, từ dòng {row}",
            hint "import the year again", "hãy nhập lại năm đó";
        /// Repeated keys.
        RepeatedKey { columns: String, count: u64 } Data,
            "repeats the key {columns} in {count} rows", "lặp lại khoá {columns} ở {count} dòng",
            hint "import the year again", "hãy nhập lại năm đó";
        /// A required column that the file lacks.
        NoColumn { column: String } Data,
            "lacks column `{column}`, which the contract requires", "thiếu cột `{column}` mà hợp đồng dữ liệu yêu cầu",
            hint "import the year again", "hãy nhập lại năm đó";
        /// A column that the contract does not know.
        UnknownColumn { column: String } Data,
            "has column `{column}`, which the contract does not declare, so nobody sees it",
            "có cột `{column}` mà hợp đồng dữ liệu không khai báo nên không ai thấy",
            hint "declare the column again, or import the year again", "hãy khai báo lại cột, hoặc nhập lại năm đó";
        /// A column of another type than the contract's.
        OtherType { column: String, found: String, wanted: String } Data,
            "has column `{column}` as {found}, and the contract wants {wanted}",
            "có cột `{column}` kiểu {found}, trong khi hợp đồng dữ liệu cần {wanted}",
            hint "import the year again", "hãy nhập lại năm đó";
        /// Empty values where the contract requires one.
        EmptyValues { column: String, count: u64 } Data,
            "has {count} rows without `{column}`, which the contract requires",
            "có {count} dòng không có `{column}` mà hợp đồng dữ liệu yêu cầu",
            hint "import the year again", "hãy nhập lại năm đó";
        /// Codes that the contract does not know.
        UnknownCode { column: String, count: u64 } Data,
            "has {count} rows with a code of `{column}` that the contract does not know",
            "có {count} dòng mang mã của `{column}` mà hợp đồng dữ liệu không có",
            hint "declare the category again, or import the year again", "hãy khai báo lại giá trị phân loại, hoặc nhập lại năm đó";
        /// A kept file that is not the revision it is called.
        OtherRevision { revision: String } Data,
            "does not hold revision {revision}", "không chứa phiên bản {revision}",
            hint "do not restore it; move it away", "đừng khôi phục tệp này; hãy chuyển nó đi nơi khác";
        /// A kept file that would not be a good year.
        BadRevision { problem: String, problem_vi: String } Data,
            "cannot be restored: it {problem}", "không dùng để khôi phục được: tệp {problem_vi}",
            hint "move it away", "hãy chuyển nó đi nơi khác";
        /// Something stands among the revisions.
        NotARevision Data,
            "does not belong among the kept revisions", "không thuộc về nơi giữ các phiên bản",
            hint "move it away", "hãy chuyển nó đi nơi khác";
        /// A line of the log that cannot be read.
        DamagedLine { line: usize } Data,
            "has a line that cannot be read: {line}", "có một dòng không đọc được: {line}",
            hint "bring the file back from a backup, or delete the line", "hãy khôi phục tệp từ bản sao lưu, hoặc xoá dòng đó";
        /// Something that a killed import left.
        Leftover Notice,
            "was left by an import that did not finish; the next import removes it",
            "do một lần nhập dang dở để lại; lần nhập sau sẽ xoá";
    }
}

impl StoreFinding {
    /// Returns the word by which programs know the finding.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Foreign => "foreign",
            Self::Link => "link",
            Self::NoContract => "no_contract",
            Self::BadContract { .. } => "contract",
            Self::Unreadable { .. } => "unreadable",
            Self::NoProvenance => "provenance",
            Self::Misplaced { .. } => "misplaced",
            Self::Changed => "changed",
            Self::NotPublished { .. } | Self::WasRemoved => "not_published",
            Self::Missing { .. } => "missing",
            Self::RowCount { .. } => "rows",
            Self::Order { .. } => "order",
            Self::RepeatedKey { .. } => "key",
            Self::NoColumn { .. } | Self::UnknownColumn { .. } | Self::OtherType { .. } => "schema",
            Self::EmptyValues { .. } => "required",
            Self::UnknownCode { .. } => "category",
            Self::OtherRevision { .. } | Self::BadRevision { .. } | Self::NotARevision => "revision",
            Self::DamagedLine { .. } => "history",
            Self::Leftover => "leftover",
        }
    }
}
