//! Which handler answers which path: routes with names in them, 404 where none fits, 405 with `Allow` where only the
//! method does not.

use crate::error::{Error, HandlerError};
use crate::handler::Handler;
use crate::method_handler::refuse;
use crate::request::Request;
use crate::response::Response;
use http_proto::{Method, StatusCode};
use nested::Nested;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

mod nested;

/// A handler that looks at the path and hands the request on.
///
/// A pattern is a path whose segments are texts, or `{name}` for any one segment that is not empty, or at its end
/// `{name...}` for all that are left. Segments are compared decoded, as [`Request::segments`] has them, so `%2F` never
/// separates. The pattern that names more of the path wins, wherever it stands: a text before `{name}` before
/// `{name...}`, segment by segment. HEAD is answered as GET, and OPTIONS with `Allow`, where they have no route.
///
/// ```
/// use http_server::{Method, Request, Response, Router, testing};
///
/// let router = Router::new()
///     .get("/", |_: &mut Request<'_>| Response::text("home"))?
///     .get("/people/{id}", |request: &mut Request<'_>| {
///         Response::text(format!("person {}", Router::parameter(request, "id").unwrap_or_default()))
///     })?
///     .post("/people", |_: &mut Request<'_>| Response::text("added"))?;
/// assert_eq!(testing::get("/people/7").send_to(&router).text(), "person 7");
/// assert_eq!(testing::get("/people").send_to(&router).status(), 405);
/// assert_eq!(testing::get("/nobody").send_to(&router).status(), 404);
/// # Ok::<(), http_server::Error>(())
/// ```
#[must_use]
#[derive(Default)]
pub struct Router {
    /// Those whose pattern is preferred come first; with the same shape, they are as they were added.
    routes: Vec<Route>,
    fallback: Option<Box<dyn Handler>>,
}

struct Route {
    /// `None` for every method.
    method: Option<Method>,
    pattern: Vec<Part>,
    handler: Box<dyn Handler>,
}

/// One segment of a pattern.
#[derive(Clone, Debug)]
enum Part {
    Text(String),
    One(String),
    Rest(String),
}

impl Part {
    /// What matters when patterns are compared, in the order of preference.
    fn shape(&self) -> (u8, &str) {
        match self {
            Self::Text(text) => (0, text),
            Self::One(_) => (1, ""),
            Self::Rest(_) => (2, ""),
        }
    }
}

/// What the names of a pattern stood for.
#[derive(Clone, Debug)]
struct Parameters(Vec<(String, String)>);

impl Router {
    /// A router without routes: 404 for everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers GET, and HEAD, on paths like `pattern`.
    ///
    /// # Errors
    /// As [`route`](Self::route).
    pub fn get(self, pattern: &str, handler: impl Handler + 'static) -> Result<Self, Error> {
        self.route(Method::GET, pattern, handler)
    }

    /// Answers POST on paths like `pattern`.
    ///
    /// # Errors
    /// As [`route`](Self::route).
    pub fn post(self, pattern: &str, handler: impl Handler + 'static) -> Result<Self, Error> {
        self.route(Method::POST, pattern, handler)
    }

    /// Answers PUT on paths like `pattern`.
    ///
    /// # Errors
    /// As [`route`](Self::route).
    pub fn put(self, pattern: &str, handler: impl Handler + 'static) -> Result<Self, Error> {
        self.route(Method::PUT, pattern, handler)
    }

    /// Answers DELETE on paths like `pattern`.
    ///
    /// # Errors
    /// As [`route`](Self::route).
    pub fn delete(self, pattern: &str, handler: impl Handler + 'static) -> Result<Self, Error> {
        self.route(Method::DELETE, pattern, handler)
    }

    /// Answers PATCH on paths like `pattern`.
    ///
    /// # Errors
    /// As [`route`](Self::route).
    pub fn patch(self, pattern: &str, handler: impl Handler + 'static) -> Result<Self, Error> {
        self.route(Method::PATCH, pattern, handler)
    }

    /// Answers `method` on paths like `pattern`.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] for a pattern that does not begin with a slash, that has a
    /// brace anywhere else than around a name, `{name...}` before its end, a name twice, a segment that begins with a colon
    /// or an asterisk, as other routers write their names, or one that is there already.
    pub fn route(
        self,
        method: Method,
        pattern: &str,
        handler: impl Handler + 'static,
    ) -> Result<Self, Error> {
        self.add(Some(method), pattern, Box::new(handler))
    }

