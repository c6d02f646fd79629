use crate::support::Project;

#[test]
fn an_unknown_chart_proposes_the_likely_one_and_no_name_leaves_the_workspace() {
    let project = Project::with_data();
    project.write("outside/evil.sql", "SELECT 1 AS x, 2 AS y VISUALISE x, y DRAW point\n");
    let unknown = project.run(&["chart", "stafing"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("did you mean `staffing`"), "{unknown}");
    for name in ["../outside/evil", "../charts/staffing", ""] {
        assert_eq!(project.run(&["chart", name]).code, Some(2), "{name}");
    }
    assert!(!project.path("outside/evil.png").exists());
}

#[test]
fn a_saved_image_shows_the_defaults_and_nothing_else() {
    let project = Project::with_data();
    let run = project.run(&["chart", "on_time_rate", "from_year=2022"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(!project.path("charts/on_time_rate.png").exists());
    project.run(&["chart", "on_time_rate", "from_year=2022", "-o", "a.svg"]).data();
    let svg = std::fs::read_to_string(project.path("a.svg")).unwrap();
    assert!(svg.contains("Tỷ lệ hồ sơ giải quyết đúng hạn") && !svg.contains(">2021<"), "{svg}");
}

#[test]
fn the_notice_covers_what_layers_draw_from_other_tables() {
    let project = Project::with_data();
    let sql = "with h as (select year, count(*) n from dossiers where year < 2023 group by 1), \
               r as (select year, count(*) n from dossiers where year = 2023 group by 1) select * from r \
               VISUALISE year AS x, n AS y DRAW bar DRAW point MAPPING year AS x, n AS y FROM h";
    let run = project.run(&["chart", "-c", sql, "-o", "a.svg"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stderr.contains("dossiers 2020–2022"), "{run}");
    let svg = std::fs::read_to_string(project.path("a.svg")).unwrap();
    assert!(svg.contains("Số liệu mô phỏng"), "{svg}");
}

#[test]
fn what_is_not_drawn_is_refused_by_name_in_both_languages() {
    let project = Project::with_data();
    let chart = |lang: &str, clause: &str| {
        let sql = format!("select year, dossiers from queries.dossiers_by_field {clause}");
        let run = project.run(&["--lang", lang, "chart", "-c", &sql, "-o", "a.png"]);
        assert!(!project.path("a.png").exists());
        run.to_string()
    };
    for (name, clause) in [
        ("geometry_not_drawn", "VISUALISE year AS x, dossiers AS y DRAW violin"),
        ("geometry_unknown", "VISUALISE year AS x, dossiers AS y DRAW lnie"),
        ("column_unknown", "VISUALISE year AS x, dosiers AS y DRAW line"),
        ("no_clause", ""),
    ] {
        insta::assert_snapshot!(
            name,
            format!("{}--- tiếng Việt\n{}", chart("en", clause), chart("vi", clause))
        );
    }
}
