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
        ("geometry_not_drawn", "VISUALISE year AS x, dossiers AS y DRAW arrow"),
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

#[test]
fn every_saved_chart_is_drawn_side_by_side_as_it_stands_in_the_repository() {
    let project = Project::with_data();
    let run = project.run(&["chart"]);
    assert_eq!(run.code, Some(0), "{run}");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("charts");
    let mut count = 0;
    for entry in std::fs::read_dir(&root).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "png") {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            assert!(run.stderr.contains(&format!("wrote charts/{name}")), "{run}");
            let drawn = std::fs::read(project.path(&format!("charts/{name}"))).unwrap();
            assert!(drawn == std::fs::read(&path).unwrap(), "{name} is not the picture of the repository");
            count += 1;
        }
    }
    assert!(run.stderr.contains(&format!("drew {count} of {count} charts")), "{run}");
}

#[test]
fn the_numbers_of_a_chart_and_a_page_of_charts_are_files() {
    let project = Project::with_data();
    project.run(&["chart", "online_share", "from_year=2023", "-o", "a.png", "--data", "a.csv"]).data();
    let numbers = std::fs::read_to_string(project.path("a.csv")).unwrap();
    assert!(numbers.contains("2023,Trực tiếp,91"), "{numbers}");
    project.run(&["chart", "online_share", "staffing", "--page", "page.png", "--dpi", "60"]).data();
    assert!(std::fs::read(project.path("page.png")).unwrap().starts_with(b"\x89PNG"));
    let jpeg = project.run(&["chart", "online_share", "staffing", "--page", "page.svg"]);
    assert_eq!(jpeg.code, Some(2), "{jpeg}");
}

#[test]
fn all_tables_that_a_chart_draws_are_written() {
    let project = Project::with_data();
    let run = project.run(&["chart", "monthly_flow", "-o", "a.png", "--data", "so.csv"]);
    assert!(run.stderr.contains("wrote so.csv\nwrote so.ton.csv\n"), "{run}");
    let read = |name: &str| std::fs::read_to_string(project.path(name)).unwrap();
    assert!(read("so.csv").starts_with("ten_thang,loai,ho_so\nTh1,Tiếp nhận,12\n"), "{}", read("so.csv"));
    assert!(read("so.ton.csv").contains("Th12 (đến 14/12),7"), "{}", read("so.ton.csv"));
    let run = project.run(&["chart", "monthly_flow", "-o", "a.png", "--data", "so.xlsx"]);
    assert!(run.stderr.contains("wrote so.xlsx\ntables in it: monthly_flow, ton\n"), "{run}");
    assert!(!project.path("so.ton.xlsx").exists());
    let page = project.run(&["chart", "monthly_flow", "-o", "a.png", "--data", "so.md"]);
    assert!(read("so.md").contains("Th12 (đến 14/12)") && read("so.md").contains("ton"), "{page}");
    let run = project.run(&["chart", "monthly_flow", "-o", "b.png", "--data", "so.foo"]);
    assert!(run.code == Some(2) && !project.path("b.png").exists(), "{run}");
    // Only what is drawn: the result of the SQL is not.
    let text = "WITH Hai AS (SELECT 1 AS x, 2 AS y) SELECT 7 AS z FROM Hai VISUALISE x AS x, y AS y FROM Hai DRAW point";
    project.run(&["chart", "-c", text, "-o", "a.png", "--data", "hai.csv"]).data();
    assert_eq!(read("hai.csv"), "x,y\n1,2\n");
}

