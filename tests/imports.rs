use cchc::source::{Cell, ReadOptions, Row, read_exports};
use rust_xlsxwriter::{Workbook, Worksheet};

use crate::support::{Project, Run};

/// Writes exports and imports them as synthetic training of 2023.
fn import(project: &Project, dataset: &str, files: &[(&str, &str)], more: &[&str]) -> Run {
    for (name, text) in files {
        project.write(name, text);
    }
    let names = files.iter().map(|(name, _)| *name);
    let words: Vec<&str> = ["import", dataset, "2023"]
        .into_iter()
        .chain(names)
        .chain(["--synthetic"])
        .chain(more.iter().copied())
        .collect();
    let run = project.run(&words);
    // A revision follows from the contract and the importer, which are not what is tested here.
    let revision = regex::Regex::new("[0-9a-f]{12}").unwrap();
    let stderr = revision.replace_all(&run.stderr, "<revision>").into_owned();
    Run { stderr, ..run }
}

fn fill(sheet: &mut Worksheet, rows: &[&[&str]]) {
    for (row, cells) in (0_u32..).zip(rows) {
        for (column, text) in (0_u16..).zip(*cells) {
            match text.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).unwrap(),
                Err(_) => sheet.write_string(row, column, *text).unwrap(),
            };
        }
    }
}

#[test]
fn standard_input_is_read_once_by_drafts_and_imports() {
    let project = Project::new();
    let text = "Tên khóa;Số lượng\nTin học;3\nNgoại ngữ;4\n";
    let draft = project.run_with(&["contract", "-", "-o", "datasets/lop.toml"], text);
    assert!(draft.stderr.contains("it reads 2 rows"), "{draft}");
    project.run_with(&["import", "lop", "2023", "-"], text).data();
    assert_eq!(project.run(&["query", "-c", "select count(*) n from lop"]).data(), "n\n2\n");
    let twice = project.run_with(&["import", "lop", "2023", "-", "-"], text);
    assert!(twice.code == Some(2) && twice.stderr.contains("name each export once"), "{twice}");
}

#[test]
fn letters_that_became_question_marks_are_refused_where_a_column_reads_them() {
    let project = Project::new();
    let cells = "Tên khóa;Cơ sở đào tạo;Số lượng;Ghi chú\nTin h?c c? b?n;Sở N?i vụ;3;Ai ký?\n\
        Hỏi đáp là gì?;Trường Chính trị;4;Nguy?n\n";
    let run = import(&project, "training", &[("a.csv", cells)], &["--lang", "vi"]);
    assert_eq!(run.code, Some(1), "{run}");
    for words in ["bị mất chữ do sai bảng mã", "A2: `Tin h?c c? b?n`", "B2: `Sở N?i vụ`"] {
        assert!(run.stderr.contains(words), "{words}: {run}");
    }
    assert!(!run.stderr.contains("A3") && !run.stderr.contains("Nguy?n"), "{run}");
    let run = import(&project, "training", &[("b.csv", "Tên khóa h?c;S? lư?ng\nTin học;3\n")], &[]);
    assert!(run.stderr.contains("letters were lost") && run.stderr.contains("A1: `Tên khóa h?c`"), "{run}");
}

#[test]
fn numbers_of_days_in_text_are_read_near_the_year_and_pointed_out() {
    let project = Project::new();
    let text = "Tên khóa;Từ ngày\nTin học;45000\nNgoại ngữ;16/06/2023\n";
    let run = import(&project, "training", &[("a.csv", text)], &[]);
    assert!(run.stderr.contains("1 cells of `start_on` are not dates") && run.stderr.contains("B2"), "{run}");
    let stored = project.run(&["query", "-c", "select start_on from training order by 1"]).data();
    assert_eq!(stored, "start_on\n2023-03-15\n2023-06-16\n");
    let far = "Tên khóa;Từ ngày\nTin học;38000\n";
    let run = import(&project, "training", &[("a.csv", far)], &[]);
    assert!(run.code == Some(1) && run.stderr.contains("plain numbers where dates are wanted"), "{run}");
}

