//! What is said about the command line, the terminal and the shell.

super::messages! {
    /// Faults of the command line and of output.
    pub enum TerminalFault {
        /// Whoever read our output has gone; not an error.
        ClosedPipe Notice, "the output was closed", "đầu ra đã bị đóng";
        /// The output cannot be written.
        WriteFailed { problem: String } Data,
            "the output cannot be written: {problem}", "không ghi được đầu ra: {problem}";
        /// The input cannot be read.
        ReadFailed { problem: String } Data,
            "the input cannot be read: {problem}", "không đọc được đầu vào: {problem}",
            hint "SQL is read as UTF-8 text", "câu SQL được đọc dưới dạng văn bản UTF-8";
        /// An output format that does not exist.
        UnknownExtension { file: String } Usage,
            "the extension of `{file}` names no format", "phần mở rộng của `{file}` không ứng với định dạng nào",
            hint "use .xlsx, .csv, .html, .md, .json, .ndjson, .parquet, .arrow or .txt, or add `--format`",
                 "hãy dùng .xlsx, .csv, .html, .md, .json, .ndjson, .parquet, .arrow hoặc .txt, hoặc thêm `--format`";
        /// Output would replace the workspace's own data.
        InsideDatasets { file: String } Usage,
            "`{file}` lies among the workspace's data, which only `cchc import` writes",
            "`{file}` nằm trong dữ liệu của không gian làm việc, nơi chỉ `cchc import` được ghi",
            hint "choose a file outside `datasets` and `.cchc`", "hãy chọn tệp ngoài `datasets` và `.cchc`";
        /// A word on the command line that is not `name=value`.
        NotAnArgument { found: String } Usage,
            "`{found}` is not `name=value`", "`{found}` không có dạng `tên=giá_trị`";
        /// The user interrupted.
        Interrupted Interrupted, "interrupted", "đã dừng theo yêu cầu";
        /// A size that is none.
        BadSize { found: String } Usage,
            "`{found}` is not a size", "`{found}` không phải kích thước",
            hint "write `155mm` or `1200px`", "hãy viết `155mm` hoặc `1200px`";
        /// A date that is none.
        NotADate { found: String } Usage,
            "`{found}` is not a date", "`{found}` không phải ngày",
            hint "write `2023-12-14` or `14/12/2023`", "hãy viết `2023-12-14` hoặc `14/12/2023`";
        /// A period that is none.
        NotAPeriod { found: String } Usage,
            "`{found}` is not a period", "`{found}` không phải kỳ",
            hint "write `2023-01-01..2023-12-14`", "hãy viết `2023-01-01..2023-12-14`";
        /// Several charts for one file.
        OneChartPerFile { count: usize } Usage,
            "`-o` takes one chart, and {count} are named", "`-o` chỉ nhận một biểu đồ, trong khi có {count} biểu đồ",
            hint "name one chart, or leave `-o` out", "hãy nêu một biểu đồ, hoặc bỏ `-o`";
        /// Charts that need more room than a page has.
        PageFull { charts: String, width: i64, height: i64 } Usage,
            "one page (A4) has no room for these charts at a readable size: {charts}",
            "một trang A4 không đủ chỗ để các biểu đồ này còn đọc được: {charts}",
            hint "a page holds charts {width} mm wide on {height} mm of height; name fewer charts per page, or draw a tall one by itself: `cchc chart NAME`",
                 "trang rộng {width} mm, cao {height} mm dành cho biểu đồ; hãy nêu ít biểu đồ hơn cho mỗi trang, hoặc vẽ riêng biểu đồ cao: `cchc chart TÊN`";
        /// A saved chart's own image shows its defaults.
        ArgumentsNeedAFile Usage,
            "a saved chart's image shows it with its defaults, so a chart with other values needs `-o`",
            "ảnh của biểu đồ đã lưu dùng các giá trị mặc định, nên biểu đồ với giá trị khác cần `-o`",
            hint "add `-o FILE.png`", "hãy thêm `-o TỆP.png`";
        /// Several results for one file.
        OneResultPerFile { count: usize } Usage,
            "`-o` takes one result, and there are {count} statements", "`-o` chỉ nhận một kết quả, trong khi có {count} câu lệnh",
            hint "run them one by one", "hãy chạy từng câu một";
        /// An image format that does not exist.
        NotAnImage { file: String } Usage,
            "the extension of `{file}` names no image format", "phần mở rộng của `{file}` không phải định dạng ảnh",
            hint "use .png or .svg", "hãy dùng .png hoặc .svg";
        /// A key file that is not a key.
        DamagedKey { file: String } Data,
            "`{file}` is damaged: it does not hold a key of 32 bytes", "`{file}` bị hỏng: không chứa khoá 32 byte",
            hint "bring it back from a backup; a new key would not match earlier imports",
                 "hãy khôi phục từ bản sao lưu; khoá mới sẽ không khớp với các lần nhập trước";
        /// No folder for the user's data.
        NoHome Data,
            "the user's data folder is not known", "không xác định được thư mục dữ liệu của người dùng",
            hint "set HOME", "hãy đặt biến môi trường HOME";
        /// The runtime cannot start.
        NoRuntime { problem: String } Internal,
            "the program cannot start its threads: {problem}", "chương trình không khởi tạo được luồng xử lý: {problem}";
        /// The program met a state that cannot be; what it says of itself names no data.
        Defect { version: String, place: String } Internal,
            "a defect of the program: cchc {version}, {place}", "lỗi của chương trình: cchc {version}, {place}",
            hint "please report this line and what was asked (see SECURITY.md); no data stand in it",
                 "xin hãy báo lại dòng này và việc đang làm (xem SECURITY.md); dòng này không chứa số liệu";
        /// A thread of a query ended by a defect that has been reported.
        Ended Internal, "the query was ended by that defect", "truy vấn dừng vì lỗi nêu trên";
        /// A chart in a place that shows tables.
        ChartHere Data,
            "a VISUALISE clause makes a chart, and this shows tables",
            "mệnh đề VISUALISE tạo biểu đồ, còn ở đây chỉ hiện bảng",
            hint "write `\\chart FILE.png` in place of the semicolon, or use `cchc chart -c '…' -o FILE.png`",
                 "hãy viết `\\chart TỆP.png` thay cho dấu chấm phẩy, hoặc dùng `cchc chart -c '…' -o TỆP.png`";
    }
}