#[test]
fn a_page_gives_tall_charts_their_room_and_says_what_does_not_fit() {
    let project = Project::with_data();
    project.run(&["chart", "processing_time", "staffing", "--page", "two.png", "--dpi", "100"]).data();
    assert!(std::fs::read(project.path("two.png")).unwrap().starts_with(b"\x89PNG"));
    let names = ["chart", "processing_time", "staffing", "outcomes", "--page", "three.png", "--dpi", "100"];
    let run = project.run(&names);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(
        run.stderr.contains("`processing_time` (155 × 215 mm)") && run.stderr.contains("257 mm of height"),
        "{run}"
    );
    assert!(!project.path("three.png").exists());
    project.run(&["chart", "staffing", "--page", "dark.png", "--theme", "screen", "--dpi", "60"]).data();
    let mut pixels =
        png::Decoder::new(std::io::Cursor::new(std::fs::read(project.path("dark.png")).unwrap()))
            .read_info()
            .unwrap();
    let mut first = vec![0; pixels.output_buffer_size().unwrap()];
    pixels.next_frame(&mut first).unwrap();
    assert!(first[..3].iter().all(|part| *part < 60), "the page is as dark as its chart");
    // A chart that cannot be read in half the width gets a row for itself.
    let five = ["online_share", "online_levels", "autonomy", "staffing", "on_time_range"];
    project.run(&[&["chart", "--page", "five.png", "--dpi", "100"], &five[..]].concat()).data();
}

