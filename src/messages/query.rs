//! What is said about SQL, saved queries and their parameters.

use std::collections::{BTreeMap, BTreeSet};

super::messages! {
    /// Faults of statements and of saved queries.
    pub enum QueryFault {
        /// The parser does not understand the statement.
        Syntax { problem: String, problem_vi: String, near: String } Data,
            "this is not SQL that can be read: {problem}", "không hiểu được câu SQL này: {problem_vi}",
            hint "{near}", "{near}";
        /// A statement of more bytes than the planner takes.
        TooLong { found: usize, limit: usize } Data,
            "the statement has {found} bytes, and {limit} are the limit",
            "câu lệnh dài {found} byte, trong khi giới hạn là {limit}",
            hint "import the values as a dataset and join it", "hãy nhập các giá trị thành một bộ dữ liệu rồi nối bảng";
        /// A statement of more operators than the planner takes.
        TooManyOperators { found: usize, limit: usize } Data,
            "the statement has {found} operators, and {limit} are the limit",
            "câu lệnh có {found} phép toán, trong khi giới hạn là {limit}",
            hint "write `column IN (…)` in place of a chain of OR", "hãy viết `cột IN (…)` thay cho một chuỗi OR";
        /// A saved query that is none or several statements.
        NotOneStatement Usage,
            "a saved query holds exactly one statement", "truy vấn đã lưu phải có đúng một câu lệnh";
        /// A call of a saved query that cannot be read.
        BadCall { query: String } Data,
            "the arguments of `queries.{query}` are not names with literal values",
            "các đối số của `queries.{query}` không có dạng tên và giá trị viết thẳng",
            hint "write `queries.{query}(parameter => 2021)`", "hãy viết `queries.{query}(tham_số => 2021)`";
        /// A table that does not exist.
        UnknownTable { name: String, hint: String, hint_vi: String } Data,
            "there is no table `{name}`", "không có bảng `{name}`", hint "{hint}", "{hint_vi}";
        /// A column that does not exist.
        UnknownColumn { name: String, hint: String, hint_vi: String } Data,
            "there is no column `{name}` here", "ở đây không có cột `{name}`", hint "{hint}", "{hint_vi}";
        /// A function that does not exist.
        UnknownFunction { name: String, hint: String, hint_vi: String } Data,
            "there is no function `{name}`", "không có hàm `{name}`", hint "{hint}", "{hint_vi}";
        /// A function that does not take values of these types.
        WrongTypes { function: String } Data,
            "function `{function}` does not take values of these types",
            "hàm `{function}` không nhận các giá trị kiểu này",
            hint "`\\d NAME` shows the types of a table; `CAST(column AS DOUBLE)` converts",
                 "`\\d TÊN` cho biết kiểu của các cột; `CAST(cột AS DOUBLE)` đổi kiểu";
        /// A column beside aggregates that no group gives a value to.
        NotGrouped { column: String } Data,
            "`{column}` stands beside aggregates, but the groups do not give it one value",
            "`{column}` đứng cạnh các hàm gộp nhưng không thuộc nhóm nên không có một giá trị duy nhất",
            hint "add it to GROUP BY, or put it into min(), max() or count()",
                 "hãy thêm cột này vào GROUP BY, hoặc đặt vào min(), max() hay count()";
        /// A division by zero.
        DividedByZero Data, "a number is divided by zero", "có phép chia cho 0",
            hint "`a / nullif(b, 0)` gives NULL where b is 0", "viết `a / nullif(b, 0)` để được NULL khi b bằng 0";
        /// An aggregate in a condition on rows.
        AggregateInWhere Data,
            "WHERE looks at single rows and takes no aggregates", "WHERE xét từng dòng nên không dùng được hàm gộp",
            hint "put the condition behind GROUP BY, with HAVING", "hãy đặt điều kiện này sau GROUP BY, bằng HAVING";
        /// A query in the place of a value that gives several.
        ManyRows Data,
            "a query in brackets stands for one value, but gives several rows",
            "truy vấn trong ngoặc đứng thay một giá trị nhưng lại cho nhiều dòng",
            hint "use an aggregate such as max(), or `IN (SELECT …)`", "hãy dùng hàm gộp như max(), hoặc `IN (SELECT …)`";
        /// Queries with different numbers of columns below each other.
        UnevenUnion Data,
            "the queries of the UNION have different numbers of columns", "các truy vấn trong UNION có số cột khác nhau";
        /// A text that is no value of a type.
        NotOfType { value: String, kind: String } Data,
            "`{value}` is not a value of type {kind}", "`{value}` không phải giá trị kiểu {kind}",
            hint "dates are written '2023-12-31'; `TRY_CAST(column AS type)` gives NULL for what does not fit",
                 "ngày viết theo dạng '2023-12-31'; `TRY_CAST(cột AS kiểu)` cho NULL ở chỗ không đổi được";
        /// Arithmetic with values that are no numbers.
        NoArithmetic { left: String, operator: String, right: String } Data,
            "`{operator}` does not go with {left} and {right}", "không dùng được `{operator}` giữa {left} và {right}",
            hint "`CAST(column AS DOUBLE)` makes a number of a text; `||` joins texts",
                 "`CAST(cột AS DOUBLE)` đổi chữ thành số; `||` nối chuỗi";
        /// A name that columns of several tables have.
        Ambiguous { name: String } Data,
            "several tables have a column `{name}`", "nhiều bảng cùng có cột `{name}`",
            hint "write the table's name or alias before it: `d.{name}`", "hãy viết tên hoặc bí danh của bảng ở trước: `d.{name}`";
        /// A call of a function of the department with too few, too many or other values.
        WrongCall { function: String, syntax: String } Data,
            "`{function}` does not take these values", "hàm `{function}` không nhận các giá trị này",
            hint "it is called as `{syntax}`", "cách gọi: `{syntax}`";
        /// A creation that says more than a name and a query.
        NotPlainCreation Data,
            "a temporary table is a name and a query, nothing else", "bảng tạm chỉ gồm một tên và một truy vấn",
            hint "write `CREATE TABLE name AS SELECT …`; column names come from the query",
                 "hãy viết `CREATE TABLE tên AS SELECT …`; tên cột lấy từ truy vấn";
        /// A name that no temporary table can have.
        NotTemporaryName { name: String } Data,
            "`{name}` cannot be the name of a temporary table", "`{name}` không dùng làm tên bảng tạm được",
            hint "small letters, digits and `_`, without a schema: `late_2023`", "dùng chữ thường không dấu, chữ số và `_`, không kèm lược đồ: `qua_han_2023`";
        /// A name that a table of the workspace has.
        NameTaken { name: String } Data,
            "`{name}` is a table of the workspace", "`{name}` là bảng của không gian làm việc",
            hint "give the temporary table another name", "hãy đặt tên khác cho bảng tạm";
        /// A name that a temporary table has.
        AlreadyKept { name: String } Data,
            "there is a temporary table `{name}`", "đã có bảng tạm `{name}`",
            hint "`CREATE OR REPLACE …` takes its place", "dùng `CREATE OR REPLACE …` để thay bảng cũ";
        /// A table of the workspace that SQL cannot drop.
        NotTemporary { name: String } Data,
            "`{name}` is a table of the workspace, which SQL does not change", "`{name}` là bảng của không gian làm việc, SQL không thay đổi được",
            hint "`cchc remove` takes a year out of it", "dùng `cchc remove` để bỏ một năm";
        /// A temporary table that does not exist.
        NothingKept { name: String } Data, "there is no temporary table `{name}`", "không có bảng tạm `{name}`";
        /// A statement that changes something.
        NotAllowed { verb: String } Data,
            "`{verb}` is not allowed: SQL here reads the workspace and changes nothing",
            "không được dùng `{verb}`: SQL ở đây chỉ đọc không gian làm việc, không thay đổi gì",
            hint "to bring data in, use `cchc import`; to write a result to a file, use `-o FILE`; `CREATE TABLE name AS SELECT …` keeps one for the session",
                 "để đưa dữ liệu vào, hãy dùng `cchc import`; để ghi kết quả ra tệp, hãy dùng `-o TỆP`; để giữ kết quả trong phiên này, `CREATE TABLE tên AS SELECT …`";
        /// Planning or running failed in a way that the engine explains in its own words.
        Failed { problem: String } Data,
            "the query failed: {problem}", "truy vấn không chạy được: {problem}";
        /// It needs more memory, or more of the disk, than it may use.
        TooLarge { problem: String } Data,
            "the query does not fit into the memory it may use: {problem}",
            "truy vấn không vừa bộ nhớ được phép dùng: {problem}",
            hint "ask for fewer years, columns or groups, or raise the limit: `--memory-limit 8G`",
                 "hãy hỏi ít năm, ít cột hoặc ít nhóm hơn, hoặc nâng giới hạn: `--memory-limit 8G`";
        /// The engine calls it a defect of its own.
        Defect { problem: String } Internal,
            "the query engine failed: {problem}", "bộ máy truy vấn gặp lỗi: {problem}",
            hint "this is a defect of the program; please report the statement", "đây là lỗi của chương trình; xin hãy báo lại câu lệnh";
        /// A year kept being replaced while the query was planned.
        KeepsChanging Data,
            "the data were replaced again and again while the query was starting",
            "dữ liệu bị thay liên tục trong lúc truy vấn bắt đầu chạy",
            hint "run it again once the import has finished", "hãy chạy lại khi việc nhập dữ liệu đã xong";
        /// A forecast that is called otherwise than it can be.
        ForecastCall { problem: String, problem_vi: String } Data,
            "`forecast` {problem}", "`forecast` {problem_vi}",
            hint "write `FROM forecast((SELECT series, year, value FROM …), horizon => 3, level => 0.95, method => 'trend')`; a rate takes its denominator as a fourth column",
                 "hãy viết `FROM forecast((SELECT series, year, value FROM …), horizon => 3, level => 0.95, method => 'trend')`; tỷ lệ cần thêm mẫu số ở cột thứ tư";
        /// A series that is too short for a forecast.
        ForecastTooShort { series: String, count: usize, least: usize, left_out: String, left_out_vi: String } Data,
            "series {series} has {count} years{left_out}, and a forecast needs {least}",
            "chuỗi {series} có {count} năm{left_out_vi}, mà dự báo cần ít nhất {least} năm",
            hint "with fewer points no trend can be told from chance; show the years as they are",
                 "ít năm hơn thì không phân biệt được xu hướng với ngẫu nhiên; hãy trình bày số liệu các năm như vốn có";
        /// A date of a year whose holidays are not known.
        NoCalendar { date: String, first: i32, last: i32 } Data,
            "the working days around {date} are not known: the calendar covers {first} to {last}",
            "chưa biết ngày làm việc quanh {date}: lịch chỉ có các năm từ {first} đến {last}",
            hint "add the holidays of the year to `calendar.csv` in the workspace (date,kind,name,source)",
                 "hãy thêm ngày nghỉ của năm đó vào tệp `calendar.csv` của không gian làm việc (date,kind,name,source)";
        /// `label` cannot tell which codes the values are.
        NoLabels { expression: String } Data,
            "`label({expression})` cannot tell which category the codes belong to",
            "`label({expression})` không biết các mã thuộc cột phân loại nào",
            hint "name the category column: `label({expression}, 'dataset.column')`",
                 "hãy nêu rõ cột phân loại: `label({expression}, 'bộ_dữ_liệu.cột')`";
        /// A `dataset.column` that is not a category column.
        NoSuchCategory { key: String } Data,
            "`{key}` is not a category column of a dataset", "`{key}` không phải cột phân loại của bộ dữ liệu nào",
            hint "write it as `'dataset.column'`, for example `'dossiers.outcome'`",
                 "hãy viết dạng `'bộ_dữ_liệu.cột'`, ví dụ `'dossiers.outcome'`";
        /// A saved query that leads back to itself.
        Cycle { path: String } Data,
            "saved queries use each other in a circle: {path}", "các truy vấn đã lưu gọi vòng quanh nhau: {path}";
        /// A header line that is none of the known ones.
        BadHeader { problem: String, problem_vi: String } Usage,
            "the header of the query is wrong: {problem}", "phần đầu của truy vấn sai: {problem_vi}",
            hint "lines are `-- title: …`, `-- about: …`, `-- param name: type = default -- text`, `-- choices name: values` and `-- column name: spec -- title`",
                 "các dòng có dạng `-- title: …`, `-- about: …`, `-- param tên: kiểu = mặc định -- giải thích`, `-- choices tên: các giá trị` và `-- column tên: đặc tả -- tiêu đề`";
        /// A placeholder without a declaration.
        UndeclaredParameter { name: String } Usage,
            "parameter `${name}` is not declared", "tham số `${name}` chưa được khai báo",
            hint "add a line `-- param {name}: text -- …`", "hãy thêm dòng `-- param {name}: text -- …`";
        /// A declaration that nothing uses.
        UnusedParameter { name: String } Usage,
            "parameter `{name}` is declared but not used", "tham số `{name}` được khai báo nhưng không dùng";
        /// A value that the query does not know.
        UnknownParameter { query: String, name: String, hint: String, hint_vi: String } Usage,
            "`{query}` has no parameter `{name}`", "`{query}` không có tham số `{name}`", hint "{hint}", "{hint_vi}";
        /// A parameter without default and without value.
        MissingParameter { query: String, name: String, kind: String, example: String } Usage,
            "`{query}` needs parameter `{name}` ({kind})", "`{query}` cần tham số `{name}` ({kind})",
            hint "add it after the name of the query, such as `{name}={example}`",
                 "hãy thêm sau tên truy vấn, ví dụ `{name}={example}`";
        /// A value of the wrong type.
        BadArgument { name: String, found: String, kind: String, form: String, form_vi: String } Usage,
            "`{found}` is not a value for parameter `{name}` ({kind})",
            "`{found}` không phải giá trị cho tham số `{name}` ({kind})",
            hint "write {form}", "hãy viết {form_vi}";
        /// A value that is none of those that a parameter takes.
        NotOffered { name: String, found: String, hint: String, hint_vi: String } Usage,
            "`{found}` is none of the values of parameter `{name}`", "`{found}` không nằm trong các giá trị của tham số `{name}`",
            hint "{hint}", "{hint_vi}";
        /// A column that is declared and that the result does not have.
        NoResultColumn { name: String } Usage,
            "column `{name}` is declared, and the result has none of that name",
            "cột `{name}` được khai báo nhưng kết quả không có cột này",
            hint "name it in the SELECT, or take the declaration away", "hãy đặt tên đó trong SELECT, hoặc bỏ dòng khai báo";
        /// A parameter that is given two values.
        GivenTwice { name: String } Usage,
            "parameter `{name}` is given twice", "tham số `{name}` được nêu hai lần",
            hint "leave one of the values", "hãy để lại một giá trị";
        /// A default in SQL that gives no single value.
        BadDefault { name: String } Data,
            "the default of parameter `{name}` does not give one value",
            "giá trị mặc định của tham số `{name}` không cho đúng một giá trị";
        /// Placeholders outside a saved query.
        NoParametersHere { name: String } Data,
            "`${name}` is a parameter, and only saved queries have parameters",
            "`${name}` là tham số, mà chỉ truy vấn đã lưu mới có tham số",
            hint "write the value itself", "hãy viết thẳng giá trị";
    }
}

