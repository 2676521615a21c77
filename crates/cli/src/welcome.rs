//! What a server says when it is ready.

use std::net::SocketAddr;
use tollgate_server::keys::SecretKey;
use tollgate_store::DatabaseUrl;

/// Prints where the server is and, the one time it can be, the first key; and where the first admin is made, for as long as
/// there is none.
pub(crate) fn print(address: SocketAddr, database: &DatabaseUrl, first_key: Option<&SecretKey>, setup: Option<&str>) {
    println!("Tollgate {} serves on http://{address}", env!("CARGO_PKG_VERSION"));
    println!("  data        {database}");
    match first_key {
        Some(key) => println!("  test key    {}   (shown this once; keep it)", key.reveal()),
        None => println!("  test key    made before; make another with `tollgate keys create`"),
    }
    println!("  live key    `tollgate keys create --environment live`");
    match setup {
        Some(path) => println!("  dashboard   http://{address}{path}   (become its first admin)"),
        None => println!("  dashboard   http://{address}/dashboard"),
    }
    println!();
    println!("Try it:");
    let shown = first_key.map_or("YOUR_TEST_KEY", SecretKey::reveal);
    println!("  curl http://{address}/v1/products -u {shown}: -d name='Gold Plan'");
}
