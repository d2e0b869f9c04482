//! The listing that a person sees: one page without requests of its own, usable without script, by keyboard, by ear.
//!
//! Names come from anybody who can write into the folder. They reach the page through `push_escaped` and
//! `encode_segment` only, and the policy that is sent with the page runs no style and no script but the two here.

use super::figures::{UtcText, push_number, push_size};
use super::{
    Listing, ListingQuery, Look, SortKey, encode_segment, is_reachable, push_escaped, push_segment,
    shown_name,
};
use crate::files::archive::ArchiveFormat;
use crate::files::root::Entry;
use crate::files::types::essence_of;
use std::fmt::Write as _;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The Content-Security-Policy of the page: its style and its script by their digests, and nothing else.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
     style-src 'sha256-3vGZ4TBeQ14deIHpy45uXFC1jMZpEoD1QYpOmJa1Gks='; \
     script-src 'sha256-V+IbMOSoWarAHARAy8WDVDw+n4Tw/YKSP8yWH7AMJUE='; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// The page.
#[derive(Clone, Debug, Default)]
pub(crate) struct HtmlPage {
    /// In which forms the folder can be downloaded as a whole.
    archives: Vec<ArchiveFormat>,
    /// Whether files can be put into it.
    uploads: bool,
    folders: usize,
    files: usize,
    size_bytes: u64,
}

impl HtmlPage {
    pub(crate) fn new(archives: &[ArchiveFormat], uploads: bool) -> Self {
        Self { archives: archives.to_vec(), uploads, ..Self::default() }
    }
}

