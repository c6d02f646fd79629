//! What is said about the command line: its faults, and the words of its help.
//!
//! The English help is the doc comments of the command line's types, where it stands beside what it
//! explains; its Vietnamese stands here, and a test sees to it that nothing is without.

super::messages! {
    /// Faults of the command line.
    pub enum CommandFault {
        /// An option that does not exist.
        UnknownOption { option: String, hint: String, hint_vi: String } Usage,
            "there is no option `{option}` here", "ở đây không có tuỳ chọn `{option}`",
            hint "{hint}", "{hint_vi}";
        /// A command that does not exist.
        UnknownCommand { name: String, hint: String, hint_vi: String } Usage,
            "there is no command `{name}`", "không có lệnh `{name}`",
            hint "{hint}", "{hint_vi}";
        /// A word that is none of the possible ones.
        NotAChoice { option: String, found: String, hint: String, hint_vi: String } Usage,
            "`{found}` is not a value of `{option}`", "`{found}` không phải giá trị của `{option}`",
            hint "{hint}", "{hint_vi}";
        /// A value that cannot be read.
        BadValue { option: String, found: String, problem: String, problem_vi: String, help: String } Usage,
            "`{found}` is not a value of `{option}`{problem}", "`{found}` không phải giá trị của `{option}`{problem_vi}",
            hint "`{help}` tells how it is written", "`{help}` cho biết cách viết";
        /// An option without its value.
        NoValue { option: String, help: String } Usage,
            "`{option}` needs a value", "`{option}` cần một giá trị",
            hint "`{help}` tells how it is written", "`{help}` cho biết cách viết";
        /// More or fewer values than wanted.
        WrongCount { option: String, help: String } Usage,
            "`{option}` has too many or too few values, or is given twice",
            "`{option}` có thừa hoặc thiếu giá trị, hoặc được nêu hai lần",
            hint "`{help}` tells how it is written", "`{help}` cho biết cách viết";
        /// Something is missing.
        Missing { what: String, help: String } Usage,
            "missing: {what}", "còn thiếu: {what}",
            hint "`{help}` tells how it is used", "`{help}` cho biết cách dùng";
        /// Two options that exclude each other.
        Conflict { first: String, second: String } Usage,
            "`{first}` does not go together with {second}", "`{first}` không đi cùng {second}",
            hint "leave one of them out", "hãy bỏ bớt một tuỳ chọn";
        /// Anything else.
        Unreadable { problem: String, help: String } Usage,
            "the command line cannot be read: {problem}", "không hiểu được dòng lệnh: {problem}",
            hint "`{help}` tells how it is used", "`{help}` cho biết cách dùng";
    }
}

/// Headings and marks of the Vietnamese help.
pub struct HelpWords;

impl HelpWords {
    /// The heading of the commands.
    pub const COMMANDS: &str = "Các lệnh";
    /// The heading of what is given by place.
    pub const ARGUMENTS: &str = "Đối số";
    /// The heading of what is given by name.
    pub const OPTIONS: &str = "Tuỳ chọn";
    /// The layout of a page.
    pub const TEMPLATE: &str =
        "{before-help}{about-with-newline}\nCách dùng: {usage}\n\n{all-args}{after-help}";
    /// The mark of options in a line of usage; its English form cannot be set in the parser.
    pub const OPTIONS_MARK: (&str, &str) = ("[OPTIONS]", "[TUỲ CHỌN]");
    /// The mark of a command in a line of usage.
    pub const COMMAND_MARK: &str = "LỆNH";

    /// Says which values are possible.
    pub fn possible(values: &str) -> String {
        format!(" [giá trị: {values}]")
    }

    /// Says what holds when nothing is given.
    pub fn default(value: &str) -> String {
        format!(" [mặc định: {value}]")
    }

    /// Says which variable gives the value too.
    pub fn variable(name: &str) -> String {
        format!(" [biến môi trường: {name}]")
    }
}

