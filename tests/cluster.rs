use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Project, Run, repository};

mod faults;
mod secrets;
mod store;

/// A service that ends with the test.
struct Service {
    child: Child,
    /// What it said first.
    said: String,
}

impl Service {
    /// Starts a command, and waits until it says something with `mark` in it.
    fn start(command: &mut Command, mark: &str) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = String::new();
        while !said.contains(mark) {
            said += &lines.next().unwrap_or_else(|| panic!("ended: {said}")).unwrap();
            said.push('\n');
        }
        // Read on, or the service would stop at a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, said }
    }

    /// Sends a signal by its name.
    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// A port that nobody uses at this moment.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A scheduler and its executors on this machine.
struct Machines {
    scheduler: Service,
    executors: Vec<Service>,
    address: String,
    /// Where the executors hand out rows.
    row_addresses: Vec<SocketAddr>,
    /// The ports on which they take tasks.
    task_ports: Vec<u16>,
    is_encrypted: bool,
}

impl Machines {
    fn start(project: &Project, workspace: &str, executors: usize) -> Self {
        Self::start_with(project, workspace, executors, &[])
    }

    fn start_with(project: &Project, workspace: &str, executors: usize, variables: &[(&str, &str)]) -> Self {
        let mut command = project.command(&["cluster", "scheduler", "--port", "0"]);
        command.envs(variables.iter().copied());
        let scheduler = Service::start(&mut command, "listening on");
        let address = scheduler.said.split_whitespace().find(|word| word.starts_with("127.0.0.1:")).unwrap();
        let address = address.trim_end_matches(',').to_owned();
        let mut machines = Self {
            scheduler,
            executors: Vec::new(),
            address,
            row_addresses: Vec::new(),
            task_ports: Vec::new(),
            is_encrypted: false,
        };
        for _ in 0..executors {
            machines.add_executor(project, workspace, variables);
        }
        machines
    }

    fn add_executor(&mut self, project: &Project, workspace: &str, variables: &[(&str, &str)]) {
        let folder = project.path(&format!("executor-{}", self.executors.len()));
        let task_port = free_port();
        let mut command = project.command(&[
            "--workspace",
            workspace,
            "cluster",
            "executor",
            "--scheduler",
            &self.address,
            "--port",
            "0",
            "--task-port",
            &task_port.to_string(),
            "--cores",
            "2",
            "--folder",
            folder.to_str().unwrap(),
        ]);
        command.envs(variables.iter().copied());
        let executor = Service::start(&mut command, "works for");
        let said = executor.said.split_once("executor on ").and_then(|(_, said)| said.split(' ').next());
        self.row_addresses.push(said.unwrap().parse().unwrap());
        self.task_ports.push(task_port);
        self.executors.push(executor);
    }

    fn url(&self) -> String {
        format!("{}://{}", if self.is_encrypted { "https" } else { "http" }, self.address)
    }
}

/// Runs the same with and without the cluster, where nothing is kept from one to the other; rows come in the same order.
#[track_caller]
fn compare(project: &Project, machines: &Machines, arguments: &[&str]) -> Run {
    let here = project.run(&[arguments, &["--no-cache"]].concat());
    // The bundled years would be one part each.
    let url = machines.url();
    let there = project.run(&[arguments, &["--cluster", &url, "--part-bytes", "20000"]].concat());
    assert_eq!(there, here, "{arguments:?}");
    there
}

#[test]
fn every_saved_query_check_and_chart_is_the_same_on_a_cluster() {
    let project = Project::with_data();
    let machines = Machines::start(&project, ".", 2);
    let listed = project.run(&["queries", "--format", "csv"]).data();
    let names: Vec<&str> = listed.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert!(names.len() > 10, "{listed}");
    for name in names {
        compare(&project, &machines, &["query", name, "--format", "json"]);
    }
    compare(&project, &machines, &["check", "--format", "csv"]);
    compare(&project, &machines, &["compare", "on_time_resolved", "staffing_vacancy", "--format", "csv"]);
    project.run(&["--lang", "vi", "chart", "--cluster", &machines.url()]).data();
    let listed = project.run(&["charts", "--format", "csv"]).data();
    for name in listed.lines().skip(1).filter_map(|line| line.split(',').next()) {
        let name = format!("charts/{name}.png");
        let (there, bundled) = (std::fs::read(project.path(&name)), std::fs::read(repository().join(&name)));
        assert!(there.unwrap() == bundled.unwrap(), "{name} differs");
    }
}

