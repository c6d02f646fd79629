//! Exports as offices send them: each gives exactly its rows, or is refused with the cell that is wrong.

use rust_xlsxwriter::{Format, Workbook};

use crate::support::{Project, Run};

/// A sheet in one text: rows in lines, cells between bars, merged regions behind `@`.
fn workbook(project: &Project, name: &str, sheets: &[(&str, &str)]) {
    let mut workbook = Workbook::new();
    for (title, text) in sheets {
        let sheet = workbook.add_worksheet().set_name(*title).unwrap();
        let (text, merges) = text.split_once('@').unwrap_or((text, ""));
        for region in merges.split_whitespace() {
            let corner = |address: &str| {
                let column = u16::from(address.as_bytes()[0] - b'A');
                let number = address.trim_start_matches(char::is_alphabetic);
                (number.parse::<u32>().unwrap() - 1, column)
            };
            let (from, to) = region.split_once(':').unwrap();
            let ((top, left), (bottom, right)) = (corner(from), corner(to));
            sheet.merge_range(top, left, bottom, right, "", &Format::new()).unwrap();
        }
        for (row, line) in (0_u32..).zip(text.trim_matches('\n').lines()) {
            for (column, cell) in (0_u16..).zip(line.split('|').map(str::trim)) {
                match cell.parse::<f64>() {
                    _ if cell.is_empty() => continue,
                    Ok(number) => sheet.write_number(row, column, number).unwrap(),
                    Err(_) => sheet.write_string(row, column, cell).unwrap(),
                };
            }
        }
    }
    workbook.save(project.path(name)).unwrap();
}

fn import(project: &Project, dataset: &str, file: &str, more: &[&str]) -> Run {
    project.run(&[&["import", dataset, "2023", file, "--synthetic"], more].concat())
}

/// Imports one sheet and asks for what was stored.
#[track_caller]
fn stored(dataset: &str, text: &str, sql: &str) -> String {
    let project = Project::new();
    workbook(&project, "a.xlsx", &[("S", text)]);
    let run = import(&project, dataset, "a.xlsx", &[]);
    assert_eq!(run.code, Some(0), "{run}");
    let rows = project.run(&["query", "-c", sql, "--format", "csv"]).data();
    rows.lines().skip(1).collect::<Vec<_>>().join(" ")
}

/// Imports one sheet, which is refused with all these words.
#[track_caller]
fn refused(dataset: &str, text: &str, words: &[&str]) {
    let project = Project::new();
    workbook(&project, "a.xlsx", &[("S", text)]);
    let run = import(&project, dataset, "a.xlsx", &[]);
    assert_eq!(run.code, Some(1), "{run}");
    for word in words {
        assert!(run.stderr.contains(word), "{word}: {run}");
    }
}

#[test]
fn a_printed_form_with_motto_period_total_and_signatures() {
    let form = "
        UBND TỈNH NGHỆ AN | | | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
        SỞ KHOA HỌC VÀ CÔNG NGHỆ | | | Độc lập - Tự do - Hạnh phúc

        SỔ THEO DÕI HỒ SƠ NĂM 2023
        (Từ ngày 15/12/2022 đến ngày 14/12/2023)
        STT | Mã hồ sơ | Lĩnh vực | Ngày tiếp nhận | Lệ phí
        1 | A1 | KH&CN | 01/02/2023 | 150.000,00
        2 | A2 | SHTT | 15/02/2023 | 50.000,00
        Tổng cộng | | | | 200.000,00

        | | | Nghệ An, ngày 20 tháng 12 năm 2023
        | Người lập biểu | | Giám đốc

        | Nguyễn Văn A | | Trần Thị B @A4:E4 A5:E5";
    let sql = "select count(*), sum(fee), min(period_from) from dossiers, imports where dataset = 'dossiers'";
    assert_eq!(stored("dossiers", form, sql), "2,200000.00,2022-12-15");
}

#[test]
fn a_header_of_four_rows_in_the_middle_of_the_sheet() {
    let form = "
        | Bảng 1
        | STT | Tên đơn vị | Biên chế
        | | | Năm 2023
        | | | Công chức | | | Viên chức
        | | | Được giao | Có mặt | Chưa sử dụng | Được giao | Có mặt | Chưa sử dụng
        | 1 | Văn phòng Sở | 8 | 8 | 0
        | 2 | Trung tâm Ứng dụng | | | | 15 | 13 | 2
        | | Tổng cộng | 8 | 8 | 0 | 15 | 13 | 2 @B2:B5 C2:C5 D2:I2 D3:I3 D4:F4 G4:I4";
    let sql = "select unit, staff_type, assigned, vacant from staffing order by assigned";
    let wanted = "Văn phòng Sở,civil_servant,8,0 Trung tâm Ứng dụng,public_employee,15,2";
    assert_eq!(stored("staffing", form, sql), wanted);
}

#[test]
fn groups_carry_the_field_and_their_totals_are_checked() {
    let form = "
        STT | Mã hồ sơ | Ngày tiếp nhận | Lệ phí
        I | Lĩnh vực Sở hữu trí tuệ
        1 | A1 | 01/02/2023 | 100000
        2 | A2 | 15/02/2023 | 200000
        | Cộng I | | 300000
        II | Lĩnh vực Tiêu chuẩn đo lường chất lượng
        1 | A3 | 03/02/2023 | 50000
        | Tổng cộng (I+II) | | 350000";
    let sql = "select field, sum(fee) from dossiers group by 1 order by 1";
    assert_eq!(stored("dossiers", form, sql), "intellectual_property,300000.00 standards,50000.00");
    refused("dossiers", &form.replace("| 300000", "| 310000"), &["310000", "300000", "D5"]);
}

