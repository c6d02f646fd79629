//! What is said in the shell: faults of `\` commands and settings, notes beside results, help.

super::messages! {
    /// Faults of `\` commands, settings and variables.
    pub enum ShellFault {
        /// A `\` command that does not exist.
        UnknownCommand { name: String, near: String } Usage,
            "there is no command `{name}`", "không có lệnh `{name}`",
            hint "did you mean `{near}`? `\\?` lists the commands", "có phải ý bạn là `{near}`? `\\?` liệt kê các lệnh";
        /// A command without what it needs, or with too much.
        BadArguments { usage: String, usage_vi: String } Usage,
            "the command is written `{usage}`", "lệnh này viết là `{usage_vi}`",
            hint "`\\?` explains the commands", "`\\?` giải thích các lệnh";
        /// A setting that does not exist.
        UnknownSetting { name: String, near: String } Usage,
            "there is no setting `{name}`", "không có tuỳ chọn `{name}`",
            hint "did you mean `{near}`? `\\pset` lists the settings", "có phải ý bạn là `{near}`? `\\pset` liệt kê các tuỳ chọn";
        /// A value that a setting does not take.
        BadSetting { name: String, found: String, wanted: String } Usage,
            "`{name}` cannot be `{found}`: wanted {wanted}", "`{name}` không thể là `{found}`: cần {wanted}";
        /// A configuration file that is not TOML.
        BadConfiguration { problem: String } Usage,
            "the configuration is not valid TOML: {problem}", "tệp cấu hình không phải TOML hợp lệ: {problem}";
        /// A command that needs a statement before it.
        NoStatement Usage,
            "there is no statement yet that this could use", "chưa có câu lệnh SQL nào để dùng",
            hint "type a statement first", "hãy gõ một câu lệnh SQL trước";
        /// A command that needs a result before it.
        NoResult Usage,
            "there is no result yet that this could use", "chưa có kết quả nào để dùng",
            hint "run a query first", "hãy chạy một truy vấn trước";
        /// A variable that is not set.
        UnknownVariable { name: String } Usage,
            "there is no variable `{name}`", "không có biến `{name}`",
            hint "`\\set` lists the variables", "`\\set` liệt kê các biến";
        /// A name that no variable can have.
        BadVariable { name: String } Usage,
            "`{name}` cannot be the name of a variable: wanted letters, digits and `_`",
            "`{name}` không thể là tên biến: chỉ dùng chữ cái, chữ số và `_`";
        /// A value that would change the statement around it.
        UnsafeVariable { name: String } Data,
            "the value of `{name}` is neither a number nor a plain name, so `:{name}` could change the statement",
            "giá trị của `{name}` không phải số hay tên đơn giản, nên `:{name}` có thể làm thay đổi câu lệnh",
            hint "write `:'{name}'` for a text, `:\"{name}\"` for a name", "hãy viết `:'{name}'` cho văn bản, `:\"{name}\"` cho tên";
        /// A function that does not exist.
        UnknownFunction { name: String, near: String } Usage,
            "there is no function `{name}`", "không có hàm `{name}`",
            hint "did you mean `{near}`? `\\df` lists the functions", "có phải ý bạn là `{near}`? `\\df` liệt kê các hàm";
        /// A saved query that stands already.
        Exists { file: String } Usage,
            "`{file}` exists already", "đã có `{file}`",
            hint "choose another name, or remove the file first", "hãy chọn tên khác, hoặc xoá tệp đó trước";
        /// A statement with variables or `_`, which a saved query does not know.
        ReadsLastResult Usage,
            "the statement reads `_`, which only this shell knows", "câu lệnh đọc `_`, bảng chỉ có trong phiên làm việc này",
            hint "save the statement that made the result", "hãy lưu câu lệnh đã tạo ra kết quả đó";
        /// A cross table with more than one value for a cell.
        TwoValues { row: String, column: String } Data,
            "there are two values for row `{row}`, column `{column}`", "có hai giá trị cho dòng `{row}`, cột `{column}`",
            hint "group the query by the two columns", "hãy nhóm truy vấn theo hai cột đó";
        /// A cross table that would be too wide.
        TooManyColumns { count: usize, limit: usize } Data,
            "the cross table would have {count} columns; at most {limit} are made",
            "bảng chéo sẽ có {count} cột; tối đa là {limit}";
        /// A column that the result does not have.
        NoColumn { name: String, known: String } Usage,
            "the result has no column `{name}`", "kết quả không có cột `{name}`",
            hint "its columns: {known}", "các cột: {known}";
        /// A result that needs three columns.
        NotThreeColumns Usage,
            "a cross table needs a row, a column and a value", "bảng chéo cần một cột làm dòng, một cột làm cột và một giá trị",
            hint "write `\\crosstabview ROW COLUMN VALUE`", "hãy viết `\\crosstabview DÒNG CỘT GIÁ_TRỊ`";
        /// An editor that did not do its work.
        EditorFailed { editor: String, problem: String } Data,
            "the editor `{editor}` failed: {problem}", "trình soạn thảo `{editor}` gặp lỗi: {problem}",
            hint "set EDITOR to the command of your editor", "hãy đặt biến EDITOR là lệnh mở trình soạn thảo";
        /// A command of the terminal in a pipe.
        NeedsTerminal { name: String } Usage,
            "`{name}` works only at a terminal", "`{name}` chỉ dùng được trên màn hình lệnh";
        /// Files that include each other.
        TooDeep { file: String } Data,
            "`{file}` is read from files that read each other", "`{file}` được đọc từ các tệp đọc lẫn nhau";
        /// A picture without a place.
        NeedsFile Usage,
            "the chart needs a file here", "ở đây cần nêu tệp để ghi biểu đồ",
            hint "write `\\chart … FILE.png`", "hãy viết `\\chart … TỆP.png`";
        /// A chart whose columns are not clear.
        NoChannels Usage,
            "the result has no column of numbers to draw", "kết quả không có cột số nào để vẽ",
            hint "name the columns: `\\chart bar x=COLUMN y=COLUMN`", "hãy nêu các cột: `\\chart bar x=CỘT y=CỘT`";
        /// A channel that the short form of a chart does not have.
        NoChannel { name: String, known: String } Usage,
            "a chart has no `{name}`", "biểu đồ không có `{name}`",
            hint "it has {known}; for more, write the clause: `\\chart VISUALISE …`",
                 "chỉ có {known}; muốn nhiều hơn, hãy viết mệnh đề: `\\chart VISUALISE …`";
        /// A statement that stood in a script with faults.
        SomeFailed { count: usize } Data,
            "statements that failed: {count}", "số câu lệnh bị lỗi: {count}";
    }
}

