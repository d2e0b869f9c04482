//! URLs from text. Many programs ask for one URL again and again: of the last text, each thread remembers the URL,
//! which costs a tenth of reading it anew.

use std::cell::RefCell;
use url::{ParseError, Url};

/// Longer texts are read anew each time.
const TEXT_BYTES_MAX: usize = 512;

thread_local! {
    static LAST: RefCell<Memo> = const { RefCell::new(Memo::new()) };
}

/// A text, and what it says once it has been asked for twice: who asks for ever new ones pays for no copies.
struct Memo {
    text: String,
    url: Option<Url>,
}

impl Memo {
    const fn new() -> Self {
        Self { text: String::new(), url: None }
    }

    fn parse(&mut self, text: &str) -> Result<Url, ParseError> {
        if self.text != text {
            self.url = None;
            self.text.clear();
            let url = Url::parse(text)?;
            // User and password stay where their owner keeps them.
            if text.len() <= TEXT_BYTES_MAX && !text.contains('@') {
                self.text.push_str(text);
            }
            return Ok(url);
        }
        match &self.url {
            Some(url) => Ok(url.clone()),
            None => Ok(self.url.insert(Url::parse(text)?).clone()),
        }
    }
}

/// The URL that `text` is.
pub(crate) fn parse(text: &str) -> Result<Url, ParseError> {
    // A thread that is ending remembers nothing.
    let parsed = LAST.try_with(|last| last.try_borrow_mut().ok().map(|mut last| last.parse(text)));
    parsed.ok().flatten().unwrap_or_else(|| Url::parse(text))
}

#[cfg(test)]
mod tests;
