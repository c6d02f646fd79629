//! What the functions of SQL do that the program adds.

super::messages! {
    /// One function each.
    pub enum FunctionWords {
        /// `working_days`
        WorkingDays Notice,
            "Working days of public bodies after `from` up to and including `to`, negative if `to` comes first (Labour Code 2019, article 112, and the yearly announcements; `calendar.csv` adds days)",
            "Số ngày làm việc của cơ quan nhà nước sau ngày `from` đến hết ngày `to`, âm nếu `to` đứng trước (Bộ luật Lao động 2019, Điều 112 và thông báo nghỉ hằng năm; `calendar.csv` bổ sung ngày)";
        /// `add_working_days`
        AddWorkingDays Notice,
            "The `days`-th working day after `date`, which is not counted itself (Civil Code 2015, articles 147 and 148); before it, if `days` is negative",
            "Ngày làm việc thứ `days` sau ngày `date`, không tính ngày `date` (Bộ luật Dân sự 2015, Điều 147 và 148); `days` âm thì đếm lùi";
        /// `is_working_day`
        IsWorkingDay Notice,
            "Whether public bodies work on `date`",
            "Ngày `date` có phải ngày làm việc của cơ quan nhà nước hay không";
        /// `deadline`
        Deadline Notice,
            "The last day of a term of `days` working days; a receipt on a rest day or after 17:00 counts as one of the next working day",
            "Ngày cuối của thời hạn `days` ngày làm việc; hồ sơ nhận vào ngày nghỉ hoặc sau 17 giờ tính như nhận vào ngày làm việc kế tiếp";
        /// `timeliness`
        Timeliness Notice,
            "`early`, `on_time`, `overdue`, `in_progress` or `in_progress_overdue`, date against date; NULL without a due date, or if completed before received. It checks an exported outcome and never replaces it",
            "`early`, `on_time`, `overdue`, `in_progress` hoặc `in_progress_overdue`, so ngày với ngày; NULL nếu không có hạn trả hoặc ngày trả trước ngày nhận. Chỉ để đối chiếu, không thay kết quả mà bản xuất ghi";
        /// `autonomy_group`
        AutonomyGroup Notice,
            "The group of a service unit by its rate of self-financing, 1 being 100 % (Decree 60/2021/ND-CP, article 9): `4` below 10 %, `3c` from 10 %, `3b` from 30 %, `3a` from 70 %, `1/2` from 100 % on, between which investment decides",
            "Nhóm tự chủ của đơn vị sự nghiệp theo mức tự bảo đảm, 1 là 100% (Nghị định 60/2021/NĐ-CP, Điều 9): dưới 10% là `4`, từ 10% là `3c`, từ 30% là `3b`, từ 70% là `3a`, từ 100% là `1/2` (nhóm 1 hay 2 còn tùy phần chi đầu tư)";
        /// `vi_number`
        ViNumber Notice,
            "The number as Vietnamese reports print it, `1.234,5`, with this many decimals, or with as many as it has, up to six (Law on Accounting 2015, article 11)",
            "Số viết như trong báo cáo tiếng Việt, `1.234,5`, với số chữ số thập phân cho trước, hoặc đủ như số đó có, nhiều nhất sáu (Luật Kế toán 2015, Điều 11)";
        /// `local_number`
        LocalNumber Notice,
            "The number as readers of the result write it, `1.234,5`, or `1,234.5` with `--lang en`, with this many decimals, or with as many as it has, up to six; for words in charts",
            "Số viết theo ngôn ngữ của người đọc, `1.234,5`, hoặc `1,234.5` khi có `--lang en`, với số chữ số thập phân cho trước, hoặc đủ như số đó có, nhiều nhất sáu; dùng cho chữ trong biểu đồ";
        /// `vi_count`
        ViCount Notice,
            "The count as Vietnamese reports write it in a sentence: `03`, `12`, `1.234`",
            "Số đếm viết trong câu của báo cáo: `03`, `12`, `1.234`";
        /// `vi_date`
        ViDate Notice,
            "The date as Vietnamese reports write it: `06/02/2023`, `15/8/2021` (days below 10 and the months 1 and 2 lead with a zero)",
            "Ngày viết như trong văn bản: `06/02/2023`, `15/8/2021` (ngày dưới 10 và tháng 1, 2 có số 0 ở trước)";
        /// `unaccent`
        Unaccent Notice,
            "The text without Vietnamese marks; `đ` becomes `d`",
            "Văn bản bỏ dấu tiếng Việt; `đ` thành `d`";
        /// `fold`
        Fold Notice,
            "The key under which spellings of the same words are equal: lower case, no marks, no punctuation",
            "Khóa so khớp: các cách viết của cùng một cụm từ cho cùng một khóa (chữ thường, không dấu, không dấu câu)";
        /// `vi_sort_key`
        ViSortKey Notice,
            "A key for `ORDER BY`: texts in the order of a Vietnamese dictionary, letters a ă â, d đ, e ê, o ô ơ, u ư first, then the tones (Unicode CLDR, vi)",
            "Khóa cho `ORDER BY`: thứ tự từ điển tiếng Việt, chữ cái a ă â, d đ, e ê, o ô ơ, u ư trước, dấu thanh sau (Unicode CLDR, vi)";
        /// `label`
        Label Notice,
            "The Vietnamese label of a category's code; where functions have hidden which column it is of, it is named: `label(expr, 'dossiers.outcome')`",
            "Nhãn tiếng Việt của một mã phân loại; khi đã qua hàm khác thì nêu rõ cột: `label(biểu_thức, 'dossiers.outcome')`";
        /// `forecast`
        Forecast Notice,
            "Gives the rows of the query with those of years to come, with a prediction interval: columns series, year, value, lower, upper, kind (actual or forecast). A linear trend takes four years, damped exponential smoothing eight; a last year whose data end before the year does is left out",
            "Các dòng của truy vấn cùng các năm sắp tới, kèm khoảng dự báo: cột series, year, value, lower, upper, kind (actual hoặc forecast). Xu hướng tuyến tính cần bốn năm, san mũ tắt dần cần tám năm; năm cuối chưa đủ kỳ thì không đưa vào";
        /// `horizon` of `forecast`
        Horizon Notice, "how many years to look ahead (3)", "số năm dự báo tới (3)";
        /// `level` of `forecast`
        Level Notice, "the level of the interval (0.95)", "độ tin cậy của khoảng dự báo (0.95)";
        /// `method` of `forecast`
        Method Notice,
            "'trend' or 'smoothing'; what the number of years allows otherwise",
            "'trend' hoặc 'smoothing'; không nêu thì theo số năm đang có";
        /// One value per row.
        Scalar Notice, "scalar", "từng dòng";
        /// One value per group.
        Aggregate Notice, "aggregate", "gộp";
        /// One value per row, from the rows around it.
        Window Notice, "window", "cửa sổ";
        /// Rows.
        Table Notice, "table", "bảng";
    }
}
