//! What is said about imports.

super::messages! {
    /// Faults of an import.
    pub enum ImportFault {
        /// No file was named.
        NoFiles Usage,
            "no export file is named", "chưa chỉ ra tệp nào",
            hint "name at least one file", "hãy chỉ ra ít nhất một tệp";
        /// No sheet has a name that fits.
        NoSuchSheet { globs: String, found: String } Usage,
            "no sheet matches {globs}", "không có trang tính nào khớp {globs}",
            hint "the sheets are {found}", "các trang tính gồm {found}";
        /// Nothing like the contract's header.
        NoHeader { dataset: String, wanted: String } Data,
            "no row looks like the header of `{dataset}`", "không dòng nào giống tiêu đề của `{dataset}`",
            hint "wanted headings such as {wanted}", "cần các tiêu đề như {wanted}";
        /// The headings themselves were damaged by a wrong encoding.
        LostHeadings Data,
            "no header is found: letters were lost in a wrong encoding", "không tìm thấy tiêu đề: tệp bị mất chữ do sai bảng mã",
            hint "the loss is in the file itself: export it again in Unicode (UTF-8) or as XLSX",
                 "chữ đã mất ngay trong tệp: hãy xuất lại theo Unicode (UTF-8) hoặc dạng XLSX";
        /// A required column is not in the header.
        MissingColumn { column: String, title: String, found: String, likely: String, likely_vi: String, contract: String } Data,
            "the header lacks column `{column}` ({title}); headings that no column claims: {found}",
            "tiêu đề thiếu cột `{column}` ({title}); các tiêu đề chưa thuộc cột nào: {found}",
            hint "{likely}add the heading to `aliases` of `{column}` in `{contract}`",
                 "{likely_vi}hãy thêm tiêu đề vào `aliases` của `{column}` trong `{contract}`";
        /// Two headings claim one column.
        ContestedColumn { column: String, headings: String } Data,
            "several headings are column `{column}`: {headings}", "nhiều tiêu đề cùng là cột `{column}`: {headings}",
            hint "give `{column}` an alias with the upper heading, such as `Thời hạn → Hẹn trả`",
                 "hãy đặt cho `{column}` tên gọi có cả tiêu đề trên, như `Thời hạn → Hẹn trả`";
        /// A header without rows.
        NothingFound Data,
            "the export has a header but no rows", "tệp có tiêu đề nhưng không có dòng dữ liệu";
        /// No key for hashes.
        NoKey { column: String } Usage,
            "column `{column}` is kept as a keyed hash, and there is no key",
            "cột `{column}` được lưu dạng băm có khoá, nhưng chưa có khoá";
        /// The export speaks of another year.
        OtherYear { year: i32, found: String } Data,
            "the export covers {found}, not {year}", "tệp thuộc {found}, không phải năm {year}",
            hint "name the year that the export covers; figures as of a day count for its year until 31 March of the next",
                 "hãy nêu đúng năm của tệp; số liệu chốt đến hết ngày 31/3 năm sau vẫn thuộc năm trước";
        /// The same export is named twice.
        SameExport { first: String, second: String } Usage,
            "`{second}` is the same export as `{first}`", "`{second}` chính là tệp `{first}`",
            hint "name each export once", "hãy nêu mỗi tệp một lần";
        /// Two sheets of a workbook have the same rows.
        SameSheet { count: u64 } Data,
            "two sheets have the same {count} rows, and every row would be counted twice",
            "hai trang tính có cùng {count} dòng, mỗi dòng sẽ bị tính hai lần",
            hint "delete the copied sheet, or name the sheets to read with `--sheet`",
                 "hãy xoá trang tính bị sao chép, hoặc nêu trang tính cần đọc bằng `--sheet`";
        /// The export says one date, the user another.
        OtherDate { found: String, given: String } Usage,
            "the export says {found}, the command line says {given}", "tệp ghi {found}, dòng lệnh ghi {given}",
            hint "leave the option out, or correct the export", "hãy bỏ tuỳ chọn này, hoặc sửa tệp";
        /// Repeated keys.
        DuplicateKey { columns: String } Data,
            "rows repeat the key `{columns}`", "các dòng lặp lại khoá `{columns}`",
            hint "remove the rows that stand there twice", "hãy xoá các dòng bị lặp";
        /// A total that its rows do not give.
        ControlMismatch { what: String, stated: String, computed: String } Data,
            "the total of {what} is stated as {stated}, and the rows give {computed}",
            "tổng {what} ghi là {stated}, trong khi các dòng cho {computed}",
            hint "correct the export, or import it as it is with `--allow-control-mismatch`",
                 "hãy sửa tệp, hoặc nhập nguyên trạng bằng `--allow-control-mismatch`";
        /// More bad rows than allowed.
        TooManyRejects { count: usize, allowed: usize } Data,
            "{count} rows have bad cells, and {allowed} may be left out; nothing was written",
            "{count} dòng có ô sai, trong khi chỉ được bỏ {allowed} dòng; chưa ghi gì",
            hint "correct the cells or the contract, or allow more with `--allow-rejects {count}`",
                 "hãy sửa các ô hoặc hợp đồng dữ liệu, hoặc cho phép bằng `--allow-rejects {count}`";
        /// A rule that cannot be evaluated on a row.
        RuleFailed { title: String } Data,
            "the rule `{title}` cannot be evaluated on some row", "không tính được quy tắc `{title}` trên một dòng nào đó",
            hint "guard it, such as with `nullif(x, 0)`", "hãy viết thêm điều kiện, ví dụ `nullif(x, 0)`";
        /// The columns do not fit together.
        NotABatch Internal,
            "the rows do not fit the schema", "các dòng không khớp lược đồ";
    }
}