/// Returns the Vietnamese for the name of a value, as usage lines show it.
pub fn value_name_vi(name: &str) -> Option<&'static str> {
    Some(match name {
        "DATASET" => "BỘ_DỮ_LIỆU",
        "YEAR" => "NĂM",
        "YEARS" => "CÁC_NĂM",
        "FILE" | "FILES" => "TỆP",
        "DIR" => "THƯ_MỤC",
        "NAME" => "TÊN",
        "NAME | param=value" => "TÊN | tham_số=giá_trị",
        "param=value" => "tham_số=giá_trị",
        "GLOB" => "MẪU",
        "DATE" => "NGÀY",
        "COLUMNS" => "CÁC_CỘT",
        "SIZE" => "CỠ",
        "REVISION" => "PHIÊN_BẢN",
        "FORMAT" => "ĐỊNH_DẠNG",
        "SHELL" => "LOẠI",
        "COMMAND" => "LỆNH",
        "FUNCTION" => "HÀM",
        "TEXT" => "TỪ_KHOÁ",
        "TABLE" => "BẢNG",
        "PARAM" => "THAM_SỐ",
        "VALUE" => "GIÁ_TRỊ",
        "TITLE" => "TIÊU_ĐỀ",
        "MARK" => "KIỂU",
        "ROW" => "DÒNG",
        "COLUMN" => "CỘT",
        "SECONDS" => "GIÂY",
        "COUNT" => "SỐ_LẦN",
        "SETTING" => "TUỲ_CHỌN",
        "ADDRESS" | "URL" => "ĐỊA_CHỈ",
        "PORT" => "CỔNG",
        "HOST" => "MÁY",
        "HOST:PORT" => "MÁY:CỔNG",
        "PART" => "PHẦN",
        _ => return None,
    })
}

/// Returns the Vietnamese help of a command (`import`), or of an option or argument of it
/// (`import.files`); what several commands share stands under `*`. The program itself is `cchc`.
pub fn help_vi(key: &str) -> Option<&'static str> {
    let shared = || {
        HELP_VI.iter().find(|(known, _)| {
            key.split_once('.').is_some_and(|(_, name)| known.strip_prefix("*.") == Some(name))
        })
    };
    HELP_VI.iter().find(|(known, _)| *known == key).or_else(shared).map(|(_, text)| *text)
}

