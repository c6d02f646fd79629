//! What is said about drafts of contracts, and in them.

super::messages! {
    /// Faults of drafting.
    pub enum DraftFault {
        /// No table.
        NoTable Data,
            "no sheet has a header with rows under it", "không trang tính nào có tiêu đề và các dòng bên dưới",
            hint "name the sheet with `--sheet`, or write the contract by hand", "hãy nêu trang tính bằng `--sheet`, hoặc tự viết hợp đồng dữ liệu";
        /// Several columns have one heading.
        SameHeadings { headings: String } Data,
            "several columns have the same heading: {headings}", "nhiều cột có cùng tiêu đề: {headings}",
            hint "give each column a heading of its own in a copy of the export, or write the contract by hand",
                 "hãy đặt cho mỗi cột một tiêu đề riêng trong bản sao của tệp, hoặc tự viết hợp đồng dữ liệu";
        /// The contract is there.
        Exists { file: String } Usage,
            "`{file}` is there already", "`{file}` đã tồn tại",
            hint "choose another name, or remove the file first", "hãy chọn tên khác, hoặc xoá tệp đó trước";
        /// A name that no dataset can have.
        BadPlace { file: String } Usage,
            "`{file}` is no place for a contract", "không thể đặt hợp đồng dữ liệu tại `{file}`",
            hint "write `datasets/NAME.toml`, the name in small letters, digits and `_`",
                 "hãy viết `datasets/TÊN.toml`, tên gồm chữ thường không dấu, chữ số và `_`";
    }
}

super::messages! {
    /// Comments in a draft, and what is said beside it.
    pub enum DraftWords {
        /// The first line.
        Drafted { file: String } Notice,
            "Drafted from {file}. Nothing here is final.", "Soạn tự động từ {file}. Chưa có gì là cố định.";
        /// What to do with it.
        LookAt Notice,
            "Look at names, types, units and categories; add headings met in other years as `aliases = [...]`.",
            "Hãy xem lại tên cột, kiểu, đơn vị tính và danh mục; thêm tiêu đề gặp ở năm khác vào `aliases = [...]`.";
        /// Ordinal numbers.
        LeftOut { headings: String } Notice, "Left out: {headings} (row numbers).", "Bỏ qua: {headings} (số thứ tự).";
        /// A personal column.
        Personal Notice,
            "Personal by its heading: read, never stored (`hash` keeps a keyed hash).",
            "Dữ liệu cá nhân theo tiêu đề: đọc nhưng không lưu (`hash` lưu mã băm có khoá).";
        /// Words for "no value".
        Missing Notice,
            "These seem to mean \"no value\"; write 0 in the export where they mean zero.",
            "Các ký hiệu này có vẻ nghĩa là không có số liệu; nếu là bằng không thì ghi 0 trong tệp.";
        /// What comes next.
        Next { name: String, year: i32, file: String, rows: u64 } Notice,
            "it reads {rows} rows; next: cchc import {name} {year} {file} --dry-run",
            "đọc được {rows} dòng; tiếp theo: cchc import {name} {year} {file} --dry-run";
    }
}
