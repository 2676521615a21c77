//! What can be asked for: one entry of [`WORKS`] each.

use std::io::Write;

/// Everything that can be measured.
pub(super) const WORKS: &[Work] = &[
    Work {
        name: "product_retrieve",
        writes: false,
        request: product_retrieve,
        statement: Statement::Reads(product_retrieve_statement),
    },
    Work {
        name: "product_list",
        writes: false,
        request: product_list,
        statement: Statement::Reads(product_list_statement),
    },
    Work { name: "product_create", writes: true, request: product_create, statement: Statement::Creates },
];

/// One kind of request.
pub(super) struct Work {
    /// As rows and the command line call it.
    pub(super) name: &'static str,
    /// Whether it changes the data.
    pub(super) writes: bool,
    /// Appends one whole request to the buffer.
    pub(super) request: Request,
    /// What one request comes to in PostgreSQL.
    pub(super) statement: Statement,
}

/// A statement in PostgreSQL, as a script for pgbench.
#[derive(Clone, Copy)]
pub(super) enum Statement {
    /// A query over so many products.
    Reads(fn(u64) -> String),
    /// Rows like those that the server writes for a new product.
    Creates,
}

/// Appends the request of a turn to a buffer.
pub(super) type Request = fn(&Ground, &mut Turn, &mut Vec<u8>);

/// What the requests are about.
pub(super) struct Ground {
    /// Header lines of every request, each with its line end.
    pub(super) head: Vec<u8>,
    /// Products put in before the measurement, numbered from 0.
    pub(super) products: u64,
}

/// What distinguishes one request from the next.
pub(super) struct Turn {
    /// Requests sent before in the same run, over all connections.
    pub(super) number: u64,
    /// State of the generator: splitmix64, which needs no more than a counter.
    pub(super) random: u64,
}

impl Turn {
    /// A number below `bound`, each about as likely.
    fn below(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// The work of a name.
pub(super) fn find(name: &str) -> Result<&'static Work, String> {
    WORKS.iter().find(|work| work.name == name).ok_or_else(|| {
        let names: Vec<_> = WORKS.iter().map(|work| work.name).collect();
        format!("there are {}", names.join(", "))
    })
}

/// Puts in product number `turn.number`, under an id that [`product_retrieve`] can name again.
pub(super) fn product_put(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let number = turn.number;
    post(ground, "/v1/products", &format!("id=prod_bench{number:014}&name=Gold%20Plan%20{number:014}"), buffer);
}

fn product_retrieve(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let number = turn.below(ground.products);
    get(ground, format_args!("/v1/products/prod_bench{number:014}"), buffer);
}

fn product_list(ground: &Ground, _: &mut Turn, buffer: &mut Vec<u8>) {
    get(ground, format_args!("/v1/products?limit=10"), buffer);
}

fn product_retrieve_statement(products: u64) -> String {
    format!(
        "\\set number random(0, {})\n\
         SELECT body FROM product WHERE live = false AND id = 'prod_bench' || lpad(:number::text, 14, '0');\n",
        products - 1
    )
}

/// One more than the page, as the server asks to learn whether there are more.
fn product_list_statement(_: u64) -> String {
    "SELECT created, seq, body FROM product WHERE live = false ORDER BY created DESC, seq DESC LIMIT 11;\n".to_owned()
}

fn product_create(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let number = turn.number;
    post(ground, "/v1/products", &format!("name=Gold%20Plan%20{number:014}"), buffer);
}

fn get(ground: &Ground, target: std::fmt::Arguments<'_>, buffer: &mut Vec<u8>) {
    write!(buffer, "GET {target} HTTP/1.1\r\n").expect("memory takes every write");
    buffer.extend_from_slice(&ground.head);
    buffer.extend_from_slice(b"\r\n");
}

fn post(ground: &Ground, target: &str, form: &str, buffer: &mut Vec<u8>) {
    write!(buffer, "POST {target} HTTP/1.1\r\n").expect("memory takes every write");
    buffer.extend_from_slice(&ground.head);
    let length = form.len();
    write!(buffer, "content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{form}")
        .expect("memory takes every write");
}
