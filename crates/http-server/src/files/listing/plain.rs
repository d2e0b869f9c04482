//! A listing as Python's `http.server` writes it: a list of links, nothing more.

use super::{Listing, Look, is_reachable, push_escaped, push_segment, shown_name};
use crate::files::root::Entry;
use std::fmt::Write as _;

/// Python's page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlainPage;

impl Look for PlainPage {
    fn begin(&mut self, listing: &Listing, out: &mut String) {
        let mut title = String::from("Directory listing for ");
        push_escaped(&mut title, &listing.path_text());
        let _ = write!(
            out,
            "<!DOCTYPE HTML>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
             </head>\n<body>\n<h1>{title}</h1>\n<hr>\n<ul>\n"
        );
    }

    fn entry(&mut self, _: &Listing, entry: &Entry, out: &mut String) {
        out.push_str("<li>");
        let reachable = is_reachable(entry);
        let slash = if entry.is_folder { "/" } else { "" };
        if reachable {
            out.push_str("<a href=\"");
            push_segment(out, &entry.name);
            out.push_str(slash);
            out.push_str("\">");
        }
        push_escaped(out, &shown_name(entry));
        out.push_str(if entry.is_link { "@" } else { slash });
        out.push_str(if reachable { "</a></li>\n" } else { "</li>\n" });
    }

    fn end(&mut self, listing: &Listing, out: &mut String) {
        out.push_str("</ul>\n<hr>\n");
        if listing.more {
            out.push_str("<p>This folder has more entries than are shown.</p>\n");
        }
        out.push_str("</body>\n</html>\n");
    }
}