#[test]
fn a_summary_beside_the_registers_is_left_out_and_a_register_without_its_column_is_not() {
    let project = Project::new();
    let register: &[&[&str]] = &[
        &["Mã hồ sơ", "Lĩnh vực", "Ngày tiếp nhận", "Ngày hẹn trả", "Kết quả"],
        &["A1", "SHTT", "15/02/2023", "20/02/2023", "Trước hạn"],
    ];
    let summary: &[&[&str]] = &[&["Lĩnh vực", "Số hồ sơ"], &["SHTT", "1"]];
    let broken: &[&[&str]] = &[
        &["Mã hồ sơ", "Lĩnh vực", "Tiếp nhận ngày nào", "Ngày hẹn trả", "Kết quả"],
        &["A2", "SHTT", "15/02/2023", "20/02/2023", "Trước hạn"],
    ];
    for (second, code) in [(summary, 0), (broken, 1)] {
        let mut workbook = Workbook::new();
        fill(workbook.add_worksheet().set_name("Sổ").unwrap(), register);
        fill(workbook.add_worksheet().set_name("Tổng hợp").unwrap(), second);
        workbook.save(project.path("a.xlsx")).unwrap();
        let run = project.run(&["import", "dossiers", "2023", "a.xlsx", "--synthetic"]);
        assert!(run.code == Some(code) && run.stderr.contains("Tổng hợp"), "{run}");
    }
}

#[test]
fn letters_and_digits_of_other_keyboards_are_stored_as_usual_ones() {
    let project = Project::new();
    let text = "Số, ký hiệu;Ngày ban hành\n66/NQ-\u{421}\u{420};０５/１２/２０２３\n";
    let run = import(&project, "documents", &[("a.csv", text)], &[]);
    assert!(run.stderr.contains("Cyrillic") && run.stderr.contains("A2"), "{run}");
    let stored = project.run(&["query", "-c", "select symbol, issued_on from documents"]).data();
    assert_eq!(stored, "symbol,issued_on\n66/NQ-CP,2023-12-05\n");
    let twice = format!("{text}66/NQ-CP;05/12/2023\n");
    let run = import(&project, "documents", &[("b.csv", &twice)], &[]);
    assert!(run.code == Some(1) && run.stderr.contains("rows repeat the key"), "{run}");
}

#[test]
fn pages_may_repeat_the_header_in_other_capitals_and_the_column_numbers() {
    let project = Project::new();
    let text = "STT;Tên khóa;Số lượng\n(1);(2);(3)\n1;Tin học;3\nSTT;TÊN KHÓA;Số  lượng\n(1);(2);(3)\n\
        2;Ngoại ngữ;4\n;Người lập biểu;Giám đốc\n;Nguyễn Văn A;Trần Thị B\n";
    import(&project, "training", &[("a.csv", text)], &[]).data();
    let stored = project.run(&["query", "-c", "select course, participants from training order by 2"]).data();
    assert_eq!(stored, "course,participants\nTin học,3\nNgoại ngữ,4\n");
}

const COURSES: &[&[&str]] = &[&["Tên khóa", "Số lượng"], &["Tin học", "3"], &["Ngoại ngữ", "4"]];

#[test]
fn each_export_of_a_year_is_held_to_that_year_and_named() {
    let project = Project::new();
    let text = |period: &str, symbol: &str| format!("{period};\nSố, ký hiệu;Trích yếu\n{symbol};a\n");
    let good = text("Từ ngày 01/01/2023 đến ngày 30/06/2023", "1/A");
    let bad = text("Từ ngày 01/07/2022 đến ngày 31/12/2022", "2/A");
    let run = import(&project, "documents", &[("nua_dau.csv", &good), ("nua_sau.csv", &bad)], &[]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("covers 01/07/2022 – 31/12/2022, not 2023"), "{run}");
    assert!(run.stderr.contains("--> nua_sau.csv, A1") && !run.stderr.contains("nua_dau.csv"), "{run}");
}

#[test]
fn a_period_longer_than_a_year_is_not_a_year() {
    let text = "Từ ngày 01/01/2021 đến ngày 31/12/2023;\nSố, ký hiệu;Trích yếu\n1/A;a\n";
    let run = import(&Project::new(), "documents", &[("a.csv", text)], &[]);
    assert!(run.stderr.contains("covers 01/01/2021 – 31/12/2023, not 2023"), "{run}");
}

#[test]
fn figures_as_of_march_belong_to_the_year_before_and_as_of_april_do_not() {
    let text =
        |date: &str| format!("(Số liệu tính đến ngày {date});\nTên đơn vị;Công chức\n;Giao\nVăn phòng;5\n");
    let project = Project::new();
    import(&project, "staffing", &[("a.csv", &text("31/03/2024"))], &[]).data();
    let run = import(&project, "staffing", &[("a.csv", &text("01/04/2024"))], &[]);
    assert!(run.stderr.contains("covers 01/04/2024, not 2023") && run.stderr.contains("a.csv, A1"), "{run}");
}