impl Look for HtmlPage {
    fn begin(&mut self, listing: &Listing, out: &mut String) {
        out.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        out.push_str("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
        out.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
        push_escaped(out, &listing.path_text());
        let _ = write!(out, "</title>\n<style>{STYLE}</style>\n</head>\n<body>\n");
        out.push_str(SYMBOLS);
        out.push_str("<div class=\"page\">\n<header>\n");
        push_trail(listing, out);
        push_search(&listing.query, out);
        out.push_str("</header>\n");
        if self.uploads {
            out.push_str(UPLOAD_FORM);
        }
        out.push_str("<main class=\"card\">\n");
        if listing.entries.is_empty() && listing.trail.is_empty() {
            out.push_str("<table role=\"table\" hidden>");
        } else {
            out.push_str("<table role=\"table\">");
        }
        out.push_str("<caption class=\"gone\">Entries of this folder</caption>\n<thead><tr role=\"row\">");
        for (key, class, label) in [
            (SortKey::Name, "name", "Name"),
            (SortKey::Size, "size", "Size"),
            (SortKey::Modified, "date", "Modified <span class=\"utc\">(UTC)</span>"),
        ] {
            push_column(&listing.query, key, class, label, out);
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        if !listing.trail.is_empty() {
            out.push_str(
                "<tr role=\"row\" class=\"d up\"><td role=\"cell\" class=\"name\"><a href=\"../\">\
                 <svg aria-hidden=\"true\"><use href=\"#up\"/></svg><bdi>Parent folder</bdi></a></td>\
                 <td class=\"size\"></td><td class=\"date\"></td></tr>\n",
            );
        }
    }

    fn entry(&mut self, _: &Listing, entry: &Entry, out: &mut String) {
        let reachable = is_reachable(entry);
        out.push_str(if entry.is_folder { "<tr role=\"row\" class=\"d\">" } else { "<tr role=\"row\">" });
        out.push_str("<td role=\"cell\" class=\"name\">");
        if reachable {
            out.push_str("<a href=\"");
            push_segment(out, &entry.name);
            out.push_str(if entry.is_folder { "/\">" } else { "\">" });
        } else {
            out.push_str("<span title=\"no request can ask for this name\">");
        }
        out.push_str("<svg aria-hidden=\"true\"><use href=\"#");
        out.push_str(icon(entry));
        out.push_str("\"/></svg><bdi>");
        push_escaped(out, &shown_name(entry));
        out.push_str("</bdi>");
        if entry.is_link {
            out.push_str("<small>link</small>");
        }
        out.push_str(if reachable { "</a></td>" } else { "</span></td>" });
        if entry.is_folder {
            self.folders += 1;
            out.push_str("<td role=\"cell\" class=\"size\">");
        } else {
            self.files += 1;
            self.size_bytes = self.size_bytes.saturating_add(entry.size_bytes);
            out.push_str("<td role=\"cell\" class=\"size\" title=\"");
            push_number(out, entry.size_bytes);
            out.push_str(if entry.size_bytes == 1 { " byte\">" } else { " bytes\">" });
            push_size(out, entry.size_bytes);
        }
        out.push_str("</td><td role=\"cell\" class=\"date\">");
        if let Some(when) = entry.modified.and_then(UtcText::of) {
            for part in ["<time datetime=\"", when.as_str(), "\">", when.day(), " ", when.minute(), "</time>"]
            {
                out.push_str(part);
            }
        }
        out.push_str("</td></tr>\n");
    }

    fn end(&mut self, listing: &Listing, out: &mut String) {
        let hidden = if listing.entries.is_empty() { "" } else { " hidden" };
        let nothing =
            if listing.query.filter.is_empty() { "This folder is empty" } else { "Nothing matches" };
        let _ = write!(
            out,
            "</tbody></table>\n<p class=\"none\" id=\"none\"{hidden}>{nothing}</p>\n</main>\n\
             <p class=\"gone\" id=\"said\" role=\"status\"></p>\n"
        );
        if listing.more {
            let shown = self.folders + self.files;
            let _ = writeln!(
                out,
                "<p class=\"more\" role=\"note\">This folder has more entries than the {shown} shown here.</p>"
            );
        }
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let (folders, files) = (self.folders, self.files);
        let _ =
            write!(out, "<footer><span>{folders} folder{}, {files} file{}", plural(folders), plural(files));
        if files > 0 {
            out.push_str(", ");
            push_size(out, self.size_bytes);
        }
        out.push_str("</span><span>");
        for (index, format) in self.archives.iter().enumerate() {
            let (name, verb) = (format.as_str(), if index == 0 { "Download " } else { "" });
            let _ = write!(out, "<a href=\"?archive={name}\" download>{verb}as {name}</a> ");
        }
        out.push_str("<a href=\"?");
        push_state(&listing.query, listing.query.sort, listing.query.descending, out);
        let _ = write!(
            out,
            "&amp;format=json\">JSON</a></span></footer>\n</div>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
        );
    }
}

/// The way from the root to this folder, each step a link relative to this folder.
fn push_trail(listing: &Listing, out: &mut String) {
    out.push_str("<h1><span class=\"gone\">Folder </span><ol>");
    let depth = listing.trail.len();
    let icon = "<svg aria-hidden=\"true\"><use href=\"#home\"/></svg>";
    if depth == 0 {
        let _ = write!(out, "<li><b class=\"home\" aria-current=\"page\">{icon}Home</b></li>");
    } else {
        let up = "../".repeat(depth);
        let _ = write!(
            out,
            "<li><a class=\"home\" href=\"{up}\">{icon}<span class=\"gone\">Home</span></a></li>"
        );
    }
    for (index, name) in listing.trail.iter().enumerate() {
        let levels_up = depth - 1 - index;
        out.push_str("<li>");
        if levels_up == 0 {
            out.push_str("<b aria-current=\"page\"><bdi>");
        } else {
            let _ = write!(out, "<a href=\"{}\"><bdi>", "../".repeat(levels_up));
        }
        push_escaped(out, &String::from_utf8_lossy(name));
        out.push_str(if levels_up == 0 { "</bdi></b></li>" } else { "</bdi></a></li>" });
    }
    out.push_str("</ol></h1>\n");
}

/// A form, so that it works without script as well.
fn push_search(query: &ListingQuery, out: &mut String) {
    out.push_str(
        "<form role=\"search\"><svg aria-hidden=\"true\"><use href=\"#find\"/></svg>\
         <input type=\"search\" name=\"q\" placeholder=\"Filter\" aria-label=\"Filter entries by name\" \
         aria-keyshortcuts=\"/\" autocomplete=\"off\" spellcheck=\"false\" value=\"",
    );
    push_escaped(out, &query.filter);
    let order = if query.descending { "desc" } else { "asc" };
    let _ = writeln!(
        out,
        "\"><input type=\"hidden\" name=\"sort\" value=\"{}\"><input type=\"hidden\" name=\"order\" value=\"{order}\"></form>",
        query.sort.as_str()
    );
}

/// The head of a column: a link that sorts by it, and by the other end where it already does.
fn push_column(query: &ListingQuery, key: SortKey, class: &str, label: &str, out: &mut String) {
    let is_current = query.sort == key;
    // Names begin with A; of sizes and times the largest and latest are looked for.
    let descending = if is_current { !query.descending } else { key != SortKey::Name };
    let state = match (is_current, query.descending) {
        (true, false) => " aria-sort=\"ascending\"",
        (true, true) => " aria-sort=\"descending\"",
        (false, _) => "",
    };
    let _ = write!(out, "<th role=\"columnheader\" scope=\"col\" class=\"{class}\"{state}><a href=\"?");
    push_state(query, key, descending, out);
    let _ = write!(out, "\">{label}</a></th>");
}

fn push_state(query: &ListingQuery, sort: SortKey, descending: bool, out: &mut String) {
    let order = if descending { "desc" } else { "asc" };
    let _ = write!(out, "sort={}&amp;order={order}", sort.as_str());
    if !query.filter.is_empty() {
        let _ = write!(out, "&amp;q={}", encode_segment(query.filter.as_bytes()));
    }
}

/// Which of the symbols stands for the entry.
fn icon(entry: &Entry) -> &'static str {
    if entry.is_folder {
        return "dir";
    }
    let Some(essence) = essence_of(&entry.name) else {
        return "file";
    };
    match essence.split_once('/') {
        Some(("image", _)) => "image",
        Some(("video", _)) => "video",
        Some(("audio", _)) => "audio",
        Some(("font", _)) => "font",
        Some((_, "html" | "css" | "javascript" | "xml" | "json" | "wasm" | "toml" | "yaml")) => "code",
        Some(("text", kind)) if kind.starts_with("x-") => "code",
        Some(("text", _) | (_, "pdf")) => "text",
        Some((_, "gzip" | "zip" | "zstd" | "x-bzip2" | "x-xz" | "x-tar" | "x-7z-compressed" | "vnd.rar")) => {
            "pack"
        }
        _ => "file",
    }
}

/// Files are chosen, or dropped onto the field, which browsers do without script.
const UPLOAD_FORM: &str = concat!(
    "<form class=\"upload\" method=\"post\" enctype=\"multipart/form-data\">",
    "<label for=\"files\">Upload to this folder</label>",
    "<input id=\"files\" type=\"file\" name=\"file\" multiple required>",
    "<button>Upload</button></form>\n"
);

/// The icons, drawn once and used by reference, so that none is a request.
const SYMBOLS: &str = concat!(
    "<svg hidden><defs>",
    "<symbol id=\"dir\" viewBox=\"0 0 24 24\"><path d=\"M3 7a2 2 0 0 1 2-2h4l2 2.5h8a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z\"/></symbol>",
    "<symbol id=\"up\" viewBox=\"0 0 24 24\"><path d=\"M9 14 4 9l5-5M4 9h10a6 6 0 0 1 6 6v5\" fill=\"none\"/></symbol>",
    "<symbol id=\"file\" viewBox=\"0 0 24 24\"><path d=\"M13 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V9zm0 0v6h6\"/></symbol>",
    "<symbol id=\"text\" viewBox=\"0 0 24 24\"><path d=\"M13 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V9zm0 0v6h6M9 13h6M9 17h4\"/></symbol>",
    "<symbol id=\"code\" viewBox=\"0 0 24 24\"><path d=\"M13 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V9zm0 0v6h6m-8.5 4-2 2 2 2m3-4 2 2-2 2\"/></symbol>",
    "<symbol id=\"image\" viewBox=\"0 0 24 24\"><rect x=\"4\" y=\"4\" width=\"16\" height=\"16\" rx=\"2\"/><circle cx=\"9\" cy=\"9\" r=\"1.5\"/><path d=\"m4 17 5-5 4 4 2-2 5 5\"/></symbol>",
    "<symbol id=\"video\" viewBox=\"0 0 24 24\"><rect x=\"3\" y=\"5\" width=\"18\" height=\"14\" rx=\"2\"/><path d=\"m10 9 5 3-5 3z\"/></symbol>",
    "<symbol id=\"audio\" viewBox=\"0 0 24 24\"><path d=\"M9 18V6l11-2v12\"/><circle cx=\"6.5\" cy=\"18\" r=\"2.5\"/><circle cx=\"17.5\" cy=\"16\" r=\"2.5\"/></symbol>",
    "<symbol id=\"font\" viewBox=\"0 0 24 24\"><path d=\"m5 19 7-15 7 15M7.5 14h9\"/></symbol>",
    "<symbol id=\"pack\" viewBox=\"0 0 24 24\"><path d=\"M4 8v10a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8M3 4h18v4H3zm7 8h4\"/></symbol>",
    "<symbol id=\"home\" viewBox=\"0 0 24 24\"><path d=\"m4 11 8-7 8 7v8a1 1 0 0 1-1 1h-5v-6h-4v6H5a1 1 0 0 1-1-1z\"/></symbol>",
    "<symbol id=\"find\" viewBox=\"0 0 24 24\"><circle cx=\"10.5\" cy=\"10.5\" r=\"6\"/><path d=\"m15 15 5 5\"/></symbol>",
    "</defs></svg>\n"
);

#[cfg(test)]
mod tests;