super::messages! {
    /// What a result's reader must know.
    #[derive(PartialEq, Eq)]
    pub enum QueryNotice {
        /// The result reads made-up data.
        Synthetic { what: String, what_vi: String } Notice,
            "synthetic data, not the department's: {what}", "số liệu mô phỏng, không phải số liệu thật của Sở: {what_vi}";
        /// The result holds forecasts.
        Forecast { method: String, method_vi: String, level: String, years: String, count: usize, left_out: String, left_out_vi: String } Notice,
            "forecast by {method}, interval of {level} %, from {count} years ({years}){left_out}",
            "dự báo bằng {method_vi}, khoảng tin cậy {level}%, từ số liệu {count} năm ({years}){left_out_vi}";
        /// Numbers that a chart cannot draw.
        LeftOut { column: String, count: usize, of: usize } Notice,
            "not drawn, because infinite or not a number: “{column}” in {count} of {of} rows",
            "không vẽ được vì vô hạn hoặc không phải là số: “{column}” ở {count} trong {of} dòng";
        /// The result reads a file that nobody imported.
        Outside { file: String } Notice,
            "read outside the workspace, of unknown origin: {file}", "đọc ngoài không gian làm việc, không rõ nguồn gốc: {file}";
        /// Letters that the font of charts lacks.
        NoLetters { count: usize, letters: String } Notice,
            "{count} letters are not in the font of charts and stand as boxes: {letters}",
            "{count} ký tự không có trong phông chữ của biểu đồ, vẽ thành ô vuông: {letters}";
        /// Years that are compared although they do not cover the same time.
        Periods { dataset: String, title: String, days: i64, short: String, short_vi: String } Notice,
            "periods differ in length ({dataset}): the longest has {days} days, {short}; nothing is made annual",
            "kỳ số liệu dài ngắn khác nhau ({title}): dài nhất {days} ngày, {short_vi}; số liệu không được quy đổi theo năm";
        /// A temporary table was made.
        Kept { name: String, rows: usize } Notice,
            "temporary table `{name}`: {rows} rows, until the session ends", "bảng tạm `{name}`: {rows} dòng, giữ đến hết phiên làm việc";
        /// A temporary view was made.
        KeptView { name: String } Notice,
            "temporary view `{name}`, until the session ends", "khung nhìn tạm `{name}`, giữ đến hết phiên làm việc";
        /// A temporary table was there already.
        StillKept { name: String } Notice, "`{name}` is there already and stays as it is", "`{name}` đã có sẵn, giữ nguyên";
        /// Temporary tables were dropped.
        Forgotten { names: String } Notice, "dropped: {names}", "đã bỏ: {names}";
        /// Cells that are left out.
        CellsLeftOut { count: usize, least: u32, file: String } Notice,
            "{count} cells are left out: “<{least}” for small counts, “*” for what follows from them or gives them away, empty for programs (`min_cell` in {file})",
            "không công bố {count} ô: “<{least}” là số đếm nhỏ, “*” là ô suy ra từ số đó hoặc làm lộ số đó, tệp cho chương trình để trống (`min_cell` trong {file})";
        /// Years that are shown without data.
        NotImported { years: String, sign: String } Notice,
            "not imported{sign}: {years}", "chưa nhập số liệu{sign}: {years}";
    }
}

