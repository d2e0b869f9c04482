//! Forms as HTML sends them by default: `application/x-www-form-urlencoded`.

use crate::client::body::Body;
use std::fmt;
use url::form_urlencoded::Serializer;

/// Fields of a form, in order, to be sent as `application/x-www-form-urlencoded`.
///
/// ```
/// use http_client::client::{Body, Form};
///
/// let form = Form::new().field("q", "a b&c").field("lang", "d\u{e9}");
/// assert_eq!(form.as_str(), "q=a+b%26c&lang=d%C3%A9");
/// let body = Body::from(form);
/// assert_eq!(body.content_type(), Some("application/x-www-form-urlencoded"));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use]
#[doc(alias = "urlencode")]
pub struct Form {
    text: String,
}

impl Form {
    /// A form without fields.
    pub const fn new() -> Self {
        Self { text: String::new() }
    }

    /// Adds a field.
    pub fn field(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let mut serializer = Serializer::new(std::mem::take(&mut self.text));
        serializer.append_pair(name.as_ref(), value.as_ref());
        self.text = serializer.finish();
        self
    }

    /// What is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Form {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        let mut serializer = Serializer::new(String::new());
        for (name, value) in fields {
            serializer.append_pair(name.as_ref(), value.as_ref());
        }
        Self { text: serializer.finish() }
    }
}

impl From<Form> for Body {
    fn from(form: Form) -> Self {
        Self::bytes(form.text).with_content_type("application/x-www-form-urlencoded")
    }
}

impl fmt::Debug for Form {
    /// The length only: forms hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").field("bytes", &self.text.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_encoded_as_html_does() {
        let form: Form = [("a b", "1+1=2"), ("\u{fc}", "\r\n"), ("", "*-._~")].into_iter().collect();
        assert_eq!(form.as_str(), "a+b=1%2B1%3D2&%C3%BC=%0D%0A&=*-._%7E");
        assert_eq!(Form::new().field("a b", "1+1=2").as_str(), "a+b=1%2B1%3D2");
        assert_eq!(Body::from(form).len(), Some(36));
        assert!(!format!("{:?}", Form::new().field("p", "hunter2")).contains("hunter2"));
    }
}
