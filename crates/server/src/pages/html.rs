//! What pages are made of. Text gets into one only through [`Html::text`] and [`Html::link`], which escape it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// A piece of a page.
#[derive(Debug, Clone, Default)]
pub(super) struct Html(String);

const STYLE: &str = "\
:root{color-scheme:light dark;font:1.0625rem/1.5 system-ui,sans-serif}\
body{margin:0;display:grid;min-height:100vh;place-items:center;padding:1rem;box-sizing:border-box;background:Canvas}\
main{width:100%;max-width:30rem}\
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem}\
h2{font-size:1.125rem;margin:0}\
p{margin:.5rem 0}\
.price{font-size:1.25rem;font-weight:600}\
.note{opacity:.8}\
section{border:1px solid GrayText;border-radius:.75rem;padding:1rem;margin:1rem 0}\
form{margin:1rem 0 0}\
button{font:inherit;font-weight:600;width:100%;padding:.75rem;border:1px solid transparent;border-radius:.5rem;\
background:#1a56db;color:#fff;cursor:pointer}\
button.plain{background:transparent;color:inherit;border-color:currentColor}\
button:focus-visible,a:focus-visible{outline:3px solid Highlight;outline-offset:2px}\
a{color:inherit}";

/// The digest by which a page's policy allows its style.
pub(super) fn style_hash() -> &'static str {
    static HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));
    &HASH
}

impl Html {
    /// Adds a piece that is ours to the letter.
    pub(super) fn raw(mut self, html: &'static str) -> Self {
        self.0.push_str(html);
        self
    }

    /// Adds a text, within or between attributes' quotes.
    pub(super) fn text(mut self, text: &str) -> Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    /// Adds a link to an address of the web.
    pub(super) fn link(self, address: &str, words: &'static str) -> Self {
        debug_assert!(address.starts_with('/') || super::origin(address).is_some(), "{address}");
        self.raw("<p><a href=\"").text(address).raw("\">").raw(words).raw("</a></p>")
    }

    /// Adds another piece.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.0.push_str(&other.0);
        self
    }

    /// Adds a piece where there is something to make it of.
    pub(super) fn and_of<T>(self, of: Option<T>, add: impl FnOnce(Self, T) -> Self) -> Self {
        match of {
            Some(of) => add(self, of),
            None => self,
        }
    }
}

/// The whole document; its first heading is its title.
pub(super) fn document(page: &Html) -> String {
    let title = page.0.split_once("<h1>").and_then(|(_, rest)| rest.split_once("</h1>")).map_or("", |(title, _)| title);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><main>{}</main></body></html>\n",
        page.0
    )
}

/// A page that says one thing.
pub(super) fn notice(title: &'static str, words: &'static str) -> Html {
    Html::default().raw("<h1>").raw(title).raw("</h1><p>").raw(words).raw("</p>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_becomes_markup() {
        let page = Html::default().raw("<h1>").text("<script>'\"&</script>").raw("</h1>");
        let document = document(&page);
        assert!(!document.contains("<script"), "{document}");
        assert!(document.contains("<title>&lt;script&gt;&#39;&quot;&amp;&lt;/script&gt;</title>"), "{document}");
    }
}