super::messages! {
    /// What is wrong with the cells of one column.
    pub enum CellsFault {
        NotANumber { column: String, count: usize, wanted: String } Data,
            "column `{column}` has cells that are not numbers ({wanted}) ({count} in all)",
            "{count} ô của cột `{column}` không phải là số ({wanted})",
            hint "if they mean `no value`, add them to `missing_values` of `{column}`",
                 "nếu đó là `không có số liệu`, hãy thêm vào `missing_values` của `{column}`";
        LosesDecimals { column: String, count: usize, wanted: String } Data,
            "column `{column}` has cells that have decimals that {wanted} does not keep ({count} in all)",
            "{count} ô của cột `{column}` có phần lẻ mà kiểu {wanted} không giữ";
        TooLarge { column: String, count: usize, wanted: String } Data,
            "column `{column}` has cells that are too large for {wanted} ({count} in all)",
            "{count} ô của cột `{column}` vượt quá kiểu {wanted}";
        AmbiguousMarks { column: String, count: usize } Data,
            "column `{column}` has cells that can be read with `.` or `,` as the decimal mark ({count} in all)",
            "{count} ô của cột `{column}` có thể hiểu `.` hoặc `,` là dấu thập phân",
            hint "write thousands with `.` and decimals with `,`, or make the cells numbers",
                 "hãy viết hàng nghìn bằng `.` và phần thập phân bằng `,`, hoặc đổi thành ô kiểu số";
        OtherUnit { column: String, count: usize, unit: String } Data,
            "column `{column}` has cells that have another unit than `{unit}` ({count} in all)",
            "{count} ô của cột `{column}` có đơn vị khác `{unit}`";
        AmbiguousRate { column: String, count: usize } Data,
            "column `{column}` has cells that may be percentages or fractions ({count} in all)",
            "{count} ô của cột `{column}` có thể là phần trăm hoặc tỷ số",
            hint "write the percent sign in the cell, or format it as a percentage",
                 "hãy ghi dấu % trong ô, hoặc định dạng ô kiểu phần trăm";
        NotADate { column: String, count: usize } Data,
            "column `{column}` has cells that are not dates ({count} in all)",
            "{count} ô của cột `{column}` không phải là ngày",
            hint "write day/month/year with four digits, such as 31/12/2023",
                 "hãy viết ngày/tháng/năm đủ bốn chữ số, ví dụ 31/12/2023";
        NumberForDate { column: String, count: usize } Data,
            "column `{column}` has cells that are plain numbers where dates are wanted ({count} in all)",
            "{count} ô của cột `{column}` là số thường trong khi cần ngày",
            hint "format the cells as dates", "hãy định dạng ô kiểu ngày";
        DateInstead { column: String, count: usize } Data,
            "column `{column}` has cells that became dates in the spreadsheet ({count} in all)",
            "{count} ô của cột `{column}` đã bị bảng tính đổi thành ngày",
            hint "format the column as text and type the values again",
                 "hãy định dạng cột kiểu văn bản và nhập lại giá trị";
        UnknownCategory { column: String, count: usize, known: String, likely: String } Data,
            "column `{column}` has cells that are none of its categories ({count} in all)",
            "{count} ô của cột `{column}` không thuộc danh mục nào",
            hint "{likely}known are {known}; add a spelling under `categories`",
                 "{likely}đã biết {known}; hãy thêm cách viết vào `categories`";
        NotABool { column: String, count: usize } Data,
            "column `{column}` has cells that are neither yes nor no ({count} in all)",
            "{count} ô của cột `{column}` không phải có hay không";
        SheetError { column: String, count: usize } Data,
            "column `{column}` has cells that are errors of the spreadsheet ({count} in all)",
            "{count} ô của cột `{column}` là lỗi của bảng tính",
            hint "correct the formulas and export again", "hãy sửa công thức và xuất lại tệp";
        NoResult { column: String, count: usize } Data,
            "column `{column}` has formulas that have no stored result ({count} in all)",
            "{count} ô của cột `{column}` là công thức chưa có kết quả được lưu",
            hint "open the file in a spreadsheet program, save it, and import that copy",
                 "hãy mở tệp bằng phần mềm bảng tính, lưu lại rồi nhập bản đó";
        LostLetters { column: String, count: usize } Data,
            "column `{column}` has cells whose letters were lost in a wrong encoding ({count} in all)",
            "{count} ô của cột `{column}` bị mất chữ do sai bảng mã",
            hint "the loss is in the file itself: export it again in Unicode (UTF-8) or as XLSX",
                 "chữ đã mất ngay trong tệp: hãy xuất lại theo Unicode (UTF-8) hoặc dạng XLSX";
        UnclearLetters { column: String, count: usize } Data,
            "column `{column}` mixes Unicode with an old encoding, and has cells that both can read ({count} in all)",
            "cột `{column}` lẫn Unicode với bảng mã cũ, có {count} ô đọc được theo cả hai",
            hint "type these cells again, or name the encoding of the whole file with `--encoding`",
                 "hãy gõ lại các ô này, hoặc chỉ ra bảng mã của cả tệp bằng `--encoding`";
        MergedNumber { column: String, count: usize } Data,
            "column `{column}` has a number in merged cells, and no one can say how much of it is each row's ({count} cells in all)",
            "cột `{column}` có con số nằm trong ô gộp, không biết mỗi dòng bao nhiêu ({count} ô)",
            hint "unmerge the cells and write each row's own number (0 or an empty cell where it has none)",
                 "hãy bỏ gộp ô và ghi con số riêng của từng dòng (ghi 0 hoặc để trống nếu không có)";
        ExtraCells { count: usize } Data,
            "rows have more cells than there are headings, so their values may stand in the wrong columns ({count} in all)",
            "có dòng nhiều ô hơn số tiêu đề, giá trị có thể bị lệch cột ({count} dòng)",
            hint "put a text that holds the delimiter between quotes; if it is a column of its own, give it a heading",
                 "hãy đặt đoạn chữ có chứa dấu phân cách trong dấu nháy kép; nếu đó là một cột riêng, hãy ghi tiêu đề cho cột";
        Required { column: String, count: usize } Data,
            "column `{column}` has cells that are empty, and a value is required ({count} in all)",
            "{count} ô của cột `{column}` để trống trong khi bắt buộc có giá trị";
        TooSmall { column: String, count: usize, bound: String } Data,
            "column `{column}` has cells that are below {bound} ({count} in all)",
            "{count} ô của cột `{column}` nhỏ hơn {bound}";
        AboveMaximum { column: String, count: usize, bound: String } Data,
            "column `{column}` has cells that are above {bound} ({count} in all)",
            "{count} ô của cột `{column}` lớn hơn {bound}";
        Pattern { column: String, count: usize, pattern: String } Data,
            "column `{column}` has cells that do not match `{pattern}` ({count} in all)",
            "{count} ô của cột `{column}` không khớp mẫu `{pattern}`";
        Qualifier { column: String, count: usize } Data,
            "column `{column}` has cells with words that limit the number, such as `trên` ({count} in all)",
            "{count} ô của cột `{column}` có từ hạn định con số, như `trên`, `khoảng`",
            hint "write the number alone, or keep the words: add a column with `cell_of = \"{column}\"` and `part = \"qualifier\"`",
                 "hãy chỉ ghi con số, hoặc giữ cả từ đó: thêm một cột có `cell_of = \"{column}\"` và `part = \"qualifier\"`";
        Ratio { column: String, count: usize } Data,
            "column `{column}` has cells that are ratios, such as 13/28 ({count} in all)",
            "{count} ô của cột `{column}` là tỷ số, như 13/28",
            hint "keep both numbers: add a column with `cell_of = \"{column}\"` and `part = \"denominator\"`",
                 "để giữ cả hai số, hãy thêm một cột có `cell_of = \"{column}\"` và `part = \"denominator\"`";
        UndeclaredUnit { column: String, count: usize } Data,
            "column `{column}` has cells with a unit, and its contract declares none ({count} in all)",
            "{count} ô của cột `{column}` ghi đơn vị tính, trong khi hợp đồng dữ liệu không khai báo",
            hint "declare it with `measure_unit`, or keep it in a column with `cell_of = \"{column}\"` and `part = \"unit\"`",
                 "hãy khai báo bằng `measure_unit`, hoặc giữ ở một cột có `cell_of = \"{column}\"` và `part = \"unit\"`";
        EmptyMarker { column: String, count: usize } Data,
            "column `{column}` has cells that seem to mean `no value`, which is not declared ({count} in all)",
            "{count} ô của cột `{column}` có vẻ nghĩa là `không có số liệu`, nhưng chưa được khai báo",
            hint "if they mean no value, add them to `missing_values` of `{column}`; if they mean zero, write 0",
                 "nếu là không có số liệu, hãy thêm vào `missing_values` của `{column}`; nếu là bằng không, hãy ghi 0";
        Ditto { column: String, count: usize } Data,
            "column `{column}` has cells that repeat the row above in words ({count} in all)",
            "{count} ô của cột `{column}` ghi lặp lại dòng trên (`nt`, `như trên`)",
            hint "write the value in every row", "hãy ghi rõ giá trị ở từng dòng";
        ScientificCode { column: String, count: usize } Data,
            "column `{column}` has codes that a spreadsheet rounded to powers of ten ({count} in all)",
            "{count} ô của cột `{column}` là mã đã bị bảng tính làm tròn thành dạng luỹ thừa (E+)",
            hint "format the column as text and export it again from the source; the digits cannot be brought back",
                 "hãy định dạng cột kiểu văn bản và xuất lại từ nguồn; các chữ số đã mất không khôi phục được";
        LostZero { column: String, count: usize } Data,
            "column `{column}` has codes that have lost zeros at the front or the end ({count} in all)",
            "{count} ô của cột `{column}` là mã đã mất chữ số 0 ở đầu hoặc cuối",
            hint "format the column as text and export it again from the source",
                 "hãy định dạng cột kiểu văn bản và xuất lại từ nguồn";
        LostDigits { column: String, count: usize } Data,
            "column `{column}` has codes with more digits than a spreadsheet keeps in a number ({count} in all)",
            "{count} ô của cột `{column}` là mã dài hơn số chữ số mà bảng tính giữ được",
            hint "format the column as text and export it again from the source",
                 "hãy định dạng cột kiểu văn bản và xuất lại từ nguồn";
        PartialDate { column: String, count: usize } Data,
            "column `{column}` has cells that are months, quarters or years without a day ({count} in all)",
            "{count} ô của cột `{column}` chỉ ghi tháng, quý hoặc năm, không có ngày",
            hint "write the day, or let them stand for one with `partial = \"first day\"` or `\"last day\"`",
                 "hãy ghi rõ ngày, hoặc quy ước bằng `partial = \"first day\"` (ngày đầu) hay `\"last day\"` (ngày cuối)";
        ShortYear { column: String, count: usize } Data,
            "column `{column}` has two-digit years that are not near the reporting year ({count} in all)",
            "{count} ô của cột `{column}` ghi năm hai chữ số và không gần năm báo cáo",
            hint "write the year with four digits, such as 31/12/2023", "hãy ghi năm đủ bốn chữ số, ví dụ 31/12/2023";
        MonthFirst { column: String, count: usize } Data,
            "column `{column}` has dates with the month first ({count} in all)",
            "{count} ô của cột `{column}` ghi tháng trước ngày",
            hint "export again with the regional format Vietnamese (day/month/year); other dates of the column are swapped too",
                 "hãy xuất lại với định dạng vùng Việt Nam (ngày/tháng/năm); các ngày khác trong cột cũng bị đảo";
        Rule { title: String, rule: String, count: usize } Data,
            "the rule `{title}` ({rule}) is broken ({count} in all)",
            "{count} dòng vi phạm quy tắc `{title}` ({rule})",
            hint "correct the rows, or give the rule `severity = \"warning\"`",
                 "hãy sửa các dòng, hoặc đặt `severity = \"warning\"` cho quy tắc";
    }
}