#[test]
fn numbers_in_words_follow_the_language() {
    let project = Project::with_data();
    let words = |arguments: &[&str]| {
        project.run(&[&["chart", "processing_time", "-o", "a.svg"], arguments].concat()).data();
        let svg = std::fs::read_to_string(project.path("a.svg")).unwrap();
        svg.lines().filter(|line| line.contains(" / 25")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(words(&[]).contains(&"21,6 / 25".to_owned()));
    assert!(words(&["--lang", "en"]).contains(&"21.6 / 25".to_owned()));
    let asked = |arguments: &[&str]| {
        let sql = "select local_number(1234.5) a, local_number(1234.5, 2) b, local_number(null) c";
        project.run(&[&["query", "-c", sql], arguments].concat()).data()
    };
    assert_eq!(asked(&["--lang", "vi"]), "a,b,c\n\"1.234,5\",\"1.234,50\",\n");
    assert_eq!(asked(&["--lang", "en"]), "a,b,c\n\"1,234.5\",\"1,234.50\",\n");
}

#[test]
fn numbers_that_cannot_be_drawn_are_counted_in_the_notice_and_under_the_chart() {
    let project = Project::with_data();
    let text = "SELECT year, CASE year WHEN 2021 THEN 1.0 / 0.0 WHEN 2022 THEN 0.0 / 0.0 ELSE 5.0 END AS ty_le \
                FROM staffing GROUP BY year VISUALISE year AS x, ty_le AS y DRAW point";
    let run = project.run(&["chart", "-c", text, "-o", "a.svg", "--lang", "vi"]);
    let notice = "hông vẽ được vì vô hạn hoặc không phải là số: “ty_le” ở 2 trong 4 dòng";
    assert!(run.stderr.contains(&format!("k{notice}")), "{run}");
    let svg = std::fs::read_to_string(project.path("a.svg")).unwrap();
    assert!(svg.contains(&format!("\nK{notice}\n")), "{svg}");
    let all = "SELECT 1 AS x, CAST('inf' AS DOUBLE) AS y VISUALISE x, y DRAW point";
    let run = project.run(&["chart", "-c", all, "-o", "b.png"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(!project.path("b.png").exists());
}

#[test]
fn letters_that_would_be_boxes_are_said() {
    let project = Project::with_data();
    let text = "SELECT 'chữ الع' AS x, 1 AS y VISUALISE x, y DRAW bar LABEL title => 'Ơ ư ẵ – “…” → ≥ ₂'";
    let run = project.run(&["chart", "-c", text, "-o", "a.svg"]);
    assert!(
        run.stderr
            .contains("3 letters are not in the font of charts and stand as boxes: U+0627, U+0639, U+0644"),
        "{run}"
    );
    let svg = std::fs::read_to_string(project.path("a.svg")).unwrap();
    assert!(svg.contains("3 ký tự không có trong phông chữ của biểu đồ"), "{svg}");
    assert!(
        project.run(&["chart", "staffing", "-o", "b.png"]).stderr.lines().all(|line| !line.contains("U+"))
    );
}

#[test]
fn a_chart_that_cannot_be_drawn_does_not_keep_the_others_from_it() {
    let project = Project::with_data();
    project.write("charts/broken.sql", "SELECT 1 AS x, 2 AS y VISUALISE x, y DRAW arrow\n");
    let run = project.run(&["chart", "broken", "online_share"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(
        run.stderr.contains("drew 1 of 2 charts") && run.stderr.contains("`arrow` is not drawn"),
        "{run}"
    );
}

#[test]
fn a_picture_says_what_it_shows_rests_on_and_makes_up() {
    let project = Project::with_data();
    project.run(&["chart", "dossiers_by_field", "-o", "a.svg", "--no-title"]).data();
    let svg = std::fs::read_to_string(project.path("a.svg")).unwrap();
    for part in [
        "<title>Hồ sơ tiếp nhận theo lĩnh vực</title>",
        "Nguồn: Hồ sơ thủ tục hành chính 2020–2023 (số liệu đến ngày 14/12/2023)",
        "Số liệu mô phỏng",
        "cao nhất 76 (2020, Tiêu chuẩn đo lường chất lượng)",
        "2023 (đến 14/12)",
    ] {
        assert!(svg.contains(part), "{part}\n{svg}");
    }
    assert_eq!(svg.matches("Hồ sơ tiếp nhận theo lĩnh vực").count(), 1, "the title is left to the document");
}

#[test]
fn a_forecast_says_its_method_and_what_it_rests_on() {
    let project = Project::with_data();
    let sql = "select * from forecast((select year, sum(present) n from staffing group by 1), horizon => 2)";
    let rounded = format!(
        "select series, year, round(value, 2) v, round(lower, 2) l, round(upper, 2) u, kind from ({sql}) order by 2"
    );
    insta::assert_snapshot!("forecast", project.run(&["query", "-c", &rounded]));
}

#[test]
fn a_forecast_leaves_out_the_year_that_is_not_over_and_refuses_three_years() {
    let project = Project::with_data();
    let ask = |lang: &str, sql: &str| project.run(&["--lang", lang, "query", "-c", sql]).to_string();
    for (name, sql) in [
        ("forecast_short", "select * from forecast((select year, count(*) n from dossiers group by 1))"),
        ("forecast_shape", "select * from forecast((select field from dossiers))"),
        (
            "forecast_rate",
            "select * from forecast((select year, rate from queries.on_time_resolved where field = 'standards'))",
        ),
        (
            "forecast_argument",
            "select * from forecast((select year, count(*) from staffing group by 1), ahead => 3)",
        ),
        ("forecast_without_query", "select * from forecast(3)"),
    ] {
        insta::assert_snapshot!(name, format!("{}--- tiếng Việt\n{}", ask("en", sql), ask("vi", sql)));
    }
}

#[test]
fn a_chart_has_the_size_that_its_file_says_unless_another_is_asked_for() {
    let project = Project::with_data();
    let sql = "-- size: 100mm x 120mm\nSELECT 'a' AS x, 2 AS y VISUALISE x, y DRAW bar\n";
    project.write("charts/tall.sql", sql);
    let size = |arguments: &[&str]| {
        let arguments = [&["chart", "tall", "-o", "a.svg"], arguments].concat();
        project.run(&arguments).data();
        let svg = std::fs::read_to_string(project.path("a.svg")).unwrap();
        let number = |name: &str| {
            let rest = svg.split_once(&format!("{name}=\"")).unwrap().1;
            rest.split_once('"').unwrap().0.parse::<u32>().unwrap()
        };
        (number("width"), number("height"))
    };
    assert_eq!(size(&[]), (1181, 1417));
    assert_eq!(size(&["--dpi", "150"]), (591, 709));
    assert_eq!(size(&["--width", "800px", "--height", "400px"]), (800, 400));
    assert_eq!(size(&["--height", "50mm"]), (1181, 591));
    project.write("charts/wrong.sql", &sql.replace("120mm", "120"));
    let run = project.run(&["chart", "wrong"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("charts/wrong.sql:1:4") && run.stderr.contains("155mm x 90mm"), "{run}");
}

#[test]
fn a_label_without_room_is_refused_by_name_and_leaves_no_file() {
    let project = Project::with_data();
    project.write(
        "charts/long.sql",
        "SELECT repeat('chữ ', 1250) AS ten, 2 AS n VISUALISE ten AS y, n AS x DRAW bar\n",
    );
    let run = project.run(&["chart", "long"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("of 4999 letters, and labels are not cut"), "{run}");
    assert!(!project.path("charts/long.png").exists());
    let run = project.run(&["--lang", "vi", "chart", "long"]);
    assert!(run.stderr.contains("không đủ chỗ cho nhãn"), "{run}");
}

/// Charts that are drawn again on every change, and what was said.
struct Watched {
    program: std::process::Child,
    lines: std::sync::mpsc::Receiver<String>,
}

impl Watched {
    fn start(project: &Project, arguments: &[&str]) -> Self {
        use std::io::BufRead as _;
        let mut command = project.command(&[&["--lang", "en", "chart", "--watch"], arguments].concat());
        command.stdin(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
        let mut program = command.spawn().unwrap();
        let errors = std::io::BufReader::new(program.stderr.take().unwrap());
        let (sender, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            errors.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { program, lines }
    }

    /// Returns what is said until it waits for the next change.
    #[track_caller]
    fn round(&self) -> String {
        let mut said = String::new();
        loop {
            let line = self.lines.recv_timeout(std::time::Duration::from_mins(2));
            assert!(line.is_ok(), "nothing more is said after:\n{said}");
            let line = line.unwrap();
            if line.starts_with("waiting for changes") {
                return said;
            }
            said.push_str(&line);
            said.push('\n');
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ended = self.program.kill();
        let _waited = self.program.wait();
    }
}

#[test]
fn watched_charts_follow_their_files_queries_and_years() {
    let project = Project::with_data();
    let watched = Watched::start(&project, &["staffing", "online_share"]);
    let said = watched.round();
    assert!(
        said.contains("wrote charts/staffing.png") && said.contains("wrote charts/online_share.png"),
        "{said}"
    );
    let chart = std::fs::read_to_string(project.path("charts/staffing.sql")).unwrap();
    project.write("charts/staffing.sql", &chart.replace("DRAW bar", "DRAW bra"));
    let said = watched.round();
    assert!(said.contains("there is no geometry `bra`") && said.contains("drew 1 of 2 charts"), "{said}");
    project.write("charts/staffing.sql", &chart.replace("Biên chế được giao", "Biên chế của Sở được giao"));
    let said = watched.round();
    assert!(said.contains("wrote charts/staffing.png") && !said.contains("online_share"), "{said}");
    let query = std::fs::read_to_string(project.path("queries/staffing_vacancy.sql")).unwrap();
    project.write("queries/staffing_vacancy.sql", &query.replace("FROM staffing", "FROM stafing"));
    assert!(watched.round().contains("stafing"));
    project.write("queries/staffing_vacancy.sql", &query);
    watched.round();
    project.run(&["remove", "staffing", "2020"]).data();
    let said = watched.round();
    assert!(said.contains("wrote charts/staffing.png") && said.contains("staffing 2021–2022"), "{said}");
    let history = project.run(&["history", "staffing", "--format", "csv"]).data();
    let revision = history.lines().find_map(|line| line.split(',').nth(4).filter(|_| line.contains("2020")));
    project.run(&["restore", "staffing", "2020", revision.unwrap()]).data();
    let said = watched.round();
    assert!(said.contains("wrote charts/staffing.png") && said.contains("staffing 2020–2022"), "{said}");
    let contract = std::fs::read_to_string(project.path("datasets/staffing.toml")).unwrap();
    project.write("datasets/staffing.toml", &contract.replace("\"Công chức\"", "\"Công chức của Sở\""));
    assert!(watched.round().contains("wrote charts/staffing.png"));
    drop(watched);
    let watched = Watched::start(&project, &["processing_time"]);
    watched.round();
    project.write("calendar.csv", "date,kind,name,source\n2023-08-15,public_holiday,Ngày nghỉ,thử\n");
    assert!(watched.round().contains("wrote charts/processing_time.png"), "working days follow the calendar");
}
