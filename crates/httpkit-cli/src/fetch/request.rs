//! One request from the options of the command line.

use crate::causes::with_causes;
use crate::fetch::cookies::Cookies;
use crate::fetch::interrupt::Interrupt;
use crate::fetch::options::GetOptions;
use crate::fetch::{Failure, form, output, password, trace, typed, upload};
use httpkit::Method;
use httpkit::client::client::{
    Body, Client, Multipart, Netrc, Proxies, Proxy, Redirects, RequestBuilder, Retry, Timeouts,
};
use httpkit::client::{CancelToken, TlsConfig};
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

/// Makes the request and shows its answer.
pub(crate) fn run(options: &GetOptions) -> Result<(), Failure> {
    let url = typed::absolute(&options.url)?;
    let url = options.upload_file.as_deref().map_or(Ok(url.clone()), |file| upload::named(&url, file))?;
    let fields = Fields::of(&options.header)?;
    let cookies = Cookies::of(options)?;
    let client = client(options, &url, &fields, &cookies)?;
    let body = body(options, &fields)?;
    let method = method(options, &body)?;
    let is_plain_get = output::is_plain_get(&method, !body.is_none());
    let request = request(options, client.request(method, url).body(body), &fields)?;
    if !output::is_saved(options) {
        return cookies.saved_after(output::show(options, request, is_plain_get));
    }
    let token = CancelToken::new();
    let interrupt = Interrupt::watch(&token);
    let shown = cookies.saved_after(output::show(options, request.cancel(&token), is_plain_get));
    interrupt.end(&token);
    shown
}

/// The fields that were typed.
struct Fields<'t> {
    sent: Vec<(&'t str, &'t str)>,
    left_out: Vec<&'t str>,
}

impl<'t> Fields<'t> {
    /// As in curl: `Name: value`, `Name:` for a field that is left out, `Name;` for an empty one.
    fn of(typed: &'t [String]) -> Result<Self, Failure> {
        let mut fields = Self { sent: Vec::new(), left_out: Vec::new() };
        for field in typed {
            match field.split_once(':').map(|(name, value)| (name, value.trim())) {
                Some((name, "")) => fields.leave_out(name)?,
                Some(sent) => fields.sent.push(sent),
                None => match field.trim_end().strip_suffix(';') {
                    Some(name) => fields.sent.push((name, "")),
                    None => {
                        return Err(Failure::usage(format!("--header {field:?}: 'Name: value' is needed")));
                    }
                },
            }
        }
        Ok(fields)
    }

    fn leave_out(&mut self, name: &'t str) -> Result<(), Failure> {
        const ALWAYS: [&str; 4] = ["Host", "Accept-Encoding", "Content-Length", "Transfer-Encoding"];
        if ALWAYS.iter().any(|always| is_named(name, always)) {
            return Err(Failure::usage(format!(
                "--header '{name}:': this field is always sent; give it a value"
            )));
        }
        self.left_out.push(name);
        Ok(())
    }

    fn leave_out_any(&self, wanted: &str) -> bool {
        self.left_out.iter().any(|name| is_named(name, wanted))
    }

    fn name_any(&self, wanted: &str) -> bool {
        self.sent.iter().any(|(name, _)| is_named(name, wanted)) || self.leave_out_any(wanted)
    }
}

fn client(
    options: &GetOptions,
    url: &str,
    fields: &Fields<'_>,
    cookies: &Cookies,
) -> Result<Client, Failure> {
    let redirects = Redirects::follow(options.max_redirects).allow_downgrade(options.allow_downgrade);
    let retry = if options.retry > 0 { Retry::policy(options.retry) } else { Retry::default() };
    let mut builder = Client::builder()
        .redirects(redirects)
        .retry(retry)
        .timeouts(timeouts(options)?)
        .proxies(proxies(options)?)
        .cookies(cookies.store(url));
    builder = match options.user_agent.as_deref() {
        Some("") => builder.without_default_header("User-Agent"),
        Some(name) => builder.default_header("User-Agent", name),
        None => builder,
    };
    for name in &fields.left_out {
        builder = builder.without_default_header(name.trim());
    }
    if options.netrc {
        let netrc = Netrc::from_default_file().map_err(|error| Failure::usage(format!("{error}")))?;
        builder = builder.netrc(netrc);
    }
    let include = options.include || options.head;
    if include || options.timings {
        builder = builder.middleware(output::heads(include, options.timings));
    }
    if options.verbose {
        builder = builder.observer(trace::Trace);
    }
    if let Some(tls) = tls(options)? {
        builder = builder.tls(tls);
    }
    Ok(builder.build()?)
}