super::messages! {
    /// What is narrated beside the data.
    pub enum Narration {
        /// What a terminal does not show of a table.
        Hidden { what: String, what_vi: String } Notice,
            "shown: {what}; `-o FILE.csv` writes all", "hiển thị: {what_vi}; `-o TỆP.csv` ghi ra tất cả";
        /// A file that was written.
        Wrote { file: String } Notice, "wrote {file}", "đã ghi {file}";
        /// What several tables in one file are.
        Tables { tables: String } Notice, "tables in it: {tables}", "gồm các bảng: {tables}";
        /// How many charts were drawn.
        Drew { drawn: usize, count: usize } Notice, "drew {drawn} of {count} charts", "đã vẽ {drawn} trong {count} biểu đồ";
        /// Charts are drawn again when something changes.
        Watching Notice, "waiting for changes; Ctrl-C ends", "đang chờ thay đổi; Ctrl-C để dừng";
        /// A saved query or chart that cannot be read.
        Broken { name: String, problem: String } Notice,
            "broken: {name}: {problem}", "hỏng: {name}: {problem}";
    }
}

super::messages! {
    /// Headings of tables that the program makes itself.
    pub enum Heading {
        /// A name to type.
        Name Notice, "name", "tên";
        /// What it is called.
        Title Notice, "title", "tiêu đề";
        /// The years that are imported.
        Years Notice, "years", "các năm";
        /// Number of rows.
        RowCount Notice, "rows", "số dòng";
        /// Parameters of a saved query.
        Parameters Notice, "parameters", "tham số";
        /// A column.
        Column Notice, "column", "cột";
        /// Empty cells.
        Nulls Notice, "nulls", "ô trống";
        /// Different values.
        Distinct Notice, "distinct", "giá trị khác nhau";
        /// The least value.
        Minimum Notice, "min", "nhỏ nhất";
        /// A quarter of the values lies below.
        LowerQuartile Notice, "q25", "tứ phân vị 1";
        /// Heading of all three quartiles.
        Quartiles Notice, "quartiles", "tứ phân vị";
        /// Half of the values lies below.
        Median Notice, "median", "trung vị";
        /// Three quarters of the values lie below.
        UpperQuartile Notice, "q75", "tứ phân vị 3";
        /// The greatest value.
        Maximum Notice, "max", "lớn nhất";
        /// The values that occur most often.
        Frequent Notice, "frequent", "hay gặp";
        /// What something means.
        About Notice, "meaning", "ý nghĩa";
        /// The codes of a category with their labels.
        Values Notice, "values", "các giá trị";
        /// How it is called.
        Call Notice, "call", "cách gọi";
        /// What a setting is.
        Value Notice, "value", "giá trị";
        /// What it may be.
        Choices Notice, "choices", "có thể là";
        /// Its type.
        Type Notice, "type", "kiểu";
        /// What made-up data are called in lists.
        Synthetic Notice, "synthetic", "mô phỏng";
        /// When something was done.
        Time Notice, "time", "thời điểm";
        /// What was done.
        Action Notice, "action", "thao tác";
        /// A dataset.
        Dataset Notice, "dataset", "bộ dữ liệu";
        /// A year.
        Year Notice, "year", "năm";
        /// A revision.
        Revision Notice, "revision", "phiên bản";
        /// The revision that stood there before.
        Replaced Notice, "replaced", "thay cho";
        /// Names of exports.
        Files Notice, "files", "các tệp";
        /// Who did it.
        Operator Notice, "operator", "người thực hiện";
        /// Whether a revision is the current one, kept or gone.
        State Notice, "state", "trạng thái";
        /// A file.
        File Notice, "file", "tệp";
        /// What something is.
        Kind Notice, "kind", "loại";
        /// Why something cannot be used.
        Problem Notice, "problem", "vấn đề";
        /// A check.
        Check Notice, "check", "phép kiểm tra";
        /// What names a finding within its check.
        Key Notice, "key", "khoá";
        /// What a finding is about.
        Subject Notice, "subject", "nội dung";
        /// The number that is stated.
        Stated Notice, "stated", "số nêu";
        /// The number that follows.
        Computed Notice, "computed", "số tính";
        /// How far the two are apart.
        Difference Notice, "difference", "chênh lệch";
        /// What a finding means, in English.
        Explanation Notice, "explanation", "giải thích (tiếng Anh)";
        /// What a finding means, in Vietnamese.
        ExplanationVi Notice, "explanation_vi", "giải thích";
        /// Where it stands.
        Place Notice, "place", "vị trí";
        /// Why a finding may stay.
        Waived Notice, "waived", "lý do chấp nhận";
        /// When that was decided.
        WaivedOn Notice, "waived_on", "ngày chấp nhận";
        /// How grave a finding is.
        Severity Notice, "severity", "mức độ";
        /// What programs know a finding by.
        Code Notice, "code", "mã";
        /// What was found.
        Finding Notice, "finding", "kết quả kiểm tra";
        /// What to do.
        Hint Notice, "hint", "cách xử lý";
    }
}

