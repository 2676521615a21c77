//! Writes JSON: as Stripe prints it, with two spaces of indent, `"key": value` and one element a line; or without any
//! white space.
//!
//! The writer is told what to write in order; that every object and array is closed is for its user.

use tollgate_domain::quantity::Quantity;
use tollgate_domain::time::Timestamp;

/// Spaces enough for the deepest answer; deeper levels would be indented no further.
const INDENT: &[u8; 64] = &[b' '; 64];

/// A text in the making.
#[derive(Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
    depth: usize,
    /// Whether the innermost object or array has nothing in it yet.
    empty: bool,
    /// Whether a key waits for its value.
    keyed: bool,
    /// Whether white space is left out.
    compact: bool,
}

/// Something with a JSON form of its own.
pub trait Json {
    /// Writes it as the next value.
    fn write(&self, writer: &mut Writer);
}

impl Writer {
    /// A writer that has written nothing; room for an ordinary object is taken at once.
    pub fn new() -> Self {
        Self { out: Vec::with_capacity(1024), ..Self::default() }
    }

    /// A writer that leaves white space out, with room for so many bytes.
    pub fn compact(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes), compact: true, ..Self::default() }
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// Begins an object.
    pub fn begin_object(&mut self) {
        self.begin(b'{');
    }

    /// Ends the object begun last.
    pub fn end_object(&mut self) {
        self.end(b'}');
    }

    /// Begins an array.
    pub fn begin_array(&mut self) {
        self.begin(b'[');
    }

    /// Ends the array begun last.
    pub fn end_array(&mut self) {
        self.end(b']');
    }

    /// Begins a member of an object. The value must follow.
    pub fn key(&mut self, key: &str) {
        self.next_place();
        write_string(&mut self.out, key);
        self.colon();
    }

    /// Writes the next value.
    pub fn value<T: Json + ?Sized>(&mut self, value: &T) {
        value.write(self);
    }

    /// Writes a member whose key is plain: a literal without quotes, backslashes and control characters.
    pub fn field<T: Json + ?Sized>(&mut self, key: &'static str, value: &T) {
        self.plain_key(key);
        value.write(self);
    }

    /// Begins a member that is an object.
    pub fn object_field(&mut self, key: &'static str) {
        self.plain_key(key);
        self.begin_object();
    }

    /// Begins a member that is an array.
    pub fn array_field(&mut self, key: &'static str) {
        self.plain_key(key);
        self.begin_array();
    }

    /// Writes a value that is JSON already, on one line.
    pub fn raw(&mut self, json: &str) {
        self.place();
        self.out.extend_from_slice(json.as_bytes());
    }

    /// Writes a string with `<`, `>` and `&` escaped too.
    pub fn markup_safe_string(&mut self, text: &str) {
        self.place();
        let start = self.out.len();
        write_string(&mut self.out, text);
        if self.out[start..].iter().any(|byte| matches!(byte, b'<' | b'>' | b'&')) {
            let written = self.out.split_off(start);
            for byte in written {
                match byte {
                    b'<' => self.out.extend_from_slice(b"\\u003C"),
                    b'>' => self.out.extend_from_slice(b"\\u003E"),
                    b'&' => self.out.extend_from_slice(b"\\u0026"),
                    other => self.out.push(other),
                }
            }
        }
    }

    fn plain_key(&mut self, key: &'static str) {
        debug_assert!(key.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\'), "{key}");
        self.next_place();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.push(b'"');
        self.colon();
    }

    fn colon(&mut self) {
        self.out.extend_from_slice(if self.compact { b":" } else { b": " });
        self.keyed = true;
    }

    fn begin(&mut self, bracket: u8) {
        self.place();
        self.out.push(bracket);
        self.depth += 1;
        self.empty = true;
    }

    fn end(&mut self, bracket: u8) {
        debug_assert!(self.depth > 0, "nothing was begun");
        self.depth = self.depth.saturating_sub(1);
        if !self.empty {
            self.new_line();
        }
        self.out.push(bracket);
        self.empty = false;
    }

    /// Makes ready for a value: after its key, or as the next element.
    fn place(&mut self) {
        if self.keyed {
            self.keyed = false;
        } else if self.depth > 0 {
            self.next_place();
        }
    }

    fn next_place(&mut self) {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
        self.new_line();
    }

    fn new_line(&mut self) {
        if self.compact {
            return;
        }
        self.out.push(b'\n');
        let spaces = (2 * self.depth).min(INDENT.len());
        self.out.extend_from_slice(&INDENT[..spaces]);
    }
}

fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut written = 0;
    for (index, byte) in bytes.iter().enumerate() {
        if *byte >= b' ' && *byte != b'"' && *byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[written..index]);
        write_escape(out, *byte);
        written = index + 1;
    }
    out.extend_from_slice(&bytes[written..]);
    out.push(b'"');
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        control => {
            out.extend_from_slice(b"\\u00");
            out.push(b"0123456789abcdef"[usize::from(control >> 4 & 15)]);
            out.push(b"0123456789abcdef"[usize::from(control & 15)]);
        }
    }
}

impl Json for str {
    fn write(&self, writer: &mut Writer) {
        writer.place();
        write_string(&mut writer.out, self);
    }
}

impl Json for String {
    fn write(&self, writer: &mut Writer) {
        self.as_str().write(writer);
    }
}

impl Json for bool {
    fn write(&self, writer: &mut Writer) {
        writer.raw(if *self { "true" } else { "false" });
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl Json for $integer {
            fn write(&self, writer: &mut Writer) {
                writer.raw(itoa::Buffer::new().format(*self));
            }
        }
    )*};
}

impl Json for Quantity {
    fn write(&self, writer: &mut Writer) {
        if let Some(whole) = self.as_whole() {
            return whole.write(writer);
        }
        writer.place();
        std::io::Write::write_fmt(&mut writer.out, format_args!("{self}")).expect("memory takes it");
    }
}

impl Json for Timestamp {
    /// Milliseconds.
    fn write(&self, writer: &mut Writer) {
        self.millis().write(writer);
    }
}

integers!(i64, u64, u32, u16, usize);

/// Writes `null`.
#[derive(Debug, Clone, Copy)]
pub struct Null;

impl Json for Null {
    fn write(&self, writer: &mut Writer) {
        writer.raw("null");
    }
}

impl<T: Json> Json for Option<T> {
    fn write(&self, writer: &mut Writer) {
        match self {
            Some(value) => value.write(writer),
            None => Null.write(writer),
        }
    }
}

impl<T: Json + ?Sized> Json for &T {
    fn write(&self, writer: &mut Writer) {
        (*self).write(writer);
    }
}

impl<T: Json> Json for [T] {
    fn write(&self, writer: &mut Writer) {
        writer.begin_array();
        for value in self {
            writer.value(value);
        }
        writer.end_array();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Writer)) -> String {
        let mut writer = Writer::new();
        write(&mut writer);
        String::from_utf8(writer.into_bytes()).unwrap()
    }

    #[test]
    fn objects_and_arrays_are_printed_one_element_a_line_and_empty_ones_on_one_line() {
        let written = text(|w| {
            w.begin_object();
            w.field("a", &1i64);
            w.object_field("b");
            w.end_object();
            w.array_field("c");
            w.end_array();
            w.field("d", &["x", "y"][..]);
            w.key("e\"");
            w.begin_array();
            w.begin_object();
            w.field("f", &None::<bool>);
            w.end_object();
            w.value(&true);
            w.end_array();
            w.end_object();
        });
        let expected = r#"{
  "a": 1,
  "b": {},
  "c": [],
  "d": [
    "x",
    "y"
  ],
  "e\"": [
    {
      "f": null
    },
    true
  ]
}"#;
        assert_eq!(written, expected);
    }

    #[test]
    fn strings_are_escaped_where_json_asks_for_it_and_markup_only_where_told() {
        assert_eq!(text(|w| w.value("a\"b\\c\n\r\t\u{1}\u{1f}é<&>")), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001fé<&>\"");
        assert_eq!(text(|w| w.markup_safe_string("<a & b>")), "\"\\u003Ca \\u0026 b\\u003E\"");
    }
}