#[test]
fn a_signature_counts_only_where_neither_period_nor_date_is_known() {
    let text = "Tên khóa;Số lượng\nTin học;3\nTổng cộng;3\n;Nghệ An, ngày 20 tháng 6 năm 2024\n";
    let project = Project::new();
    let run = import(&project, "training", &[("a.csv", text)], &[]);
    assert!(run.stderr.contains("covers 20/06/2024"), "{run}");
    import(&project, "training", &[("a.csv", text)], &["--as-of", "31/12/2023"]).data();
    import(&project, "training", &[("a.csv", text)], &["--period", "2023-01-01..2023-12-31"]).data();
}

#[test]
fn each_export_gives_its_own_day_to_its_rows() {
    let text = |date: &str, unit: &str| {
        format!("(Số liệu tính đến ngày {date});\nTên đơn vị;Công chức\n;Giao\n{unit};5\n")
    };
    let project = Project::new();
    let (first, second) = (text("30/06/2023", "A"), text("31/12/2023", "B"));
    import(&project, "staffing", &[("a.csv", &first), ("b.csv", &second)], &[]).data();
    let rows = project.run(&["query", "-c", "select unit, as_of from staffing order by 1"]).data();
    assert_eq!(rows, "unit,as_of\nA,2023-06-30\nB,2023-12-31\n");
}

#[test]
fn a_copied_sheet_is_refused_and_equal_files_are_pointed_out() {
    let project = Project::new();
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet().set_name("Lớp").unwrap(), COURSES);
    fill(workbook.add_worksheet().set_name("Lớp (2)").unwrap(), COURSES);
    workbook.save(project.path("lop.xlsx")).unwrap();
    let run = project.run(&["import", "training", "2023", "lop.xlsx", "--synthetic"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("two sheets have the same 2 rows"), "{run}");
    assert!(run.stderr.contains("sheet `Lớp`") && run.stderr.contains("sheet `Lớp (2)`"), "{run}");
    project.run(&["import", "training", "2023", "lop.xlsx", "--synthetic", "--sheet", "Lớp"]).data();
    let (a, b) = ("Tên khóa;Số lượng\nA;1\nB;2\n", "Tên khóa;Số lượng\nA;1\nB;2\n\nGhi chú: bản hai\n");
    let run = import(&project, "training", &[("a.csv", a), ("b.csv", b)], &[]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stderr.contains("warning: two exports have the same 2 rows"), "{run}");
}

#[test]
fn what_a_header_leaves_open_is_said_with_a_proposal() {
    let text = "STT;Tên khóa;Số lượng;Kinh phi thuc hiện năm;Nơi ở\n1;A;2;5;x\n";
    let project = Project::new();
    insta::assert_snapshot!(import(&project, "training", &[("a.csv", text)], &["--lang", "en"]));
    insta::assert_snapshot!(import(&project, "training", &[("a.csv", text)], &["--lang", "vi"]));
}

#[test]
fn a_required_column_under_another_heading_is_proposed() {
    let text = "Mã hồ sơ;Ngày tiếp nhan hs;Ngày hẹn trả\nx;01/01/2023;02/01/2023\n";
    let run = import(&Project::new(), "dossiers", &[("a.csv", text)], &[]);
    assert!(run.stderr.contains("is it `Ngày tiếp nhan hs`?"), "{run}");
}

#[test]
fn a_total_that_is_no_number_is_pointed_out() {
    let text = "Tên khóa;Số lượng\nA;2\nB;3\nTổng cộng;năm\n";
    let run = import(&Project::new(), "training", &[("a.csv", text)], &[]);
    assert!(run.stderr.contains("a total cannot be compared"), "{run}");
    assert!(run.stderr.contains("a.csv, B4"), "{run}");
}

#[test]
fn sheets_left_out_are_named_with_the_reason() {
    let project = Project::new();
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet().set_name("Lớp").unwrap(), COURSES);
    fill(workbook.add_worksheet().set_name("Ẩn").unwrap().set_hidden(true), COURSES);
    workbook.add_worksheet().set_name("Trống").unwrap();
    fill(workbook.add_worksheet().set_name("Bìa").unwrap(), &[&["Sở Khoa học và Công nghệ"]]);
    workbook.save(project.path("lop.xlsx")).unwrap();
    let run = project.run(&["import", "training", "2023", "lop.xlsx", "--synthetic", "--dry-run"]);
    insta::assert_snapshot!(run);
}

