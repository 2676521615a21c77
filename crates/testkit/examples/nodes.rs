//! What tests in other languages need of this crate, for as long as their end of standard input is open. Each line
//! there is answered by one on standard output:
//!
//! * `database`: the URL of a new PostgreSQL database;
//! * `spread 127.0.0.1:4001 127.0.0.1:4002`: an address that gives each request to the next of these.
//!
//! Ends with status 3 where PostgreSQL is not installed.

use std::io::{BufRead, Write};
use std::process::ExitCode;
use tollgate_testkit::postgres::Postgres;
use tollgate_testkit::spread::spread;

const NOT_INSTALLED: u8 = 3;

fn main() -> ExitCode {
    let Some(postgres) = Postgres::start() else { return ExitCode::from(NOT_INSTALLED) };
    let mut output = std::io::stdout();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let answer = match line.split_once(' ').unwrap_or((&line, "")) {
            ("database", _) => postgres.create_database(),
            ("spread", nodes) => {
                let nodes = nodes.split(' ').map(|node| node.parse().expect("an address"));
                spread(nodes.collect()).to_string()
            }
            _ => panic!("what is `{line}`?"),
        };
        writeln!(output, "{answer}").expect("whoever asks reads the answer");
    }
    ExitCode::SUCCESS
}
