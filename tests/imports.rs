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
    project.run(&words)
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
