//! Uploads by the form of a listing (`multipart/form-data`, RFC 7578): each of its files under its own name.

use super::{Receiver, Saved, Target, page};
use crate::accept::asks_for_html;
use crate::error::Error;
use crate::files::path::{FilePath, NameRules, is_hidden_name, is_plain_name, is_unfinished_name};
use crate::files::root::{Root, Workplace};
use crate::multipart::{MultipartLimits, Part};
use crate::request::Request;
use crate::response::Response;
use http_proto::{Headers, Method, StatusCode};
use std::io::Read;
use std::time::SystemTime;

impl Receiver {
    /// Saves the files of a form in this folder.
    ///
    /// The first file that cannot be saved ends it; those before it stay. Whoever asks for HTML is sent back to the
    /// listing, all others are told the names.
    pub(crate) fn post(
        &self,
        request: &mut Request<'_>,
        root: &Root,
        folder: &FilePath,
        hidden: bool,
        now: SystemTime,
    ) -> Result<Response, Error> {
        if !is_of_this_site(request) {
            return Ok(page(StatusCode::FORBIDDEN, "The form is on a page of another site"));
        }
        let workplace = match self.workplace(root, folder, now)? {
            Ok(workplace) => workplace,
            Err(refused) => return Ok(refused),
        };
        let wants_page = asks_for_html(request.headers());
        let may_have = |name: &str| hidden || !is_hidden_name(name.as_bytes(), folder.is_root());
        let mut form = request.multipart(MultipartLimits::default().total_bytes_max(u64::MAX))?;
        let mut names = String::new();
        while let Some(mut part) = form.next_part()? {
            // A field of text, or a field for files in which none was chosen.
            if part.file_name().is_none_or(str::is_empty) {
                continue;
            }
            let name = part.plain_file_name().map(str::to_owned);
            let Some(name) = name.filter(|name| is_name_of_ours(name) && may_have(name)) else {
                return Ok(page(StatusCode::BAD_REQUEST, "A file has a name that it cannot have here"));
            };
            if let Err(refused) = self.save_part(&mut part, &workplace, &name, now)? {
                return Ok(refused);
            }
            names.push_str(&name);
            names.push('\n');
        }
        Ok(match (names.is_empty(), wants_page) {
            (true, _) => page(StatusCode::BAD_REQUEST, "The form has no file"),
            (false, true) => Response::redirect(StatusCode::SEE_OTHER, "./"),
            (false, false) => Response::text(names).with_status(StatusCode::CREATED),
        })
    }

    fn save_part<R: Read>(
        &self,
        part: &mut Part<'_, R>,
        workplace: &Workplace,
        name: &str,
        now: SystemTime,
    ) -> Result<Result<(), Response>, Error> {
        // The preconditions of a request for a folder are not about the files in it.
        let admit =
            || self.admit(&Method::POST, &Headers::new(), &Target { workplace, name: name.as_bytes() }, now);
        if let Err(refusal) = admit()? {
            return Ok(Err(refusal.into_page()));
        }
        let target = Target { workplace, name: name.as_bytes() };
        let saved = match self.save(&target, part, |content_bytes| self.check_size(Some(content_bytes)))? {
            Ok(unnamed) => self.commit(unnamed, admit)?,
            Err(failed) => return Ok(Err(failed)),
        };
        Ok(match saved {
            Saved::New | Saved::Replaced => Ok(()),
            Saved::Refused(refusal) => Err(refusal.into_page()),
        })
    }
}

fn is_name_of_ours(name: &str) -> bool {
    is_plain_name(name.as_bytes(), NameRules::HERE) && !is_unfinished_name(name.as_bytes())
}

/// Whether a form was sent by a page of this server, or by no page: browsers send forms of any page to any server
/// without asking it first.
fn is_of_this_site(request: &Request<'_>) -> bool {
    let headers = request.headers();
    if let Some(site) = headers.get("Sec-Fetch-Site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get("Origin") else {
        return true;
    };
    let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    match (authority, request.host()) {
        (Some(authority), Some(host)) => authority.eq_ignore_ascii_case(host),
        _ => false,
    }
}
