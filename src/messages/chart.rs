//! What is said about charts.

super::messages! {
    /// What charts say beside their marks.
    pub enum ChartNote {
        /// What a chart rests on.
        Source { what: String, what_vi: String } Notice, "Source: {what}", "Nguồn: {what_vi}";
    }
}

super::messages! {
    /// Faults of a `VISUALISE` clause and of the data it is to draw.
    pub enum ChartFault {
        /// The clause does not parse from this word on.
        Unexpected { word: String } Data,
            "the VISUALISE clause is not understood at `{word}`", "không hiểu mệnh đề VISUALISE tại `{word}`",
            hint "mappings take column names only, so compute in the SELECT: `VISUALISE year AS x, rate AS y DRAW line LABEL title => 'text'`",
                 "phần ánh xạ chỉ nhận tên cột, hãy tính trong SELECT: `VISUALISE year AS x, rate AS y DRAW line LABEL title => 'tiêu đề'`";
        /// The clause ends where something must follow, or lacks a token.
        Incomplete { wanted: String } Data,
            "the VISUALISE clause is incomplete: wanted {wanted}", "mệnh đề VISUALISE chưa đủ: cần {wanted}";
        /// SQL without a `VISUALISE` clause.
        NoClause { name: String } Data,
            "`{name}` has no VISUALISE clause, so there is nothing to draw",
            "`{name}` không có mệnh đề VISUALISE nên không có gì để vẽ",
            hint "add for instance `VISUALISE year AS x, dossiers AS y DRAW line`",
                 "hãy thêm chẳng hạn `VISUALISE year AS x, dossiers AS y DRAW line`";
        /// A chart without `DRAW`.
        NoLayers Data,
            "the chart draws nothing: there is no DRAW", "biểu đồ chưa vẽ gì: thiếu DRAW",
            hint "add for instance `DRAW bar`", "hãy thêm chẳng hạn `DRAW bar`";
        /// A geometry that does not exist.
        UnknownGeometry { name: String, known: String, hint: String, hint_vi: String } Data,
            "there is no geometry `{name}`; drawn are {known}", "không có dạng hình `{name}`; các dạng vẽ được là {known}",
            hint "{hint}", "{hint_vi}";
        /// A geometry of the grammar that is not drawn.
        GeometryNotDrawn { name: String, known: String } Data,
            "geometry `{name}` is not drawn by this version; drawn are {known}",
            "phiên bản này chưa vẽ được dạng hình `{name}`; các dạng vẽ được là {known}";
        /// A clause of the grammar that is not drawn.
        ClauseNotDrawn { clause: String, known: String } Data,
            "`{clause}` is not supported by this version; supported are {known}",
            "phiên bản này chưa hỗ trợ `{clause}`; được hỗ trợ là {known}";
        /// An aesthetic that is not drawn.
        AestheticNotDrawn { name: String, known: String } Data,
            "mapping to `{name}` is not drawn by this version; drawn are {known}",
            "phiên bản này chưa vẽ được ánh xạ vào `{name}`; vẽ được là {known}";
        /// A setting that is not drawn.
        SettingNotDrawn { name: String, geometry: String, known: String } Data,
            "setting `{name}` of `{geometry}` is not supported by this version; supported are {known}",
            "phiên bản này chưa hỗ trợ thiết lập `{name}` của `{geometry}`; được hỗ trợ là {known}";
        /// A label for something that charts do not have.
        UnknownLabel { name: String, known: String } Data,
            "there is no label `{name}`; labels are {known}", "không có nhãn `{name}`; các nhãn là {known}";
        /// A mapping names a column that the data lack.
        UnknownColumn { column: String, known: String, hint: String, hint_vi: String } Data,
            "the data of the chart have no column `{column}`; they have {known}",
            "dữ liệu của biểu đồ không có cột `{column}`; chỉ có {known}",
            hint "{hint}", "{hint_vi}";
        /// `FROM` names a table that the query does not define.
        UnknownSource { name: String, known: String, hint: String, hint_vi: String } Data,
            "`FROM {name}` names no table of this query; there are {known}",
            "`FROM {name}` không nêu bảng nào của truy vấn này; chỉ có {known}",
            hint "{hint}", "{hint_vi}";
        /// `FROM` names a file or a bundled data set.
        ForeignSource { name: String } Data,
            "a chart draws the result of its query, not `{name}`",
            "biểu đồ vẽ kết quả của truy vấn, không vẽ từ `{name}`",
            hint "read the data in the SQL part and leave FROM out", "hãy đọc dữ liệu trong phần SQL và bỏ FROM";
        /// The data to draw have no rows.
        NoRows { source: String } Data,
            "nothing to draw: {source} has no rows", "không có gì để vẽ: {source} không có dòng nào",
            hint "check the WHERE conditions and the parameters", "hãy kiểm tra điều kiện WHERE và các tham số";
        /// The data to draw have rows, but no value that can be placed.
        NoValues { geometry: String } Data,
            "nothing to draw: layer `{geometry}` has no row in which both x and y have a value",
            "không có gì để vẽ: lớp `{geometry}` không có dòng nào mà cả x và y đều có giá trị";
        /// Several rows for one place of a line, or of bars that stand alone.
        ManyValues { geometry: String, at: String } Data,
            "layer `{geometry}` has several values for {at}", "lớp `{geometry}` có nhiều giá trị tại {at}",
            hint "group the rows in the SELECT, or map the column that tells them apart to `color`",
                 "hãy gộp các dòng trong SELECT, hoặc ánh xạ cột phân biệt chúng vào `color`";
        /// A column whose type cannot be placed on an axis.
        NotDrawable { aesthetic: String, found: String } Data,
            "`{aesthetic}` is of type {found}, wanted numbers, dates or text",
            "`{aesthetic}` có kiểu {found}, cần số, ngày hoặc chữ",
            hint "convert the column in the SELECT", "hãy chuyển kiểu của cột trong SELECT";
        /// Layers disagree on what an axis shows.
        MixedAxis { axis: String } Data,
            "the layers disagree on axis {axis}: one shows categories, another numbers",
            "các lớp không thống nhất trục {axis}: lớp thì theo nhóm, lớp thì theo số";
        /// A line or a bar over two category axes.
        NoMeasure { geometry: String } Data,
            "layer `{geometry}` needs numbers on one axis, and both show categories",
            "lớp `{geometry}` cần một trục là số, nhưng cả hai trục đều là nhóm";
        /// A number column mapped to a colour.
        NumericColour { column: String } Data,
            "colour shows groups, and `{column}` holds numbers", "màu thể hiện nhóm, còn `{column}` là số",
            hint "write `SCALE DISCRETE color`, or convert the column to text in the SELECT",
                 "hãy viết `SCALE DISCRETE color`, hoặc chuyển cột thành chữ trong SELECT";
        /// A statistic over dates that only numbers have.
        NoDates { geometry: String } Data,
            "layer `{geometry}` needs numbers along its axis, and there are dates",
            "lớp `{geometry}` cần trục là số, mà ở đây là ngày",
            hint "compute days or months as numbers in the SELECT", "hãy tính số ngày hoặc số tháng trong SELECT";
        /// Jitter moves marks at random, and its seed cannot be fixed.
        Jitter { geometry: String, known: String } Data,
            "`position => 'jitter'` of `{geometry}` is not drawn, because it moves marks at random and the same data would give another picture each time; drawn are {known}",
            "không vẽ `position => 'jitter'` của `{geometry}` vì nó dời hình ngẫu nhiên, mỗi lần vẽ một khác; vẽ được là {known}",
            hint "map the value to a boxplot or a histogram, or lower the opacity",
                 "hãy dùng boxplot hoặc histogram, hoặc giảm opacity";
        /// More groups than colours can tell apart.
        TooManyGroups { count: usize, most: usize } Data,
            "{count} groups are more than colours can tell apart; at most {most} are drawn",
            "{count} nhóm vượt quá số màu phân biệt được; vẽ nhiều nhất {most} nhóm",
            hint "keep the largest groups in the SELECT and sum up the others, or use FACET",
                 "hãy giữ các nhóm lớn nhất trong SELECT và gộp phần còn lại, hoặc dùng FACET";
        /// More panels than a page holds.
        TooManyPanels { count: usize, most: usize } Data,
            "{count} panels are more than a page holds; at most {most} are drawn",
            "{count} ô vượt quá một trang; vẽ nhiều nhất {most} ô",
            hint "narrow the facet's column in the WHERE", "hãy thu hẹp cột của FACET trong WHERE";
        /// A logarithm or a root of what has none.
        NotPositive { via: String } Data,
            "`VIA {via}` has no place for 0 or less, and bars and areas start at 0",
            "`VIA {via}` không có chỗ cho số 0 hoặc số âm, mà cột và vùng bắt đầu từ 0",
            hint "draw points or lines, and leave out what is not positive", "hãy vẽ điểm hoặc đường, và bỏ các giá trị không dương";
        /// Shares of a whole that has negative parts.
        NegativeShare Data,
            "bars with `total` show shares of a whole, and some values are negative",
            "cột có `total` thể hiện tỷ trọng trong tổng, nhưng có giá trị âm",
            hint "leave `total` out", "hãy bỏ `total`";
        /// The size leaves no room for the drawing.
        TooSmall { width: u32, height: u32 } Usage,
            "a picture of {width} × {height} pixels is too small for this chart",
            "ảnh {width} × {height} điểm ảnh quá nhỏ cho biểu đồ này",
            hint "make it larger, or lower `--dpi`", "hãy tăng kích thước, hoặc giảm `--dpi`";
        /// A label would have to be cut.
        LabelTooLong { label: String, letters: usize, width: u32, height: u32 } Usage,
            "a picture of {width} × {height} pixels has no room for the label `{label}` of {letters} letters, and labels are not cut",
            "ảnh {width} × {height} điểm ảnh không đủ chỗ cho nhãn `{label}` dài {letters} chữ, mà nhãn không bị cắt bớt",
            hint "make the picture larger (`--width`, `--height`, or `-- size: 155mm x 190mm` in the chart's file), or write a shorter label: `SCALE … RENAMING 'long' => 'short'`",
                 "hãy tăng kích thước (`--width`, `--height`, hoặc `-- size: 155mm x 190mm` trong tệp biểu đồ), hoặc viết nhãn ngắn hơn: `SCALE … RENAMING 'dài' => 'ngắn'`";
        /// The size needs more memory than a picture should.
        TooLarge { width: u32, height: u32 } Usage,
            "a picture of {width} × {height} pixels is too large", "ảnh {width} × {height} điểm ảnh quá lớn",
            hint "stay below 50 million pixels", "hãy giữ dưới 50 triệu điểm ảnh";
        /// The grammar crate refused the clause for its own reason.
        Unresolved { problem: String } Data,
            "the VISUALISE clause cannot be drawn: {problem}", "không vẽ được mệnh đề VISUALISE: {problem}";
        /// Drawing failed in a library.
        DrawingFailed { problem: String } Internal,
            "the chart could not be drawn: {problem}", "không vẽ được biểu đồ: {problem}";
    }
}