super::messages! {
    /// What an import says about itself.
    pub enum ImportWords {
        /// `--synthetic` names a column that is not there.
        NoSuchColumn { dataset: String, column: String, known: String } Usage,
            "`{dataset}` has no column `{column}`", "`{dataset}` không có cột `{column}`",
            hint "its columns are {known}", "các cột gồm {known}";
        /// The year was made up, and this import does not say what it is.
        WasSynthetic { dataset: String, year: i32 } Usage,
            "{dataset} {year} is marked as synthetic, and this import does not say what it is",
            "{dataset} {year} đang được đánh dấu là số liệu mô phỏng, còn lần nhập này không nói rõ",
            hint "add `--synthetic` if it is made up too, or `--real` if it is the department's",
                 "hãy thêm `--synthetic` nếu vẫn là số liệu mô phỏng, hoặc `--real` nếu là số liệu thật của Sở";
        /// The import is done.
        Imported { dataset: String, year: i32, rows: u64, kinds: String, rejects: usize, revision: String } Notice,
            "imported {rows} rows into {dataset} {year} (revision {revision}); rows of the export: {kinds}; rejected: {rejects}",
            "đã nhập {rows} dòng vào {dataset} {year} (bản {revision}); các dòng trong tệp: {kinds}; bị loại: {rejects}";
        /// The dry run is done.
        NothingWritten Notice, "dry run: nothing was written", "chạy thử: chưa ghi gì";
    }
}
