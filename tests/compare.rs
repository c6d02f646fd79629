use calamine::{Data, Reader as _, Xlsx, open_workbook};

use crate::support::Project;

fn compare(project: &Project, lang: &str, words: &str) -> String {
    let words: Vec<&str> = words.split(' ').collect();
    project.run(&[&["--lang", lang, "compare"], words.as_slice()].concat()).to_string()
}

#[test]
fn years_stand_side_by_side_in_every_format_for_people_and_programs() {
    let project = Project::with_data();
    for format in ["table", "markdown", "csv"] {
        let words = format!("dossiers_by_field --years 2022,2023 --format {format}");
        insta::assert_snapshot!(format!("compare_{format}"), compare(&project, "vi", &words));
    }
    insta::assert_snapshot!(
        "compare_totals",
        compare(&project, "en", "training_by_content staffing_vacancy --years 2022,2023 --format markdown")
    );
    let page = project.run(&["compare", "on_time_resolved", "--format", "html"]).data();
    assert!(page.contains("<td class=\"n better\">+1,78</td>"), "{page}");
    assert!(page.contains("kỳ số liệu dài ngắn khác nhau"), "{page}");
}

#[test]
fn a_group_without_rows_is_zero_and_a_year_without_import_is_missing() {
    let project = Project::with_data();
    let table = compare(&project, "vi", "dossiers_by_field --years 2019,2022,2023 --format csv");
    assert!(table.contains("dossiers,intellectual_property,,6,0,-6,,\n"), "{table}");
    assert!(table.contains("share,intellectual_property,,0.037037037037037035,0,"), "{table}");
    assert!(table.contains("chưa nhập số liệu: 2019"), "{table}");
}

#[test]
fn several_queries_share_a_workbook_with_a_sheet_of_provenance() {
    let project = Project::with_data();
    let words = ["compare", "on_time_resolved", "staffing_vacancy", "--years", "2022,2023", "-o", "a.xlsx"];
    let run = project.run(&words);
    assert!(run.stderr.contains("synthetic data"), "{run}");
    let mut workbook: Xlsx<_> = open_workbook(project.path("a.xlsx")).unwrap();
    assert_eq!(workbook.sheet_names(), ["on_time_resolved", "staffing_vacancy", "Nguồn số liệu"]);
    let range = workbook.worksheet_range("on_time_resolved").unwrap();
    let rows: Vec<&[Data]> = range.rows().collect();
    let heading: Vec<String> = rows[0].iter().map(ToString::to_string).collect();
    assert_eq!(
        heading,
        [
            "Chỉ tiêu",
            "Lĩnh vực",
            "2022",
            "2023",
            "± 2023 so với 2022",
            "% 2023 so với 2022",
            "Điểm % 2023 so với 2022"
        ]
    );
    let text = |text: &str| Data::String(text.to_owned());
    let total = rows.iter().find(|row| row[0] == text("Tỷ lệ") && row[1] == text("Tổng số")).unwrap();
    assert_eq!(total[3], Data::Float(137.0 / 140.0));
    let missing = rows.iter().find(|row| row[0] == text("Tỷ lệ") && row[1] == text("Sở hữu trí tuệ"));
    assert_eq!(missing.unwrap()[3], Data::String("–".into()));
}

#[test]
fn a_query_of_one_year_is_asked_once_per_year() {
    let project = Project::with_data();
    project.write(
        "queries/staff_of.sql",
        "-- title: Biên chế\n-- param for_year: year = 2023\n-- column year: key\n-- column staff_type: key\n\
         -- column present: count\nSELECT year, staff_type, sum(present) AS present FROM staffing \
         WHERE year = $for_year GROUP BY year, staff_type ORDER BY 2\n",
    );
    let data = project.run(&["compare", "staff_of", "--format", "csv"]).data();
    assert!(data.starts_with("measure,staff_type,2020,2021,2022,2023,change,change_percent\n"), "{data}");
    assert!(data.contains("present,total,"), "{data}");
}

#[test]
fn what_cannot_be_compared_says_why_in_both_languages() {
    let project = Project::with_data();
    project
        .write("queries/no_year.sql", "-- title: x\nSELECT field, count(*) AS n FROM dossiers GROUP BY 1\n");
    let mut told = String::new();
    for words in [
        "no_year",
        "dossiers_by_field --years 2023",
        "dossiers_by_field --baseline 2019",
        "dossiers_by_field unit=x",
        "dossiers_by_field staffing_vacancy --format csv",
        "from_year=2021",
        "dossiers_by_fields",
    ] {
        for lang in ["vi", "en"] {
            told += &compare(&project, lang, words);
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn the_shell_compares_too() {
    let project = Project::with_data();
    let run = project.run_with(&[], "\\compare dossiers_by_field --years 2022,2023 --format csv\n");
    assert!(run.stdout.contains("dossiers,total,162,149,-13,-8.02"), "{run}");
}