super::messages! {
    /// What is narrated beside the results of the shell.
    pub enum ShellNote {
        /// Greeting of the shell.
        Welcome { version: String, workspace: String, datasets: String, datasets_vi: String } Notice,
            "cchc {version} · workspace {workspace}\n{datasets}\nSQL ends with `;` · Tab completes · `\\?` lists the commands · `\\q` leaves",
            "cchc {version} · không gian làm việc {workspace}\n{datasets_vi}\nCâu SQL kết thúc bằng `;` · Tab để gợi ý · `\\?` liệt kê các lệnh · `\\q` để thoát";
        /// What a statement lacks that was ended with Enter alone; stands in grey behind the cursor.
        SemicolonRuns Notice, "`;` runs it · Ctrl-C drops it", "gõ `;` để chạy · Ctrl-C để bỏ";
        /// A history that cannot be kept.
        NoHistory { problem: String } Notice,
            "the history of commands is not kept: {problem}", "không lưu được lịch sử câu lệnh: {problem}";
        /// The number of rows under a table.
        Rows { count: usize } Notice, "rows: {count}", "số dòng: {count}";
        /// The same with the time.
        RowsAndTime { count: usize, time: String } Notice, "rows: {count} · {time}", "số dòng: {count} · {time}";
        /// What is not shown of a result.
        Hidden { what: String, what_vi: String } Notice,
            "shown: {what} · `\\last` shows all", "hiển thị: {what_vi} · `\\last` hiện tất cả";
        /// A setting's new value.
        Set { name: String, value: String } Notice, "{name}: {value}", "{name}: {value}";
        /// Where results go now.
        OutputTo { file: String } Notice, "results go to {file}; `\\o` ends this", "kết quả ghi vào {file}; `\\o` để dừng";
        /// Results go to the terminal again.
        OutputHere Notice, "results are shown here", "kết quả hiện tại đây";
        /// A saved query.
        Saved { name: String, file: String } Notice,
            "saved as {file}; `\\n {name}` runs it", "đã lưu vào {file}; `\\n {name}` để chạy";
        /// A saved chart.
        SavedChart { name: String, file: String } Notice,
            "saved as {file}; `\\chart {name}` draws it", "đã lưu vào {file}; `\\chart {name}` để vẽ";
        /// When a watched statement ran.
        Watching { time: String, seconds: String } Notice,
            "{time}, every {seconds} s; Ctrl-C ends this", "{time}, mỗi {seconds} giây; Ctrl-C để dừng";
        /// The clause that a short form stands for.
        Clause { clause: String } Notice, "{clause}", "{clause}";
        /// How far a statement is.
        Running { elapsed: String } Notice, "{elapsed} … Ctrl-C cancels", "{elapsed} … Ctrl-C để huỷ";
        /// The same, with rows read.
        RunningRows { elapsed: String, rows: String } Notice,
            "{elapsed} · {rows} rows read … Ctrl-C cancels", "{elapsed} · đã đọc {rows} dòng … Ctrl-C để huỷ";
        /// The same, with the share of rows read.
        RunningShare { elapsed: String, rows: String, percent: usize } Notice,
            "{elapsed} · {rows} rows read, {percent}% … Ctrl-C cancels",
            "{elapsed} · đã đọc {rows} dòng, {percent}% … Ctrl-C để huỷ";
    }
}

