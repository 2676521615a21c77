//! What can be asked for: one entry of [`WORKS`] each, in a file for each dialect, and for the dashboard.

mod dashboard;
pub(super) mod priceos;
pub(super) mod stripe;

use std::fmt;
use std::io::Write;

/// Everything that can be measured.
pub(super) const WORKS: &[Work] = &[
    stripe::PRODUCT_RETRIEVE,
    stripe::PRODUCT_LIST,
    stripe::PRODUCT_CREATE,
    priceos::FEATURE_ACCESS,
    priceos::CONSUME,
    priceos::TRACK_BATCH,
    stripe::SUBSCRIPTION_CREATE,
    dashboard::CUSTOMERS_PAGE,
    dashboard::CUSTOMERS_SEARCH,
];

/// One kind of request.
pub(super) struct Work {
    /// As rows and the command line call it.
    pub(super) name: &'static str,
    /// Whether it changes the data.
    pub(super) writes: bool,
    /// What it is about, which is only put in where something is; products always are.
    pub(super) about: About,
    /// How many usage events one request holds, where it holds several.
    pub(super) events: Option<u32>,
    /// What is sent.
    pub(super) ask: Ask,
    /// What one request comes to in PostgreSQL, where that is one statement.
    pub(super) statement: Option<Statement>,
    /// What one request comes to in Redis, where it is measured beside that.
    pub(super) redis: Option<Ask>,
}

/// What a kind of request is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// Products.
    Products,
    /// Customers of the PriceOS dialect, with all they have.
    Customers,
    /// The same, on pages for somebody who is signed in.
    Pages,
    /// Customers of the Stripe dialect, who subscribe.
    Subscribers,
}

/// A kind of request, and which answers to it will do.
#[derive(Clone, Copy)]
pub(super) struct Ask {
    /// Appends the whole request of a turn to a buffer.
    pub(super) write: fn(&Ground, &mut Turn, &mut Vec<u8>),
    /// Whether an answer with this body, and with status 200, is the one that is meant.
    pub(super) will_do: fn(&[u8]) -> bool,
}

/// A statement in PostgreSQL, as a script for pgbench.
#[derive(Clone, Copy)]
pub(super) enum Statement {
    /// A query over so many products.
    Reads(fn(u64) -> String),
    /// Rows like those that the server writes for a new product.
    Creates,
}

/// What the requests are about.
#[derive(Clone)]
pub(super) struct Ground {
    /// Header lines of every request of the Stripe dialect, each with its line end.
    pub(super) stripe_head: Vec<u8>,
    /// The same of the PriceOS dialect.
    pub(super) priceos_head: Vec<u8>,
    /// The same of the dashboard; empty before somebody is signed in.
    pub(super) dashboard_head: Vec<u8>,
    /// What is put in before the measurement.
    pub(super) size: Size,
    /// When putting in began, in milliseconds since 1970.
    pub(super) now: i64,
    /// What Redis calls its script; empty before it has one.
    pub(super) script: String,
    /// The ids of those who subscribe; empty before they are there.
    pub(super) subscribers: Vec<String>,
    /// The id of the price that they subscribe to.
    pub(super) price: String,
    /// When the first periods end of subscriptions that are to be renewed, in seconds since 1970.
    pub(super) due: u64,
}

/// How much is put in before the measurement. Things are numbered from 0.
#[derive(Clone, Copy)]
pub(super) struct Size {
    /// Products of Stripe.
    pub(super) products: u64,
    /// Customers, each with products, an override and a bonus.
    pub(super) customers: u64,
    /// Usage events of those customers, rounded up to whole batches.
    pub(super) events: u64,
    /// Customers of Stripe.
    pub(super) subscribers: u64,
}

/// What distinguishes one request from the next.
pub(super) struct Turn {
    /// Counts the requests of a load, over all connections: from 0 where there is to be a number of them, or else from
    /// wherever no load before has come to.
    pub(super) number: u64,
    /// State of the generator: splitmix64, which needs no more than a counter.
    pub(super) random: u64,
}

impl Turn {
    /// A number that comes once in 2⁶⁴ turns.
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, each about as likely.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// One of these, each about as likely.
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).expect("it is an index")]
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { products, customers, events, subscribers } = self;
        write!(f, "{products} products")?;
        if *customers > 0 {
            write!(f, ", {customers} customers, {events} usage events")?;
        }
        if *subscribers > 0 { write!(f, ", {subscribers} subscribers") } else { Ok(()) }
    }
}

/// The work of a name.
pub(super) fn find(name: &str) -> Result<&'static Work, String> {
    WORKS.iter().find(|work| work.name == name).ok_or_else(|| {
        let names: Vec<_> = WORKS.iter().map(|work| work.name).collect();
        format!("there are {}", names.join(", "))
    })
}

/// Whatever comes with status 200 will do.
fn any(_: &[u8]) -> bool {
    true
}

fn get(head: &[u8], target: fmt::Arguments<'_>, buffer: &mut Vec<u8>) {
    put(buffer, format_args!("GET {target} HTTP/1.1\r\n"));
    buffer.extend_from_slice(head);
    buffer.extend_from_slice(b"\r\n");
}

fn post(head: &[u8], target: &str, media_type: &str, body: &[u8], buffer: &mut Vec<u8>) {
    put(buffer, format_args!("POST {target} HTTP/1.1\r\n"));
    buffer.extend_from_slice(head);
    let length = body.len();
    put(buffer, format_args!("content-type: {media_type}\r\ncontent-length: {length}\r\n\r\n"));
    buffer.extend_from_slice(body);
}

fn put(buffer: &mut Vec<u8>, text: fmt::Arguments<'_>) {
    buffer.write_fmt(text).expect("memory takes every write");
}