    /// Answers every method on paths like `pattern` for which there is no route by method: for handlers that look at
    /// the method themselves, such as static files at `/static/{path...}`.
    ///
    /// # Errors
    /// As [`route`](Self::route).
    pub fn any(self, pattern: &str, handler: impl Handler + 'static) -> Result<Self, Error> {
        self.add(None, pattern, Box::new(handler))
    }

    /// Answers every method on `prefix` and all paths beneath it for which there is no route that names more of them, by a
    /// handler that sees the path without the prefix, such as another router.
    ///
    /// What the names of the prefix stood for is there for that handler, too. It cannot tell the prefix from the prefix with
    /// a slash behind it, so this is not for a folder of files, whose pages have links that start from that slash: that is
    /// `any("/docs/{rest...}", files.at("/docs"))`, by [`StaticFiles::at`](crate::StaticFiles::at).
    ///
    /// ```
    /// use http_server::{Request, Response, Router, testing};
    ///
    /// let api = Router::new().get("/items", |_: &mut Request<'_>| Response::text("all items"))?;
    /// let router = Router::new().nest("/api/v1", api)?;
    /// assert_eq!(testing::get("/api/v1/items").send_to(&router).text(), "all items");
    /// assert_eq!(testing::get("/items").send_to(&router).status(), 404);
    /// # Ok::<(), http_server::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`route`](Self::route), and for a prefix that ends with a slash or with `{name...}`.
    pub fn nest(self, prefix: &str, handler: impl Handler + 'static) -> Result<Self, Error> {
        let mut pattern = parse(prefix)?;
        let is_open = match pattern.last() {
            Some(Part::Rest(_)) => true,
            Some(Part::Text(text)) => text.is_empty(),
            _ => false,
        };
        if is_open {
            return Err(Error::InvalidSetting(
                "a prefix ends with a text or {name}, without a slash behind it",
            ));
        }
        let nested = Nested { prefix_segments: pattern.len(), handler: Box::new(handler) };
        // Nobody can ask for this name.
        pattern.push(Part::Rest(String::new()));
        self.add_parsed(None, pattern, Box::new(nested))
    }

    /// Answers all paths that no pattern is like, instead of 404.
    pub fn fallback(mut self, handler: impl Handler + 'static) -> Self {
        self.fallback = Some(Box::new(handler));
        self
    }

