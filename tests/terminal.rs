use std::time::{Duration, Instant};

use expectrl::{ControlCode, Expect as _, Session, session::OsSession};

use crate::support::Project;

/// A shell on a terminal of 100 columns and 30 lines, and what stands on its screen.
struct Screen {
    session: OsSession,
    emulator: vt100::Parser,
    folder: String,
}

const COLUMNS: u16 = 100;
const LINES: u16 = 30;
/// A machine that builds something else at the same time is slow.
const PATIENCE: Duration = Duration::from_mins(1);

impl Screen {
    fn open(project: &Project) -> Self {
        Self::open_with(project, &[])
    }

    fn open_with(project: &Project, variables: &[(&str, &str)]) -> Self {
        let mut command = project.command(&["--lang", "en"]);
        command.env("TERM", "xterm-256color").envs(variables.iter().copied());
        let mut session = Session::spawn(command).unwrap();
        session.set_expect_timeout(Some(PATIENCE));
        session.get_process_mut().set_window_size(COLUMNS, LINES).unwrap();
        let folder = project.path("").to_string_lossy().trim_end_matches('/').to_owned();
        let mut screen = Self { session, emulator: vt100::Parser::new(LINES, COLUMNS, 0), folder };
        screen.wait_for("cchc> ");
        screen
    }

    fn read(&mut self) {
        let mut bytes = [0; 8192];
        std::thread::sleep(Duration::from_millis(10));
        if let Ok(count) = self.session.try_read(&mut bytes) {
            self.emulator.process(&bytes[..count]);
        }
    }

    /// Reads until the condition holds for what stands on the screen.
    #[track_caller]
    fn wait_until(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        loop {
            let contents = self.contents();
            if holds(&contents) {
                return contents;
            }
            assert!(start.elapsed() < PATIENCE, "no {what} on the screen:\n{contents}");
            self.read();
        }
    }

    #[track_caller]
    fn wait_for(&mut self, text: &str) -> String {
        self.wait_until(text, |contents| contents.contains(text))
    }

    /// Waits for an empty prompt at the end.
    #[track_caller]
    fn wait_for_prompt(&mut self) -> String {
        self.wait_until("prompt", |contents| contents.trim_end().ends_with("\ncchc>"))
    }

    fn contents(&self) -> String {
        let contents = self.emulator.screen().contents().replace(&self.folder, "<folder>");
        let times = regex::Regex::new(r"· [0-9.]+ m?s").unwrap();
        times.replace_all(&contents, "· <time>").into_owned()
    }

    /// Waits until the program uses the processor no more: it may not go on for somebody who has left.
    #[cfg(target_os = "linux")]
    #[track_caller]
    fn wait_for_rest(&self) {
        let stat = format!("/proc/{}/stat", self.session.get_process().pid());
        let used = || -> u64 {
            let text = std::fs::read_to_string(&stat).unwrap();
            // Times in user and system mode, the 14th and 15th field, in hundredths of a second.
            let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
            fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
        };
        let start = Instant::now();
        loop {
            let before = used();
            std::thread::sleep(Duration::from_secs(1));
            let spent = used() - before;
            if spent <= 10 {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "still {spent} hundredths of a second in one");
        }
    }

    /// Drops what is typed.
    #[track_caller]
    fn interrupt(&mut self) {
        self.session.send(ControlCode::EndOfText).unwrap();
        self.wait_for_prompt();
    }

    fn press(&mut self, keys: &str) {
        self.session.send(keys).unwrap();
    }

    /// Leaves nothing but a prompt on the screen, so that what is waited for is new.
    #[track_caller]
    fn clear(&mut self) {
        self.press("\u{c}");
        self.wait_until("clean screen", |contents| contents.trim() == "cchc>");
    }

    /// Types an entry on a clean screen and returns the screen once the prompt is back.
    #[track_caller]
    fn enter(&mut self, entry: &str) -> String {
        self.clear();
        self.press(&format!("{entry}\r"));
        let first = entry.lines().last().unwrap_or_default().to_owned();
        self.wait_until("answer", |contents| {
            contents.trim_end().ends_with("\ncchc>")
                && contents.contains(first.get(..8.min(first.len())).unwrap_or(""))
        })
    }

    fn leave(mut self) {
        self.press("\\q\r");
        self.session.expect(expectrl::Eof).unwrap();
    }
}

