//! The servers of the tests, tested.

use super::*;
use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

/// Tells a test that it is to play a part, in a process of its own.
const FATE: &str = "TOLLGATE_TESTKIT_FATE";
/// How long a server may outlive who started it.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(5);

#[test]
fn each_database_is_empty_and_takes_clients_over_the_socket_and_over_tcp() {
    let Some(postgres) = Postgres::shared() else { return };
    let (one, other) = (postgres.create_database(), postgres.create_database());
    postgres.psql(&one, "CREATE TABLE product (id int); INSERT INTO product VALUES (7)");
    let here = "SELECT inet_server_addr(), id FROM product";
    assert_eq!(postgres.psql(&one, here), "|7");
    assert_eq!(postgres.psql(&postgres.tcp_url(&one), here), "127.0.0.1|7");
    assert_eq!(postgres.psql(&other, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
}

#[test]
fn the_cluster_is_the_same_on_every_machine() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.create_database();
    let encoding = "SHOW server_encoding; SELECT datcollate FROM pg_database WHERE datname = current_database()";
    assert_eq!(postgres.psql(&database, encoding), "UTF8\nC");
}

#[test]
fn a_password_is_asked_for_over_tcp() {
    let Some(postgres) = Postgres::shared() else { return };
    let url = postgres.tcp_url(&postgres.create_database());
    let complaint = postgres.try_psql(&url.replace(":tollgate@", ":wrong@"), "SELECT 1").expect_err("a wrong password");
    assert!(complaint.contains("password authentication failed"), "{complaint}");
}

#[test]
fn the_certificate_vouches_for_the_server() {
    let Some(postgres) = Postgres::shared() else { return };
    let Some(certificate) = postgres.certificate() else { return };
    let pair = ("sslrootcert", &*certificate.to_string_lossy());
    let url = postgres.tcp_url(&postgres.create_database());
    let url = format!("{url}?sslmode=verify-full&{}", encode(&[pair]));
    assert_eq!(postgres.psql(&url, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"), "t");
    let stranger = url.replace("root%2Ecrt", "server%2Ecrt");
    postgres.try_psql(&stranger, "SELECT 1").expect_err("a certificate that vouches for nobody");
}

#[test]
fn a_killed_server_has_no_process_left_and_starts_again_with_what_was_committed() {
    let Some(mut postgres) = Postgres::start() else { return };
    let database = postgres.create_database();
    postgres.psql(&database, "CREATE TABLE product (id int); INSERT INTO product VALUES (7)");
    let mut busy = programs::command(postgres.programs.join("psql"));
    let mut busy = busy.args(["-c", "SELECT pg_sleep(3600)", "-d", &database]).stderr(Stdio::null()).spawn().unwrap();
    wait_until(|| {
        postgres.psql(&database, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "1"
    });
    let before = postgres.folder.join("data");
    assert!(processes_in(&before) > 2);
    postgres.kill();
    assert_eq!(processes_in(&before), 0);
    assert!(!busy.wait().unwrap().success());
    postgres.try_psql(&database, "SELECT 1").expect_err("nobody is there");
    postgres.restart();
    assert_eq!(postgres.psql(&database, "SELECT id FROM product"), "7");
    assert!(postgres.log().contains("was not properly shut down"));
}

#[test]
fn a_stopped_server_starts_again_where_it_was() {
    let Some(mut postgres) = Postgres::start() else { return };
    let url = postgres.tcp_url(&postgres.create_database());
    postgres.stop();
    postgres.stop();
    assert_eq!(processes_in(&postgres.folder.join("data")), 0);
    postgres.restart();
    assert_eq!(postgres.psql(&url, "SELECT 1"), "1");
    postgres.restart();
    assert_eq!(postgres.psql(&url, "SELECT 1"), "1");
    assert!(!postgres.log().contains("was not properly shut down"));
}

#[test]
fn a_durable_server_syncs() {
    let Some(postgres) = Postgres::start_durable() else { return };
    let settings = "SHOW fsync; SHOW full_page_writes; SHOW synchronous_commit; SHOW shared_buffers";
    assert_eq!(postgres.psql(&postgres.create_database(), settings), "on\non\non\n256MB");
}

#[test]
fn a_dropped_server_leaves_nothing() {
    let Some(postgres) = Postgres::start() else { return };
    let Some(mut killed) = Postgres::start() else { return };
    let segment = segment_of(&killed);
    killed.kill();
    let folders = [postgres.folder.clone(), killed.folder.clone()];
    drop((postgres, killed));
    for folder in folders {
        assert!(!folder.exists());
        assert_eq!(processes_in(&folder), 0);
    }
    let segments = fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    assert!(!segments.lines().any(|line| line.split_whitespace().nth(1) == Some(&segment)), "{segments}");
}

#[test]
fn no_server_outlives_the_process_that_started_it() {
    if let Ok(fate) = env::var(FATE) {
        return meet(&fate);
    }
    if Postgres::programs().is_none() {
        return say_skipped();
    }
    for fate in ["ends", "is killed", "is killed while the server starts", "panics"] {
        let mut process = again("no_server_outlives_the_process_that_started_it").env(FATE, fate).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let folder = lines.map_while(Result::ok).find_map(|line| Some(PathBuf::from(line.split_once("folder: ")?.1)));
        let folder = folder.expect("the process names the folder of its server");
        if fate.starts_with("is killed") {
            process.kill().unwrap();
        }
        process.wait().unwrap();
        wait_until(|| !folder.exists() && processes_in(&folder) == 0);
    }
}

#[test]
fn a_skip_is_heard_of_also_when_the_test_passes() {
    const NAME: &str = "a_skip_is_heard_of_also_when_the_test_passes";
    if env::var_os(FATE).is_some() {
        return assert!(Postgres::start().is_none());
    }
    let mut process = again(NAME);
    let output = process.env(FATE, "skips").env(programs::FOLDER_VARIABLE, "/nonexistent").output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{complaint}");
    assert!(complaint.starts_with("SKIPPED: PostgreSQL is not installed"), "{complaint}");
    assert_eq!(complaint.matches('\n').count(), 1, "{complaint}");
}

/// One test of this file in a process of its own.
fn again(test: &str) -> Command {
    let mut process = Command::new(env::current_exe().unwrap());
    process.args(["--exact", &format!("postgres::tests::{test}")]);
    process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    process
}

/// Starts a server, names its folder, and leaves it in one way or another.
fn meet(fate: &str) {
    let name = |postgres: &Postgres| {
        // Past the test harness.
        writeln!(std::io::stdout(), "folder: {}", postgres.folder.display()).unwrap();
    };
    match fate {
        "ends" => name(Postgres::shared().unwrap()),
        "panics" => {
            name(Postgres::shared().unwrap());
            panic!("as a failed test does");
        }
        "is killed" => {
            let postgres = Postgres::start().unwrap();
            name(&postgres);
            wait_to_be_killed();
        }
        _ => {
            let mut postgres = Postgres::prepare(Postgres::programs().unwrap(), Care::Quick);
            postgres.watcher.send(&format!("start {}", place::free_port()));
            name(&postgres);
            wait_to_be_killed();
        }
    }
}

fn wait_to_be_killed() -> ! {
    loop {
        thread::park();
    }
}

fn wait_until(mut come: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !come() {
        assert!(begin.elapsed() < PATIENCE, "it did not come to that");
        thread::sleep(PAUSE);
    }
}

/// How many processes work in a folder.
fn processes_in(folder: &Path) -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes.filter(|process| fs::read_link(process.path().join("cwd")).is_ok_and(|at| at.starts_with(folder))).count()
}

/// The number of the piece of memory that the system keeps for a server.
fn segment_of(postgres: &Postgres) -> String {
    let said = fs::read_to_string(postgres.folder.join("data/postmaster.pid")).unwrap();
    said.lines().nth(6).unwrap().split_whitespace().last().unwrap().to_owned()
}
