use std::path::Path;
use std::process::{Command, Stdio};

use super::{Machines, Service};
use crate::support::{Project, Run, exports, repository};

/// A server of an S3-compatible store: the one that is named, or the machine's own.
fn find_server() -> Option<String> {
    let named = std::env::var("CCHC_S3_SERVER").ok().filter(|named| !named.is_empty());
    named.into_iter().chain(["moto_server".to_owned()]).find(|server| {
        let probe = Command::new(server).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status();
        probe.is_ok_and(|status| status.success())
    })
}

/// A store on this machine, with one bucket.
struct Store {
    _service: Service,
    endpoint: String,
}

const SECRET: &str = "never-to-be-shown";

impl Store {
    #[expect(clippy::print_stdout, reason = "who runs the tests must know what was left out")]
    fn start() -> Option<Self> {
        let Some(server) = find_server() else {
            println!("no `moto_server`, so object storage is not tested");
            return None;
        };
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(server);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let service = Service::start(&mut command, "Running on");
        let store = Self { _service: service, endpoint: format!("http://127.0.0.1:{port}") };
        store.request("PUT", "so-lieu", &[]);
        Some(store)
    }

    /// Sends a request that needs no signature, since this store looks at none.
    fn request(&self, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        use std::io::{Read as _, Write as _};
        let address = self.endpoint.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let head = format!(
            "{method} /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\nAuthorization: AWS4-HMAC-SHA256 Credential=a/20231220/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 20"), "{method} {path}: {}", String::from_utf8_lossy(&answer));
        answer
    }

    /// Puts the texts of a workspace, and its data if wanted, below a prefix.
    fn fill(&self, prefix: &str, project: &Project, has_data: bool) {
        let mut files = Vec::new();
        for folder in ["datasets", "queries", "charts"] {
            list_files(&project.path(folder), &mut files);
        }
        for file in files {
            let name = file.strip_prefix(project.root()).unwrap().to_str().unwrap().to_owned();
            if has_data || !name.ends_with(".parquet") {
                self.request("PUT", &format!("so-lieu/{prefix}/{name}"), &std::fs::read(&file).unwrap());
            }
        }
    }

    fn command(&self, project: &Project, arguments: &[&str]) -> Command {
        let mut command = project.command(arguments);
        command
            .env("AWS_ACCESS_KEY_ID", "a-key")
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ALLOW_HTTP", "true");
        command
    }

    fn run(&self, project: &Project, arguments: &[&str]) -> Run {
        let output = self.command(project, arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let run =
            Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
        assert!(!run.to_string().contains(SECRET), "{run}");
        run
    }
}

fn list_files(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { list_files(&path, files) } else { files.push(path) }
    }
}

#[test]
fn a_workspace_in_an_object_store_gives_what_a_folder_gives() {
    let Some(store) = Store::start() else { return };
    let project = Project::with_data();
    store.fill("a/b", &project, true);
    let address = "s3://so-lieu/a/b";
    for arguments in [
        ["query", "on_time_resolved", "--format", "csv"],
        ["query", "report_figures", "--format", "json"],
        ["check", "r01_status_sum", "--format", "csv"],
        ["datasets", "--lang", "vi", "--format=csv"],
    ] {
        let there = store.run(&project, &[&arguments[..], &["--workspace", address]].concat());
        let here = project.run(&[&arguments[..], &["--no-cache"]].concat());
        assert_eq!(there, here, "{arguments:?}");
    }
    let refused = store.run(&project, &["verify", "--workspace", address]);
    assert_eq!(refused.code, Some(2), "{refused}");
    let absent = store.run(&project, &["datasets", "--workspace", "s3://so-lieu/nothing"]);
    assert_eq!(absent.code, Some(2), "{absent}");
    let absent = store.run(&project, &["datasets", "--workspace", "s3://no-such-bucket/a"]);
    assert!(absent.code == Some(1) && absent.stderr.contains("no such bucket"), "{absent}");
    let file = format!("file://{}", project.root().display());
    assert_eq!(project.run(&["datasets", "--workspace", &file]), project.run(&["datasets"]));
}

