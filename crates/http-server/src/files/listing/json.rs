//! A listing for programs.
//!
//! ```json
//! {"path":"/sub/","truncated":false,"entries":[
//! {"name":"a b.txt","href":"a%20b.txt","type":"file","size":12,"modified":"2026-01-02T03:04:05Z"},
//! {"name":"inner","href":"inner/","type":"folder","modified":"2026-01-02T03:04:05Z"}
//! ]}
//! ```
//!
//! `href` is relative to the folder and exact; `name` has replacement characters where the name is not UTF-8. A name
//! that no request can ask for has no `href`.

use super::figures::{UtcText, push_number};
use super::{Listing, Look, is_reachable, push_segment, shown_name};
use crate::files::root::Entry;
use crate::json_text::push_string;
use std::fmt::Write as _;

/// The JSON form.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct JsonPage {
    begun: bool,
}

impl Look for JsonPage {
    fn begin(&mut self, listing: &Listing, out: &mut String) {
        out.push_str("{\"path\":");
        push_string(&listing.path_text(), out);
        let _ = write!(out, ",\"truncated\":{},\"entries\":[", listing.more);
    }

    fn entry(&mut self, _: &Listing, entry: &Entry, out: &mut String) {
        out.push_str(if self.begun { ",\n" } else { "\n" });
        self.begun = true;
        out.push_str("{\"name\":");
        push_string(&shown_name(entry), out);
        if is_reachable(entry) {
            out.push_str(",\"href\":\"");
            push_segment(out, &entry.name);
            out.push_str(if entry.is_folder { "/\"" } else { "\"" });
        }
        if entry.is_folder {
            out.push_str(",\"type\":\"folder\"");
        } else {
            out.push_str(",\"type\":\"file\",\"size\":");
            push_number(out, entry.size_bytes);
        }
        if entry.is_link {
            out.push_str(",\"link\":true");
        }
        if let Some(when) = entry.modified.and_then(UtcText::of) {
            for part in [",\"modified\":\"", when.as_str(), "\""] {
                out.push_str(part);
            }
        }
        out.push('}');
    }

    fn end(&mut self, _: &Listing, out: &mut String) {
        out.push_str("\n]}\n");
    }
}
