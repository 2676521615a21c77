//! Passwords: how they are hashed and checked. Both are slow on purpose, so only a few are worked on at a time.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Fewest characters of a password.
pub const PASSWORD_MIN_CHARACTERS: usize = 12;
/// Most bytes of a password.
pub const PASSWORD_MAX_BYTES: usize = 1024;
/// Passwords hashed or checked at a time; each takes about 20 MiB and 15 ms.
const AT_A_TIME: usize = 2;
/// Passwords that may wait for that; further ones are refused.
const WAITING_MAX: usize = 16;

static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_A_TIME)));
static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_A_TIME + WAITING_MAX)));

/// Why there is no hash, or no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordFault {
    /// It has fewer than [`PASSWORD_MIN_CHARACTERS`] characters.
    Short,
    /// It has more than [`PASSWORD_MAX_BYTES`] bytes.
    Long,
    /// Too many passwords wait already.
    Busy,
}

impl std::fmt::Display for PasswordFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Short => write!(f, "A password has at least {PASSWORD_MIN_CHARACTERS} characters."),
            Self::Long => write!(f, "A password has at most {PASSWORD_MAX_BYTES} bytes."),
            Self::Busy => f.write_str("Too many people are signing in. Try again in a moment."),
        }
    }
}

impl std::error::Error for PasswordFault {}

/// Hashes a password with Argon2id, into a PHC string.
pub async fn hash(password: &str) -> Result<String, PasswordFault> {
    if password.chars().count() < PASSWORD_MIN_CHARACTERS {
        return Err(PasswordFault::Short);
    }
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(PasswordFault::Long);
    }
    let password = password.to_owned();
    in_turn(move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.expect("the default parameters hash any password of this length").to_string()
    })
    .await
}

/// Whether a password has this hash. Where there is no hash, since nobody has that email, it takes as long to say no.
pub(crate) async fn is_right(password: &str, hash: Option<&str>) -> Result<bool, PasswordFault> {
    static NOBODYS: LazyLock<String> = LazyLock::new(|| {
        let hash = Argon2::default().hash_password(b"the password of nobody");
        hash.expect("the default parameters hash this").to_string()
    });
    if password.len() > PASSWORD_MAX_BYTES {
        return Ok(false);
    }
    let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
    in_turn(move || {
        let is_known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODYS.clone());
        let Ok(hash) = PasswordHash::new(&hash) else { return false };
        Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && is_known
    })
    .await
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordFault> {
    let place = PLACES.clone().try_acquire_owned().map_err(|_| PasswordFault::Busy)?;
    let turn = TURNS.clone().acquire_owned().await.expect("the semaphore is never closed");
    // Both stay taken until the work is done, also where whoever asked for it is gone: nothing stops the work then.
    let done = spawn_blocking(move || {
        let _held = (place, turn);
        work()
    });
    Ok(done.await.expect("hashing does not panic"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_keeps_its_turn() {
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let asked = in_turn(move || ended.recv().is_ok());
        assert!(tokio::time::timeout(std::time::Duration::from_millis(50), asked).await.is_err());
        assert!(TURNS.available_permits() < AT_A_TIME && PLACES.available_permits() < AT_A_TIME + WAITING_MAX);
        drop(end);
        drop(TURNS.acquire_many(u32::try_from(AT_A_TIME).unwrap()).await);
    }

    #[tokio::test]
    async fn only_the_same_password_is_right() {
        let hashed = hash("correct horse battery").await.unwrap();
        assert!(hashed.starts_with("$argon2id$") && !hashed.contains("horse"));
        assert_eq!(is_right("correct horse battery", Some(&hashed)).await, Ok(true));
        assert_eq!(is_right("correct horse batterz", Some(&hashed)).await, Ok(false));
        assert_eq!(is_right("the password of nobody", None).await, Ok(false));
        assert_eq!(hash("short").await, Err(PasswordFault::Short));
        assert_eq!(hash(&"x".repeat(PASSWORD_MAX_BYTES + 1)).await, Err(PasswordFault::Long));
    }
}
