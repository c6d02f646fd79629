use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use arrow_flight::Ticket;
use arrow_flight::flight_service_client::FlightServiceClient;
use ballista_core::serde::protobuf::RemoveJobDataParams;
use ballista_core::serde::protobuf::executor_grpc_client::ExecutorGrpcClient;

use super::Machines;
use crate::support::{Project, Run, repository};

/// Certificates of the tests.
fn certificate(name: &str) -> String {
    repository().join("tests/fixtures/certificates").join(name).display().to_string()
}

/// What services have in their environment to encrypt.
fn certificates() -> [(&'static str, String); 3] {
    [
        ("CCHC_CLUSTER_CERTIFICATE", certificate("machine.pem")),
        ("CCHC_CLUSTER_KEY", certificate("machine.key")),
        ("CCHC_CLUSTER_AUTHORITY", certificate("authority.pem")),
    ]
}

fn run(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

fn borrowed<'a>(variables: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    variables.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[test]
fn only_who_has_the_token_is_let_in() {
    let project = Project::with_data();
    let token = [("CCHC_CLUSTER_TOKEN", "3000-years")];
    let machines = Machines::start_with(&project, ".", 2, &token);
    let url = machines.url();
    // In so many parts that the executors fetch rows from each other.
    let words = ["query", "on_time_resolved", "--format", "csv", "--cluster", &url, "--part-bytes", "20000"];
    let ask = |token: &str| run(project.command(&words).env("CCHC_CLUSTER_TOKEN", token));
    let here = project.run(&["query", "on_time_resolved", "--format", "csv"]);
    assert_eq!(ask("3000-years"), here);
    for token in ["", "3000-year"] {
        let run = ask(token);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stderr.contains("does not let this machine in") && !run.stderr.contains("3000"), "{run}");
    }
    let run = ask("two words");
    assert_eq!(run.code, Some(2), "{run}");
}

#[test]
fn an_executor_takes_tasks_from_and_gives_rows_to_none_but_who_has_the_token() {
    let project = Project::with_data();
    let machines = Machines::start_with(&project, ".", 1, &[("CCHC_CLUSTER_TOKEN", "3000-years")]);
    let port = machines.task_ports[0];
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ask = |program: &'static str| {
        runtime.block_on(async {
            let endpoint =
                tonic::transport::Endpoint::from_shared(format!("http://127.0.0.1:{port}")).unwrap();
            let channel = endpoint.user_agent(program).unwrap().connect().await.unwrap();
            let wanted = RemoveJobDataParams { job_id: "none".to_owned(), remove_stage_ids: Vec::new() };
            ExecutorGrpcClient::new(channel)
                .remove_job_data(wanted)
                .await
                .map(drop)
                .map_err(|status| status.code())
        })
    };
    assert_eq!(ask("cchc/3000-years"), Ok(()));
    let rows = |program: &'static str| {
        runtime.block_on(async {
            let place = format!("http://{}", machines.row_addresses[0]);
            let endpoint = tonic::transport::Endpoint::from_shared(place).unwrap();
            let channel = endpoint.user_agent(program).unwrap().connect().await.unwrap();
            let answer = FlightServiceClient::new(channel).do_get(Ticket::default()).await;
            answer.map(drop).unwrap_err().code()
        })
    };
    // Who has the token is told that the ticket is none.
    assert_ne!(rows("cchc/3000-years"), tonic::Code::Unauthenticated);
    for program in ["cchc/", "cchc/3000-year", "curl"] {
        assert_eq!(ask(program), Err(tonic::Code::Unauthenticated), "{program}");
        assert_eq!(rows(program), tonic::Code::Unauthenticated, "{program}");
    }
}

/// How a port answers who begins without encryption: nothing, or its first bytes.
fn answer_in_the_clear(address: SocketAddr) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").unwrap();
    let mut bytes = [0; 4];
    let length = stream.read(&mut bytes).unwrap_or(0);
    bytes[..length].to_vec()
}

