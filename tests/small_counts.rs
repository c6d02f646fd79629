use calamine::{Data, Reader as _};

use crate::support::Project;

/// The bundled workspace, whose dossiers show no count below `least`.
fn project(least: u32) -> Project {
    let project = Project::with_data();
    let contract = std::fs::read_to_string(project.path("datasets/dossiers.toml")).unwrap();
    project.write("datasets/dossiers.toml", &format!("min_cell = {least}\n{contract}"));
    project
}

const FORM_COLUMNS: usize = 13;

/// Reads numbers of a line of the form.
fn numbers(line: &str, columns: &[usize]) -> Vec<Option<u32>> {
    // From the right, since names on the left hold commas.
    let cells: Vec<&str> = line.rsplit(',').collect();
    columns.iter().map(|column| cells[FORM_COLUMNS - 1 - column].parse().ok()).collect()
}

#[test]
fn a_comparison_leaves_out_small_counts_and_what_follows_from_them() {
    let project = project(7);
    let words = ["--lang", "vi", "compare", "dossiers_by_field", "--years", "2022,2023", "--format"];
    let compare = |format: &str| project.run(&[&words[..], &[format]].concat());
    insta::assert_snapshot!("small_counts_compare_csv", compare("csv"));
    insta::assert_snapshot!("small_counts_compare_table", compare("table"));
    let english = project.run(&["--lang", "en", "compare", "dossiers_by_field", "--years", "2022,2023"]);
    assert!(
        english.stderr.contains("cells are left out") && english.stderr.contains("datasets/dossiers.toml")
    );
    let shell =
        project.run_with(&["--lang", "vi"], "\\compare dossiers_by_field --years 2022,2023 --format csv\n");
    assert_eq!(shell.stdout, compare("csv").stdout);
}

#[test]
fn form_ii06a_leaves_out_small_counts_and_no_equation_gives_them_away() {
    let project = project(5);
    let run = project.run(&["--lang", "vi", "query", "form_ii06a", "--format", "csv"]);
    insta::assert_snapshot!("small_counts_form_csv", run);
    let table = project.run(&["--lang", "vi", "query", "form_ii06a", "--format", "table", "--titles"]);
    insta::assert_snapshot!("small_counts_form_table", table);
    let data = project.run(&["query", "form_ii06a", "--format", "csv"]).data();
    let lines: Vec<&str> = data.lines().skip(1).collect();
    let counts: Vec<usize> = (2..13).collect();
    for line in &lines {
        assert!(numbers(line, &counts).iter().flatten().all(|count| *count == 0 || *count >= 5), "{line}");
    }
    let total = lines.iter().position(|line| line.contains("Tổng cộng")).unwrap();
    for column in counts {
        let hidden = lines[..=total].iter().filter(|line| numbers(line, &[column])[0].is_none());
        assert!(hidden.count() != 1, "column {column}");
    }
    for line in &lines[..=total] {
        for equation in [[2, 3, 4].as_slice(), &[6, 7, 8, 9], &[10, 11, 12], &[2, 6, 10]] {
            let hidden = numbers(line, equation).iter().filter(|count| count.is_none()).count();
            assert_ne!(hidden, 1, "{line}: {equation:?}");
        }
    }
    assert_eq!(project.run_with(&["--lang", "vi"], "\\n form_ii06a\n").stdout, data);
}

#[test]
fn a_form_as_a_workbook_says_where_cells_are_left_out() {
    let project = project(5);
    project.run(&["query", "form_ii06a", "-o", "form.xlsx"]).data();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(project.path("form.xlsx")).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let texts: Vec<&str> = sheet
        .used_cells()
        .filter_map(|(_, _, cell)| if let Data::String(text) = cell { Some(text.as_str()) } else { None })
        .collect();
    assert!(texts.contains(&"<5") && texts.contains(&"*"), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("không công bố")), "{texts:?}");
}

#[test]
fn a_cross_table_with_totals_leaves_out_what_they_would_give_away() {
    let project = project(7);
    let script = "select coalesce(field, 'all') as field, coalesce(cast(year as varchar), 'all') as year, count(*) as n \
                  from dossiers where year > 2020 group by cube(field, year) order by field, year;\n";
    let run = |tail: &str| project.run_with(&["--lang", "en"], &format!("{script}{tail}"));
    let plain = run("\\crosstabview\n");
    insta::assert_snapshot!("small_counts_crosstab", plain);
    let table = run("\\pset format table\n\\crosstabview\n");
    assert!(table.stdout.contains("<7") && table.stdout.contains(" * "), "{table}");
    // What is no count stays.
    let averages = script.replace("count(*)", "avg(1.5)");
    let run = project.run_with(&["--lang", "en"], &format!("{averages}\\crosstabview\n"));
    assert!(!run.stderr.contains("left out"), "{run}");
}

#[test]
fn statements_and_queries_that_are_no_form_show_every_count() {
    let project = project(500);
    for words in [["query", "dossiers_by_field"], ["query", "on_time_resolved"]] {
        let run = project.run(&words);
        assert!(!run.stderr.contains("left out") && !run.stdout.contains(",,"), "{run}");
    }
}

#[test]
fn datasets_without_a_threshold_show_every_count() {
    let project = project(500);
    let run = project.run(&["compare", "training_by_content", "--format", "csv"]);
    assert!(run.code == Some(0) && !run.stderr.contains("left out"), "{run}");
}

#[test]
fn a_threshold_that_leaves_nothing_out_is_refused_with_its_place() {
    let project = project(1);
    let run = project.run(&["--lang", "en", "query", "dossiers_by_field"]);
    assert!(run.stderr.contains("min_cell") && run.stderr.contains("datasets/dossiers.toml:1:12"), "{run}");
}