/// By key, in the order of the commands.
const HELP_VI: &[(&str, &str)] = &[
    ("cchc", "Phân tích số liệu báo cáo hằng năm của cơ quan: từ bảng tính thành Parquet, SQL và biểu đồ"),
    ("cchc long", "Không kèm lệnh nào thì mở cửa sổ gõ SQL; nếu đầu vào chuẩn không phải màn hình thì đọc SQL từ đó."),
    ("*.workspace", "Thư mục của không gian làm việc; nếu không nêu thì lấy thư mục gần nhất phía trên có `datasets`"),
    ("*.lang", "Ngôn ngữ của thông báo, tiêu đề và ảnh; nếu không nêu thì theo hệ điều hành"),
    ("*.color", "Khi nào dùng màu"),
    ("*.keep_going", "Gặp lỗi trong tập lệnh thì vẫn chạy tiếp câu sau"),
    ("*.memory_limit", "Bộ nhớ mà truy vấn được dùng, dạng 2G hoặc 800M [mặc định: 60 % của máy]"),
    ("*.allow_external", "Cho câu lệnh đọc tệp ngoài không gian làm việc như bảng, chỉ trong lần chạy này"),
    ("*.no_cache", "Tính lại mọi thứ, kể cả các năm không thay đổi"),
    ("*.quiet", "Không nói gì ngoài lỗi"),
    ("*.help", "Hiện trợ giúp (`--help` đầy đủ hơn)"),
    ("*.version", "Hiện phiên bản"),
    ("*.format", "Định dạng kết quả [mặc định: table trên màn hình, nếu không thì csv]"),
    ("*.output", "Tệp để ghi thay cho đầu ra chuẩn; phần mở rộng quyết định định dạng nếu không nêu `--format`"),
    ("*.dataset", "Bộ dữ liệu"),
    ("*.year", "Năm"),
    ("import", "Nhập số liệu một năm của một bộ dữ liệu từ các tệp đã xuất"),
    ("import.dataset", "Bộ dữ liệu cần nhập"),
    ("import.year", "Năm báo cáo của các tệp"),
    ("import.files", "Các tệp đã xuất, tệp nén chứa chúng (ZIP, GZIP), hoặc `-` để đọc từ đầu vào chuẩn"),
    ("import.sheet", "Các trang tính cần đọc, theo tên hoặc mẫu tên"),
    ("import.period", "Kỳ số liệu, khi tệp không ghi: 2023-01-01..2023-12-14"),
    ("import.as_of", "Ngày chốt số liệu, khi tệp không ghi"),
    ("import.dry_run", "Cho xem sẽ nhập những gì mà không ghi gì"),
    ("import.allow_rejects", "Cho phép bỏ qua tối đa N dòng không đọc được, thay vì từ chối cả tệp"),
    ("import.rejects", "Ghi các dòng không đọc được vào TỆP: .csv, hoặc .xlsx có đánh dấu các ô sai"),
    ("import.allow_control_mismatch", "Vẫn nhập dù tổng in trong tệp khác với tổng các dòng"),
    (
        "import.encoding",
        "Bảng mã của tệp văn bản, khi không tự nhận ra: utf-8, windows-1258, tcvn3, vni, viscii …; với bảng tính là bảng mã cũ của các ô không có phông chữ riêng",
    ),
    ("import.purge_history", "Xoá vĩnh viễn các phiên bản cũ của năm này"),
    ("import.real", "Nhập số liệu thật thay cho một năm đang được đánh dấu là mô phỏng"),
    ("import.synthetic", "Đánh dấu cả năm là số liệu mô phỏng; kèm `=TÊN_CỘT` thì chỉ các cột đó"),
    ("contract", "Soạn hợp đồng dữ liệu của một bộ dữ liệu mới từ một tệp đã xuất"),
    ("contract.file", "Tệp đã xuất"),
    ("contract.sheet", "Trang tính cần đọc, theo tên hoặc mẫu tên [mặc định: trang hiện đầu tiên có bảng]"),
    ("contract.encoding", "Bảng mã của tệp văn bản, khi không tự nhận ra"),
    ("contract.output", "Tệp để ghi, datasets/TÊN.toml, thay cho đầu ra chuẩn; tệp đã có thì giữ nguyên"),
    ("query", "Chạy một truy vấn đã lưu hoặc câu SQL"),
    ("query.name", "Truy vấn đã lưu cần chạy, sau đó là các tham số dạng tên=giá_trị"),
    ("query.arguments", "Giá trị của các tham số"),
    ("query.sql", "Câu SQL cần chạy"),
    ("query.file", "Tệp SQL cần chạy"),
    ("query.explain", "Chạy rồi cho xem kế hoạch thực hiện thay cho kết quả, kèm số byte và số nhóm dòng đã đọc"),
    ("query.titles", "Hiện tiêu đề và nhãn tiếng Việt thay cho tên và mã"),
    ("compare", "So sánh các năm của những truy vấn đã lưu: mỗi năm một cột, mức tăng giảm, tổng số"),
    ("compare.words", "Các truy vấn đã lưu có cột `year`, sau đó là các tham số dạng tên=giá_trị"),
    ("compare.years", "Các năm cần so sánh [mặc định: các năm mà truy vấn cho]"),
    ("compare.baseline", "Năm gốc để so với năm cuối [mặc định: năm liền trước đã nhập số liệu]"),
    ("chart", "Vẽ các biểu đồ đã lưu, hoặc câu SQL có mệnh đề VISUALISE, thành PNG hoặc SVG"),
    ("chart.words", "Các biểu đồ đã lưu cần vẽ (không nêu thì vẽ tất cả), sau đó là các tham số dạng tên=giá_trị"),
    ("chart.sql", "Câu SQL có mệnh đề VISUALISE cần vẽ"),
    ("chart.output", "Tệp để ghi, .png hoặc .svg; nếu không nêu, biểu đồ đã lưu được ghi vào charts/TÊN.png"),
    ("chart.width", "Chiều rộng, dạng 155mm hoặc 1200px"),
    ("chart.height", "Chiều cao, dạng 90mm hoặc 700px"),
    ("chart.dpi", "Số điểm ảnh trên inch cho cỡ tính bằng milimét [mặc định: 300]; cỡ chữ cũng theo đó"),
    ("chart.theme", "Kiểu vẽ: có màu cho báo cáo (report), đen trắng để in và sao chụp (print), nền tối cho màn hình (screen)"),
    ("chart.no_title", "Không vẽ tiêu đề, dành cho chú thích của văn bản"),
    ("chart.data", "Tệp để ghi các số liệu được vẽ; phần mở rộng quyết định định dạng"),
    ("chart.page", "Vẽ tất cả lên một trang A4, tệp .png"),
    ("chart.watch", "Vẽ lại mỗi khi biểu đồ, truy vấn hoặc số liệu thay đổi"),
    ("chart after", "Ví dụ:
  cchc chart                                  vẽ mọi biểu đồ đã lưu
  cchc chart on_time_rate from_year=2021 -o ty_le.png --width 155mm --height 90mm
  cchc chart -c 'select field, count(*) n from dossiers group by 1 VISUALISE field AS x, n AS y DRAW bar' -o a.svg"),
    ("check", "Đối chiếu số liệu báo cáo với dữ liệu và với nhau; có lỗi thì mã thoát là 1"),
    ("check.words", "Các phép kiểm tra cần chạy (không nêu thì chạy tất cả), sau đó là các tham số dạng tên=giá_trị"),
    ("check after", "Ví dụ:
  cchc check                                  mọi phép kiểm tra, cho năm của báo cáo mới nhất
  cchc check r01_status_sum for_year=2022
  cchc check --format csv -o kiem_tra.csv"),
    ("datasets", "Liệt kê các bộ dữ liệu"),
    ("queries", "Liệt kê các truy vấn đã lưu"),
    ("charts", "Liệt kê các biểu đồ đã lưu"),
    ("history", "Liệt kê những gì đã nhập, khôi phục và xoá, do ai và khi nào"),
    ("history.dataset", "Bộ dữ liệu cần xem nhật ký; nếu không nêu thì xem tất cả"),
    ("restore", "Khôi phục một phiên bản cũ của một năm"),
    ("restore.revision", "Phiên bản, như `cchc history` liệt kê; chỉ cần mấy chữ đầu"),
    ("remove", "Đưa một năm ra khỏi bộ dữ liệu; tệp của năm đó được giữ làm phiên bản cũ"),
    ("remove.purge_history", "Xoá vĩnh viễn mọi phiên bản của năm này"),
    ("*.cluster", "Chạy câu lệnh trên cụm máy của bộ điều phối này, dạng http://MÁY:50050 hoặc, có mã hoá, https://MÁY:50050"),
    ("*.cluster_authority", "Chứng thư của nơi cấp chứng thư cho cụm máy [mặc định: những nơi máy này tin cậy]"),
    ("*.part_bytes", "Số byte Parquet cho mỗi phần khi cụm máy chia câu lệnh, ví dụ 1M [mặc định: 8M]"),
    ("cluster", "Chạy một phần của cụm máy: bộ điều phối, hoặc một máy tính toán trên không gian làm việc"),
    ("cluster after", "Ví dụ:
  cchc cluster scheduler --bind 10.0.0.1
  cchc cluster executor --workspace s3://so-lieu/so-khcn --scheduler 10.0.0.1:50050 --bind 10.0.0.2
  cchc query on_time_resolved --cluster http://10.0.0.1:50050

Biến môi trường CCHC_CLUSTER_TOKEN, giống nhau ở mọi máy, ngăn người lạ. Khi bộ điều phối và các máy tính toán có
--certificate và --key, mọi kết nối giữa các máy đều được mã hoá, và địa chỉ của cụm là https://10.0.0.1:50050."),
    ("cluster.part", "Phần của cụm mà tiến trình này đảm nhận"),
    ("cluster.bind", "Địa chỉ mở cổng; khác 127.0.0.1 thì các máy tới được địa chỉ đó đều kết nối được"),
    ("cluster.port", "Cổng, 0 là cổng trống bất kỳ [mặc định: 50050 với bộ điều phối, 50051 với máy tính toán]"),
    ("cluster.host", "Tên để các máy khác tìm tới máy này [mặc định: chính địa chỉ đó]"),
    ("cluster.scheduler", "Bộ điều phối giao việc cho máy tính toán"),
    ("cluster.task_port", "Cổng nhận việc của máy tính toán, 0 là cổng trống bất kỳ [mặc định: 50052]"),
    ("cluster.certificate", "Chứng thư của máy này, dạng PEM; khi có thì mọi kết nối đều được mã hoá"),
    ("cluster.key", "Khoá riêng của chứng thư, dạng PEM"),
    ("cluster.cores", "Số lõi máy tính toán được dùng [mặc định: tất cả]"),
    ("cluster.log", "Mức nhật ký của hệ thống phân tán được hiện ra"),
    ("cluster.folder", "Thư mục chứa các dòng trung gian của máy tính toán [mặc định: trong thư mục tạm]"),
    ("completions", "Ghi ra đầu ra chuẩn phần gợi ý lệnh cho cửa sổ dòng lệnh"),
    ("completions.shell", "Loại cửa sổ dòng lệnh dùng gợi ý"),
    ("man", "Ghi ra đầu ra chuẩn trang hướng dẫn của chương trình"),
    ("verify", "Đọc lại toàn bộ và báo những gì không còn như khi nhập"),
];
