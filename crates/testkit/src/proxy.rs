//! A proxy between a client and PostgreSQL that loses, holds and refuses connections when a test wants it.
//!
//! It knows nothing of the protocol but bytes, so it sees through no TLS.

use crate::postgres::Postgres;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

/// How much is read at once.
const BUFFER_BYTES: usize = 16 * 1024;

/// Where a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The server never gets the message.
    Before,
    /// The server gets the message, and whoever sent it no answer.
    After,
}

/// Listens on loopback, passes bytes to a server and back, and can cut. Its connections end when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

/// What the threads of all connections go by.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Told when bytes need not be held back any more, for whatever reason.
    released: Condvar,
}

#[derive(Default)]
struct State {
    ended: bool,
    refuse: bool,
    stall: bool,
    trap: Option<Trap>,
    links: Vec<Arc<Link>>,
}

/// The bytes that cut a connection, and how often they still do.
struct Trap {
    needle: Vec<u8>,
    when: Cut,
    left: u32,
}

/// The two halves of a connection through the proxy.
struct Link {
    client: TcpStream,
    server: TcpStream,
    /// From now on the client gets nothing of what the server says.
    mute: AtomicBool,
    closed: AtomicBool,
}

impl Proxy {
    /// A proxy to a server, which may be down now and then.
    pub fn to(server: &Postgres) -> Self {
        Self::toward(server.address())
    }

    /// The URL through the proxy for a database of the server. It forbids TLS, in which nothing could be found.
    pub fn url(&self, postgres: &Postgres, url: &str) -> String {
        let direct = postgres.tcp_url(url);
        format!("{}?sslmode=disable", direct.replace(&postgres.address().to_string(), &self.address.to_string()))
    }

    /// Closes every connection now, on both sides. New ones are accepted.
    pub fn cut_all(&self) {
        let links = std::mem::take(&mut self.shared.state().links);
        for link in links {
            link.close();
        }
        self.shared.released.notify_all();
    }

    /// While true, new connections are closed at once.
    pub fn refuse(&self, refuse: bool) {
        self.shared.state().refuse = refuse;
    }

    /// While true, bytes are held back in both directions and connections stay open, as in a black hole.
    pub fn stall(&self, stall: bool) {
        self.shared.state().stall = stall;
        self.shared.released.notify_all();
    }

    /// The next `count` messages of a client that contain `needle` cut its connection; 0 takes an earlier order back.
    ///
    /// The client is cut once the server is through with what it got: after [`Cut::Before`] an open transaction is
    /// rolled back by then, after [`Cut::After`] the server has given the answer that nobody gets. What was prepared
    /// is executed without its text, and so not found.
    pub fn cut_at(&self, needle: &[u8], when: Cut, count: u32) {
        assert!(!needle.is_empty(), "every message contains nothing");
        let trap = Trap { needle: needle.to_vec(), when, left: count };
        self.shared.state().trap = Some(trap).filter(|trap| trap.left > 0);
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.shared.state().links.len()
    }

    fn toward(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let shared = Arc::<Shared>::default();
        let listening = Some(thread::spawn({
            let shared = Arc::clone(&shared);
            move || shared.listen(&listener, server)
        }));
        Self { address, shared, listening }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.state().ended = true;
        // The listener looks up once more, and adds no connection after that.
        let _ = TcpStream::connect(self.address);
        let _ = self.listening.take().map(JoinHandle::join);
        self.cut_all();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with the state in hand")
    }

    fn listen(self: Arc<Self>, listener: &TcpListener, server: SocketAddr) {
        for client in listener.incoming().flatten() {
            let (ended, refuse) = {
                let state = self.state();
                (state.ended, state.refuse)
            };
            if ended {
                return;
            }
            if !refuse && let Ok(server) = TcpStream::connect(server) {
                self.link(client, server);
            }
        }
    }

    fn link(self: &Arc<Self>, client: TcpStream, server: TcpStream) {
        for stream in [&client, &server] {
            stream.set_nodelay(true).expect("a connection can be set");
        }
        let link = Link { client, server, mute: AtomicBool::new(false), closed: AtomicBool::new(false) };
        let link = Arc::new(link);
        self.state().links.push(Arc::clone(&link));
        for pass in [Self::pass_questions, Self::pass_answers] {
            let (shared, link) = (Arc::clone(self), Arc::clone(&link));
            thread::spawn(move || pass(&shared, &link));
        }
    }