    /// What `{name}` stood for in the pattern that led here, decoded; for `{name...}`, the segments with slashes
    /// between them. `None` for any other name, and outside a router.
    #[must_use]
    pub fn parameter<'r>(request: &'r Request<'_>, name: &str) -> Option<&'r str> {
        let parameters = request.extensions().get::<Parameters>()?;
        parameters.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// What `{name}` stood for, read as a number or whatever else a text can be.
    ///
    /// ```
    /// use http_server::{Error, Request, Response, Router, testing};
    ///
    /// let router = Router::new().get("/items/{id}", |request: &mut Request<'_>| {
    ///     let id: u32 = Router::parse(request, "id")?;
    ///     Ok::<_, Error>(Response::text(format!("item {id}")))
    /// })?;
    /// assert_eq!(testing::get("/items/7").send_to(&router).text(), "item 7");
    /// assert_eq!(testing::get("/items/seven").send_to(&router).status(), 404);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::StatusWith`] with 404 for a text that is no `T`, since there is nothing at such a path, and
    /// [`Error::InvalidSetting`] (500) where the pattern that led here has no such name.
    pub fn parse<T: FromStr>(request: &Request<'_>, name: &str) -> Result<T, Error> {
        let Some(text) = Self::parameter(request, name) else {
            return Err(Error::InvalidSetting("a handler asks for a name that its route does not have"));
        };
        let refused =
            |_| Error::StatusWith(StatusCode::NOT_FOUND, format!("{name} in the path cannot be {text:?}"));
        text.parse().map_err(refused)
    }

    fn add(self, method: Option<Method>, pattern: &str, handler: Box<dyn Handler>) -> Result<Self, Error> {
        self.add_parsed(method, parse(pattern)?, handler)
    }

    fn add_parsed(
        mut self,
        method: Option<Method>,
        pattern: Vec<Part>,
        handler: Box<dyn Handler>,
    ) -> Result<Self, Error> {
        let is_same = |route: &Route| route.method == method && preference(&route.pattern, &pattern).is_eq();
        if self.routes.iter().any(is_same) {
            return Err(Error::InvalidSetting("two routes with one method and one pattern"));
        }
        let place = self.routes.partition_point(|route| preference(&route.pattern, &pattern).is_le());
        self.routes.insert(place, Route { method, pattern, handler });
        Ok(self)
    }
}

/// Which of two patterns is preferred where both fit, less being better. Names make no difference: two that are equal
/// cannot be told apart.
fn preference(one: &[Part], other: &[Part]) -> Ordering {
    one.iter().map(Part::shape).cmp(other.iter().map(Part::shape))
}

fn parse(pattern: &str) -> Result<Vec<Part>, Error> {
    let Some(path) = pattern.strip_prefix('/') else {
        return Err(Error::InvalidSetting("a route's pattern begins with a slash"));
    };
    let mut parts = Vec::new();
    for segment in path.split('/') {
        if matches!(parts.last(), Some(Part::Rest(_))) {
            return Err(Error::InvalidSetting("nothing can follow {name...} in a route's pattern"));
        }
        let name = segment.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        let rest = name.and_then(|name| name.strip_suffix("..."));
        let (text, part) = match (rest, name) {
            (Some(name), _) => (name, Part::Rest(name.to_owned())),
            (None, Some(name)) => (name, Part::One(name.to_owned())),
            (None, None) => (segment, Part::Text(segment.to_owned())),
        };
        if text.contains(['{', '}']) || name.is_some() && !is_name(text) {
            return Err(Error::InvalidSetting(
                "braces in a route's pattern stand around one name, of letters, digits and _: {name} or {name...}",
            ));
        }
        if name.is_none() && text.starts_with([':', '*']) {
            return Err(Error::InvalidSetting(
                "a name in a route's pattern is written {name}, and all that is left of a path {name...}",
            ));
        }
        if name.is_some() && parts.iter().any(|other| matches!(other, Part::One(known) if known == text)) {
            return Err(Error::InvalidSetting("each name stands in a route's pattern once"));
        }
        parts.push(part);
    }
    Ok(parts)
}

/// `1*( ALPHA / DIGIT / "_" )`
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What the names of `pattern` stand for in a path of these segments; `None` where it is another path.
fn match_path(pattern: &[Part], segments: &[Cow<'_, str>]) -> Option<Parameters> {
    let mut found = Vec::new();
    let mut left = segments;
    for part in pattern {
        if let Part::Rest(name) = part {
            found.push((name.clone(), left.join("/")));
            return Some(Parameters(found));
        }
        let (segment, behind) = left.split_first()?;
        match part {
            Part::Text(text) if text == segment => {}
            Part::One(name) if !segment.is_empty() => found.push((name.clone(), segment.to_string())),
            _ => return None,
        }
        left = behind;
    }
    left.is_empty().then_some(Parameters(found))
}

impl Handler for Router {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let segments: Vec<_> = request.segments().collect();
        let method = request.method();
        let mut best: Option<(&Route, u8, Parameters)> = None;
        let mut allowed = Vec::new();
        for route in &self.routes {
            if best.as_ref().is_some_and(|(best, ..)| preference(&best.pattern, &route.pattern).is_ne()) {
                break;
            }
            let Some(found) = match_path(&route.pattern, &segments) else { continue };
            if let Some(own) = &route.method
                && !allowed.contains(own)
            {
                allowed.push(own.clone());
            }
            let Some(rank) = rank(route, method) else { continue };
            if best.as_ref().is_none_or(|(_, other, _)| rank < *other) {
                best = Some((route, rank, found));
            }
        }
        if let Some((route, _, mut found)) = best {
            // Of a router around this one: the nearer name hides the other.
            if let Some(outer) = request.extensions_mut().remove::<Parameters>() {
                found.0.extend(outer.0);
            }
            request.extensions_mut().insert(found);
            return route.handler.handle(request);
        }
        if !allowed.is_empty() {
            if let Some(get) = allowed.iter().position(|method| *method == Method::GET)
                && !allowed.contains(&Method::HEAD)
            {
                allowed.insert(get + 1, Method::HEAD);
            }
            return Ok(refuse(method, &allowed));
        }
        match &self.fallback {
            Some(fallback) => fallback.handle(request),
            None => Ok(Response::error_page(StatusCode::NOT_FOUND)),
        }
    }
}

/// How well a route fits a method, less being better: its own, GET for HEAD, any.
fn rank(route: &Route, method: &Method) -> Option<u8> {
    match &route.method {
        Some(own) if own == method => Some(0),
        Some(own) if *own == Method::GET && *method == Method::HEAD => Some(1),
        Some(_) => None,
        None => Some(2),
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes = self.routes.iter().map(|route| (&route.method, &route.pattern));
        f.debug_struct("Router").field("routes", &routes.collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
