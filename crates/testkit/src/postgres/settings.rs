//! How a server is set: nothing that matters is left to the machine, so that tests are the same everywhere.

use std::path::Path;

/// What a server gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// It syncs nothing: a crash of its processes loses nothing, one of the machine may.
    Quick,
    /// It syncs as one does that is to be relied on, and has memory to work with: for benchmarks.
    Durable,
}

/// The settings, each as `name=value`.
pub(super) fn of(care: Care, folder: &Path, tls: bool) -> Vec<String> {
    let (synced, memory_mb) = match care {
        Care::Quick => ("off", 64),
        Care::Durable => ("on", 256),
    };
    vec![
        format!("fsync={synced}"),
        format!("full_page_writes={synced}"),
        format!("shared_buffers={memory_mb}MB"),
        format!("unix_socket_directories={}", folder.display()),
        format!("ssl={}", if tls { "on" } else { "off" }),
        "listen_addresses=127.0.0.1".to_owned(),
        "max_connections=200".to_owned(),
        // In the data folder, and so gone with it.
        "dynamic_shared_memory_type=mmap".to_owned(),
        "logging_collector=off".to_owned(),
    ]
}