#[test]
fn a_plan_reads_well_in_both_languages() {
    let project = Project::new();
    for name in ["so_theo_doi_ho_so_2023.xlsx", "bien_che_2023.xlsx"] {
        std::fs::copy(crate::support::exports().join(name), project.path(name)).unwrap();
    }
    for (dataset, file) in [("dossiers", "so_theo_doi_ho_so_2023.xlsx"), ("staffing", "bien_che_2023.xlsx")] {
        for lang in ["en", "vi"] {
            let run =
                project.run(&["import", dataset, "2023", file, "--synthetic", "--dry-run", "--lang", lang]);
            insta::assert_snapshot!(format!("plan_of_{dataset}_{lang}"), run);
        }
    }
}

/// A dataset of its own, so that tests need not bend those that ship.
fn with_contract(columns: &str) -> Project {
    let project = Project::new();
    project.write("datasets/x.toml", &format!("title = \"X\"\n{columns}"));
    project
}

fn column(name: &str, title: &str, kind: &str, more: &str) -> String {
    format!("[[columns]]\nname = \"{name}\"\ntitle = \"{title}\"\ntype = \"{kind}\"\n{more}\n")
}

/// Imports one text and returns what the dataset then holds, or the complaint.
fn stored(project: &Project, text: &str) -> String {
    let run = import(project, "x", &[("a.csv", text)], &[]);
    if run.code != Some(0) {
        return run.stderr;
    }
    project.run(&["query", "-c", "select * exclude (year) from x"]).data()
}

#[test]
fn qualifiers_units_and_denominators_are_kept_where_the_contract_has_a_column() {
    let number = column("so", "Số liệu", "float", "");
    let text = "Mục;Số liệu\na;trên 35 lượt\nb;13/28\nc;≥ 80%\nd;7\n";
    let refused = stored(&with_contract(&format!("{}{number}", column("muc", "Mục", "text", ""))), text);
    assert!(
        refused.contains("words that limit the number") && refused.contains("ratios, such as 13/28"),
        "{refused}"
    );
    let parts = ["qualifier", "unit", "denominator"].map(|part| {
        let kind = if part == "denominator" { "float" } else { "text" };
        column(part, part, kind, &format!("cell_of = \"so\"\npart = \"{part}\""))
    });
    let project = with_contract(&format!("{}{number}{}", column("muc", "Mục", "text", ""), parts.concat()));
    let rows = "muc,so,qualifier,unit,denominator\na,35.0,trên,lượt,\nb,13.0,,,28.0\nc,80.0,≥,%,\nd,7.0,,,\n";
    assert_eq!(stored(&project, text), rows);
}

#[test]
fn units_are_read_as_declared_and_otherwise_refused() {
    let declared = with_contract(&column("so", "Số hồ sơ", "int", "measure_unit = \"hồ sơ\""));
    assert_eq!(stored(&declared, "STT;Số hồ sơ\n1;137 hồ sơ\n2;1.234\n3;1 250\n"), "so\n137\n1234\n1250\n");
    assert!(stored(&declared, "STT;Số hồ sơ\n1;137 bộ\n").contains("another unit than `hồ sơ`"));
    let bare = with_contract(&column("so", "Số hồ sơ", "int", ""));
    assert!(stored(&bare, "STT;Số hồ sơ\n1;01 cuộc\n").contains("declares none"));
}

#[test]
fn dates_are_read_in_every_printed_form() {
    let project = with_contract(&column("ngay", "Ngày", "date", ""));
    let forms = [
        "05/03/2023",
        "5/3/2023",
        "05-03-2023",
        "5.3.2023",
        "2023-03-05",
        "20230305",
        "ngày 5 tháng 3 năm 2023",
        "Ngày 05 tháng 03 năm 2023",
        "Chủ nhật, 05/03/2023",
        "05/03/23",
        "44990",
        "05/03/2023 14:30",
        "5/3/2023 2:30 CH",
    ];
    let text = format!("STT;Ngày\n{}", forms.map(|form| format!("1;{form}\n")).concat());
    let rows = stored(&project, &text);
    assert_eq!(rows, format!("ngay\n{}", "2023-03-05\n".repeat(forms.len())));
}