fn timeouts(options: &GetOptions) -> Result<Timeouts, Failure> {
    let Some(seconds) = options.timeout else { return Ok(Timeouts::DEFAULT) };
    let total = Duration::try_from_secs_f64(seconds)
        .map_err(|_| Failure::usage(format!("--timeout {seconds}: a number of seconds is needed")))?;
    // As in curl, nothing is no limit.
    Ok(Timeouts::DEFAULT.total(Some(total).filter(|total| !total.is_zero())))
}

fn proxies(options: &GetOptions) -> Result<Proxies, Failure> {
    match options.proxy.as_deref() {
        None => Proxies::from_env().map_err(|error| Failure::usage(with_causes(&error))),
        Some("") => Ok(Proxies::none()),
        Some(text) => Proxy::new(text)
            .map(Proxies::all)
            .map_err(|error| Failure::usage(format!("--proxy: {}", with_causes(&error)))),
    }
}

fn tls(options: &GetOptions) -> Result<Option<TlsConfig>, Failure> {
    let builder = match &options.cacert {
        Some(path) => {
            let pem = std::fs::read(path).map_err(|error| Failure::file("read", path, error))?;
            let builder = TlsConfig::builder().without_mozilla_roots().roots_pem(pem);
            builder.map_err(|error| Failure::file("use", path, error))?
        }
        None if options.insecure => TlsConfig::builder().danger_accept_any_certificate(),
        None => return Ok(None),
    };
    builder.build().map(Some).map_err(|error| Failure::usage(format!("{error:#}")))
}

fn method(options: &GetOptions, body: &Body) -> Result<Method, Failure> {
    match &options.request {
        Some(name) => Method::from_bytes(name.as_bytes())
            .map_err(|_| Failure::usage(format!("--request {name}: not a method"))),
        None if options.head => Ok(Method::HEAD),
        None if options.upload_file.is_some() => Ok(Method::PUT),
        None if body.is_none() => Ok(Method::GET),
        None => Ok(Method::POST),
    }
}

fn request(
    options: &GetOptions,
    mut request: RequestBuilder,
    fields: &Fields<'_>,
) -> Result<RequestBuilder, Failure> {
    for (name, value) in &fields.sent {
        request = request.header(name, value);
    }
    if options.json.is_some() && !fields.name_any("Accept") {
        request = request.header("Accept", "application/json");
    }
    if let Some(user) = &options.user {
        let (user, password) = password::user_and_password(user)?;
        request = request.basic_auth(user, password);
    }
    #[cfg(unix)]
    if let Some(path) = &options.unix_socket {
        request = request.unix_socket(path);
    }
    Ok(request)
}

fn is_named(name: &str, wanted: &str) -> bool {
    name.trim().eq_ignore_ascii_case(wanted)
}

fn body(options: &GetOptions, fields: &Fields<'_>) -> Result<Body, Failure> {
    let untyped = fields.leave_out_any("Content-Type");
    let typed = |bytes: Vec<u8>, content_type: &str| {
        let body = Body::bytes(bytes);
        if untyped { body } else { body.with_content_type(content_type) }
    };
    if let Some(text) = &options.json {
        return Ok(typed(data(text)?, "application/json"));
    }
    if !options.form.is_empty() {
        if untyped {
            return Err(Failure::usage("--form: nobody can read a form without its Content-Type"));
        }
        let parts =
            options.form.iter().try_fold(Multipart::new(), |form, part| form::add_part(form, part))?;
        return Ok(parts.into());
    }
    if let Some(file) = &options.upload_file {
        return upload::content(file);
    }
    let pieces: Vec<Vec<u8>> = if options.data_raw.is_empty() {
        options.data.iter().map(|text| data(text)).collect::<Result<_, _>>()?
    } else {
        options.data_raw.iter().map(|text| text.as_bytes().to_vec()).collect()
    };
    if pieces.is_empty() {
        return Ok(Body::none());
    }
    Ok(typed(pieces.join(&b'&'), "application/x-www-form-urlencoded"))
}

/// The text, or the content of the file that it names.
fn data(text: &str) -> Result<Vec<u8>, Failure> {
    match text.strip_prefix('@') {
        None => Ok(text.as_bytes().to_vec()),
        Some("-") => {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut bytes);
            read.map_err(|error| Failure::file("read", Path::new("standard input"), error))?;
            Ok(bytes)
        }
        Some(path) => std::fs::read(path).map_err(|error| Failure::file("read", Path::new(path), error)),
    }
}