super::messages! {
    /// The last line of the built-in pager.
    pub enum PagerWords {
        /// What is seen, and the keys.
        Keys { first: usize, last: usize, count: usize } Notice,
            " {first}–{last} of {count} · space b ↑ ↓ ← → move · / finds, n next · q ends ",
            " {first}–{last} trong {count} · cách b ↑ ↓ ← → di chuyển · / tìm, n tìm tiếp · q thoát ";
    }
}

super::messages! {
    /// What kinds of tables there are.
    pub enum TableWords {
        /// A dataset.
        Dataset Notice, "dataset", "bộ dữ liệu";
        /// A saved query.
        Query Notice, "saved query", "truy vấn đã lưu";
        /// A dataset with the origin of its rows.
        Source Notice, "rows with origin", "dòng kèm nguồn gốc";
        /// What `source.…` shows.
        Origin Notice, "each row with its file, sheet and row", "mỗi dòng kèm tệp, trang tính và số dòng gốc";
        /// A temporary table or view.
        Temporary Notice, "temporary", "bảng tạm";
        /// What a temporary table is.
        UntilTheEnd Notice, "until the session ends", "giữ đến hết phiên làm việc";
        /// A table about the data.
        Log Notice, "log", "nhật ký";
        /// The table of categories.
        Categories Notice, "the codes of all category columns with their labels", "các mã của mọi cột phân loại kèm nhãn";
        /// The table of imports.
        Imports Notice, "what was imported, from which files", "đã nhập những gì, từ tệp nào";
    }
}