#[test]
fn a_group_may_repeat_the_field_that_stands_in_the_row_and_count_its_rows() {
    let form = "
        STT | Mã hồ sơ | Lĩnh vực | Ngày tiếp nhận
        I | Sở hữu trí tuệ (2 hồ sơ)
        1 | A1 | SHTT | 01/02/2023
        2 | A2 | SHTT | 15/02/2023
        II | KH&CN (1 hồ sơ)
        1 | A3 | KH&CN | 16/02/2023";
    let sql = "select field, count(*) from dossiers group by 1 order by 1";
    assert_eq!(stored("dossiers", form, sql), "intellectual_property,2 science_technology,1");
    refused("dossiers", &form.replace("(1 hồ sơ)", "(2 hồ sơ)"), &["stated as 2, and the rows give 1", "B5"]);
}

#[test]
fn totals_above_the_rows_and_in_group_rows() {
    let form = "
        STT | Tên khóa | Số lượng | Kinh phí
        | Tổng số | 9 | 3000000
        I | Trong tỉnh | 5 | 2000000
        1 | a | 2 | 500000
        2 | b | 3 | 1500000
        II | Ngoài tỉnh | 4 | 1000000
        1 | c | 4 | 1000000";
    let sql = "select count(*), sum(participants), sum(cost) from training";
    assert_eq!(stored("training", form, sql), "3,9,3000000.00");
    refused(
        "training",
        &form.replace("Trong tỉnh | 5", "Trong tỉnh | 6"),
        &["stated as 6, and the rows give 5", "C3"],
    );
}

#[test]
fn rows_that_are_only_numbered_are_no_rows() {
    let form = "
        STT | Tên khóa | Số lượng
        1 | a | 2
        2 | b | 3
        3
        4
        | Tổng cộng | 5";
    assert_eq!(stored("training", form, "select count(*), sum(participants) from training"), "2,5");
}

#[test]
fn a_sheet_per_month_is_read_and_drafts_are_not() {
    let project = Project::new();
    let month = |code: &str| {
        format!("Mã hồ sơ | Ngày tiếp nhận | Lĩnh vực | Kết quả\n{code} | 15/02/2023 | SHTT | Đúng hạn")
    };
    let (first, second) = (month("A1"), month("A2"));
    let summary = "Lĩnh vực | Số hồ sơ\nSHTT | 2";
    let sheets = [("Tháng 1", first.as_str()), ("Tháng 2", &second), ("Tổng hợp", summary)];
    workbook(&project, "a.xlsx", &sheets);
    let run = import(&project, "dossiers", "a.xlsx", &[]);
    assert!(run.code == Some(0) && run.stderr.contains("Tổng hợp"), "{run}");
    let sheets =
        project.run(&["query", "-c", "select distinct _sheet from source.dossiers order by 1"]).data();
    assert_eq!(sheets, "_sheet\nTháng 1\nTháng 2\n");
    import(&project, "dossiers", "a.xlsx", &["--sheet", "thang 2"]).data();
    let codes = project.run(&["query", "-c", "select dossier_code from dossiers"]).data();
    assert_eq!(codes, "dossier_code\nA2\n");
}

#[test]
fn a_text_that_is_cut_at_a_stray_delimiter_is_refused() {
    let project = Project::new();
    let text = |third: &str| {
        format!(
            "Mã hồ sơ,Ngày tiếp nhận,Tên TTHC,Đơn vị giải quyết\nA1,15/02/2023,{third},Phòng A\nA2,16/02/2023,b,Phòng B,,\n"
        )
    };
    project.write("a.csv", &text("Cấp, gia hạn"));
    let run = import(&project, "dossiers", "a.csv", &[]);
    assert!(
        run.code == Some(1)
            && run.stderr.contains("more cells than there are headings")
            && run.stderr.contains("E2"),
        "{run}"
    );
    assert!(!run.stderr.contains("Phòng A"), "the last cell may be a name: {run}");
    project.write("a.csv", &text("\"Cấp, gia hạn\""));
    assert_eq!(import(&project, "dossiers", "a.csv", &[]).code, Some(0));
}

#[test]
fn what_a_spreadsheet_has_changed_is_refused_with_the_cell() {
    refused("procedures", "Mã TTHC | Tên TTHC\n2.000635 | a\n1.01 | b", &["lost zeros", "A3: `1.01`"]);
    refused(
        "training",
        "Tên khóa | Số lượng\na | 35 lượt\nb | trên 35",
        &["B3: `trên 35`", "limit the number"],
    );
    refused("training", "Tên khóa | Cơ sở đào tạo\na | Sở Nội vụ\nb | nt", &["B3: `nt`"]);
    let run_of_phone = "Mã hồ sơ | Số CCCD | Ngày tiếp nhận\nA1 | 40093001234 | 15/02/2023";
    refused("dossiers", run_of_phone, &["B2: `***`"]);
}
