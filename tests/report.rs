use crate::support::Project;

fn rows(project: &Project, sql: &str) -> Vec<Vec<String>> {
    let data = project.run(&["query", "-c", sql, "--format", "csv"]).data();
    let mut reader = csv::Reader::from_reader(data.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// A project whose figures of 2023 are these rows of the form `code;value;denominator;unit;qualifier;kind`.
fn with_figures(lines: &[&str]) -> Project {
    let project = Project::with_data();
    let heading = "Mã số liệu;Mục;Mã chỉ tiêu;Chỉ tiêu;Số liệu;Mẫu số;Đơn vị tính;Định tính;Loại số liệu";
    let row = |(number, line): (usize, &&str)| {
        let (code, rest) = line.split_once(';').unwrap();
        format!("F{number:02};II.2;{code};Chỉ tiêu {number};{rest}")
    };
    let mut rows = vec![heading.to_owned()];
    rows.extend((1..).zip(lines).map(row));
    let text = rows.join("\n");
    project.write("figures.csv", &text);
    project.run(&["import", "figures", "2023", "figures.csv"]).data();
    project
}

#[test]
fn figures_match_by_printed_precision_and_qualifier() {
    let cases = [
        ("dossiers_total;149;;hồ sơ;;số đếm", "match", "0.0"),
        ("dossiers_total;150;;hồ sơ;;số đếm", "mismatch", "-1.0"),
        ("dossiers_total;148;;hồ sơ;trên;số đếm", "match", "0.0"),
        ("dossiers_total;149;;hồ sơ;trên;số đếm", "mismatch", "0.0"),
        ("dossiers_total;150;;hồ sơ;dưới;số đếm", "match", "0.0"),
        ("dossiers_total;149;;hồ sơ;ít nhất;số đếm", "match", "0.0"),
        ("dossiers_total;149;;hồ sơ;không quá;số đếm", "match", "0.0"),
        ("dossiers_total;150;;hồ sơ;khoảng;số đếm", "match", "0.0"),
        ("dossiers_total;200;;hồ sơ;khoảng;số đếm", "mismatch", "-51.0"),
        ("dossiers_on_time_rate;97,86;;%;;tỷ lệ", "match", "0.0"),
        ("dossiers_on_time_rate;97,9;;%;;tỷ lệ", "match", "0.0"),
        ("dossiers_on_time_rate;97,8;;%;;tỷ lệ", "mismatch", "0.1"),
        ("dossiers_on_time_rate;98;;%;;tỷ lệ", "match", "0.0"),
        ("procedures_level3;13;28;TTHC;;tỷ số", "match", "0.0"),
        ("procedures_level3;13;27;TTHC;;tỷ số", "mismatch", "0.0"),
        ("procedures_level4;26;28;TTHC;;mục tiêu", "not_computable", ""),
        ("complaints;0;;đơn;không có;khẳng định", "not_computable", ""),
        ("dossiers_total;;;hồ sơ;;số đếm", "not_stated", ""),
    ];
    let project = with_figures(&cases.map(|(line, ..)| line));
    let found = rows(
        &project,
        "select status, round(difference, 6), reason from queries.report_figures order by figure_id",
    );
    for ((line, status, difference), row) in cases.iter().zip(&found) {
        assert_eq!((row[0].as_str(), row[1].as_str()), (*status, *difference), "{line}: {row:?}");
        assert_eq!(
            row[2].is_empty(),
            *status == "match"
                && !line.contains("trên")
                && !line.contains("dưới")
                && !line.contains("ít nhất")
                && !line.contains("không quá")
                && !line.contains("khoảng"),
            "{line}: {row:?}"
        );
    }
    assert_eq!(found.len(), cases.len());
}

#[test]
fn a_zero_that_the_report_prints_at_the_end_is_a_decimal() {
    let quoted = |quote: &str, value: &str| {
        let project = Project::with_data();
        let heading = "Mã số liệu;Mục;Mã chỉ tiêu;Chỉ tiêu;Số liệu;Mẫu số;Đơn vị tính;Định tính;Loại số liệu;Trích nguyên văn";
        let row = format!("F01;II.2;dossiers_on_time_rate;Tỷ lệ đúng hạn;{value};;%;;tỷ lệ;{quote}");
        project.write("figures.csv", &format!("{heading}\n{row}"));
        project.run(&["import", "figures", "2023", "figures.csv"]).data();
        rows(&project, "select status from queries.report_figures")[0][0].clone()
    };
    // The data give 97.857….
    assert_eq!(quoted("tỷ lệ đạt 97,9%", "97,9"), "match");
    assert_eq!(quoted("tỷ lệ đạt 97,90%", "97,9"), "mismatch");
    assert_eq!(quoted("tỷ lệ đạt 98%", "98"), "match");
    assert_eq!(quoted("tỷ lệ đạt 98,0%", "98"), "mismatch");
}

#[test]
fn the_report_of_2023_is_set_beside_the_data_with_evidence_and_date() {
    let project = Project::with_data();
    let of = |id: &str| {
        let columns = "value, qualifier, computed, difference, status, formula, evidence, computed_at";
        let sql = format!("select {columns} from queries.report_figures where figure_id = '{id}'");
        rows(&project, &sql).remove(0)
    };
    assert_eq!(of("F31")[..5], ["35.0", "trên", "36.0", "0.0", "match"]);
    assert_eq!(of("F11")[..5], ["0.0", "không có", "3.0", "3.0", "mismatch"]);
    assert_eq!(of("F17")[6], "dossiers 2023: so_theo_doi_ho_so_2023.xlsx");
    assert_eq!(of("F17")[7], "2023-12-14");
    assert_eq!(of("F39")[4], "not_computable");
    let states = "select status, count(*) from queries.report_figures group by 1 order by 1";
    let expected = [["match", "21"], ["mismatch", "2"], ["not_computable", "19"]];
    assert_eq!(rows(&project, states), expected);
}

#[test]
fn before_a_report_exists_its_figures_are_listed_and_empty() {
    let project = Project::with_data();
    let sql = "select count(*), count(value), count(quote), count(computed) from queries.report_figures(for_year => 2024)";
    assert_eq!(rows(&project, sql), [["42", "0", "0", "0"]]);
    let reasons =
        rows(&project, "select distinct reason from queries.report_figures(for_year => 2024) order by 1");
    assert!(reasons.iter().any(|row| row[0].contains("không bộ dữ liệu nào của năm 2024")), "{reasons:?}");
}

#[test]
fn sentences_say_the_numbers_in_the_words_of_the_report() {
    let project = Project::with_data();
    let text = project.run(&["query", "report_sentences", "--format", "csv"]).data();
    for words in [
        "dịch vụ công mức độ 3 cho 13/28 TTHC, dịch vụ công mức độ 4 cho 4/28 TTHC",
        "Tổng số hồ sơ tiếp nhận: 149 hồ sơ; trong đó: 66 hồ sơ thuộc lĩnh vực năng lượng nguyên tử, an toàn bức xạ hạt nhân",
        "Trả trước hạn: 137 hồ sơ; trả đúng hạn: 0 hồ sơ; trả quá hạn: 03 hồ sơ; trả lại hồ sơ: 01 hồ sơ; rút hồ sơ: 01 hồ sơ",
        "số hồ sơ trong hạn tại thời điểm báo cáo: 02 hồ sơ",
        "chưa rõ kết quả giải quyết: 05 hồ sơ.",
        "Số biên chế công chức có mặt tại thời điểm báo cáo là 39 người; số biên chế công chức chưa sử dụng là 01 người",
        "Số biên chế viên chức có mặt tại thời điểm báo cáo là 44 người; số biên chế viên chức chưa sử dụng là 06 người",
        "cử 36 lượt công chức, viên chức tham gia các lớp đào tạo, bồi dưỡng",
        "Sở có 05 đơn vị sự nghiệp, theo cơ chế tự chủ gồm 01 đơn vị sự nghiệp tự chủ chi thường xuyên (Trung tâm Ứng dụng tiến bộ Khoa học và Công nghệ), 03 đơn vị sự nghiệp tự chủ một phần chi thường xuyên",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    // Two ways of counting are told apart, never added.
    let mixed = project.run(&["query", "report_sentences", "for_year=2022", "--format", "csv"]).data();
    assert!(
        mixed.contains("22 lượt") && mixed.contains("33 người (đếm riêng, không cộng với số lượt)"),
        "{mixed}"
    );
}

#[test]
fn late_open_and_unknown_dossiers_lead_to_their_row_in_the_export() {
    let project = Project::with_data();
    let states = rows(&project, "select state, count(*) from queries.overdue_and_open group by 1 order by 1");
    let expected = [
        ["chưa rõ kết quả, đã qua ngày hẹn trả", "5"],
        ["trả quá hạn", "3"],
        ["đang giải quyết, trong hạn", "2"],
    ];
    assert_eq!(states, expected);
    let late = "select due_on, completed_on, working_days_late, file, sheet, line from queries.overdue_and_open \
                where dossier_code = 'H41.24-230818-0002'";
    let row = rows(&project, late).remove(0);
    assert_eq!(row[..4], ["2023-08-25", "2023-08-29", "2", "so_theo_doi_ho_so_2023.xlsx"]);
    let source = format!(
        "select dossier_code from source.dossiers where _sheet = '{}' and _row = {} and year = 2023",
        row[4], row[5]
    );
    assert_eq!(rows(&project, &source), [["H41.24-230818-0002"]]);
    let earlier = "select working_days_late from queries.overdue_and_open(as_of => '2023-11-17') \
                   where dossier_code = 'H41.24-231026-0001'";
    assert_eq!(rows(&project, earlier), [["1"]]);
}

#[test]
fn the_latest_state_counts_every_code_once() {
    let project = Project::with_data();
    let counted =
        rows(&project, "select count(*), count(distinct dossier_code) from queries.dossiers_latest");
    assert_eq!(counted, [["603", "603"]]);
}

#[test]
fn the_four_identities_of_form_ii06a_hold_in_every_line() {
    let project = Project::with_data();
    for arguments in [
        "",
        "by => 'month'",
        "\"from\" => '2023-01-01', \"to\" => '2023-06-30'",
        "\"from\" => '2022-03-15', \"to\" => '2023-02-10', by => 'month'",
        "\"from\" => '2020-01-01', \"to\" => '2020-12-31'",
    ] {
        let broken = format!(
            "select item from queries.form_ii06a({arguments}) where received_total <> online + direct_post + coalesce(carried_in, 0) \
             or resolved_total <> early + on_time + overdue or open_total <> open_in_term + open_overdue \
             or received_total <> resolved_total + open_total"
        );
        assert_eq!(rows(&project, &broken), Vec::<Vec<String>>::new(), "{arguments}");
    }
}

#[test]
fn the_form_of_2023_has_unknown_outcomes_on_a_line_of_their_own() {
    let project = Project::with_data();
    let line = |item: &str, arguments: &str| {
        let sql = format!("select * from queries.form_ii06a({arguments}) where item like '{item}%'");
        rows(&project, &sql).remove(0)[2..].join(" ")
    };
    assert_eq!(line("Tổng cộng", ""), "144 47 97 0 142 137 2 3 2 2 0");
    // Five without an outcome, four of 2022 whose end no export tells.
    assert_eq!(line("Chưa rõ", "").trim_end(), "9 2 3 4");
    let months = rows(
        &project,
        "select sum(online + direct_post) from queries.form_ii06a(by => 'month') where tt is not null",
    );
    assert_eq!(months, [["144"]]);
    // Nothing is known of what was open before the first year: no number, and not 0.
    let first = rows(
        &project,
        "select carried_in from queries.form_ii06a(\"from\" => '2020-01-01', \"to\" => '2020-12-31')",
    );
    assert!(first.iter().all(|row| row[0].is_empty()), "{first:?}");
}

#[test]
fn the_plan_tells_targets_from_derived_numbers_and_scenarios() {
    let project = Project::with_data();
    let called = rows(
        &project,
        "select distinct called, origin from queries.plan_gap where called = 'chỉ tiêu' order by 2",
    );
    assert_eq!(called, [["chỉ tiêu", "stated"]]);
    let of = |indicator: &str| {
        let sql = format!(
            "select called, baseline, target, gap, note from queries.plan_gap where indicator like '{indicator}%' order by indicator"
        );
        rows(&project, &sql)
    };
    let levels = of("Thủ tục phải nâng").remove(0);
    assert_eq!(levels[1..4], ["4.0", "26.0", "22.0"]);
    assert!(
        levels[4].contains("ít nhất 9 thủ tục chưa ở mức độ 3 hay 4") && levels[4].contains("không ghi năm"),
        "{levels:?}"
    );
    assert_eq!(of("Hồ sơ được phép quá hạn").remove(0)[1..4], ["3.0", "2.0", "-1.0"]);
    assert_eq!(of("Phương án 1").iter().map(|row| row[3].as_str()).collect::<Vec<_>>(), ["1.0", "6.0"]);
    assert_eq!(of("Phương án 2").iter().map(|row| row[3].as_str()).collect::<Vec<_>>(), ["-1.0", "-6.0"]);
    let turns = of("Lượt đào tạo, bồi dưỡng trên 100").remove(0);
    assert!(turns[1] == "43.4" && turns[4].contains("không phải tỷ lệ người"), "{turns:?}");
    let autonomy = of("Trung tâm Thông tin").remove(0);
    assert_eq!(autonomy[0], "số tính, không phải mức được giao");
    assert_eq!(autonomy[1..4], ["45.6", "70.0", "24.4"]);
    let none = rows(&project, "select count(*) from queries.plan_gap(target_year => 2030)");
    assert_eq!(none, [["0"]]);
}

#[test]
fn unknown_outcomes_make_the_on_time_rate_a_range() {
    let project = Project::with_data();
    for (name, denominator, rate, low, high) in [
        ("on_time_resolved", "resolved", "97.86", "94.48", "97.93"),
        ("on_time_766", "handled", "97.92", "94.63", "97.99"),
        ("on_time_with_returned", "resolved", "97.87", "94.52", "97.95"),
    ] {
        let sql = format!(
            "select round(100.0 * sum(on_time) / sum({denominator}), 2), \
             round(100.0 * sum(on_time) / sum({denominator} + unknown), 2), \
             round(100.0 * sum(on_time + unknown) / sum({denominator} + unknown), 2) from queries.{name} where year = 2023"
        );
        assert_eq!(rows(&project, &sql), [[rate, low, high]], "{name}");
        let wrong = format!(
            "select count(*) from queries.{name} where not (rate_low <= rate and rate <= rate_high) \
             or unknown = 0 and (rate_low <> rate or rate_high <> rate)"
        );
        assert_eq!(rows(&project, &wrong), [["0"]], "{name}");
    }
}

#[test]
fn report_figures_exported_filled_in_and_imported_are_the_next_years_figures() {
    for file in ["figures.csv", "figures.xlsx"] {
        let project = Project::with_data();
        project.run(&["query", "report_figures", "--titles", "-o", file]).data();
        project.run(&["import", "figures", "2024", file]).data();
        let columns = "figure_id, section, indicator_code, value, denominator, measure_unit, kind";
        let of = |year: i32| {
            rows(&project, &format!("select {columns} from figures where year = {year} order by 1"))
        };
        assert_eq!(of(2024), of(2023), "{file}");
    }
}

#[test]
fn form_ii06a_as_a_workbook_has_the_forms_header_and_says_where_nothing_is_known() {
    use calamine::{Data, Reader};
    let project = Project::with_data();
    project.run(&["query", "form_ii06a", "from=2020-01-01", "to=2020-12-31", "-o", "form.xlsx"]).data();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(project.root().join("form.xlsx")).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let text = |row: u32, column: u32| match sheet.get_value((row, column)) {
        Some(Data::String(text)) => text.clone(),
        Some(Data::Float(number)) => number.to_string(),
        _ => String::new(),
    };
    assert_eq!(text(1, 0), "Biểu số II.06a/VPCP/KSTT");
    assert_eq!(text(3, 0), "Kỳ báo cáo: từ ngày 01/01/2020 đến ngày 31/12/2020");
    assert_eq!([text(6, 2), text(7, 3), text(8, 5)], ["Số hồ sơ nhận giải quyết", "Trong đó", "Từ kỳ trước"]);
    assert_eq!([text(9, 2), text(9, 12)], ["(3=4+5+6)", "(13)"]);
    assert_eq!([text(14, 1), text(14, 2), text(14, 5)], ["Tổng cộng", "151", "không có số liệu"]);
    assert!(text(16, 0).contains("2020"), "the notice stands under the form: {}", text(16, 0));
    let merges = book.merge_cells_by_sheet_id(0).unwrap();
    assert!(merges.iter().any(|cell| (cell.start, cell.end) == ((7, 3), (7, 5))), "Trong đó");
}
