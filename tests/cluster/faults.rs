use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Machines, compare};
use crate::support::Project;

/// A statement that takes some seconds on these machines.
const LONG: &str = "select sum(a.fee + b.fee + c.fee) s from dossiers a, dossiers b, dossiers c where a.fee + b.fee + c.fee < 0";

/// Seconds of processor time that a process has used.
#[cfg(target_os = "linux")]
fn processor_seconds(id: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// Waits until a process works.
#[cfg(target_os = "linux")]
#[track_caller]
fn wait_for_work(id: u32, before: f64) {
    let start = Instant::now();
    while processor_seconds(id) < before + 1.0 {
        assert!(start.elapsed() < Duration::from_mins(1), "the executor does not begin");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until a process works no more.
#[cfg(target_os = "linux")]
#[track_caller]
fn wait_for_rest(id: u32, patience: Duration) {
    let start = Instant::now();
    loop {
        let before = processor_seconds(id);
        std::thread::sleep(Duration::from_secs(2));
        let spent = processor_seconds(id) - before;
        if spent < 0.5 {
            return;
        }
        assert!(start.elapsed() < patience, "still {spent} s of work in two");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_the_work_of_the_executors_whenever_it_comes() {
    let project = Project::with_data();
    let machines = Machines::start(&project, ".", 1);
    let id = machines.executors[0].child.id();
    project.write("queries/long.sql", LONG);
    let url = machines.url();
    // While the program starts, while its statement is handed in, and soon after: what cancels it differs.
    for tenths in 1..=12 {
        let words = if tenths % 3 == 0 {
            ["long", "--cluster", &url].to_vec()
        } else {
            ["-c", LONG, "--cluster", &url].to_vec()
        };
        let mut command = project.command(&[&["query"], &words[..]].concat());
        let mut asking = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(tenths * 100));
        let interrupt = Command::new("kill").args(["-INT", &asking.id().to_string()]).status().unwrap();
        assert!(interrupt.success());
        let end = asking.wait().unwrap();
        // Before the program looks after it, the signal ends it as any program.
        assert!(end.code() == Some(130) || end.code().is_none(), "{end}");
        wait_for_rest(id, Duration::from_secs(10));
    } // And while the executor works.
    for words in [["long", "--cluster", &url].to_vec(), ["-c", LONG, "--cluster", &url].to_vec()] {
        let before = processor_seconds(id);
        let mut command = project.command(&[&["query"], &words[..]].concat());
        let mut asking = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait_for_work(id, before);
        let interrupt = Command::new("kill").args(["-INT", &asking.id().to_string()]).status().unwrap();
        assert!(interrupt.success());
        assert_eq!(asking.wait().unwrap().code(), Some(130));
        wait_for_rest(id, Duration::from_secs(10));
    }
}

#[test]
fn a_killed_executor_costs_statements_but_never_gives_a_wrong_row() {
    let project = Project::with_data();
    let mut machines = Machines::start(&project, ".", 2);
    let sql = "select year, count(*) n from dossiers group by 1 order by 1";
    let words = ["query", "-c", sql, "--format", "csv"];
    let expected = compare(&project, &machines, &words);
    let url = machines.url();
    let ask = || project.run(&[&words[..], &["--cluster", &url]].concat());
    let running = std::thread::scope(|scope| {
        let asking = scope.spawn(ask);
        std::thread::sleep(Duration::from_millis(200));
        machines.executors[0].kill();
        asking.join().unwrap()
    });
    assert!(running.code == Some(1) || running == expected, "{running}");
    // Until the scheduler knows, statements fail with an error; then the other one works on.
    let start = Instant::now();
    loop {
        let run = ask();
        if run.code == Some(0) {
            assert_eq!(run, expected);
            break;
        }
        assert!(run.code == Some(1) && start.elapsed() < Duration::from_mins(3), "{run}");
    }
    // The scheduler dies, too: a clear error.
    machines.scheduler.kill();
    let run = ask();
    assert!(run.code == Some(1) && run.stderr.contains("no scheduler answers"), "{run}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_job_whose_client_has_gone_without_a_word_ends_on_the_executors() {
    let project = Project::with_data();
    let machines = Machines::start(&project, ".", 1);
    let id = machines.executors[0].child.id();
    let before = processor_seconds(id);
    let mut command = project.command(&["query", "-c", LONG, "--cluster", &machines.url()]);
    let mut asking = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for_work(id, before);
    asking.kill().unwrap();
    asking.wait().unwrap();
    wait_for_rest(id, Duration::from_mins(1));
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_in_the_shell_ends_the_work_of_the_executors_and_the_shell_goes_on() {
    use expectrl::{ControlCode, Expect as _, Session};
    let project = Project::with_data();
    let machines = Machines::start(&project, ".", 1);
    let id = machines.executors[0].child.id();
    let mut command = project.command(&["--lang", "en", "--cluster", &machines.url()]);
    command.env("TERM", "xterm-256color");
    let mut shell = Session::spawn(command).unwrap();
    shell.set_expect_timeout(Some(Duration::from_mins(1)));
    shell.expect("cchc> ").unwrap();
    let before = processor_seconds(id);
    shell.send(format!("{LONG};\r")).unwrap();
    wait_for_work(id, before);
    shell.send(ControlCode::EndOfText).unwrap();
    shell.expect("interrupted").unwrap();
    wait_for_rest(id, Duration::from_secs(10));
    shell.send("select count(*) * 0 + 4711 as n from dossiers;\r").unwrap();
    // What is typed is shown too, but not so.
    shell.expect("│ 4711 │").unwrap();
}

#[test]
fn without_an_executor_a_statement_ends_with_an_error_that_says_so() {
    let project = Project::with_data();
    let machines = Machines::start(&project, ".", 0);
    let sql = "select count(*) from dossiers where fee > 0";
    let start = Instant::now();
    let run = project.run(&["query", "-c", sql, "--cluster", &machines.url()]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("no executor took the statement within 20 seconds"), "{run}");
    assert!(start.elapsed() < Duration::from_secs(40), "{:?}", start.elapsed());
}

#[cfg(unix)]
#[test]
fn an_executor_that_is_told_to_end_does_so_and_statements_are_told() {
    let project = Project::with_data();
    let machines = Machines::start(&project, ".", 2);
    let url = machines.url();
    let sql = "select year, count(*) n from dossiers group by 1 order by 1";
    let words = ["query", "-c", sql, "--format", "csv", "--cluster", &url];
    let expected = project.run(&words).data();
    machines.executors[0].signal("TERM");
    let start = Instant::now();
    loop {
        let run = project.run(&words);
        assert!(run.code == Some(1) || run.stdout == expected, "{run}");
        if run.code == Some(0) && start.elapsed() > Duration::from_secs(10) {
            break;
        }
        assert!(start.elapsed() < Duration::from_mins(1), "{run}");
    }
}

#[test]
fn a_plan_too_deep_to_travel_runs_on_this_machine() {
    let project = Project::with_data();
    let machines = Machines::start(&project, ".", 1);
    for depth in [20, 60, 150] {
        let terms: Vec<String> = (0..depth).map(|at| format!("fee * {at}")).collect();
        let sql = format!("select year, sum({}) s from dossiers group by 1 order by 1", terms.join(" + "));
        let shown = compare(&project, &machines, &["query", "-c", &sql, "--format", "csv"]);
        assert_eq!(shown.code, Some(0), "{depth}: {shown}");
    }
}

#[test]
fn services_say_what_is_wrong_with_their_addresses() {
    let project = Project::with_data();
    for (words, said) in [
        (["executor", "--bind", "0.0.0.0"], "--host"),
        (["scheduler", "--bind", "::"], "--host"),
        (["executor", "--scheduler", "10.0.0.1:port"], "--scheduler HOST:50050"),
    ] {
        let run = project.run(&[&["cluster"], &words[..]].concat());
        assert!(run.code == Some(2) && run.stderr.contains(said), "{run}");
    }
}

#[test]
fn the_configuration_names_a_cluster_and_the_command_line_another() {
    let project = Project::with_data();
    let machines = Machines::start(&project, ".", 1);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let configure = |address: &str| {
        let text = format!("[cluster]\naddress = \"{address}\"\n");
        project.write("home/.config/cchc/config.toml", &text);
    };
    let sql = "select year, sum(fee) s from dossiers group by 1 order by 1";
    let words = ["query", "-c", sql, "--format", "csv"];
    let expected = project.run(&words);
    configure(&machines.url());
    assert_eq!(project.run(&words), expected);
    configure(&format!("http://{free}"));
    let run = project.run(&words);
    assert!(run.code == Some(1) && run.stderr.contains("no scheduler answers"), "{run}");
    assert_eq!(project.run(&[&words[..], &["--cluster", &machines.url()]].concat()), expected);
    for (text, said) in [("adress = \"http://a\"", "did you mean `address`"), ("authority = 7", "authority")]
    {
        project.write("home/.config/cchc/config.toml", &format!("[cluster]\n{text}\n"));
        let run = project.run(&words);
        assert!(
            run.code != Some(0) && run.stderr.contains(said) && run.stderr.contains(":2:"),
            "{text} {run}"
        );
    }
}
