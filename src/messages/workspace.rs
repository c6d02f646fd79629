//! What is said about workspaces, names and files.

super::messages! {
    /// Faults of workspaces, of names in them, and of plain files.
    pub enum WorkspaceFault {
        /// No folder upwards holds `datasets/`.
        NotFound { start: String } Usage,
            "no workspace here: neither `{start}` nor a folder above it has a `datasets` folder",
            "không có không gian làm việc ở đây: `{start}` và các thư mục cha đều không có thư mục `datasets`",
            hint "change into a workspace, or name one with `--workspace DIR`",
                 "hãy chuyển vào một không gian làm việc, hoặc chỉ ra bằng `--workspace DIR`";
        /// The folder that was named is not a workspace.
        NotAWorkspace { folder: String } Usage,
            "`{folder}` is not a workspace: it has no `datasets` folder",
            "`{folder}` không phải không gian làm việc: không có thư mục `datasets`",
            hint "name a folder that has `datasets`", "hãy chỉ ra thư mục có `datasets`";
        /// A name that could not be a file name everywhere.
        BadName { name: String } Usage,
            "`{name}` is not a name: wanted a small letter, then at most 59 small letters, digits and `_`",
            "`{name}` không phải tên hợp lệ: cần một chữ thường không dấu, sau đó tối đa 59 chữ thường không dấu, chữ số và `_`";
        /// A dataset that the workspace lacks.
        UnknownDataset { name: String, hint: String, hint_vi: String } Usage,
            "there is no dataset `{name}` in this workspace",
            "không có bộ dữ liệu `{name}` trong không gian làm việc này",
            hint "{hint}", "{hint_vi}";
        /// A saved query that the workspace lacks.
        UnknownQuery { name: String, hint: String, hint_vi: String } Usage,
            "there is no saved query `{name}` in this workspace",
            "không có truy vấn đã lưu `{name}` trong không gian làm việc này",
            hint "{hint}", "{hint_vi}";
        /// A check that the workspace lacks.
        UnknownCheck { name: String, hint: String, hint_vi: String } Usage,
            "there is no check `{name}` in this workspace",
            "không có phép kiểm tra `{name}` trong không gian làm việc này",
            hint "{hint}", "{hint_vi}";
        /// A saved chart that the workspace lacks.
        UnknownChart { name: String, hint: String, hint_vi: String } Usage,
            "there is no saved chart `{name}` in this workspace",
            "không có biểu đồ đã lưu `{name}` trong không gian làm việc này",
            hint "{hint}", "{hint_vi}";
        /// Something else than years stands among the years.
        NotAYear { file: String } Data,
            "`{file}` does not belong there: a dataset's folder holds `year=2023/data.parquet` and the like, nothing else",
            "`{file}` không thuộc về chỗ này: thư mục của bộ dữ liệu chỉ chứa các tệp dạng `year=2023/data.parquet`",
            hint "move it out of the folder `datasets`", "hãy chuyển nó ra khỏi thư mục `datasets`";
        /// A workspace of another version of the program.
        OtherFormat { found: String, known: String } Usage,
            "the workspace has format {found}, and this version knows {known}",
            "không gian làm việc có định dạng {found}, còn phiên bản này biết định dạng {known}",
            hint "use a newer version of the program", "hãy dùng phiên bản mới hơn của chương trình";
        /// A line of the workspace's calendar that names no day.
        BadCalendar Usage,
            "this line of the calendar names no day", "dòng này của lịch làm việc không nêu được một ngày",
            hint "write `date,kind,name,source`, for example `2027-01-01,public_holiday,Tết Dương lịch,…`; kinds are public_holiday, compensatory, swapped_off, makeup_workday, unconfirmed and workday",
                 "hãy viết `date,kind,name,source`, ví dụ `2027-01-01,public_holiday,Tết Dương lịch,…`; các loại: public_holiday, compensatory, swapped_off, makeup_workday, unconfirmed và workday";
        /// A file cannot be read.
        Unreadable { file: String } Data,
            "cannot read `{file}`", "không đọc được `{file}`",
            hint "check the path and that no other program has locked the file",
                 "hãy kiểm tra đường dẫn và xem có chương trình nào đang khoá tệp không";
        /// A file that is not there.
        NoFile { file: String, hint: String, hint_vi: String } Data,
            "there is no file `{file}`", "không có tệp `{file}`", hint "{hint}", "{hint_vi}";
        /// A file cannot be written.
        Unwritable { file: String } Data,
            "cannot write `{file}`", "không ghi được `{file}`",
            hint "check the folder, its permissions and the free space on the disk",
                 "hãy kiểm tra thư mục, quyền ghi và dung lượng trống của ổ đĩa";
        /// A link where only plain files and folders may stand.
        IsALink { file: String } Data,
            "`{file}` is a link, and a workspace holds plain files and folders only",
            "`{file}` là một liên kết, trong khi không gian làm việc chỉ chứa tệp và thư mục thường",
            hint "replace the link by what it points to", "hãy thay liên kết bằng chính tệp hoặc thư mục nó trỏ tới";
    }
}