#[test]
fn dates_without_a_single_reading_are_refused_with_the_way_out() {
    let project = with_contract(&column("ngay", "Ngày", "date", ""));
    for (form, complaint) in [
        ("03/25/2023", "dates with the month first"),
        ("05/03/11", "two-digit years"),
        ("tháng 12/2023", "without a day"),
        ("Q4/2023", "without a day"),
        ("2023", "without a day"),
        ("41000", "plain numbers"),
        ("31/02/2023", "are not dates"),
        ("-", "seem to mean `no value`"),
        ("như trên", "repeat the row above"),
    ] {
        let shown = stored(&project, &format!("STT;Ngày\n1;{form}\n"));
        assert!(shown.contains(complaint), "{form}: {shown}");
    }
    let last = with_contract(&column("ngay", "Ngày", "date", "partial = \"last day\""));
    assert_eq!(stored(&last, "STT;Ngày\n1;tháng 2/2023\n2;Quý I/2023\n"), "ngay\n2023-02-28\n2023-03-31\n");
}

#[test]
fn serial_numbers_follow_the_epoch_of_their_workbook() {
    let project = with_contract(&column("ngay", "Ngày", "timestamp", ""));
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet(), &[&["STT", "Ngày"], &["1", "44990.5"], &["2", "45000"]]);
    workbook.save(project.path("a.xlsx")).unwrap();
    project.run(&["import", "x", "2023", "a.xlsx", "--synthetic"]).data();
    let rows = project.run(&["query", "-c", "select * exclude (year) from x"]).data();
    assert_eq!(rows, "ngay\n2023-03-05 12:00:00\n2023-03-15 00:00:00\n");
}

#[test]
fn codes_that_a_spreadsheet_has_changed_are_refused() {
    let code = with_contract(&column("ma", "Mã số", "text", r"pattern = '\d{12}|\d\.\d{6}'"));
    assert!(stored(&code, "STT;Mã số\n1;40000000001\n").contains("lost zeros"));
    assert!(stored(&code, "STT;Mã số\n1;1.0109\n").contains("lost zeros"));
    assert!(stored(&code, "STT;Mã số\n1;4,00E+11\n").contains("powers of ten"));
    assert!(stored(&code, "STT;Mã số\n1;abc\n").contains("do not match"));
    assert_eq!(stored(&code, "STT;Mã số\n1;040000000001\n2;1.010900\n"), "ma\n040000000001\n1.010900\n");
}

#[test]
fn a_ratio_that_became_a_date_is_refused_and_one_in_words_is_a_rate() {
    let project = with_contract(&column("ty_le", "Tỷ lệ", "rate", ""));
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    fill(sheet, &[&["STT", "Tỷ lệ"], &["1"]]);
    let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2023, 4, 28).unwrap();
    sheet.write_with_format(1, 1, &date, &rust_xlsxwriter::Format::new().set_num_format("d-mmm")).unwrap();
    workbook.save(project.path("a.xlsx")).unwrap();
    let run = project.run(&["import", "x", "2023", "a.xlsx", "--synthetic"]);
    assert!(run.stderr.contains("became dates in the spreadsheet") && run.stderr.contains("B2"), "{run}");
    assert_eq!(stored(&project, "STT;Tỷ lệ\n1;7/28\n"), "ty_le\n0.25\n");
}

#[test]
fn words_for_no_value_can_be_declared_for_all_columns() {
    let project = Project::new();
    let columns = column("a", "Cột a", "int", "") + &column("b", "Cột b", "date", "");
    project.write(
        "datasets/x.toml",
        &format!("title = \"X\"\nmissing_values = [\"-\", \"không có\"]\n{columns}"),
    );
    assert_eq!(stored(&project, "STT;Cột a;Cột b\n1;-;không có\n2;5;01/02/2023\n"), "a,b\n,\n5,2023-02-01\n");
}

#[test]
fn an_unknown_category_is_answered_with_the_nearest_spelling() {
    let text = "Tên khóa;Số lượng;Đơn vị tính\nA;1;lượtt\nB;1;ngưòii\nC;1;đoàn\n";
    insta::assert_snapshot!(import(&Project::new(), "training", &[("a.csv", text)], &["--lang", "vi"]));
}