#[test]
fn a_person_is_met_with_three_lines_and_sees_results_as_tables() {
    let project = Project::with_data();
    let mut shell = Screen::open(&project);
    insta::assert_snapshot!("greeting", shell.contents());
    let query = "select field, count(*) as n, null as nothing, '' as empty, 1.5 as x from dossiers where year = 2023 group by 1 order by 2 desc;";
    insta::assert_snapshot!("table", shell.enter(query));
    shell.enter("\\x on");
    insta::assert_snapshot!("expanded", shell.enter("\\g"));
    shell.enter("\\x off");
    shell.enter("\\pset titles on");
    shell.enter("\\pset locale vi");
    insta::assert_snapshot!(
        "titles_and_locale",
        shell.enter(
            "select field, max(received_at) as late, 1234567.5 as x from dossiers group by 1 order by 1;"
        )
    );
    shell.leave();
}

#[test]
fn a_wide_result_fits_and_says_what_is_hidden() {
    let project = Project::with_data();
    let mut shell = Screen::open(&project);
    let screen = shell.enter("select * from dossiers where year = 2023 limit 3;");
    insta::assert_snapshot!("wide", screen);
    shell.enter("\\pset pager off");
    shell.clear();
    shell.press("\\last\r");
    shell.wait_for("handling_unit");
    shell.wait_for_prompt();
    shell.leave();
}

#[test]
fn a_summary_fits_the_screen_with_all_its_columns() {
    let project = Project::with_data();
    let mut shell = Screen::open(&project);
    let screen = shell.enter("summarize select dossier_code, outcome, fee, received_at from dossiers;");
    insta::assert_snapshot!("summary", screen);
    shell.leave();
}

#[test]
fn headings_and_the_words_of_a_comparison_stay_whole() {
    let project = Project::with_data();
    let mut shell = Screen::open(&project);
    shell.clear();
    shell.press("\\compare on_time_resolved --years 2022,2023\r");
    shell.wait_for("1–29 ");
    shell.press("G");
    let screen = shell.wait_for("cao nhất");
    assert!(screen.contains("│ Tỷ lệ cao nhất") && !screen.contains('…'), "{screen}");
    shell.press("q");
    shell.wait_for_prompt();
    shell.leave();
}

#[test]
fn a_statement_without_its_end_is_told_how_it_ends() {
    let project = Project::new();
    let mut shell = Screen::open(&project);
    shell.clear();
    shell.press("select 1 as a\r");
    shell.wait_for("`;` runs it");
    // The advice is no text: the right arrow does not take it.
    shell.press("\u{1b}[C;\r");
    shell.wait_for("rows: 1");
    shell.leave();
}

#[test]
fn a_long_result_is_read_by_pages_and_the_header_stays() {
    let project = Project::new();
    let mut shell = Screen::open(&project);
    shell.clear();
    shell.press("select value as x, value * value as square from generate_series(1, 120);\r");
    let first = shell.wait_for("1–26 of 121");
    insta::assert_snapshot!("page", first);
    shell.press(" ");
    let second = shell.wait_for("26–51 of 121");
    assert!(second.contains("square") && second.contains("│  26 ┆"), "{second}");
    shell.press("G");
    shell.wait_for("│ 120 ┆");
    shell.press("/77\r");
    shell.wait_for("│  77 ┆");
    shell.press("q");
    shell.wait_for("rows: 120");
    shell.wait_for_prompt();
    shell.leave();
}

#[test]
fn an_outside_pager_gets_the_result() {
    let project = Project::new();
    let mut shell = Screen::open_with(&project, &[("PAGER", "sed s/square/SEEN/ | head -4")]);
    shell.press("select value as x, value * value as square from generate_series(1, 120);\r");
    shell.wait_for("SEEN");
    shell.wait_for("rows: 120");
    shell.leave();
}

#[test]
fn a_statement_may_span_lines_and_ctrl_c_drops_them() {
    let project = Project::with_data();
    let mut shell = Screen::open(&project);
    shell.press("select field, count(*) as n from dossiers\rwhere year = 2023 group by 1 order by 2 desc;\r");
    shell.wait_for("rows: 3");
    shell.press("select 'half");
    shell.wait_for("select 'half");
    shell.press("\r and more");
    shell.interrupt();
    assert!(shell.enter("select nope;").contains("there is no column `nope`"));
    shell.session.send(ControlCode::EndOfTransmission).unwrap();
    shell.session.expect(expectrl::Eof).unwrap();
}

