//! As much of Redis's protocol as it takes to send commands and to tell where a reply ends.

use anyhow::{Context, bail};

/// Appends a command.
pub(super) fn write(words: &[&str], buffer: &mut Vec<u8>) {
    line(b'*', words.len(), buffer);
    for word in words {
        line(b'$', word.len(), buffer);
        buffer.extend_from_slice(word.as_bytes());
        buffer.extend_from_slice(b"\r\n");
    }
}

fn line(kind: u8, number: usize, buffer: &mut Vec<u8>) {
    buffer.push(kind);
    buffer.extend_from_slice(number.to_string().as_bytes());
    buffer.extend_from_slice(b"\r\n");
}

/// Where the first reply ends, once it is there; what Redis calls an error is one.
pub(super) fn end(bytes: &[u8]) -> anyhow::Result<Option<usize>> {
    let Some(line) = bytes.windows(2).position(|window| window == b"\r\n") else { return Ok(None) };
    let (first, after) = (String::from_utf8_lossy(&bytes[..line]), line + 2);
    let count = || first[1..].parse::<i64>().with_context(|| format!("a reply of Redis begins with {first}"));
    match first.as_bytes().first() {
        Some(b'+' | b':') => Ok(Some(after)),
        // A negative number is the length of what is not there.
        Some(b'$') => Ok(Some(usize::try_from(count()?).map_or(after, |length| after + length + 2))),
        Some(b'*') => end_of_items(bytes, after, count()?),
        _ => bail!("Redis says {first}"),
    }
}

fn end_of_items(bytes: &[u8], mut at: usize, count: i64) -> anyhow::Result<Option<usize>> {
    for _ in 0..count {
        match bytes.get(at..).map(end).transpose()?.flatten() {
            Some(end) => at += end,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

/// The text of a reply that is one.
pub(super) fn text(reply: &[u8]) -> Option<&str> {
    std::str::from_utf8(reply).ok()?.strip_prefix('$')?.split("\r\n").nth(1)
}

#[cfg(test)]
mod tests {
    use super::{end, text, write};

    #[test]
    fn a_command_is_an_array_of_texts() {
        let mut buffer = Vec::new();
        write(&["GET", "key"], &mut buffer);
        assert_eq!(buffer, b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n");
    }

    #[test]
    fn a_reply_ends_where_its_lengths_say() {
        for reply in
            ["+OK\r\n", ":1\r\n", "$-1\r\n", "$3\r\nabc\r\n", "*-1\r\n", "*3\r\n:1\r\n$2\r\nxy\r\n*1\r\n+a\r\n"]
        {
            assert_eq!(end(format!("{reply}+").as_bytes()).unwrap(), Some(reply.len()), "{reply}");
            let short = end(&reply.as_bytes()[..reply.len() - 1]).unwrap();
            // The length of a text is known before the text is there.
            assert!(short.is_none_or(|end| end == reply.len()), "{reply}");
        }
        assert_eq!(text(b"$3\r\nabc\r\n"), Some("abc"));
        assert_eq!(text(b":3\r\n"), None);
    }

    #[test]
    fn an_error_of_redis_is_an_error() {
        assert!(end(b"-NOSCRIPT No matching script.\r\n").is_err());
    }
}