#[test]
fn rules_reject_rows_or_warn_and_empty_values_pass() {
    let columns = column("nhan", "Ngày nhận", "date", "") + &column("tra", "Ngày trả", "date", "");
    let rule = |more: &str| {
        format!("{columns}[[rules]]\ntitle = \"Trả không trước nhận\"\ncheck = \"tra >= nhan\"\n{more}")
    };
    let text = "STT;Ngày nhận;Ngày trả\n1;01/02/2023;31/01/2023\n2;01/02/2023;\n3;01/02/2023;01/03/2023\n";
    let strict = with_contract(&rule(""));
    for lang in ["en", "vi"] {
        insta::assert_snapshot!(
            format!("a_broken_rule_{lang}"),
            import(&strict, "x", &[("a.csv", text)], &["--lang", lang])
        );
    }
    let allowed = import(&strict, "x", &[("a.csv", text)], &["--allow-rejects", "1"]);
    assert!(allowed.stderr.contains("imported 2 rows"), "{allowed}");
    let lenient = import(&with_contract(&rule("severity = \"warning\"")), "x", &[("a.csv", text)], &[]);
    assert!(lenient.stderr.contains("warning: the rule `Trả không trước nhận`"), "{lenient}");
    assert!(lenient.stderr.contains("imported 3 rows"), "{lenient}");
}

#[test]
fn rules_know_the_period() {
    let columns = column("nhan", "Ngày nhận", "timestamp", "");
    let rule = "[[rules]]\ntitle = \"Trong kỳ\"\ncheck = \"cast(nhan as date) between period_from and period_to and year = 2023\"\n";
    let project = with_contract(&(columns + rule));
    let text = |date: &str| format!("Từ ngày 15/12/2022 đến ngày 14/12/2023;\nSTT;Ngày nhận\n1;{date}\n");
    assert_eq!(stored(&project, &text("14/12/2023 16:00")), "nhan\n2023-12-14 16:00:00\n");
    assert!(stored(&project, &text("15/12/2023 08:00")).contains("the rule `Trong kỳ`"));
}

#[test]
fn a_mistake_in_a_rule_has_its_place_in_the_contract() {
    let columns = column("so", "Số", "int", "");
    for (name, check) in
        [("syntax", "so >"), ("column", "sô > 0"), ("type", "so + 1"), ("function", "nothing(so)")]
    {
        let project =
            with_contract(&format!("{columns}[[rules]]\ntitle = \"Quy tắc\"\ncheck = \"{check}\"\n"));
        let run = import(&project, "x", &[("a.csv", "STT;Số\n1;2\n")], &[]);
        assert_eq!(run.code, Some(2), "{run}");
        insta::assert_snapshot!(format!("a_rule_with_a_wrong_{name}"), run);
    }
}

#[test]
fn dossiers_that_another_year_has_too_are_pointed_out_with_both_addresses() {
    let project = Project::new();
    let text = |codes: [&str; 2]| {
        format!("Mã hồ sơ;Ngày tiếp nhận\n{};13/02/2022\n{};20/03/2022\n", codes[0], codes[1])
    };
    project.write("cu.csv", &text(["a", "b"])).write("moi.csv", &text(["b", "c"]));
    project.run(&["import", "dossiers", "2022", "cu.csv", "--synthetic"]).data();
    for mode in [&["--dry-run"][..], &[]] {
        let run = project.run(&[&["import", "dossiers", "2023", "moi.csv", "--synthetic"], mode].concat());
        assert_eq!(run.code, Some(0), "{run}");
        assert!(run.stderr.contains("rows with a `dossier_code` that also stands in 2022"), "{run}");
        assert!(run.stderr.contains("--> moi.csv, row 2: `b`\n  --> cu.csv, row 3: `b`"), "{run}");
    }
    let again = project.run(&["import", "dossiers", "2022", "moi.csv", "--synthetic"]);
    assert!(again.stderr.contains("also stands in 2023"), "{again}");
}

const REGISTER: &str = "STT;Mã hồ sơ;Chủ hồ sơ;Số CCCD;Lĩnh vực;Ngày tiếp nhận;Lệ phí;Nơi ở cũ\n\
    1;a;Nguyễn Văn Bí Mật;040000000001;Sở hữu trí tuệ;01/02/2023;=5;Ngõ Bí Mật\n\
    2;b;Trần Bí Mật;40000000002;Khoa học và công nghẹ;31/02/2023;10;Ngõ Bí Mật\n\
    3;c;Lê Bí Mật;040000000003;Sở hữu trí tuệ;15/02/2023;10;Ngõ Bí Mật\n";

