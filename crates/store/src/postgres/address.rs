//! What the address of a database says, and what we add to it.
//!
//! The driver reads everything but two parameters, which it does not know in full: `sslmode` and `sslrootcert`. They
//! mean what they mean to PostgreSQL's own programs.

use super::tls;
use crate::error::OpenError;
use crate::url::PostgresUrl;
use percent_encoding::percent_decode_str;
use std::path::PathBuf;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long making a connection to one host may take, unless the address says otherwise.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long bytes that were sent may stay unacknowledged before the system gives the connection up.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(10);
/// How long a connection is silent before the system asks whether the other side is there.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// Where to connect, and how.
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

/// How sure to be of whom one talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trust {
    /// Encrypted only: `allow`, `prefer`, `require` without a root certificate.
    Anybody,
    /// Whoever has a certificate that a root vouches for: `verify-ca`, and `require` with a root certificate.
    Vouched(Roots),
    /// The host itself: `verify-full`.
    Host(Roots),
}

/// Who vouches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Roots {
    /// Whoever the system trusts.
    System,
    /// The certificates in this file.
    File(PathBuf),
}

impl Address {
    pub(super) fn parse(url: &PostgresUrl) -> Result<Self, OpenError> {
        let (rest, ssl) = split(url.reveal())?;
        // The driver's errors name the parameter, never a value.
        let mut config: Config =
            rest.parse().map_err(|error| OpenError::Address(super::trouble::with_cause(&error)))?;
        config.ssl_mode(ssl.mode);
        if config.get_application_name().is_none() {
            config.application_name("tollgate");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(UNACKNOWLEDGED_MAX);
        }
        config.keepalives_idle(SILENCE_MAX);
        Ok(Self { config, tls: tls::connector(&ssl.trust)? })
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Ssl {
    mode: SslMode,
    trust: Trust,
}

/// Takes the parameters about TLS out of an address.
fn split(url: &str) -> Result<(String, Ssl), OpenError> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut roots, mut others) = ("prefer".to_owned(), None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
        match name {
            "sslmode" => mode = value,
            "sslrootcert" if value == "system" => roots = Some(Roots::System),
            "sslrootcert" => roots = Some(Roots::File(value.into())),
            _ => others.push(pair),
        }
    }
    let rest = if others.is_empty() { base.to_owned() } else { format!("{base}?{}", others.join("&")) };
    Ok((rest, ssl(&mode, roots)?))
}

fn ssl(mode: &str, roots: Option<Roots>) -> Result<Ssl, OpenError> {
    let (mode, trust) = match mode {
        "disable" => (SslMode::Disable, Trust::Anybody),
        "allow" | "prefer" => (SslMode::Prefer, Trust::Anybody),
        "require" => (SslMode::Require, roots.map_or(Trust::Anybody, Trust::Vouched)),
        "verify-ca" => (SslMode::Require, Trust::Vouched(roots.unwrap_or(Roots::System))),
        "verify-full" => (SslMode::Require, Trust::Host(roots.unwrap_or(Roots::System))),
        _ => {
            let modes = "disable, allow, prefer, require, verify-ca or verify-full";
            return Err(OpenError::Address(format!("sslmode must be {modes}")));
        }
    };
    Ok(Ssl { mode, trust })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ssl_parameters_mean_what_they_mean_to_psql() {
        let file = || Roots::File("/etc/ca.pem".into());
        for (query, rest, mode, trust) in [
            ("", "", SslMode::Prefer, Trust::Anybody),
            ("?sslmode=disable", "", SslMode::Disable, Trust::Anybody),
            ("?a=1&sslmode=require&b=2", "?a=1&b=2", SslMode::Require, Trust::Anybody),
            ("?sslmode=require&sslrootcert=%2Fetc/ca.pem", "", SslMode::Require, Trust::Vouched(file())),
            ("?sslmode=verify-ca", "", SslMode::Require, Trust::Vouched(Roots::System)),
            ("?sslrootcert=system&sslmode=verify-full", "", SslMode::Require, Trust::Host(Roots::System)),
        ] {
            let found = split(&format!("postgres://h/d{query}")).unwrap();
            assert_eq!(found, (format!("postgres://h/d{rest}"), Ssl { mode, trust }), "{query}");
        }
        assert!(split("postgres://h/d?sslmode=maybe").is_err());
    }
}