super::messages! {
    /// Help of the shell's commands.
    pub enum ShellHelp {
        /// `\?`
        Help Notice, "list these commands, or explain one", "liệt kê các lệnh này, hoặc giải thích một lệnh";
        /// `\h`
        Function Notice, "explain a function of SQL", "giải thích một hàm SQL";
        /// `\d`
        Describe Notice, "list the tables, or the columns of one with their titles", "liệt kê các bảng, hoặc các cột của một bảng kèm tiêu đề";
        /// `\d+`
        DescribeMore Notice, "the same with numbers of rows, or with the values of categories and what columns mean", "như trên, thêm số dòng, hoặc các giá trị phân loại và ý nghĩa của cột";
        /// `\dt`
        Datasets Notice, "list the datasets with years and rows", "liệt kê các bộ dữ liệu, các năm và số dòng";
        /// `\df`
        Functions Notice, "list the functions of SQL whose name or text holds TEXT", "liệt kê các hàm SQL có tên hoặc mô tả chứa TỪ_KHOÁ";
        /// `\describe`
        Summary Notice,
            "sum up a table or the last result: per column nulls, distinct values, quartiles, most frequent values",
            "tóm tắt một bảng hoặc kết quả gần nhất: mỗi cột có bao nhiêu ô trống, giá trị khác nhau, tứ phân vị, giá trị hay gặp";
        /// `\x`
        Expanded Notice, "show each row as a block of lines", "hiện mỗi dòng dữ liệu thành một khối nhiều dòng";
        /// `\timing`
        Timing Notice, "show how long statements take", "hiện thời gian chạy của câu lệnh";
        /// `\pset`
        Set Notice, "list the settings, or change one", "liệt kê các tuỳ chọn, hoặc đổi một tuỳ chọn";
        /// `\lang`
        Language Notice, "speak Vietnamese or English", "chuyển sang tiếng Việt hoặc tiếng Anh";
        /// `\last`
        Last Notice, "show the last result again, all of it", "hiện lại toàn bộ kết quả gần nhất";
        /// `\crosstabview`
        Crosstab Notice, "turn the values of a column into columns", "chuyển các giá trị của một cột thành các cột";
        /// `\check`
        Check Notice, "check the report's figures and the data against each other", "đối chiếu số liệu báo cáo với dữ liệu và với nhau";
        /// `\g`
        Go Notice, "run the statement (again); the result goes to FILE", "chạy câu lệnh (lần nữa); ghi kết quả vào TỆP";
        /// `\o`
        Output Notice, "send all results to FILE, by its extension; without FILE, show them here again", "ghi mọi kết quả vào TỆP theo phần mở rộng; không có TỆP thì lại hiện tại đây";
        /// `\copy`
        Copy Notice, "write a table or a query's result to FILE, by its extension", "ghi một bảng hoặc kết quả truy vấn vào TỆP theo phần mở rộng";
        /// `\i`
        Include Notice, "run the statements and commands of FILE", "chạy các câu lệnh trong TỆP";
        /// `\e`
        Edit Notice, "edit the statement in $EDITOR", "sửa câu lệnh bằng trình soạn thảo $EDITOR";
        /// `\s`
        History Notice, "show the history, or the entries that hold TEXT", "hiện lịch sử câu lệnh, hoặc các mục chứa TỪ_KHOÁ";
        /// `\watch`
        Watch Notice, "run the statement every SECONDS (2), COUNT times or until Ctrl-C", "chạy lại câu lệnh mỗi GIÂY giây (2), SỐ_LẦN lần hoặc đến khi bấm Ctrl-C";
        /// `\set`
        SetVariable Notice, "list the variables, or set one for `:NAME`, `:'NAME'`, `:\"NAME\"`", "liệt kê các biến, hoặc đặt một biến để dùng `:TÊN`, `:'TÊN'`, `:\"TÊN\"`";
        /// `\unset`
        Unset Notice, "forget a variable", "bỏ một biến";
        /// `\n`
        Queries Notice, "list the saved queries, or run one", "liệt kê các truy vấn đã lưu, hoặc chạy một truy vấn";
        /// `\compare`
        Compare Notice, "compare the years of saved queries", "so sánh các năm của những truy vấn đã lưu";
        /// `\save`
        Save Notice, "save the last statement as a query or a chart", "lưu câu lệnh gần nhất thành truy vấn hoặc biểu đồ";
        /// `\chart`
        Chart Notice,
            "draw the last result (`\\chart line x=year y=rate color=field`), or a saved chart; list the saved charts with `\\chart ?`",
            "vẽ kết quả gần nhất (`\\chart line x=year y=rate color=field`), hoặc một biểu đồ đã lưu; `\\chart ?` liệt kê biểu đồ đã lưu";
        /// `\import`
        Import Notice, "import a year of a dataset from exported files", "nhập một năm của bộ dữ liệu từ các tệp đã xuất";
        /// `\q`
        Quit Notice, "leave", "thoát";
    }
}

super::messages! {
    /// Help of the settings.
    pub enum SettingHelp {
        /// `format`
        Format Notice, "format of results", "định dạng của kết quả";
        /// `expanded`
        Expanded Notice, "each row as a block of lines", "mỗi dòng dữ liệu thành một khối";
        /// `titles`
        Titles Notice, "Vietnamese titles and labels instead of names and codes", "tiêu đề và nhãn tiếng Việt thay cho tên và mã";
        /// `locale`
        Locale Notice, "numbers and dates in tables: 1.234,5 and 31/12/2023, or 1,234.5 and 2023-12-31", "số và ngày trong bảng: 1.234,5 và 31/12/2023, hoặc 1,234.5 và 2023-12-31";
        /// `null`
        Null Notice, "what stands for a missing value in tables", "ký hiệu của giá trị trống trong bảng";
        /// `maxrows`
        MaxRows Notice, "rows shown of a long result; 0 shows all", "số dòng hiện của kết quả dài; 0 là hiện tất cả";
        /// `width`
        Width Notice, "columns of the terminal that a table may use; 0 asks the terminal", "số cột màn hình mà bảng được dùng; 0 là theo màn hình";
        /// `pager`
        Pager Notice, "page results that are longer than the screen, none, or all", "xem từng trang khi kết quả dài hơn màn hình, không bao giờ, hoặc luôn luôn";
        /// `timing`
        Timing Notice, "how long statements take", "thời gian chạy của câu lệnh";
        /// `preview`
        Preview Notice, "how charts are shown in the terminal", "cách hiện biểu đồ trên màn hình lệnh";
        /// `history`
        History Notice, "keep what is typed for the next session", "giữ lại những gì đã gõ cho lần sau";
        /// `cache`
        Cache Notice, "keep what is computed of years that do not change", "giữ lại kết quả đã tính của các năm không thay đổi";
        /// `lang`
        Lang Notice, "language of messages and headings", "ngôn ngữ của thông báo và tiêu đề";
    }
}