#[test]
fn rejected_rows_are_listed_cell_by_cell_without_personal_values() {
    let project = Project::new();
    let run = import(&project, "dossiers", &[("a.csv", REGISTER)], &["--rejects", "loi.csv"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("wrote 2 rejected rows to loi.csv"), "{run}");
    insta::assert_snapshot!(std::fs::read_to_string(project.path("loi.csv")).unwrap());
}

#[test]
fn rejected_rows_become_a_workbook_with_marked_cells_and_blank_personal_columns() {
    let project = Project::new();
    let run = import(
        &project,
        "dossiers",
        &[("a.csv", REGISTER)],
        &["--rejects", "loi.xlsx", "--allow-rejects", "2", "--lang", "vi"],
    );
    assert_eq!(run.code, Some(0), "{run}");
    let exports = read_exports(&project.path("loi.xlsx"), &ReadOptions::default()).unwrap();
    let print = |cell: Cell<'_>| match cell {
        Cell::Text(text) => text.to_owned(),
        Cell::Number { value, .. } => value.to_string(),
        _ => String::new(),
    };
    let print_row = |row: Row<'_>| {
        let texts: Vec<String> = (0..9).map(|column| print(row.cell(column))).collect();
        texts.join("|")
    };
    let rows: Vec<String> = exports[0].sheets[0].rows.head(10).unwrap().rows().map(print_row).collect();
    assert_eq!(
        rows,
        [
            "Dòng|STT|Mã hồ sơ|Chủ hồ sơ|Số CCCD|Lĩnh vực|Ngày tiếp nhận|Lệ phí|Nơi ở cũ",
            "2||a|||Sở hữu trí tuệ|01/02/2023|=5|",
            "3||b|||Khoa học và công nghẹ|31/02/2023|10|",
        ]
    );
    let mut package = zip::ZipArchive::new(std::fs::File::open(project.path("loi.xlsx")).unwrap()).unwrap();
    let mut notes = String::new();
    for index in 0..package.len() {
        let mut part = package.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut part, &mut text).unwrap();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(!text.contains("Bí Mật") && !text.contains("40000000002"), "{name}");
        if name.contains("comments") {
            notes = text;
        }
    }
    assert!(notes.contains("Ngày tiếp nhận (`received_at`)") && notes.contains("quy tắc: type"), "{notes}");
}

#[test]
fn rejects_need_an_extension_that_is_written_and_nothing_is_written_without_rejects() {
    let project = Project::new();
    let run = import(&project, "dossiers", &[("a.csv", REGISTER)], &["--rejects", "loi.txt"]);
    assert_eq!(run.code, Some(2), "{run}");
    let good =
        import(&project, "training", &[("b.csv", "Tên khóa;Số lượng\nA;1\n")], &["--rejects", "loi.csv"]);
    assert_eq!(good.code, Some(0), "{good}");
    assert!(!project.path("loi.csv").exists());
}

