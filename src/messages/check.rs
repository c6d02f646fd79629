//! What is said about checks, their findings and waivers.

super::messages! {
    /// Faults of checks and of what stands beside them.
    pub enum CheckFault {
        /// Errors were found, or checks could not run.
        Found { errors: usize, failed: usize } Data,
            "errors found: {errors}; checks that could not run: {failed}",
            "số lỗi tìm thấy: {errors}; số phép kiểm tra không chạy được: {failed}",
            hint "correct the report or the data, or waive a finding with its reason in `queries/checks/waivers.toml`",
                 "hãy sửa báo cáo hoặc số liệu, hoặc chấp nhận từng điểm kèm lý do trong `queries/checks/waivers.toml`";
        /// A check whose rows lack a column.
        NoColumn { name: String, all: String } Data,
            "the check gives no column `{name}`", "phép kiểm tra không cho cột `{name}`",
            hint "a check gives {all}", "một phép kiểm tra phải cho các cột {all}";
        /// A severity that is none.
        BadSeverity { found: String, all: String } Data,
            "`{found}` is not a severity", "`{found}` không phải mức độ",
            hint "use one of {all}", "hãy dùng một trong các từ {all}";
        /// A finding that nobody can name.
        NoKey Data,
            "a finding has no key", "một điểm tìm thấy không có khoá",
            hint "give column `key` a text that names the finding within the check", "hãy cho cột `key` một giá trị nhận ra được điểm đó";
        /// A parameter that no check knows.
        UnknownParameter { name: String } Usage,
            "no check has a parameter `{name}`", "không phép kiểm tra nào có tham số `{name}`",
            hint "write `for_year=2023` to check another year", "hãy viết `for_year=2023` để kiểm tra năm khác";
        /// A file of waivers that cannot be read.
        BadWaivers { problem: String } Usage,
            "the waivers cannot be read: {problem}", "không đọc được danh sách chấp nhận: {problem}",
            hint "an entry is `[[waivers]]` with check, key, reason, date and, if it holds for one year only, year",
                 "mỗi mục là `[[waivers]]` gồm check, key, reason, date và year nếu chỉ áp dụng cho một năm";
        /// A waiver without something that it needs.
        Incomplete { what: String } Usage,
            "the waiver has no `{what}`", "mục chấp nhận này thiếu `{what}`",
            hint "whoever reads it later must see what was decided, why and when: check, key, reason, date",
                 "người đọc sau phải biết đã chấp nhận điểm nào, vì sao và khi nào: check, key, reason, date";
        /// A date of a waiver that is none.
        BadDate { found: String } Usage,
            "`{found}` is not a date", "`{found}` không phải ngày",
            hint "write `date = 2024-01-05`", "hãy viết `date = 2024-01-05`";
        /// A list of rules that cannot be read.
        BadUnchecked { problem: String } Usage,
            "the list of rules that cannot be checked is wrong: {problem}",
            "danh sách quy tắc không kiểm tra được bị sai: {problem}",
            hint "an entry is `[[rules]]` with rule, title, title_en, reason and reason_en",
                 "mỗi mục là `[[rules]]` gồm rule, title, title_en, reason và reason_en";
    }
}

super::messages! {
    /// What a report of checks says.
    pub enum CheckWords {
        /// Heading of the errors.
        Errors { count: usize } Notice, "Errors ({count})", "Lỗi ({count})";
        /// Heading of the warnings.
        Warnings { count: usize } Notice, "Warnings ({count})", "Cảnh báo ({count})";
        /// Heading of what is missing.
        Gaps { count: usize } Notice, "Missing ({count})", "Thiếu ({count})";
        /// Heading of what is worth knowing.
        Notes { count: usize } Notice, "Notes ({count})", "Lưu ý ({count})";
        /// Heading of what is right.
        Fine { count: usize } Notice, "Checked and found right ({count})", "Đã đối chiếu và khớp ({count})";
        /// Heading of findings that were waived.
        Waived { count: usize } Notice, "Waived ({count})", "Đã chấp nhận ({count})";
        /// Heading of what could not be checked.
        Unchecked { count: usize } Notice, "Cannot be checked ({count})", "Không kiểm tra được ({count})";
        /// Heading of checks that could not run.
        Failed { count: usize } Notice, "Checks that could not run ({count})", "Phép kiểm tra không chạy được ({count})";
        /// Stated, computed and how far they are apart.
        Numbers { stated: String, computed: String, difference: String } Notice,
            "stated {stated}, computed {computed}, difference {difference}",
            "số nêu {stated}, số tính {computed}, chênh lệch {difference}";
        /// Where it stands.
        Section { place: String } Notice, "section {place}", "mục {place}";
        /// Why it is waived.
        WaivedBecause { reason: String, date: String, place: String } Notice,
            "waived on {date}: {reason} ({place})", "chấp nhận ngày {date}: {reason} ({place})";
        /// Why a rule cannot be checked.
        Because { title: String, reason: String } Notice,
            "{title}: cannot be checked, because {reason}", "{title}: không kiểm tra được, vì {reason}";
        /// Why a check had nothing to look at.
        NoData { title: String } Notice,
            "{title}: cannot be checked, because the workspace has no data of that year for it",
            "{title}: không kiểm tra được, vì chưa có số liệu của năm cần kiểm tra";
        /// A waiver that no finding needs any more.
        StaleWaiver { check: String, key: String, reason: String } Notice,
            "the waiver of {check}/{key} (“{reason}”) no longer applies: the check does not find this any more; remove the entry",
            "mục chấp nhận {check}/{key} (“{reason}”) không còn áp dụng: phép kiểm tra không còn thấy điểm này; hãy xoá mục đó";
        /// The sum of it all.
        Summary { checks: usize, errors: usize, warnings: usize, gaps: usize, notes: usize, waived: usize, fine: usize } Notice,
            "{checks} checks ran: {errors} errors, {warnings} warnings, {gaps} gaps, {notes} notes, {waived} waived; {fine} found right",
            "đã chạy {checks} phép kiểm tra: {errors} lỗi, {warnings} cảnh báo, {gaps} điểm thiếu, {notes} lưu ý, {waived} điểm đã chấp nhận; {fine} điểm khớp";
    }
}