#[test]
fn with_certificates_statements_run_and_no_port_speaks_in_the_clear() {
    let project = Project::with_data();
    let certificates = certificates();
    let token = [("CCHC_CLUSTER_TOKEN", "3000-years".to_owned())];
    let variables = [&certificates[..], &token].concat();
    let mut machines = Machines::start_with(&project, ".", 2, &borrowed(&variables));
    machines.is_encrypted = true;
    let url = machines.url();
    // In so many parts that the executors fetch rows from each other.
    let words = ["query", "on_time_resolved", "--format", "csv"];
    let there = [&words[..], &["--cluster", &url, "--part-bytes", "20000"]].concat();
    let here = project.run(&words);
    let ask = |variables: &[(&str, String)]| run(project.command(&there).envs(borrowed(variables)));
    assert_eq!(ask(&variables), here);
    let refused = ask(&certificates);
    assert!(refused.code == Some(1) && refused.stderr.contains("does not let this machine in"), "{refused}");

    let scheduler: SocketAddr = machines.address.parse().unwrap();
    let executors = machines.row_addresses.iter().copied();
    let tasks = machines.task_ports.iter().map(|port| SocketAddr::from(([127, 0, 0, 1], *port)));
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let plain_address = plain.local_addr().unwrap();
    std::thread::spawn(move || plain.accept().unwrap().0.write_all(b"\0\0\0\x04").unwrap());
    assert_eq!(
        answer_in_the_clear(plain_address),
        b"\0\0\0\x04",
        "the test would not see a port in the clear"
    );
    for address in [scheduler].into_iter().chain(executors).chain(tasks) {
        // An alert of TLS, or the end.
        let answer = answer_in_the_clear(address);
        assert!(answer.is_empty() || answer[0] == 0x15, "{address}: {answer:?}");
    }
}

#[test]
fn what_is_wrong_between_two_sides_of_an_encrypted_connection_is_said() {
    let project = Project::with_data();
    let mut machines = Machines::start_with(&project, ".", 1, &borrowed(&certificates()));
    let ask = |url: &str, authority: &str| {
        let words = ["query", "-c", "select sum(fee) from dossiers", "--cluster", url];
        run(project.command(&words).env("CCHC_CLUSTER_AUTHORITY", authority))
    };
    let in_the_clear = machines.url();
    machines.is_encrypted = true;
    let encrypted = machines.url();
    let authority = certificate("authority.pem");
    let right = ask(&encrypted, &authority);
    assert_eq!(right.code, Some(0), "{right}");
    // Another name of the same place is in the certificate, too.
    let renamed = ask(&encrypted.replace("127.0.0.1", "localhost"), &authority);
    assert_eq!(renamed.code, Some(0), "{renamed}");
    for (url, authority, said) in [
        (&in_the_clear, &authority, "write `https://`"),
        (&encrypted, &certificate("stranger.pem"), "is not trusted: UnknownIssuer"),
        (&encrypted.replace("127.0.0.1", "127.0.0.2"), &authority, "no scheduler answers"),
        (&encrypted, &certificate("elsewhere.pem"), "is not trusted: "),
        (&encrypted, &certificate("none.pem"), "none.pem"),
    ] {
        let run = ask(url, authority);
        assert!(run.code != Some(0) && run.stderr.contains(said), "{url} {authority} {run}");
    }
    // Without a file those hold whom the machine trusts; on these systems a variable says who that is.
    if cfg!(target_os = "linux") {
        for (trusted, code, said) in [("authority.pem", 0, ""), ("stranger.pem", 1, "UnknownIssuer")] {
            let words = ["query", "-c", "select sum(fee) from dossiers", "--cluster", &encrypted];
            let run = run(project.command(&words).env("SSL_CERT_FILE", certificate(trusted)));
            assert!(run.code == Some(code) && run.stderr.contains(said), "{trusted} {run}");
        }
    }
    let plain = Machines::start(&project.duplicate(), ".", 1);
    let run = ask(&plain.url().replace("http:", "https:"), &authority);
    assert!(run.code == Some(1) && run.stderr.contains("does not encrypt"), "{run}");
}