/// A form that no contract knows: title block, two header rows, groups, a total, a signature.
fn write_inspections(project: &Project) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Thanh tra").unwrap();
    let plain = rust_xlsxwriter::Format::new();
    let date = |day: u8| rust_xlsxwriter::ExcelDateTime::from_ymd(2023, 5, day).unwrap();
    let shown = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    sheet.merge_range(0, 0, 0, 3, "SỞ KHOA HỌC VÀ CÔNG NGHỆ", &plain).unwrap();
    sheet.merge_range(0, 4, 0, 8, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", &plain).unwrap();
    sheet.merge_range(2, 0, 2, 8, "DANH SÁCH CUỘC THANH TRA, KIỂM TRA NĂM 2023", &plain).unwrap();
    for (column, title) in
        [(0, "STT"), (1, "Số quyết định"), (2, "Đơn vị được kiểm tra"), (3, "Họ tên người đại diện")]
    {
        sheet.merge_range(4, column, 5, column, title, &plain).unwrap();
    }
    sheet.merge_range(4, 4, 4, 5, "Thời gian", &plain).unwrap();
    sheet.merge_range(4, 6, 4, 7, "Kết quả", &plain).unwrap();
    sheet.merge_range(4, 8, 5, 8, "Tiền phạt (triệu đồng)", &plain).unwrap();
    for (column, title) in [(4, "Bắt đầu"), (5, "Kết thúc"), (6, "Hình thức"), (7, "Số kiến nghị")]
    {
        sheet.write_string(5, column, title).unwrap();
    }
    for line in 0..6_u8 {
        let row = u32::from(line) + 6;
        sheet.write_number(row, 0, f64::from(line + 1)).unwrap();
        sheet.write_string(row, 1, format!("{:02}/QĐ-TTra", line + 1)).unwrap();
        sheet.write_string(row, 2, format!("Đơn vị {line}")).unwrap();
        sheet.write_string(row, 3, "Nguyễn Văn Bí Mật").unwrap();
        sheet.write_with_format(row, 4, date(line + 10), &shown).unwrap();
        sheet.write_with_format(row, 5, date(line + 12), &shown).unwrap();
        sheet.write_string(row, 6, if line % 2 == 0 { "Nhắc nhở" } else { "Xử phạt" }).unwrap();
        sheet.write_number(row, 7, f64::from(line)).unwrap();
        if line % 2 == 0 {
            sheet.write_string(row, 8, "-").unwrap();
        } else {
            sheet.write_string(row, 8, format!("{line},5")).unwrap();
        }
    }
    sheet.write_string(12, 0, "Tổng cộng").unwrap();
    sheet.write_number(12, 7, 15.0).unwrap();
    sheet.write_string(14, 6, "Nghệ An, ngày 20 tháng 12 năm 2023").unwrap();
    workbook.save(project.path("thanh_tra.xlsx")).unwrap();
}

#[test]
fn a_form_that_nobody_declared_becomes_a_dataset_in_two_commands() {
    let project = Project::new();
    write_inspections(&project);
    let run = project.run(&["contract", "thanh_tra.xlsx", "-o", "datasets/thanh_tra.toml", "--lang", "vi"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stderr.contains("cchc import thanh_tra 2023 thanh_tra.xlsx"), "{run}");
    insta::assert_snapshot!(
        "a_drafted_contract",
        std::fs::read_to_string(project.path("datasets/thanh_tra.toml")).unwrap()
    );
    project.run(&["import", "thanh_tra", "2023", "thanh_tra.xlsx"]).data();
    let sql = "select so_quyet_dinh, bat_dau, hinh_thuc, so_kien_nghi, tien_phat_trieu_dong from thanh_tra order by 1 limit 2";
    let rows = project.run(&["query", "-c", sql]).data();
    assert_eq!(
        rows,
        "so_quyet_dinh,bat_dau,hinh_thuc,so_kien_nghi,tien_phat_trieu_dong\n\
         01/QĐ-TTra,2023-05-10,nhac_nho,0,\n02/QĐ-TTra,2023-05-11,xu_phat,1,1500000.00\n"
    );
    let stored = std::fs::read(project.path("datasets/thanh_tra/year=2023/data.parquet")).unwrap();
    assert!(!String::from_utf8_lossy(&stored).contains("Bí Mật"));
    let again = project.run(&["contract", "thanh_tra.xlsx", "-o", "datasets/thanh_tra.toml"]);
    assert_eq!(again.code, Some(2), "{again}");
}

#[test]
fn every_bundled_export_can_be_drafted_and_imports_as_drafted() {
    let project = Project::new();
    for entry in std::fs::read_dir(crate::support::exports()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if !path
            .extension()
            .is_some_and(|extension| ["xlsx", "xls", "csv"].iter().any(|known| extension == *known))
        {
            continue;
        }
        let (file, contract) = (path.to_str().unwrap(), format!("datasets/{name}.toml"));
        let run = project.run(&["contract", file, "-o", &contract]);
        assert_eq!(run.code, Some(0), "{name}: {run}");
        let year: String = name.chars().filter(char::is_ascii_digit).collect();
        let imported = project.run(&["import", &name, &year, file]);
        assert_eq!(imported.code, Some(0), "{name}: {imported}");
    }
}

#[test]
fn a_file_without_a_table_is_no_draft() {
    let project = Project::new();
    project.write("a.csv", "Kính gửi: Sở Nội vụ\n");
    let run = project.run(&["contract", "a.csv"]);
    assert!(run.code == Some(1) && run.stderr.contains("no sheet has a header"), "{run}");
    let run = project.run(&["contract", "a.csv", "-o", "datasets/Lớp.toml"]);
    assert_eq!(run.code, Some(2), "{run}");
}