#[test]
fn ctrl_c_stops_a_join_at_once_and_the_next_query_runs() {
    let project = Project::with_data();
    let mut shell = Screen::open(&project);
    let endless = [
        "select count(*) from generate_series(1, 100000000) a(x) \
         join generate_series(1, 100000000) b(y) on a.x % 1000 = b.y % 1000;",
        // Keeps every thread of the engine busy: nobody of them looks after clocks and signals.
        "select sum(a.fee * b.fee) from dossiers a, dossiers b, dossiers c, (select * from dossiers limit 40) d \
         where a.fee + b.fee > c.fee + d.fee;",
        "select sum(a.fee * b.fee * c.fee * d.fee) from dossiers a, dossiers b, dossiers c, dossiers d;",
    ];
    for endless in endless {
        shell.press(&format!("{endless}\r"));
        shell.wait_for("Ctrl-C cancels");
        let start = Instant::now();
        shell.session.send(ControlCode::EndOfText).unwrap();
        let screen = shell.wait_for_prompt();
        // The promise is 200 ms; a machine that compiles beside the test gets more.
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
        assert!(screen.contains("interrupted") && !screen.contains("Ctrl-C cancels"), "{screen}");
        assert!(shell.enter("select 40 + 2 as answer;").contains("42"));
        shell.clear();
    }
    #[cfg(target_os = "linux")]
    shell.wait_for_rest();
    shell.leave();
}

#[test]
fn tab_completes_by_position() {
    let project = Project::with_data();
    let mut shell = Screen::open(&project);
    shell.press("select ngay tiep nhan\t from doss\t where outcome = 'e\t;");
    shell.wait_for("select received_at from dossiers where outcome = 'early';");
    shell.interrupt();
    shell.clear();
    shell.press("select * from queries.on_time_resolved(\t");
    let screen = shell.wait_for("from_year");
    insta::assert_snapshot!("parameters", screen);
    shell.interrupt();
    shell.clear();
    shell.press("\\pset \t");
    insta::assert_snapshot!("settings", shell.wait_for("maxrows"));
    shell.interrupt();
    shell.leave();
}

#[test]
fn words_have_colours_and_the_last_entry_is_hinted() {
    let project = Project::new();
    let mut shell = Screen::open(&project);
    shell.enter("select 1 as a;");
    shell.clear();
    shell.press("select");
    shell.wait_for("cchc> select 1 as a;");
    let screen = shell.emulator.screen();
    let colour = |column: u16| screen.cell(0, column).unwrap().fgcolor();
    assert_eq!(colour(6), vt100::Color::Idx(4), "a keyword is blue");
    assert!(screen.cell(0, 13).unwrap().dim(), "a hint is grey");
    // The right arrow takes the hint.
    shell.press("\u{1b}[C\r");
    shell.wait_for("rows: 1");
    shell.leave();
}

#[test]
fn the_chunks_of_vietnamese_input_methods_become_letters() {
    let project = Project::new();
    let mut shell = Screen::open(&project);
    // What an input method sends for `tiếng`: the letter, then a backspace with its replacement.
    shell.press("select 'tie\u{7f}\u{7f}iê\u{7f}ế");
    shell.press("ng Việt' as a;");
    let screen = shell.wait_for("Việt' as a;");
    assert!(screen.contains("select 'tiếng Việt' as a;"), "{screen}");
    shell.press("\r");
    shell.wait_for("│ tiếng Việt │");
    shell.leave();
}

#[test]
fn the_history_keeps_each_entry_once_for_the_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::new();
    let mut shell = Screen::open(&project);
    for entry in ["select 'kept' as a;", "select 2 as b;", "select 'kept' as a;"] {
        shell.enter(entry);
    }
    let listed = shell.enter("\\s kept");
    assert_eq!(listed.matches("select 'kept' as a;").count(), 1, "{listed}");
    // A search finds it by a part of it.
    shell.clear();
    shell.press("\u{12}2 as");
    shell.wait_for("select 2 as b;");
    shell.press("\r");
    shell.wait_for("rows: 1");
    shell.leave();
    let file = project.path("home/.local/state/cchc/history");
    assert!(std::fs::read_to_string(&file).unwrap().contains("select 'kept' as a;"));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let loose: Vec<_> =
        std::fs::read_dir(project.path(".")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!loose.iter().any(|name| name.to_string_lossy().contains("history")), "{loose:?}");
    let mut again = Screen::open(&project);
    again.press("\u{1b}[A");
    again.wait_for("cchc> \\q");
    again.press("\r");
    again.session.expect(expectrl::Eof).unwrap();
}

#[test]
fn an_entry_is_edited_outside_and_comes_back() {
    let project = Project::new();
    project.write("editor.sh", "#!/bin/sh\necho \"select 40 + 2 as answer;\" > \"$1\"\n");
    let editor = format!("sh {}", project.path("editor.sh").display());
    let mut shell = Screen::open_with(&project, &[("EDITOR", &editor)]);
    shell.press("\\e\r");
    shell.wait_for("cchc> select 40 + 2 as answer;");
    shell.press("\r");
    shell.wait_for("│     42 │");
    shell.leave();
}