#[test]
fn a_service_with_bad_certificates_does_not_start() {
    let project = Project::with_data();
    project.write(
        "locked.key",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    project.write("empty.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    std::fs::write(project.path("binary.cer"), [0x30, 0x82, 0xff]).unwrap();
    let [machine, key, authority] = ["machine.pem", "machine.key", "authority.pem"].map(certificate);
    let stranger = certificate("stranger.pem");
    for (words, said) in [
        (vec!["--certificate", &machine], "--key"),
        (
            vec!["--certificate", &machine, "--key", "locked.key"],
            "locked.key` cannot serve for encryption: it needs",
        ),
        (
            vec!["--certificate", "binary.cer", "--key", &key],
            "binary.cer` cannot serve for encryption: it is not text",
        ),
        (vec!["--certificate", &stranger, "--key", &key], "stranger.pem` cannot serve for encryption"),
        (
            vec!["--certificate", &machine, "--key", &key, "--cluster-authority", &key],
            "machine.key` cannot serve",
        ),
        (vec!["--certificate", &key, "--key", &key], "machine.key` cannot serve for encryption"),
        (vec!["--certificate", &machine, "--key", &machine], "machine.pem` cannot serve for encryption"),
        (vec!["--scheduler", "https://127.0.0.1:50050"], "needs a certificate of its own"),
        (
            vec!["--certificate", &machine, "--key", &key, "--scheduler", "http://127.0.0.1:50050"],
            "--scheduler",
        ),
    ] {
        let mut command = project.command(&[&["cluster", "executor"][..], &words].concat());
        let run = run(command.env("CCHC_CLUSTER_AUTHORITY", &authority));
        assert!(run.code == Some(2) && run.stderr.contains(said), "{words:?} {run}");
    }
    for (authority, said) in [("", "needs the authority"), ("empty.pem", "empty.pem` cannot serve")] {
        let mut command = project.command(&["cluster", "executor", "--certificate", &machine, "--key", &key]);
        let run = run(command.env("CCHC_CLUSTER_AUTHORITY", authority));
        assert!(run.code == Some(2) && run.stderr.contains(said), "{authority} {run}");
    }
}

#[test]
fn an_executor_that_does_not_trust_its_scheduler_says_so_at_once() {
    let project = Project::with_data();
    let certificates = certificates();
    let machines = Machines::start_with(&project, ".", 0, &borrowed(&certificates));
    let [machine, key, stranger] = ["machine.pem", "machine.key", "stranger.pem"].map(certificate);
    let words = ["cluster", "executor", "--scheduler", &machines.address, "--port", "0", "--task-port", "0"];
    let run = project.run(
        &[&words[..], &["--certificate", &machine, "--key", &key, "--cluster-authority", &stranger]].concat(),
    );
    assert!(run.code == Some(1) && run.stderr.contains("is not trusted: UnknownIssuer"), "{run}");
    let run = project.run(&words);
    assert!(run.code == Some(1) && run.stderr.contains("encrypts"), "{run}");
}

#[test]
fn an_executor_whose_certificate_is_for_another_name_is_not_taken_and_the_others_work_on() {
    let project = Project::with_data();
    let certificates = certificates();
    let mut machines = Machines::start_with(&project, ".", 1, &borrowed(&certificates));
    machines.is_encrypted = true;
    let [elsewhere, key, authority] = ["elsewhere.pem", "machine.key", "authority.pem"].map(certificate);
    let words = ["cluster", "executor", "--scheduler", &machines.address, "--port", "0", "--task-port", "0"];
    let identity = ["--certificate", &elsewhere, "--key", &key, "--cluster-authority", &authority];
    let refused = project.run(&[&words[..], &identity].concat());
    assert!(refused.code == Some(1), "{refused}");
    assert!(refused.stderr.contains("does not reach this executor at 127.0.0.1:"), "{refused}");
    assert!(refused.stderr.contains("not valid for name \"127.0.0.1\""), "{refused}");
    let asking = ["query", "-c", "select sum(fee) from dossiers", "--cluster", &machines.url()];
    let answer = run(project.command(&asking).envs(borrowed(&certificates)));
    assert_eq!(answer.code, Some(0), "{answer}");
}

#[test]
fn who_accepts_a_connection_and_says_nothing_is_not_waited_for() {
    let project = Project::with_data();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = silent.local_addr().unwrap();
    std::thread::spawn(move || silent.incoming().collect::<Vec<_>>());
    let authority = certificate("authority.pem");
    for scheme in ["http", "https"] {
        let start = Instant::now();
        let words =
            ["query", "-c", "select sum(fee) from dossiers", "--cluster", &format!("{scheme}://{place}")];
        let run = run(project.command(&words).env("CCHC_CLUSTER_AUTHORITY", &authority));
        assert!(run.code == Some(1) && run.stderr.contains("no scheduler answers"), "{run}");
        assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
    }
}
