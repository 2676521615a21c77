//! Where a database is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use tokio_postgres::config::Host;

/// The address of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite://PATH`: a file, by a path relative to the working directory (`sqlite://tollgate.db`) or an absolute
    /// one (`sqlite:///var/lib/tollgate.db`). It is made where it does not exist.
    Sqlite(PathBuf),
    /// `postgres://USER:PASSWORD@HOST:PORT/NAME?…`: a database that exists, which any number of servers share.
    Postgres(PostgresUrl),
    /// `model:`: in memory, gone with the process; the reference the engines are tested against.
    Model,
}

/// The address of a PostgreSQL database, its password included. `Debug` and `Display` show the host and the name of the
/// database only, so that nothing secret can slip into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

impl PostgresUrl {
    /// The whole address, secrets included.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What the driver cannot read, nobody can tell the secrets in.
        let Ok(config) = self.0.parse::<tokio_postgres::Config>() else { return f.write_str("postgres://…") };
        let host = match config.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            Some(Host::Unix(folder)) => folder.display().to_string(),
            None => "…".to_owned(),
        };
        write!(f, "postgres://{host}/{}", config.get_dbname().or(config.get_user()).unwrap_or_default())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no address of a database. The text is not repeated: there may be a password in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the address of a database; use sqlite://PATH or postgres://USER@HOST/NAME")]
pub struct UrlError;

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if text == "model:" {
            return Ok(Self::Model);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(PostgresUrl(text.to_owned())));
        }
        match text.strip_prefix("sqlite://") {
            Some(path) if !path.is_empty() && !path.contains('\0') => Ok(Self::Sqlite(path.into())),
            _ => Err(UrlError),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    /// Without what is secret in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => url.fmt(f),
            Self::Model => f.write_str("model:"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_engine_and_the_place() {
        let postgres = |text: &str| Some(DatabaseUrl::Postgres(PostgresUrl(text.to_owned())));
        for (text, url) in [
            ("sqlite://tollgate.db", Some(DatabaseUrl::Sqlite("tollgate.db".into()))),
            ("sqlite://./a/b.db", Some(DatabaseUrl::Sqlite("./a/b.db".into()))),
            ("sqlite:///var/t.db", Some(DatabaseUrl::Sqlite("/var/t.db".into()))),
            ("postgres://u:p@h/db", postgres("postgres://u:p@h/db")),
            ("postgresql://h/db", postgres("postgresql://h/db")),
            ("model:", Some(DatabaseUrl::Model)),
            ("sqlite://", None),
            ("tollgate.db", None),
            ("", None),
        ] {
            assert_eq!(text.parse().ok(), url, "{text}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let url: DatabaseUrl = "postgres://u:secret@h/db".parse().unwrap();
        let refused = "postgre://u:secret@h/db".parse::<DatabaseUrl>().unwrap_err();
        for shown in [url.to_string(), format!("{url:?}"), refused.to_string(), format!("{refused:?}")] {
            assert!(!shown.contains("secret"), "{shown}");
        }
        for (url, shown) in [
            ("postgres://u:secret@h:1/db?password=secret", "postgres://h/db"),
            ("postgres://u@/db?host=%2Frun%2Fpg", "postgres:///run/pg/db"),
            ("postgres://u:sec/ret@h/db", "postgres://h/db"),
            ("postgres://u:secret@h:port/db", "postgres://…"),
        ] {
            assert_eq!(url.parse::<DatabaseUrl>().unwrap().to_string(), shown);
        }
    }
}