#[test]
fn a_chart_is_shown_in_blocks_and_by_the_terminals_own_protocol() {
    let project = Project::with_data();
    let mut shell = Screen::open(&project);
    shell.enter("\\pset timing off");
    let screen = shell.enter("select year, count(*) as n from dossiers group by all order by all;");
    assert!(screen.contains("rows: 4"), "{screen}");
    insta::assert_snapshot!("chart", shell.enter("\\chart bar x=year y=n"));
    shell.enter("\\pset preview kitty");
    shell.press("\\chart bar x=year y=n chart.png\r");
    shell.wait_for("wrote chart.png");
    shell.wait_for_prompt();
    assert!(std::fs::read(project.path("chart.png")).unwrap().starts_with(b"\x89PNG"));
    shell.leave();
}

#[test]
fn what_data_hold_is_shown_and_never_obeyed() {
    let project = Project::new();
    let mut shell = Screen::open(&project);
    // The emulator leaves out the sign that stands for a direction mark.
    let screen = shell.enter("select chr(27) || '[31m' || chr(8238) || 'abc' || chr(10) || 'd' as a;");
    assert!(screen.contains("│ ␛[31mabc⏎d │"), "{screen}");
    shell.leave();
}

#[test]
fn the_terminal_gives_the_same_data_as_a_pipe() {
    let project = Project::with_data();
    let query = "select field, count(*) as n from dossiers where year = 2022 group by 1 order by 1;";
    let piped = project.run_with(&[], query).data();
    let mut shell = Screen::open(&project);
    shell.enter("\\pset format csv");
    let screen = shell.enter(query);
    assert!(screen.contains(&piped), "{screen}");
    shell.leave();
}

#[test]
fn an_import_that_waits_shows_it_on_a_terminal() {
    let project = Project::new();
    project.write("a.csv", "Số, ký hiệu;Ngày ban hành;Trích yếu\n1/A;14/12/2023;a\n");
    project.run(&["import", "documents", "2023", "a.csv"]).data();
    project.write("a.csv", "Số, ký hiệu;Ngày ban hành;Trích yếu\n2/A;14/12/2023;a\n");
    let lock = std::fs::OpenOptions::new().write(true).open(project.path(".cchc/lock")).unwrap();
    lock.lock().unwrap();
    let mut command = project.command(&["--lang", "vi", "import", "documents", "2023", "a.csv"]);
    command.env("TERM", "xterm");
    let mut session = Session::spawn(command).unwrap();
    session.set_expect_timeout(Some(PATIENCE));
    session.expect("đang chờ một tiến trình khác").unwrap();
    session.expect("đang chờ đến lượt").unwrap();
    lock.unlock().unwrap();
    session.expect("đã nhập 1 dòng").unwrap();
    session.expect(expectrl::Eof).unwrap();
}

#[test]
fn what_is_no_text_does_not_reach_the_terminal() {
    let project = Project::with_data();
    let mut screen = Screen::open(&project);
    screen.session.send_line("\\pset format xlsx").unwrap();
    screen.wait_for("format: xlsx");
    screen.wait_for_prompt();
    screen.session.send_line("select 1 as a;").unwrap();
    screen.wait_for("`xlsx` is not text and cannot be shown on a terminal");
    screen.wait_for_prompt();
    screen.session.send_line("\\pset format auto").unwrap();
    screen.wait_for("format: auto");
    screen.wait_for_prompt();
    screen.session.send_line("select 41 + 1 as b;").unwrap();
    screen.wait_for("42");
}

#[test]
fn a_missing_value_is_asked_for_with_its_meaning_and_its_choices() {
    let project = Project::with_data();
    project.write(
        "queries/of_field.sql",
        "-- title: x\n-- param field: text -- mã lĩnh vực\n-- choices field: dossiers.field\n\
         SELECT count(*) AS n FROM dossiers WHERE year = 2023 AND field = $field\n",
    );
    let mut screen = Screen::open(&project);
    screen.session.send_line("\\n of_field").unwrap();
    screen.wait_for("`of_field` needs `field` (text): mã lĩnh vực");
    screen.wait_for("standards  Tiêu chuẩn đo lường chất lượng");
    screen.wait_until("question", |contents| contents.trim_end().ends_with("field ="));
    screen.session.send_line("standard").unwrap();
    screen.wait_for("did you mean `standards`");
    screen.wait_until("question", |contents| contents.trim_end().ends_with("field ="));
    screen.session.send_line("standards").unwrap();
    screen.wait_for("│ 65 │");
}