super::messages! {
    /// What a long piece of work is doing.
    pub enum Stage {
        /// An export is read.
        Reading { file: String } Notice, "reading {file}", "đang đọc {file}";
        /// Rows are converted and checked.
        Converting Notice, "checking rows", "đang kiểm tra các dòng";
        /// Rows are put in order.
        Sorting Notice, "sorting", "đang sắp xếp";
        /// Repeated keys are looked for.
        CheckingKeys Notice, "checking keys", "đang kiểm tra khoá";
        /// The year's file is written.
        Writing Notice, "writing", "đang ghi";
        /// A file of the workspace is read again.
        Verifying { file: String } Notice, "checking {file}", "đang kiểm tra {file}";
        /// Another process must finish first.
        Waiting Notice, "waiting for its turn, Ctrl-C gives up", "đang chờ đến lượt, Ctrl-C để thôi";
        /// A statement runs.
        Asking Notice, "running, Ctrl-C stops it", "đang chạy, Ctrl-C để dừng";
    }
}

super::messages! {
    /// The line that shows how far work has come; words in braces are filled in by the terminal.
    pub enum ProgressLine {
        /// Bytes of a known number.
        Bytes Notice,
            "{{msg}} {{bar:24}} {{bytes}} of {{total_bytes}}, {{bytes_per_sec}}, {{eta}} left",
            "{{msg}} {{bar:24}} {{bytes}} / {{total_bytes}}, {{bytes_per_sec}}, còn {{eta}}";
        /// Bytes whose number is not known.
        BytesSoFar Notice,
            "{{msg}} {{bytes}}, {{bytes_per_sec}}, {{elapsed}}", "{{msg}} {{bytes}}, {{bytes_per_sec}}, {{elapsed}}";
        /// Rows or files of a known number.
        Count Notice,
            "{{msg}} {{bar:24}} {{human_pos}} of {{human_len}}, {{rate}}, {{eta}} left",
            "{{msg}} {{bar:24}} {{human_pos}} / {{human_len}}, {{rate}}, còn {{eta}}";
        /// Rows or files whose number is not known.
        CountSoFar Notice,
            "{{msg}} {{human_pos}}, {{rate}}, {{elapsed}}", "{{msg}} {{human_pos}}, {{rate}}, {{elapsed}}";
        /// Only the time.
        Time Notice, "{{spinner}} {{elapsed}} {{msg}}", "{{spinner}} {{elapsed}} {{msg}}";
    }
}
