//! Somebody who looks at the dashboard of a server that is measured.

use super::answer::{Connection, Protocol};
use super::process::Process;
use crate::keys;
use anyhow::{Context, ensure};
use tollgate_domain::environment::Environment;
use tollgate_domain::user::{CreateUser, Role, UserChange};
use tollgate_server::keys::SecretKey;
use tollgate_server::passwords;

/// What the person signs in with, and a password that nobody knows.
const EMAIL: &str = "bench@tollgate.invalid";

/// Puts the person on file, who may only look, and signs them in: the header lines of their requests.
pub(super) async fn sign_in(process: &Process, database: &str) -> anyhow::Result<Vec<u8>> {
    let secret = SecretKey::generate(Environment::Test, getrandom::fill).context("no random numbers for a password")?;
    let password = passwords::hash(secret.reveal()).await?;
    let app = keys::guest(&database.parse()?).await?;
    if let Some(user) = app.user(EMAIL).await? {
        app.change_user(&user.id, UserChange::Password(password)).await?;
    } else {
        app.create_user(CreateUser { email: EMAIL.to_owned(), role: Role::Viewer, password }).await?;
    }
    let mut connection = Connection::open(process.address(), Protocol::Http).await?;
    let form = format!("email={EMAIL}&password={}", secret.reveal());
    let head = format!(
        "POST /dashboard/sign-in HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n",
        process.address(),
        form.len()
    );
    let answer = connection.ask((head + &form).as_bytes()).await?;
    ensure!(answer.status == 303, "signing in to the dashboard was answered with {}", answer.status);
    let head = String::from_utf8_lossy(answer.head);
    let cookie = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("set-cookie").then(|| value.trim().split(';').next())?
    });
    let cookie = cookie.context("signing in to the dashboard set no cookie")?;
    Ok(format!("host: {}\r\ncookie: {cookie}\r\n", process.address()).into_bytes())
}