super::messages! {
    /// How a statement ran.
    pub enum ExplainWords {
        /// What was read of the files.
        Read { bytes: usize, row_groups: usize, of: usize, rows: usize } Notice,
            "{bytes} bytes read; {row_groups} of {of} row groups; {rows} rows",
            "đã đọc {bytes} byte; {row_groups} trong {of} nhóm dòng; {rows} dòng";
    }
}

super::messages! {
    /// What a person is asked for.
    pub enum AskWords {
        /// A value that a saved query needs.
        Parameter { query: String, name: String, kind: String, about: String } Notice,
            "`{query}` needs `{name}` ({kind}){about}", "`{query}` cần `{name}` ({kind}){about}";
        /// A value that it may have.
        Choice { value: String, label: String } Notice, "  {value}{label}", "  {value}{label}";
    }
}

impl QueryNotice {
    /// Joins the notices of several answers into one that names each dataset once, with its years; which
    /// columns are meant stands in the notice of each answer alone.
    pub fn merge(mut notices: Vec<Self>) -> Vec<Self> {
        if notices.len() < 2 {
            return notices;
        }
        let (mut english, mut vietnamese) = (BTreeMap::new(), BTreeMap::new());
        let mut others: Vec<Self> = Vec::new();
        for notice in notices.drain(..) {
            match notice {
                Self::Synthetic { what, what_vi } => {
                    collect_years(&what, &mut english);
                    collect_years(&what_vi, &mut vietnamese);
                }
                other @ Self::Forecast { .. } if others.contains(&other) => {}
                other => others.push(other),
            }
        }
        let joined = Self::Synthetic { what: join_years(&english), what_vi: join_years(&vietnamese) };
        let synthetic = (!english.is_empty()).then_some(joined);
        synthetic.into_iter().chain(others).collect()
    }
}