#[test]
fn every_function_and_kind_of_step_is_the_same_on_a_cluster() {
    let project = Project::with_data();
    // A holiday that no shipped calendar has, and that the executors' folder lacks.
    let calendar = "date,kind,name,source\n2023-03-15,public_holiday,Ngày thử,test\n";
    let elsewhere = Project::with_data();
    project.write("calendar.csv", calendar);
    // The executors read the same files, as over a network.
    for dataset in ["dossiers", "staffing"] {
        for year in 2020..2024 {
            let name = format!("datasets/{dataset}/year={year}/data.parquet");
            std::fs::remove_file(elsewhere.path(&name)).unwrap();
            std::fs::hard_link(project.path(&name), elsewhere.path(&name)).unwrap();
        }
    }
    let machines = Machines::start(&project, elsewhere.root().to_str().unwrap(), 1);
    for sql in [
        "select dossier_code, working_days(received_at, due_at) w, add_working_days(received_at, 7) a, is_working_day(received_at) i, deadline(received_at, 3) d, timeliness(received_at, due_at, completed_at, due_at) t from dossiers where year = 2023 order by 1",
        "select working_days(DATE '2023-03-10', received_at) w, count(*) n from dossiers where year = 2023 group by 1 order by 1",
        "select label(field) f, label(outcome) o, count(*) n, sum(fee) s, avg(fee) a from dossiers group by 1, 2 order by 1, 2",
        "select unaccent(procedure_name) u, fold(handling_unit) f, vi_sort_key(handling_unit) k, vi_number(fee) v, local_number(fee) l, vi_count(year) c, vi_date(received_at) d, autonomy_group(0.3) g from dossiers order by dossier_code limit 40",
        "select year, field, n, rank() over (partition by year order by n desc, field) r, sum(n) over (partition by field order by year) s from (select year, field, count(*) n from dossiers group by 1, 2) order by 1, 2",
        "select d.year, d.n, s.a from (select year, count(*) n from dossiers group by 1) d left join (select year, sum(assigned) a from staffing group by 1) s using (year) order by 1",
        "select count(*) n from dossiers where handling_unit not in (select unit from staffing where year = 2023 and unit is not null)",
        "select year, count(distinct applicant_key) d, median(fee) m, approx_distinct(procedure_code) p from dossiers group by 1 order by 1",
        "select field, year from dossiers where year = 2022 union select field, year from dossiers where year = 2023 order by 1, 2",
        "select dossier_code from dossiers where received_at >= (select max(received_at) from dossiers where year = 2021) order by 1 limit 5",
        "select * from source.dossiers where year = 2023 order by dossier_code limit 3",
        "select dossier_code, rank() over (partition by fold(field) order by dossier_code) r from dossiers where year = 2023 order by 1",
        "select a.n, b.n m from (select fold(field) f, count(*) n from dossiers group by 1) a join (select unaccent(field) f, count(*) n from dossiers where year = 2023 group by 1) b on fold(a.f) = fold(b.f) order by 1, 2",
        "select i.dataset, i.rows, d.n from imports i join (select year, count(*) n from dossiers group by 1) d on d.year = i.year where i.dataset = 'dossiers' order by i.year",
        "with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select t.n, count(*) c from t, dossiers where dossiers.year = 2023 group by 1 order by 1",
        "select * from queries.on_time_resolved order by 1, 2",
        "select count(*) n from dossiers where false",
        "select v = 'online' o, n from (select arrow_cast(channel, 'Utf8View') v, count(*) n from dossiers group by 1) where v like '%i%' and v <> 'postal' order by 1, 2",
        "select case when outcome = 'early' and channel = 'online' then outcome else 'x' end c, count(*) n from dossiers group by 1 order by 1",
        "select table_name from information_schema.tables order by 1",
        "select 1 + 1 as two",
    ] {
        let shown = compare(&project, &machines, &["query", "-c", sql, "--format", "json"]);
        assert_eq!(shown.code, Some(0), "{sql}: {shown}");
    }
    for sql in [
        "select 1 / (year - 2023) from dossiers",
        "select working_days(DATE '1900-01-01', received_at) from dossiers",
        "select cast(field as int) from dossiers",
    ] {
        let there = project.run(&["query", "-c", sql, "--cluster", &machines.url()]);
        assert_eq!(there.code, Some(1), "{there}");
        assert!(there.stderr.lines().count() < 12, "{there}");
    }
}

