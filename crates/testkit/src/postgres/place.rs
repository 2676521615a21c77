//! Where a server lives: a folder and a port that are nobody else's.

use super::programs::Account;
use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};

/// A socket's path has at most this many bytes, on Linux 107; this is what the folder may have of it.
const FOLDER_BYTES_MAX: usize = 107 - "/.s.PGSQL.65535".len();
/// Ports are taken from here on, below those that Linux gives to clients: a server that is down for a moment gets its
/// own again.
const PORT_MIN: u16 = 20_000;
const PORTS: u16 = 12_000;

/// A folder whose name is short, for the socket in it.
pub(super) fn new_folder(account: Option<Account>) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("tg-pg-{}-{number}", std::process::id()));
        let bytes = folder.as_os_str().len();
        assert!(bytes <= FOLDER_BYTES_MAX, "{} is too long for a socket: set TMPDIR", folder.display());
        // A process with our number may have left one behind.
        if make_folder(&folder, account) {
            return folder;
        }
    }
}

/// A port that nobody listens on, and that this process has not been given before.
pub(super) fn free_port() -> u16 {
    static COUNT: AtomicU16 = AtomicU16::new(0);
    let ours = u64::from(std::process::id()) * 97 % u64::from(PORTS);
    let ours = u16::try_from(ours).expect("a remainder of a port");
    let mut tried = (0..PORTS).map(|_| PORT_MIN + ours.wrapping_add(COUNT.fetch_add(1, Ordering::Relaxed)) % PORTS);
    tried.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).expect("one of thousands is free")
}

/// Makes a folder for the account alone; gives false where there is one already.
pub(super) fn make_folder(folder: &Path, account: Option<Account>) -> bool {
    match fs::create_dir(folder) {
        Ok(()) => {
            give(folder, account);
            true
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
        Err(error) => panic!("cannot make {}: {error}", folder.display()),
    }
}

/// Gives a folder to the account alone.
pub(super) fn give(folder: &Path, account: Option<Account>) {
    let private = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    let given = account.map_or(Ok(()), |account| chown(folder, Some(account.user), Some(account.group)));
    private.and(given).unwrap_or_else(|error| panic!("cannot give away {}: {error}", folder.display()));
}