    /// From the client to the server. An end of the client is passed on too, and leaves the last answers their way.
    fn pass_questions(&self, link: &Arc<Link>) {
        let mut room = [0; BUFFER_BYTES];
        let mut tail = Vec::new();
        while let Some(bytes) = self.read(&link.client, link, &mut room) {
            let cut = if link.is_mute() { None } else { self.trapped(&mut tail, bytes) };
            if cut.is_some() {
                link.mute.store(true, Ordering::SeqCst);
            }
            let passed = if let Some((Cut::Before, start)) = cut { &bytes[..start] } else { bytes };
            if (&link.server).write_all(passed).is_err() || matches!(cut, Some((Cut::Before, _))) {
                break;
            }
        }
        // The server reads what it got before it reads this.
        let _ = link.server.shutdown(Shutdown::Write);
    }

    /// From the server to the client, until either ends. The first answer that is not passed on is the last: the
    /// server is told that nobody is there any more, and left to end by itself.
    fn pass_answers(&self, link: &Arc<Link>) {
        let mut room = [0; BUFFER_BYTES];
        while let Some(bytes) = self.read(&link.server, link, &mut room) {
            if link.is_mute() {
                let _ = link.server.shutdown(Shutdown::Write);
            } else if (&link.client).write_all(bytes).is_err() {
                break;
            }
        }
        link.close();
        self.released.notify_all();
        self.state().links.retain(|open| !Arc::ptr_eq(open, link));
    }

    /// What comes next, once it is not held back; nothing at the end.
    fn read<'r>(&self, mut from: &TcpStream, link: &Link, room: &'r mut [u8]) -> Option<&'r [u8]> {
        let count = from.read(room).ok()?;
        let held = |state: &mut State| state.stall && !link.closed.load(Ordering::SeqCst);
        drop(self.released.wait_while(self.state(), held).expect("nobody panics with the state in hand"));
        (count > 0).then(|| &room[..count])
    }

    /// Looks for the needle, also where it began in an earlier read, of which `tail` keeps what matters. Gives where
    /// it begins in these bytes.
    fn trapped(&self, tail: &mut Vec<u8>, bytes: &[u8]) -> Option<(Cut, usize)> {
        let mut state = self.state();
        let Some(trap) = state.trap.as_mut() else {
            tail.clear();
            return None;
        };
        tail.drain(..tail.len().saturating_sub(trap.needle.len() - 1));
        let kept = tail.len();
        tail.extend_from_slice(bytes);
        let found = tail.windows(trap.needle.len()).position(|window| window == trap.needle)?;
        let cut = (trap.when, found.saturating_sub(kept));
        trap.left -= 1;
        if trap.left == 0 {
            state.trap = None;
        }
        Some(cut)
    }
}

impl Link {
    fn is_mute(&self) -> bool {
        self.mute.load(Ordering::SeqCst)
    }

    fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        for stream in [&self.client, &self.server] {
            // The other side may have closed it, which is what is wanted.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const MANY: &str = "SELECT count(*) FROM product";
    const INSERT: &str = "BEGIN; INSERT INTO product VALUES (1); COMMIT;";

    /// A database with an empty table, and a proxy before it.
    struct Ground {
        postgres: &'static Postgres,
        proxy: Proxy,
        direct: String,
        proxied: String,
    }

    impl Ground {
        fn new() -> Option<Self> {
            let postgres = Postgres::shared()?;
            let (direct, proxy) = (postgres.create_database(), Proxy::to(postgres));
            postgres.psql(&direct, "CREATE TABLE product (id int)");
            let proxied = proxy.url(postgres, &direct);
            Some(Self { postgres, proxy, direct, proxied })
        }

        fn through(&self, sql: &str) -> Result<String, String> {
            self.postgres.try_psql(&self.proxied, sql)
        }

        fn count(&self) -> String {
            self.postgres.psql(&self.direct, MANY)
        }

        /// Waits until so many connections are open. A test that waits in vain is ended by whoever runs it.
        fn wait_for_connections(&self, count: usize) {
            while self.proxy.connections() != count {
                thread::sleep(Duration::from_millis(1));
            }
        }
    }

    #[test]
    fn without_an_order_everything_passes() {
        let Some(ground) = Ground::new() else { return };
        assert_eq!(ground.through(INSERT), Ok(String::new()));
        let long = "SELECT length(repeat('x', 1000000)), repeat('y', 100000)";
        assert_eq!(ground.through(long).map(|said| said.len()), Ok("1000000|".len() + 100_000));
        assert_eq!(ground.count(), "1");
        ground.wait_for_connections(0);
    }

    #[test]
    fn a_commit_cut_before_is_none_and_a_commit_cut_after_is_one() {
        let Some(ground) = Ground::new() else { return };
        ground.proxy.cut_at(b"COMMIT", Cut::Before, 1);
        let complaint = ground.through(INSERT).expect_err("the connection is lost");
        assert!(complaint.contains("closed the connection"), "{complaint}");
        assert_eq!(ground.count(), "0");
        ground.proxy.cut_at(b"COMMIT", Cut::After, 2);
        for done in ["1", "2"] {
            ground.through(INSERT).expect_err("the connection is lost");
            assert_eq!(ground.count(), done);
        }
        ground.through(INSERT).expect("the order counted to two");
        assert_eq!(ground.count(), "3");
    }

    #[test]
    fn refused_connections_come_through_later() {
        let Some(ground) = Ground::new() else { return };
        ground.proxy.refuse(true);
        ground.through(MANY).expect_err("nobody is let in");
        ground.proxy.refuse(false);
        assert_eq!(ground.through(MANY), Ok("0".to_owned()));
    }

    #[test]
    fn held_bytes_arrive_once_they_are_let_go() {
        let Some(ground) = Ground::new() else { return };
        ground.proxy.stall(true);
        thread::scope(|scope| {
            let client = scope.spawn(|| ground.through(MANY));
            ground.wait_for_connections(1);
            assert!(!client.is_finished());
            ground.proxy.stall(false);
            assert_eq!(client.join().unwrap(), Ok("0".to_owned()));
        });
    }

    #[test]
    fn cut_connections_end_on_both_sides_also_while_they_are_held() {
        let Some(ground) = Ground::new() else { return };
        for stall in [false, true] {
            ground.proxy.stall(stall);
            thread::scope(|scope| {
                let client = scope.spawn(|| ground.through("SELECT pg_sleep(3600)"));
                ground.wait_for_connections(1);
                ground.proxy.cut_all();
                assert_eq!(ground.proxy.connections(), 0);
                client.join().unwrap().expect_err("the connection is lost");
            });
        }
        ground.proxy.stall(false);
        assert_eq!(ground.through(MANY), Ok("0".to_owned()));
    }

    #[test]
    fn a_needle_is_found_across_reads() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let proxy = Proxy::toward(server.local_addr().unwrap());
        proxy.cut_at(b"COMMIT", Cut::Before, 1);
        let mut client = TcpStream::connect(proxy.address).unwrap();
        let (mut at_server, _) = server.accept().unwrap();
        client.write_all(b"INSERT; CO").unwrap();
        let mut first = [0; 10];
        at_server.read_exact(&mut first).unwrap();
        client.write_all(b"MMIT; SELECT").unwrap();
        let mut rest = Vec::new();
        at_server.read_to_end(&mut rest).unwrap();
        assert_eq!((&first, rest.as_slice()), (b"INSERT; CO", b"".as_slice()));
        at_server.write_all(b"an answer").unwrap();
        drop(at_server);
        client.read_to_end(&mut rest).unwrap();
        assert!(rest.is_empty());
    }

    #[test]
    fn what_came_before_the_needle_is_passed_on() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let proxy = Proxy::toward(server.local_addr().unwrap());
        proxy.cut_at(b"COMMIT", Cut::Before, 1);
        let mut client = TcpStream::connect(proxy.address).unwrap();
        client.write_all(b"INSERT; COMMIT;").unwrap();
        let (mut at_server, _) = server.accept().unwrap();
        let mut got = Vec::new();
        at_server.read_to_end(&mut got).unwrap();
        assert_eq!(got, b"INSERT; ");
    }
}