#[test]
fn without_a_scheduler_the_error_is_clear_and_the_shell_goes_on() {
    let project = Project::with_data();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    let start = Instant::now();
    let input = "select count(*) from dossiers where fee > 0;\nselect 1 as one;\n";
    let run = project.run_with(&["--cluster", &url, "--keep-going"], input);
    assert!(run.stderr.contains(&format!("no scheduler answers at {url}")), "{run}");
    assert!(run.stdout.contains("one\n1\n"), "{run}");
    assert!(start.elapsed() < Duration::from_secs(10));
    let refused = project.run(&["datasets", "--cluster", "ftp://nowhere"]);
    assert_eq!(refused.code, Some(2), "{refused}");
}

#[test]
fn every_aggregate_is_the_same_on_a_cluster() {
    let project = Project::with_data();
    let machines = Machines::start(&project, ".", 2);
    // The engine's approximate quantiles depend on the order in which rows come, on one machine, too.
    for call in [
        "count(completed_at)",
        "count(distinct applicant_key)",
        "count(distinct applicant_key) + count(distinct field)",
        "sum(fee)",
        "sum(distinct fee)",
        "avg(fee)",
        "avg(distinct fee)",
        "min(dossier_code)",
        "max(received_at)",
        "median(fee)",
        "median(cast(fee as double))",
        "median(distinct fee)",
        "median(length(handling_unit))",
        "percentile_cont(0.9) within group (order by cast(fee as double))",
        "round(stddev(fee), 6)",
        "round(stddev_pop(fee), 6)",
        "round(var(fee), 2)",
        "round(var_pop(fee), 2)",
        "round(covar_samp(fee, length(field)), 4)",
        "round(corr(fee, length(field)), 8)",
        "round(regr_slope(fee, length(field)), 6)",
        "round(regr_intercept(fee, length(field)), 6)",
        "regr_count(fee, length(field))",
        "approx_distinct(applicant_key)",
        "bool_and(fee > 0)",
        "bool_or(fee > 0)",
        "bit_and(length(field))",
        "bit_or(length(field))",
        "bit_xor(length(field))",
        "cast(array_agg(dossier_code order by dossier_code) as varchar)",
        "string_agg(dossier_code, ',' order by dossier_code)",
        "first_value(dossier_code order by received_at, dossier_code)",
        "last_value(dossier_code order by received_at, dossier_code)",
        "nth_value(dossier_code, 2 order by received_at, dossier_code)",
        "count(*) filter (where channel = 'direct')",
        "median(fee) filter (where fee > 0)",
    ] {
        for group in ["group by year order by year", "group by rollup(year, field) order by 1, 2"] {
            let keys = if group.contains("rollup") { "year, field" } else { "year" };
            let sql = format!("select {keys}, {call} as found from dossiers {group}");
            let shown = compare(&project, &machines, &["query", "-c", &sql, "--format", "json"]);
            assert_eq!(shown.code, Some(0), "{sql}: {shown}");
        }
        let sql = format!("select {call} as found from dossiers");
        compare(&project, &machines, &["query", "-c", &sql, "--format", "json"]);
    }
}

/// Tells whether two answers are the same but for the last digits of numbers, which depend on the order of sums.
fn is_near(found: &str, wanted: &str) -> bool {
    let cells = |text: &str| -> Vec<Vec<String>> {
        let mut rows: Vec<Vec<String>> =
            text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
        rows.sort();
        rows
    };
    let is_near = |(found, wanted): (&String, &String)| match (found.parse::<f64>(), wanted.parse::<f64>()) {
        (Ok(found), Ok(wanted)) => (found - wanted).abs() <= 1e-9 * wanted.abs(),
        _ => found == wanted,
    };
    let (found, wanted) = (cells(found), cells(wanted));
    found.len() == wanted.len()
        && found
            .iter()
            .zip(&wanted)
            .all(|(found, wanted)| found.len() == wanted.len() && found.iter().zip(wanted).all(is_near))
}

#[test]
fn drawn_statements_give_the_same_on_a_cluster() {
    let project = Project::with_data();
    let machines = Machines::start(&project, ".", 2);
    let url = machines.url();
    let asked = std::env::var("CCHC_DRAWN").ok().and_then(|count| count.parse().ok());
    for sql in crate::duckdb::drawn::draw(asked.unwrap_or(40)) {
        let words = ["query", "-c", &sql, "--format", "csv"];
        let here = project.run(&[&words[..], &["--no-cache"]].concat());
        let there = project.run(&[&words[..], &["--cluster", &url, "--part-bytes", "20000"]].concat());
        assert_eq!((there.code, &there.stderr), (here.code, &here.stderr), "{sql}");
        assert!(is_near(&there.stdout, &here.stdout), "{sql}");
    }
}
