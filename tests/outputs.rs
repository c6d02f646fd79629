use std::io::Read as _;

use calamine::{Data, Reader as _, Xlsx, open_workbook};

use crate::support::Project;

/// Reads one member of a workbook's archive.
fn member(project: &Project, file: &str, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(project.path(file)).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn sheet(project: &Project, file: &str, name: &str) -> Vec<Vec<Data>> {
    let mut workbook: Xlsx<_> = open_workbook(project.path(file)).unwrap();
    workbook.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

const HOSTILE: &str = "select '=1+1' as \"=heading\", '-5' as text, -5 as number, 0.5 as share, \
                       date '2023-02-01' as day, timestamp '2023-02-01 12:00:00' as time, \
                       9007199254740993 as big, '<script>alert(1)</script>' as html";

#[test]
fn a_workbook_keeps_types_and_says_where_its_numbers_come_from() {
    let project = Project::with_data();
    project.run(&["query", "on_time_resolved", "from_year=2022", "-o", "a.xlsx"]).data();
    let rows = sheet(&project, "a.xlsx", "on_time_resolved");
    assert_eq!(rows[0][1], Data::String("Lĩnh vực".into()));
    assert_eq!(rows[5][1], Data::String("Năng lượng nguyên tử, an toàn bức xạ hạt nhân".into()));
    assert_eq!(rows[5][0], Data::Float(2023.0));
    assert_eq!(rows[5][5], Data::Float(61.0 / 62.0));
    let styles = member(&project, "a.xlsx", "xl/styles.xml");
    assert!(styles.contains("0.00%"), "{styles}");
    let first = member(&project, "a.xlsx", "xl/worksheets/sheet1.xml");
    assert!(first.contains("state=\"frozen\"") && first.contains("<cols>"), "{first}");
    assert!(first.contains("<oddFooter>&amp;Lsố liệu mô phỏng"), "{first}");
    let provenance: Vec<String> = sheet(&project, "a.xlsx", "Nguồn số liệu")
        .iter()
        .map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>().join("|"))
        .collect();
    insta::assert_snapshot!(provenance.join("\n"));
}

#[test]
fn no_text_runs_as_a_formula_in_a_spreadsheet() {
    let project = Project::new();
    project.run(&["query", "-c", HOSTILE, "-o", "a.xlsx"]).data();
    let cells = member(&project, "a.xlsx", "xl/worksheets/sheet1.xml");
    assert!(!cells.contains("<f>"), "{cells}");
    let rows = sheet(&project, "a.xlsx", "cchc");
    assert_eq!(rows[1][0], Data::String("=1+1".into()));
    assert_eq!(rows[1][2], Data::Float(-5.0));
    assert_eq!(rows[1][6], Data::String("9007199254740993".into()), "no digit is lost");
    assert!(matches!(rows[1][4], Data::DateTime(day) if day.to_ymd_hms_milli().0 == 2023), "{:?}", rows[1]);
    let csv = project.run(&["query", "-c", HOSTILE, "--format", "excel-csv"]).data();
    assert_eq!(
        csv,
        "\u{feff}'=heading;text;number;share;day;time;big;html\r\n\
         '=1+1;'-5;-5;0,5;01/02/2023;01/02/2023 12:00:00;9007199254740993;<script>alert(1)</script>\r\n"
    );
}

#[test]
fn a_page_runs_nothing_and_loads_nothing() {
    let project = Project::with_data();
    let page = project.run(&["query", "-c", HOSTILE, "--format", "html"]).data();
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script"), "{page}");
    assert!(page.contains("Content-Security-Policy\" content=\"default-src 'none'"), "{page}");
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
    insta::assert_snapshot!(
        "html",
        project.run(&["query", "staffing_vacancy", "from_year=2023", "--format", "html"]).to_string()
    );
}

#[tokio::test]
async fn files_for_programs_carry_titles_and_the_notice() {
    use datafusion::prelude::{ParquetReadOptions, SessionContext};
    let project = Project::with_data();
    project.run(&["query", "on_time_resolved", "from_year=2022", "-o", "a.parquet"]).data();
    project.run(&["query", "on_time_resolved", "from_year=2022", "-o", "a.arrow"]).data();
    let context = SessionContext::new();
    let file = project.path("a.parquet");
    let options = ParquetReadOptions::default().skip_metadata(false);
    let parquet = context.read_parquet(file.to_str().unwrap(), options).await.unwrap();
    let schema = parquet.schema().as_arrow().clone();
    let arrow = datafusion::arrow::ipc::reader::FileReader::try_new(
        std::fs::File::open(project.path("a.arrow")).unwrap(),
        None,
    )
    .unwrap();
    for schema in [&schema, arrow.schema().as_ref()] {
        assert_eq!(schema.field(5).name(), "rate");
        assert_eq!(schema.field(5).metadata().get("cchc.title").map(String::as_str), Some("Tỷ lệ"));
        let notice = schema.metadata().get("cchc.notice").map(String::as_str);
        assert_eq!(notice, Some("synthetic data, not the department's: dossiers 2022"));
    }
    assert_eq!(parquet.count().await.unwrap(), 7);
    assert_eq!(arrow.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 7);
}

#[test]
fn the_same_result_has_the_same_bytes_and_no_time_unless_the_clock_is_fixed() {
    let project = Project::with_data();
    let write = |name: &str, now: Option<&str>| {
        let mut command = project.command(&["query", "on_time_resolved", "-o", name]);
        command.env_remove("CCHC_NOW");
        if let Some(now) = now {
            command.env("CCHC_NOW", now);
        }
        assert!(command.output().unwrap().status.success());
        std::fs::read(project.path(name)).unwrap()
    };
    for extension in ["xlsx", "html", "parquet", "arrow"] {
        let name = |stem: &str| format!("{stem}.{extension}");
        assert_eq!(write(&name("a"), None), write(&name("b"), None), "{extension}");
    }
    let dated = String::from_utf8(write("c.html", Some("2024-01-05T08:00:00Z"))).unwrap();
    assert!(dated.contains("05/01/2024 08:00:00 UTC"), "{dated}");
    let undated = String::from_utf8(write("d.html", None)).unwrap();
    assert!(!undated.contains("UTC"), "{undated}");
}

#[test]
fn the_shell_writes_every_format_by_its_extension_and_one_result_where_one_fits() {
    let project = Project::with_data();
    let script = "\\n staffing_vacancy from_year=2023\n\\g a.xlsx\n\
                  \\copy (select 1 as a) to b.parquet\n\
                  \\o c.html\nselect 2 as b;\nselect 3 as c;\n";
    let run = project.run_with(&[], script);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("`c.html` holds one result"), "{run}");
    assert!(project.path("a.xlsx").exists() && project.path("b.parquet").exists());
    assert!(std::fs::read_to_string(project.path("c.html")).unwrap().contains("<td class=\"n\">2</td>"));
}

#[test]
fn what_a_cell_has_no_room_for_is_refused_by_name() {
    let project = Project::new();
    let run = project.run(&["query", "-c", "select repeat('đ', 32768) as long_text", "-o", "a.xlsx"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("row 1, column `long_text`"), "{run}");
    assert!(!project.path("a.xlsx").exists());
    project.run(&["query", "-c", "select repeat('đ', 32767) as long_text", "-o", "a.xlsx"]).data();
}