/// Reads `dossiers 2020–2022 (all), 2023 (channel); staffing 2023` into years by dataset.
fn collect_years(what: &str, datasets: &mut BTreeMap<String, BTreeSet<i32>>) {
    for part in what.split("; ") {
        // A title may hold other numbers, ISO 9001, before the years.
        let is_year = |word: &str| word.parse::<i32>().is_ok_and(|year| (1900..=2200).contains(&year));
        let years_start = part.match_indices(' ').map(|(at, _)| at + 1);
        let at = years_start.into_iter().find(|at| part.get(*at..*at + 4).is_some_and(is_year));
        let Some((dataset, mut rest)) = at.map(|at| part.split_at(at)) else { continue };
        let years = datasets.entry(dataset.trim().to_owned()).or_default();
        let mut plain = String::new();
        // What stands in brackets names columns.
        while let Some((before, after)) = rest.split_once('(') {
            plain.push_str(before);
            rest = after.split_once(')').map_or("", |(_, behind)| behind);
        }
        plain.push_str(rest);
        for span in plain.split(',').map(str::trim) {
            let (first, last) = span.split_once('–').unwrap_or((span, span));
            if let (Ok(first), Ok(last)) = (first.parse::<i32>(), last.parse::<i32>()) {
                years.extend(first..=last);
            }
        }
    }
}