#[test]
fn imports_into_an_object_store_publish_one_year_each_and_never_overwrite_each_other() {
    let Some(store) = Store::start() else { return };
    let project = Project::new();
    store.fill("new", &project, false);
    let address = "s3://so-lieu/new";
    let text = std::fs::read_to_string(exports().join("imports.txt")).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(' ').collect()).collect();
    for line in &lines {
        let file = exports().join(line[2]);
        let mut words = vec!["import", line[0], line[1], file.to_str().unwrap()];
        words.extend(&line[3..]);
        words.extend(["--workspace", address]);
        assert_eq!(store.run(&project, &words).code, Some(0), "{words:?}");
        let name = format!("datasets/{}/year={}/data.parquet", line[0], line[1]);
        let answer = store.request("GET", &format!("so-lieu/new/{name}"), &[]);
        assert!(answer.ends_with(&std::fs::read(repository().join(&name)).unwrap()), "{name} differs");
    }
    let history = store.run(&project, &["history", "--workspace", address, "--format", "csv"]).data();
    assert_eq!(history.lines().count(), lines.len() + 1, "{history}");
    // The same again changes nothing; several at once leave one of them, and tell the others.
    let line = &lines[0];
    let file = exports().join(line[2]);
    let import = |as_of: &str| {
        let words = ["import", line[0], line[1], file.to_str().unwrap(), "--synthetic", "--as-of", as_of];
        store.run(&project, &[&words[..], &["--workspace", address]].concat())
    };
    let outcomes: Vec<Run> = std::thread::scope(|scope| {
        let days = ["2021-01-01", "2021-01-02", "2021-01-03", "2021-01-04"];
        let running: Vec<_> = days.iter().map(|day| scope.spawn(|| import(day))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let done = outcomes.iter().filter(|run| run.code == Some(0)).count();
    assert!(done >= 1, "{outcomes:#?}");
    for run in outcomes.iter().filter(|run| run.code != Some(0)) {
        assert!(run.stderr.contains("was changed by somebody else"), "{run}");
    }
    let history = store.run(&project, &["history", "--workspace", address, "--format", "csv"]).data();
    assert_eq!(history.lines().count(), lines.len() + 1 + done, "{history}");
}

#[test]
fn a_cluster_reads_an_object_store_and_names_an_object_that_is_gone() {
    let Some(store) = Store::start() else { return };
    let project = Project::with_data();
    store.fill("c", &project, true);
    let address = "s3://so-lieu/c";
    let mut machines = Machines::start(&project, ".", 0);
    let folder = project.path("executor");
    let words =
        ["--workspace", address, "cluster", "executor", "--port", "0", "--task-port", "0", "--cores", "2"];
    let rest = ["--scheduler", &machines.address, "--folder", folder.to_str().unwrap()];
    let mut command = store.command(&project, &[&words[..], &rest].concat());
    machines.executors.push(Service::start(&mut command, "works for"));
    let url = machines.url();
    for name in ["on_time_resolved", "dossiers_by_field", "indicators"] {
        let words = ["query", name, "--format", "csv"];
        let there = store.run(&project, &[&words[..], &["--workspace", address, "--cluster", &url]].concat());
        assert_eq!(there, project.run(&[&words[..], &["--no-cache"]].concat()), "{name}");
    }
    // The client's workspace is a folder whose versions the executors do not have.
    let sql = "select count(*) from dossiers where fee > 0";
    let run = project.run(&["query", "-c", sql, "--cluster", &url]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("datasets/dossiers/year=20"), "{run}");
}

/// A cluster of one executor over a prefix of a store.
fn start_over(store: &Store, project: &Project, address: &str) -> Machines {
    let mut machines = Machines::start(project, ".", 0);
    let folder = project.path("executor");
    let words = ["--workspace", address, "cluster", "executor", "--port", "0", "--task-port", "0"];
    let rest = ["--scheduler", &machines.address, "--folder", folder.to_str().unwrap()];
    let mut command = store.command(project, &[&words[..], &rest].concat());
    machines.executors.push(Service::start(&mut command, "works for"));
    machines
}

/// Asks while the executor stands still, changes the store when the statement is on its way, and lets it go on.
#[cfg(unix)]
fn ask_around(
    store: &Store,
    project: &Project,
    machines: &Machines,
    words: &[&str],
    change: impl Fn(),
) -> Run {
    machines.executors[0].signal("STOP");
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| store.run(project, words));
        std::thread::sleep(std::time::Duration::from_secs(5));
        change();
        machines.executors[0].signal("CONT");
        asking.join().unwrap()
    })
}

#[cfg(unix)]
#[test]
fn a_year_replaced_or_deleted_while_a_statement_reads_it_gives_one_version_or_an_error_that_names_it() {
    let Some(store) = Store::start() else { return };
    let project = Project::with_data();
    store.fill("d", &project, true);
    let address = "s3://so-lieu/d";
    let machines = start_over(&store, &project, address);
    let url = machines.url();
    let sql = "select year, field, count(*) n, sum(fee) s from dossiers group by 1, 2 order by 1, 2";
    let here = ["query", "-c", sql, "--format", "csv", "--workspace", address];
    let there = [&here[..], &["--cluster", &url]].concat();
    let first = store.run(&project, &there);
    assert_eq!(first.code, Some(0), "{first}");
    let object = "so-lieu/d/datasets/dossiers/year=2022/data.parquet";
    let other = std::fs::read(project.path("datasets/dossiers/year=2021/data.parquet")).unwrap();
    let replaced = ask_around(&store, &project, &machines, &there, || {
        store.request("PUT", object, &other);
    });
    let wanted = store.run(&project, &here);
    assert_ne!(wanted.stdout, first.stdout);
    assert_eq!(replaced, wanted);
    let deleted = ask_around(&store, &project, &machines, &there, || {
        store.request("DELETE", object, &[]);
    });
    let is_named = deleted.code == Some(1) && deleted.stderr.contains("year=2022");
    assert!(is_named || deleted == store.run(&project, &here), "{deleted}");
}
