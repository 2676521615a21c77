//! Where a database is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The address of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite://PATH`: a file, by a path relative to the working directory (`sqlite://tollgate.db`) or an absolute
    /// one (`sqlite:///var/lib/tollgate.db`). It is made where it does not exist.
    Sqlite(PathBuf),
    /// `postgres://…`: known by name only in this version.
    Postgres(String),
    /// `model:`: in memory, gone with the process; the reference the engines are tested against.
    Model,
}

/// A text that is no address of a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the address of a database; use sqlite://PATH")]
pub struct UrlError(String);

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if text == "model:" {
            return Ok(Self::Model);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        match text.strip_prefix("sqlite://") {
            Some(path) if !path.is_empty() && !path.contains('\0') => Ok(Self::Sqlite(path.into())),
            _ => Err(UrlError(text.to_owned())),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    /// Without what is secret in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://…"),
            Self::Model => f.write_str("model:"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_engine_and_the_place() {
        for (text, url) in [
            ("sqlite://tollgate.db", Some(DatabaseUrl::Sqlite("tollgate.db".into()))),
            ("sqlite://./a/b.db", Some(DatabaseUrl::Sqlite("./a/b.db".into()))),
            ("sqlite:///var/t.db", Some(DatabaseUrl::Sqlite("/var/t.db".into()))),
            ("postgres://u:p@h/db", Some(DatabaseUrl::Postgres("postgres://u:p@h/db".into()))),
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
        assert!(!url.to_string().contains("secret"));
    }
}
