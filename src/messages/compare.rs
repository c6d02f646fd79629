//! What is said about comparisons of years.

super::messages! {
    /// What keeps years from being compared.
    pub enum CompareFault {
        /// A query without a column of years.
        NoYear { query: String } Usage,
            "`{query}` has no column `year`, so its years cannot be compared",
            "`{query}` không có cột `year` nên không so sánh được giữa các năm",
            hint "select `year` in the query and declare it: `-- column year: key -- Năm`",
                 "hãy lấy cột `year` trong truy vấn và khai báo: `-- column year: key -- Năm`";
        /// A query without numbers.
        NoMeasure { query: String } Usage,
            "`{query}` has no counts, amounts or rates to compare",
            "`{query}` không có cột số lượng, số tiền hay tỷ lệ để so sánh",
            hint "declare them: `-- column dossiers: count -- Số hồ sơ`",
                 "hãy khai báo, ví dụ `-- column dossiers: count -- Số hồ sơ`";
        /// Several rows where one is wanted.
        TwoRows { query: String, group: String, year: i32 } Usage,
            "`{query}` has two rows for `{group}` in {year}", "`{query}` có hai dòng cho `{group}` trong năm {year}",
            hint "declare every column that tells rows apart as `key`", "hãy khai báo mọi cột phân biệt các dòng là `key`";
        /// Nothing to compare with.
        OneYear { query: String, years: String } Usage,
            "`{query}` has fewer than two years to compare: {years}", "`{query}` chưa có đủ hai năm để so sánh: {years}",
            hint "import another year, or name years with `--years 2022,2023`",
                 "hãy nhập thêm một năm, hoặc nêu các năm bằng `--years 2022,2023`";
        /// A baseline that is not among the years.
        NoBaseline { baseline: i32, years: String } Usage,
            "the baseline {baseline} is none of the years that are compared: {years}",
            "năm gốc {baseline} không nằm trong các năm được so sánh: {years}",
            hint "choose one of them", "hãy chọn một trong các năm đó";
        /// A parameter that no query of the command line has.
        NobodysParameter { name: String, known: String } Usage,
            "none of the queries has a parameter `{name}`", "không truy vấn nào có tham số `{name}`",
            hint "there are: {known}", "các tham số: {known}";
        /// A value without a query.
        NoQuery Usage,
            "no saved query is named", "chưa nêu truy vấn nào",
            hint "`cchc queries` lists what there is", "`cchc queries` liệt kê những gì đang có";
        /// Several results in a format for one.
        OneQuery { format: String, count: usize } Usage,
            "`{format}` holds one comparison, and {count} queries are named",
            "`{format}` chỉ chứa một bảng so sánh, trong khi nêu {count} truy vấn",
            hint "use xlsx, html, markdown or table, or name one query",
                 "hãy dùng xlsx, html, markdown hoặc table, hoặc nêu một truy vấn";
    }
}

super::messages! {
    /// The words of a comparison.
    pub enum CompareWords {
        /// What a line measures.
        Measure Notice, "Measure", "Chỉ tiêu";
        /// All groups together.
        Total Notice, "Total", "Tổng số";
        /// The sign for a year without data.
        NoData Notice, "–", "–";
        /// The sign in brackets.
        NoDataSign Notice, " (–)", " (–)";
        /// The difference of counts.
        Difference { last: i32, baseline: i32 } Notice, "± {last} vs {baseline}", "± {last} so với {baseline}";
        /// The difference as a percentage.
        Growth { last: i32, baseline: i32 } Notice, "% {last} vs {baseline}", "% {last} so với {baseline}";
        /// The difference of rates.
        Points { last: i32, baseline: i32 } Notice,
            "points {last} vs {baseline}", "Điểm % {last} so với {baseline}";
    }
}