fn join_years(datasets: &BTreeMap<String, BTreeSet<i32>>) -> String {
    let mut parts = Vec::new();
    for (dataset, years) in datasets {
        let years: Vec<String> = years.iter().map(ToString::to_string).collect();
        parts.push(format!("{dataset} {}", years.join(", ")));
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::QueryNotice;

    #[test]
    fn merged_notices_name_each_dataset_once_with_its_years() {
        let notice =
            |what: &str, what_vi: &str| QueryNotice::Synthetic { what: what.into(), what_vi: what_vi.into() };
        let one = notice(
            "dossiers 2020–2022 (all), 2023 (a, b); training 2023",
            "Hồ sơ 2020–2022 (toàn bộ), 2023 (Mã (A), b); Đào tạo, bồi dưỡng 2023",
        );
        let two = notice("dossiers 2023 (c)", "Hồ sơ 2023 (c)");
        assert_eq!(
            QueryNotice::merge(vec![one.clone(), two]),
            [notice(
                "dossiers 2020, 2021, 2022, 2023; training 2023",
                "Hồ sơ 2020, 2021, 2022, 2023; Đào tạo, bồi dưỡng 2023"
            )]
        );
        assert_eq!(QueryNotice::merge(vec![one.clone()]), [one]);
    }
}
